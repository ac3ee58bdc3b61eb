
/*
 * Sends one message to a subscriber and judges the answer.
 *
 * The body holds the four members of mt_dingtalk_table.  The query repeats
 * them under DingTalk's names: signature and msg_signature, timestamp, nonce.
 */

#ifndef MT_EVENT_SEND_H
#define MT_EVENT_SEND_H

#include "event/mt_dingtalk.h"
#include "background/mt_outgoing.h"


typedef struct {
    mt_str_t            url;
    mt_dingtalk_keys_t  keys;
} mt_receiver_t;

/*
 * Encrypts and signs `text` at `now` (ms) and prepares the exchange.  The
 * request is in the arena, which must last until the exchange has ended.
 * Returns as mt_outgoing_prepare().
 */
mt_verdict_t mt_event_prepare(mt_outgoing_t *o, mt_arena_t *arena,
    const mt_receiver_t *to, mt_str_t text, int64_t now);

/* Judges the answer and sets its verdict: a subscriber answers "success",
 * plain or encrypted in the same form. */
void mt_event_judge(mt_response_t *answer, mt_arena_t *arena,
    const mt_receiver_t *to);

/* Prepares, sends and judges; blocks. */
void mt_event_post(mt_outgoing_t *o, mt_arena_t *arena,
    const mt_receiver_t *to, mt_str_t text, int64_t now,
    mt_response_t *answer);

/* Returns 1 if the receiver takes no message of this size, else 0. */
int mt_event_too_large(const mt_response_t *answer);

/* Returns the verdict in words, with the HTTP status or libcurl's reason; at
 * most MT_TEXT_MAX code points; empty without memory. */
mt_str_t mt_event_why(mt_arena_t *arena, const mt_response_t *answer);

#endif /* MT_EVENT_SEND_H */
