
/*
 * The random fields of a meeting, made by a worker: apply() has no randomness.
 */

#include "base/mt_crypto.h"
#include "domain/meeting/mt_meeting_draft.h"


#define MT_CODE_LEN      11
#define MT_PCODE_LEN     18
#define MT_BILLING_LEN   8
#define MT_SEED_LEN      16


MT_DEFINE_MODEL(meeting_secrets, MT_MEETING_SECRET_FIELDS);


int
mt_meeting_secrets(mt_arena_t *arena, mt_meeting_secrets_t *secrets)
{
    size_t    i;
    char     *seed;
    mt_str_t  text, *field;

    static const mt_str_t  digits = mt_str("0123456789");
    static const mt_str_t  url_safe = mt_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "abcdefghijklmnopqrstuvwxyz"
                                             "0123456789-_");

    static const struct {
        size_t           place;
        const mt_str_t  *alphabet;
        size_t           len;
    } texts[] = {
        { offsetof(mt_meeting_secrets_t, attendee_code), &url_safe,
          MT_CODE_LEN },
        { offsetof(mt_meeting_secrets_t, host_code), &url_safe, MT_CODE_LEN },
        { offsetof(mt_meeting_secrets_t, pcode1), &digits, MT_PCODE_LEN },
        { offsetof(mt_meeting_secrets_t, pcode2), &digits, MT_PCODE_LEN },
        { offsetof(mt_meeting_secrets_t, billing_code), &digits,
          MT_BILLING_LEN },
    };

    seed = mt_arena_take(arena, MT_SEED_LEN);

    if (seed == NULL || mt_random(seed, MT_SEED_LEN) != 0) {
        return -1;
    }

    secrets->has = MT_SECRET_FIELDS;
    secrets->seed = (mt_str_t) { MT_SEED_LEN, seed };

    for (i = 0; i < mt_nitems(texts); i++) {
        text = mt_random_text(arena, *texts[i].alphabet, texts[i].len);
        if (text.len == 0) {
            return -1;
        }

        field = (mt_str_t *) ((char *) secrets + texts[i].place);
        *field = text;
    }

    return 0;
}
