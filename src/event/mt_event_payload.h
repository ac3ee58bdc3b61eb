
/*
 * What a message to a subscriber says: h5yes' events, with its tables, from a
 * message of the outbox.
 *
 *     {"event_type", "value": [...], "seq", "position", "time", "generation"}
 *
 * value holds whole records as they are now, those removed since as they were,
 * or ids where the event is that records are gone.  seq is the message's
 * number, position and time are those of its journal entry.  A reminder that
 * is not right any more, of a meeting that was moved or called off, is left
 * out, and value may be empty.
 *
 * The text is pure ASCII without '%', all else as \uXXXX: some receivers break
 * on the rest.
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
    int64_t               number;
    const mt_outbox_t    *message;
    int64_t               now;
} mt_event_source_t;

/* MT_OK and the text in the arena; MT_NO_MEMORY when it does not fit there;
 * MT_STORE_FAILED. */
mt_status_t mt_event_payload(const mt_event_source_t *source,
    mt_arena_t *arena, mt_str_t *text);

/* JSON with nothing but ASCII, and no '%'; empty without memory. */
mt_str_t mt_json_ascii(mt_arena_t *arena, mt_str_t json);

#endif /* MT_EVENT_PAYLOAD_H */
