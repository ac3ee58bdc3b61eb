
/*
 * The text of a message to a subscriber: h5yes' events, by its tables, from a
 * message of the outbox.
 *
 *     {"event_type", "value": [...], "seq", "position", "time", "generation"}
 *
 * value holds whole records as of now (a record removed since, as it was), or
 * ids for events of removal.  seq is the message's number; position and time
 * are those of its journal entry.  A reminder that no longer applies, because
 * the meeting was moved or cancelled, is left out; value may be empty then.
 *
 * The text is ASCII without '%'; other characters are \uXXXX, for receivers
 * that break on them.
 */

#ifndef MT_EVENT_PAYLOAD_H
#define MT_EVENT_PAYLOAD_H

#include "domain/notify/mt_event.h"
#include "json/mt_json.h"


#define MT_EVENT_CHECK_URL  "{\"event_type\":\"check_url\"}"

typedef struct {
    mt_txn_t             *txn;
    const mt_settings_t  *settings;     /* public_base, zone */
    uint32_t              company;
    int64_t               number;       /* of the message */
    const mt_outbox_t    *message;
    int64_t               now;          /* ms */
} mt_event_source_t;

/* Writes the text into the arena.  Returns MT_OK, MT_NO_MEMORY or
 * MT_STORE_FAILED. */
mt_status_t mt_event_payload(const mt_event_source_t *source,
    mt_arena_t *arena, mt_str_t *text);

/* Returns the JSON as ASCII without '%'; empty without memory. */
mt_str_t mt_json_ascii(mt_arena_t *arena, mt_str_t json);

#endif /* MT_EVENT_PAYLOAD_H */
