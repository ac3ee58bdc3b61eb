
#include "event/mt_event_send.h"
#include "model/mt_records.h"


/* HTTP, RFC 9110 */
#define MT_STATUS_NOT_FOUND  404
#define MT_STATUS_TOO_LARGE  413


static mt_str_t mt_event_body(mt_arena_t *arena, const mt_dingtalk_t *sealed);
static mt_str_t mt_answer_trim(mt_str_t body);
static mt_str_t mt_event_why_status(mt_arena_t *arena,
    const mt_response_t *answer, const char *text);


mt_verdict_t
mt_event_prepare(mt_outgoing_t *o, mt_arena_t *arena, const mt_receiver_t *to,
    mt_str_t text, int64_t now)
{
    mt_str_t        body, query;
    mt_dingtalk_t  *sealed;

    sealed = mt_dingtalk_seal(arena, &to->keys, text, now);
    if (sealed == NULL) {
        return MT_VERDICT_MEMORY;
    }

    /* nothing to escape: hex digits, digits and letters */

    query = mt_arena_printf(arena, "signature=%.*s&msg_signature=%.*s"
                            "&timestamp=%.*s&nonce=%.*s",
                            (int) sealed->signature.len,
                            sealed->signature.data,
                            (int) sealed->signature.len,
                            sealed->signature.data,
                            (int) sealed->timestamp.len,
                            sealed->timestamp.data,
                            (int) sealed->nonce.len, sealed->nonce.data);

    body = mt_event_body(arena, sealed);

    if (query.len == 0 || body.len == 0) {
        return MT_VERDICT_MEMORY;
    }

    return mt_outgoing_prepare(o, arena, to->url, query, body);
}


static mt_str_t
mt_event_body(mt_arena_t *arena, const mt_dingtalk_t *sealed)
{
    mt_buf_t           out;
    mt_json_writer_t  *writer;

    mt_buf_init(&out, arena, sealed->encrypt.len + 256);

    writer = mt_json_writer(arena, &out);
    if (writer == NULL) {
        return MT_STR("");
    }

    mt_json_open_object(writer);
    mt_json_members(writer, &mt_dingtalk_table, sealed);
    mt_json_close_object(writer);

    return out.failed ? MT_STR("") : (mt_str_t) { out.len, out.data };
}


void
mt_event_judge(mt_response_t *answer, mt_arena_t *arena,
    const mt_receiver_t *to)
{
    mt_str_t  body, message;

    static const mt_verdict_t  verdicts[] = {
        [MT_DINGTALK_OK] = MT_VERDICT_OK,
        [MT_DINGTALK_FORM] = MT_VERDICT_FORM,
        [MT_DINGTALK_SIGNATURE] = MT_VERDICT_SIGNATURE,
        [MT_DINGTALK_KEY] = MT_VERDICT_KEY,
        [MT_DINGTALK_OWNER] = MT_VERDICT_OWNER
    };

    if (answer->verdict != MT_VERDICT_OK) {
        return;
    }

    body = mt_answer_trim(answer->body);

    if (mt_str_eq(body, MT_STR("success"))
        || mt_str_eq(body, MT_STR("\"success\"")))
    {
        return;
    }

    answer->verdict = verdicts[mt_dingtalk_open_json(arena, &to->keys, body,
                                                     &message)];

    if (answer->verdict == MT_VERDICT_OK
        && !mt_str_eq(mt_answer_trim(message), MT_STR("success")))
    {
        answer->verdict = MT_VERDICT_PLAINTEXT;
    }
}


/* Returns the text without white space around it. */

static mt_str_t
mt_answer_trim(mt_str_t s)
{
    while (s.len && memchr(" \t\r\n", s.data[0], 4)) {
        s.data++;
        s.len--;
    }

    while (s.len && memchr(" \t\r\n", s.data[s.len - 1], 4)) {
        s.len--;
    }

    return s;
}


void
mt_event_post(mt_outgoing_t *o, mt_arena_t *arena, const mt_receiver_t *to,
    mt_str_t text, int64_t now,
    mt_response_t *answer)
{
    mt_verdict_t  verdict;

    memset(answer, 0, sizeof(*answer));
    answer->detail = "";

    verdict = mt_event_prepare(o, arena, to, text, now);

    if (verdict != MT_VERDICT_OK) {
        answer->verdict = verdict;
        return;
    }

    mt_outgoing_perform(o, answer);
    mt_event_judge(answer, arena, to);
}


int
mt_event_too_large(const mt_response_t *answer)
{
    return answer->verdict == MT_VERDICT_STATUS
           && answer->status == MT_STATUS_TOO_LARGE;
}


/* Says what to do about the two statuses that a receiver's owner meets first.
 */

static mt_str_t
mt_event_why_status(mt_arena_t *arena, const mt_response_t *answer,
    const char *text)
{
    const char  *cure;

    switch (answer->status) {

    case MT_STATUS_TOO_LARGE:
        cure = "raise the receiver's limit on bodies (client_max_body_size, "
               "the limit of express.json)";
        break;

    case MT_STATUS_NOT_FOUND:
        cure = "the receiver has nothing at this address, see event set --url";
        break;

    default:
        return mt_arena_printf(arena, "%s %ld", text, answer->status);
    }

    return mt_arena_printf(arena, "%s %ld to a message of %zu bytes: %s", text,
                           answer->status, answer->sent, cure);
}


mt_str_t
mt_event_why(mt_arena_t *arena, const mt_response_t *answer)
{
    char        *p;
    size_t       i;
    mt_str_t     why;
    const char  *text;

    text = mt_verdict_text(answer->verdict);

    if (answer->verdict == MT_VERDICT_STATUS) {
        return mt_event_why_status(arena, answer, text);
    }

    if (answer->detail[0] == '\0') {
        return mt_cstr(text);
    }

    why = mt_arena_printf(arena, "%s (%s)", text, answer->detail);

    /* it may repeat bytes of a server, and goes into the error log */

    p = (char *) why.data;

    for (i = 0; i < why.len; i++) {
        if ((uint8_t) p[i] < ' ') {
            p[i] = ' ';
        }
    }

    return mt_utf8_valid(why) ? mt_utf8_prefix(why, MT_TEXT_MAX)
                              : mt_cstr(text);
}
