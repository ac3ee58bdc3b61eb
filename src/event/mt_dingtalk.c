
#include "base/mt_crypto.h"
#include "event/mt_dingtalk.h"


#define MT_BLOCK        32          /* bytes, of the padding */
#define MT_HEAD         (MT_DINGTALK_RANDOM + 4)
#define MT_NONCE        16          /* characters */


static int mt_dingtalk_key(mt_arena_t *arena, mt_str_t aes_key,
    uint8_t key[MT_AES_KEY_LEN]);
static mt_str_t mt_dingtalk_line(mt_arena_t *arena, mt_str_t text);
static mt_dingtalk_rc_t mt_dingtalk_parse(mt_str_t plain, mt_str_t owner,
    mt_str_t *message);


MT_DEFINE_MODEL(dingtalk, MT_DINGTALK_FIELDS);

static const mt_str_t  mt_letters = mt_str(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");


MT_JSON_EXTERN_TABLE(mt_dingtalk_table,
    { "encrypt", MT_FIELD(dingtalk, encrypt), 0, MT_JSON_REQUIRED },
    { "msg_signature", MT_FIELD(dingtalk, signature), 0, MT_JSON_REQUIRED },
    { "timeStamp", MT_FIELD(dingtalk, timestamp), 0, MT_JSON_REQUIRED,
      &mt_wire_ref },
    { "nonce", MT_FIELD(dingtalk, nonce), 0, MT_JSON_REQUIRED, &mt_wire_ref },
);


int
mt_dingtalk_make_keys(mt_arena_t *arena, mt_str_t *aes_key, mt_str_t *token)
{
    char     *text;
    uint8_t   byte;

    /* the last character has 4 bits of the key, and 2 that must be 0 for a
     * strict decoder */

    static const char  last[] = "AEIMQUYcgkosw048";

    *aes_key = mt_random_text(arena, mt_letters, MT_DINGTALK_KEY_LEN);
    *token = mt_random_text(arena, mt_letters, MT_DINGTALK_TOKEN_LEN);

    if (aes_key->len == 0 || token->len == 0 || mt_random(&byte, 1) != 0) {
        return -1;
    }

    text = (char *) aes_key->data;
    text[MT_DINGTALK_KEY_LEN - 1] = last[byte % 16];

    return 0;
}


/*
 * The key lacks the '=' at its end.  An 'A' in its place makes one byte too
 * many, which takes the two spare bits of the last character: keys that have
 * them set are in use.
 */

static int
mt_dingtalk_key(mt_arena_t *arena, mt_str_t aes_key,
    uint8_t key[MT_AES_KEY_LEN])
{
    char      text[MT_DINGTALK_KEY_LEN + 1];
    mt_str_t  bytes;

    if (aes_key.len != MT_DINGTALK_KEY_LEN) {
        return -1;
    }

    memcpy(text, aes_key.data, MT_DINGTALK_KEY_LEN);
    text[MT_DINGTALK_KEY_LEN] = 'A';

    if (mt_base64_decode(arena, (mt_str_t) { sizeof(text), text }, &bytes)
        != 0)
    {
        return -1;
    }

    memcpy(key, bytes.data, MT_AES_KEY_LEN);

    return 0;
}


int
mt_dingtalk_encrypt(mt_arena_t *arena, const mt_dingtalk_keys_t *keys,
    const uint8_t random[MT_DINGTALK_RANDOM], mt_str_t message,
    mt_str_t *encrypted)
{
    size_t    len, pad;
    uint8_t  *plain, *p, key[MT_AES_KEY_LEN];

    len = MT_HEAD + message.len + keys->owner.len;
    pad = MT_BLOCK - len % MT_BLOCK;

    plain = mt_arena_take(arena, len + pad);

    if (plain == NULL || message.len > INT32_MAX / 2
        || mt_dingtalk_key(arena, keys->aes_key, key) != 0)
    {
        return -1;
    }

    memcpy(plain, random, MT_DINGTALK_RANDOM);
    p = mt_put_u32(plain + MT_DINGTALK_RANDOM, (uint32_t) message.len);
    memcpy(p, message.data, message.len);
    p += message.len;

    if (keys->owner.len) {
        memcpy(p, keys->owner.data, keys->owner.len);
    }

    memset(plain + len, (int) pad, pad);

    if (mt_aes_cbc(key, key, plain, len + pad, plain, 1) != 0) {
        return -1;
    }

    *encrypted = mt_base64(arena, (mt_str_t) { len + pad, (char *) plain });

    return encrypted->len ? 0 : -1;
}


int
mt_dingtalk_sign(mt_str_t token, const mt_dingtalk_t *sealed, char hex[40])
{
    size_t    i, k;
    uint8_t   digest[MT_SHA1_LEN];
    mt_str_t  s, parts[4];

    parts[0] = token;
    parts[1] = sealed->timestamp;
    parts[2] = sealed->nonce;
    parts[3] = sealed->encrypt;

    for (i = 1; i < mt_nitems(parts); i++) {
        s = parts[i];

        for (k = i; k > 0 && mt_str_cmp(parts[k - 1], s) > 0; k--) {
            parts[k] = parts[k - 1];
        }

        parts[k] = s;
    }

    if (mt_sha1(parts, mt_nitems(parts), digest) != 0) {
        return -1;
    }

    mt_hex_lower(digest, sizeof(digest), hex);

    return 0;
}


mt_dingtalk_t *
mt_dingtalk_seal(mt_arena_t *arena, const mt_dingtalk_keys_t *keys,
    mt_str_t message, int64_t now)
{
    char           *hex;
    uint8_t         random[MT_DINGTALK_RANDOM];
    mt_dingtalk_t  *sealed;

    sealed = mt_arena_alloc(arena, sizeof(*sealed));
    hex = mt_arena_take(arena, 2 * MT_SHA1_LEN);

    if (sealed == NULL || hex == NULL
        || mt_random(random, sizeof(random)) != 0
        || mt_dingtalk_encrypt(arena, keys, random, message,
                               &sealed->encrypt) != 0)
    {
        return NULL;
    }

    sealed->timestamp = mt_arena_printf(arena, "%lld", (long long) now);
    sealed->nonce = mt_random_text(arena, mt_letters, MT_NONCE);

    if (sealed->timestamp.len == 0 || sealed->nonce.len == 0
        || mt_dingtalk_sign(keys->token, sealed, hex) != 0)
    {
        return NULL;
    }

    sealed->signature = (mt_str_t) { 2 * MT_SHA1_LEN, hex };

    return sealed;
}


mt_dingtalk_rc_t
mt_dingtalk_open(mt_arena_t *arena, const mt_dingtalk_keys_t *keys,
    const mt_dingtalk_t *sealed, mt_str_t *message)
{
    char       hex[2 * MT_SHA1_LEN];
    uint8_t    key[MT_AES_KEY_LEN], *plain;
    mt_str_t   bytes, signature = { sizeof(hex), hex };

    if (mt_dingtalk_sign(keys->token, sealed, hex) != 0
        || !mt_secret_eq(signature, sealed->signature))
    {
        return MT_DINGTALK_SIGNATURE;
    }

    if (mt_base64_decode(arena, mt_dingtalk_line(arena, sealed->encrypt),
                         &bytes) != 0
        || bytes.len == 0)
    {
        return MT_DINGTALK_FORM;
    }

    plain = mt_arena_take(arena, bytes.len);

    if (plain == NULL
        || mt_dingtalk_key(arena, keys->aes_key, key) != 0
        || mt_aes_cbc(key, key, (const uint8_t *) bytes.data, bytes.len,
                      plain, 0) != 0)
    {
        return MT_DINGTALK_KEY;
    }

    return mt_dingtalk_parse((mt_str_t) { bytes.len, (char *) plain },
                             keys->owner, message);
}


/* Returns Base64 as one line: some receivers break it, and sign it so. */

static mt_str_t
mt_dingtalk_line(mt_arena_t *arena, mt_str_t text)
{
    char      *p;
    size_t     i;
    mt_str_t   line;

    p = mt_arena_take(arena, text.len);
    if (p == NULL) {
        return MT_STR("");
    }

    line.data = p;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] != '\n' && text.data[i] != '\r') {
            *p++ = text.data[i];
        }
    }

    line.len = (size_t) (p - line.data);

    return line;
}


