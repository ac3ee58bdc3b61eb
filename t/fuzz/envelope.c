
/*
 * The signature of weclubs' envelope, compared with a second implementation:
 * lines "key=value" are the members of `data`, signed with the secret in
 * either form.  A valid signature passes; it fails if a byte of the signature,
 * of a key, of a value or of the secret differs.
 *
 * The first two bytes choose the change and its place.
 */

#include "request.h"


#define SECRET     "8924d49e61e1dc9e1618d3bae21ea493"
#define PAIRS_MAX  40
#define HEX_MAX    (2 * MT_SHA1_LEN)


typedef struct {
    mt_str_t  key;
    mt_str_t  value;
} pair_t;

enum { SPOIL_NOTHING, SPOIL_SIGN, SPOIL_VALUE, SPOIL_KEY, SPOIL_SECRET,
       SPOIL_N };


/* Leaves out repeated keys and lines that are no members. */

static size_t
parse_pairs(mt_str_t text, pair_t *pairs)
{
    size_t       i, n;
    mt_str_t     line;
    const char  *end, *equals;

    n = 0;

    while (text.len && n < PAIRS_MAX) {
        end = memchr(text.data, '\n', text.len);
        line.data = text.data;
        line.len = end ? (size_t) (end - text.data) : text.len;
        text.data += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);

        equals = line.len ? memchr(line.data, '=', line.len) : NULL;

        if (equals == NULL || !mt_utf8_valid(line)
            || memchr(line.data, '\0', line.len))
        {
            continue;
        }

        pairs[n].key.data = line.data;
        pairs[n].key.len = (size_t) (equals - line.data);
        pairs[n].value.data = equals + 1;
        pairs[n].value.len = line.len - pairs[n].key.len - 1;

        for (i = 0; i < n && !mt_str_eq(pairs[i].key, pairs[n].key); i++) {
            /* void */
        }

        n += i == n;
    }

    return n;
}


static int
compare(const void *one, const void *two)
{
    int            rc;
    size_t         len;
    const pair_t  *a = one, *b = two;

    len = a->key.len < b->key.len ? a->key.len : b->key.len;
    rc = len ? memcmp(a->key.data, b->key.data, len) : 0;

    return rc ? rc : (a->key.len > b->key.len) - (a->key.len < b->key.len);
}


/* Signs as the document does: all in one string, then its digests. */

static mt_str_t
sign(mt_arena_t *arena, const pair_t *given, size_t n, mt_str_t secret,
    int as_md5)
{
    char      *hex;
    pair_t     pairs[PAIRS_MAX];
    size_t     i;
    uint8_t    digest[MT_SHA1_LEN];
    mt_buf_t   text;
    mt_str_t   whole;

    memcpy(pairs, given, n * sizeof(pair_t));
    qsort(pairs, n, sizeof(pair_t), compare);

    mt_buf_init(&text, arena, 0);
    mt_buf_str(&text, secret);

    for (i = 0; i < n; i++) {
        mt_buf_str(&text, pairs[i].key);
        mt_buf_str(&text, pairs[i].value);
    }

    mt_buf_str(&text, secret);

    whole.data = text.data;
    whole.len = text.len;
    hex = mt_arena_take(arena, HEX_MAX);

    check(hex && !text.failed && mt_sha1(&whole, 1, digest) == 0);

    if (!as_md5) {
        mt_hex_lower(digest, MT_SHA1_LEN, hex);
        return (mt_str_t) { 2 * MT_SHA1_LEN, hex };
    }

    mt_hex_upper(digest, MT_SHA1_LEN, hex);
    whole.data = hex;
    whole.len = 2 * MT_SHA1_LEN;

    check(mt_md5(&whole, 1, digest) == 0);
    mt_hex_lower(digest, MT_MD5_LEN, hex);

    return (mt_str_t) { 2 * MT_MD5_LEN, hex };
}


/* Escapes a key: the encoder writes keys as they are. */

