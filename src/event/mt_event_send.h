
/*
 * One message to a subscriber: sealed, sent, and the answer judged.
 *
 * The body is the four members; the query has them too, by the names that
 * DingTalk gives them: signature and msg_signature, timestamp, nonce.
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
 * Seals `text` at `now` (ms) and makes the exchange ready; what is sent is in
 * the arena, which must last until it has ended.  As mt_outgoing_prepare().
 */
mt_verdict_t mt_event_prepare(mt_outgoing_t *o, mt_arena_t *arena,
    const mt_receiver_t *to, mt_str_t text, int64_t now);

/* What the answer comes to; sets its verdict.  An encrypted "success" in the
 * same form, or a plain one. */
void mt_event_judge(mt_response_t *answer, mt_arena_t *arena,
    const mt_receiver_t *to);

/* All of this, waiting for it. */
void mt_event_post(mt_outgoing_t *o, mt_arena_t *arena,
    const mt_receiver_t *to, mt_str_t text, int64_t now,
    mt_response_t *answer);

/* The verdict in words, with what is known about it; at most MT_TEXT_MAX code
 * points.  Empty without memory. */
mt_str_t mt_event_why(mt_arena_t *arena, const mt_response_t *answer);

#endif /* MT_EVENT_SEND_H */