/* The padding is 1 to 32 bytes: some receivers pad to blocks of 16. */

static mt_dingtalk_rc_t
mt_dingtalk_parse(mt_str_t plain, mt_str_t owner, mt_str_t *message)
{
    size_t          i, pad, len;
    mt_str_t        rest;
    const uint8_t  *p;

    p = (const uint8_t *) plain.data;
    pad = p[plain.len - 1];

    if (pad < 1 || pad > MT_BLOCK || plain.len < MT_HEAD + pad) {
        return MT_DINGTALK_KEY;
    }

    for (i = 1; i <= pad; i++) {
        if (p[plain.len - i] != pad) {
            return MT_DINGTALK_KEY;
        }
    }

    plain.len -= MT_HEAD + pad;
    len = mt_get_u32(p + MT_DINGTALK_RANDOM);

    if (len > plain.len) {
        return MT_DINGTALK_KEY;
    }

    message->data = plain.data + MT_HEAD;
    message->len = len;

    rest.data = message->data + len;
    rest.len = plain.len - len;

    return mt_str_eq(rest, owner) ? MT_DINGTALK_OK : MT_DINGTALK_OWNER;
}


mt_dingtalk_rc_t
mt_dingtalk_open_json(mt_arena_t *arena, const mt_dingtalk_keys_t *keys,
    mt_str_t body, mt_str_t *message)
{
    mt_dingtalk_t     sealed;
    mt_json_decode_t  d;

    memset(&d, 0, sizeof(d));
    memset(&sealed, 0, sizeof(sealed));
    d.arena = arena;

    if (mt_json_decode(&d, body, &mt_dingtalk_table, &sealed) != MT_OK
        || d.error.status != MT_OK)
    {
        return MT_DINGTALK_FORM;
    }

    return mt_dingtalk_open(arena, keys, &sealed, message);
}