static void
put_string(mt_buf_t *body, mt_str_t text)
{
    char    escape[8];
    size_t  i;

    mt_buf_byte(body, '"');

    for (i = 0; i < text.len; i++) {
        if ((uint8_t) text.data[i] < 0x20
            || memchr("\"\\", text.data[i], 2))
        {
            snprintf(escape, sizeof(escape), "\\u%04x",
                     (unsigned) text.data[i]);
            mt_buf_str(body, mt_cstr(escape));

        } else {
            mt_buf_byte(body, (uint8_t) text.data[i]);
        }
    }

    mt_buf_byte(body, '"');
}


static mt_str_t
body_of(mt_arena_t *arena, const pair_t *pairs, size_t n, mt_str_t signature)
{
    size_t    i;
    mt_buf_t  body;

    mt_buf_init(&body, arena, 0);
    mt_buf_str(&body, MT_STR("{\"sign\":"));
    put_string(&body, signature);
    mt_buf_str(&body, MT_STR(",\"data\":{"));

    for (i = 0; i < n; i++) {
        if (i > 0) {
            mt_buf_byte(&body, ',');
        }

        put_string(&body, pairs[i].key);
        mt_buf_byte(&body, ':');
        put_string(&body, pairs[i].value);
    }

    mt_buf_str(&body, MT_STR("}}"));
    check(!body.failed);

    return (mt_str_t) { body.len, body.data };
}


/* Puts another lower-case letter in the place of a byte that is ASCII. */

static int
spoil(mt_arena_t *arena, mt_str_t *s, uint8_t where)
{
    char  *copy, *at;

    if (s->len == 0) {
        return 0;
    }

    copy = mt_arena_take(arena, s->len);
    check(copy != NULL);
    memcpy(copy, s->data, s->len);

    at = copy + where % s->len;

    if (*at & 0x80) {
        return 0;
    }

    *at = *at == 'x' ? 'y' : 'x';
    s->data = copy;

    return 1;
}


/* Returns 1 if the signature was accepted. */

static int
passes(fuzz_input_t *in)
{
    mt_status_t     status;
    fuzz_request_t  r;

    r = fuzz_decode(in);
    status = r.error.status;
    fuzz_finish(&r);

    check(status != MT_BAD_JSON && status != MT_DUPLICATE_KEY);

    return status != MT_BAD_SIGNATURE;
}


static void
fuzz(mt_arena_t *arena, const uint8_t *data, size_t size)
{
    int            spoilt;
    size_t         n;
    pair_t         pairs[PAIRS_MAX];
    mt_str_t       text, signature, secret = mt_str(SECRET);
    fuzz_input_t   in;
    mt_settings_t  settings;

    text.data = (const char *) data + 2;
    text.len = size - 2;
    n = parse_pairs(text, pairs);

    if (n == 0 || !fuzz_input(&in, &mt_dialect_weclubs, data, 1)) {
        return;
    }

    memset(&settings, 0, sizeof(settings));
    settings.verify_sign = 1;
    settings.sign_secret = secret;
    in.settings = &settings;

    signature = sign(arena, pairs, n, secret, data[0] & 0x80);

    in.body = body_of(arena, pairs, n, signature);
    check(passes(&in));

    switch (data[0] % SPOIL_N) {

    case SPOIL_SIGN:
        spoilt = spoil(arena, &signature, data[1]);
        break;

    case SPOIL_VALUE:
        spoilt = spoil(arena, &pairs[data[1] % n].value, data[1]);
        break;

    case SPOIL_KEY:
        spoilt = spoil(arena, &pairs[0].key, data[1]) && n == 1;
        break;

    case SPOIL_SECRET:
        spoilt = spoil(arena, &settings.sign_secret, data[1]);
        break;

    default:
        spoilt = 0;
    }

    if (spoilt) {
        in.body = body_of(arena, pairs, n, signature);
        check(!passes(&in));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_arena_t  *arena;

    if (size < 3 || mt_crypto_init() != 0) {
        return 0;
    }

    arena = mt_arena_create(FUZZ_MEMORY);
    check(arena != NULL);
    fuzz(arena, data, size);
    mt_arena_destroy(arena);

    return 0;
}
