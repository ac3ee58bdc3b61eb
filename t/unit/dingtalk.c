
/* The callback scheme, against published vectors. */

#include "event/mt_dingtalk.h"
#include "base/mt_crypto.h"
#include "tap.h"


typedef struct {
    const char  *name;
    const char  *token;
    const char  *aes_key;
    const char  *owner;
    const char  *timestamp;
    const char  *nonce;
    const char  *signature;
    const char  *random;
    const char  *plain;
    const char  *encrypt;
} vector_t;


static mt_arena_t  *arena;

static const vector_t  vectors[] = {
    { "check_url", "mryue", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7",
      "ding6ccabc44d2c8d38b", "1608001896814", "WL4PK6yA",
      "03044561471240d4a14bb09372dfcfd4fd0e40cb", "l7Y3EcX2CU5w8av3",
      "{\"EventType\":\"check_url\"}",
      "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oT"
      "Trd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3" },
    { "check_create_suite_url", "123456",
      "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx",
      "1445827045067", "nEXhMP4r", "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
      NULL,
      "{\"EventType\":\"check_create_suite_url\",\"Random\":\"LPIdSnlF\","
      "\"TestSuiteKey\":\"suite4xxxxxxxxxxxxxxx\"}",
      "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vD"
      "MG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC"
      "3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9l"
      "Q==" },
};


static mt_dingtalk_keys_t
keys_of(const vector_t *v)
{
    return (mt_dingtalk_keys_t) {
        mt_cstr(v->aes_key), mt_cstr(v->token), mt_cstr(v->owner)
    };
}


static mt_dingtalk_t
sealed_of(const vector_t *v)
{
    mt_dingtalk_t  sealed;

    memset(&sealed, 0, sizeof(sealed));
    sealed.encrypt = mt_cstr(v->encrypt);
    sealed.signature = mt_cstr(v->signature);
    sealed.timestamp = mt_cstr(v->timestamp);
    sealed.nonce = mt_cstr(v->nonce);

    return sealed;
}


static void
test_vectors(void)
{
    char                 hex[41];
    size_t               i;
    mt_str_t             message, encrypted;
    const vector_t      *v;
    mt_dingtalk_t        sealed;
    mt_dingtalk_keys_t   keys;

    for (i = 0; i < mt_nitems(vectors); i++) {
        v = &vectors[i];
        keys = keys_of(v);
        sealed = sealed_of(v);

        is_int(mt_dingtalk_sign(keys.token, &sealed, hex), 0, "%s", v->name);
        is_str(((mt_str_t) { 40, hex }), v->signature, "is signed so");

        is_int(mt_dingtalk_open(arena, &keys, &sealed, &message),
               MT_DINGTALK_OK, "is opened");
        is_str(message, v->plain, "and read");

        if (v->random == NULL) {
            continue;
        }

        is_int(mt_dingtalk_encrypt(arena, &keys, (const uint8_t *) v->random,
                                   mt_cstr(v->plain), &encrypted),
               0, "is encrypted");
        is_str(encrypted, v->encrypt, "to the same");
    }
}


/* A sealed text of any length opens to itself. */

static void
test_round(void)
{
    char                 text[200];
    size_t               len, bad;
    mt_str_t             message, aes_key, token;
    mt_dingtalk_t       *sealed;
    mt_dingtalk_keys_t   keys;

    is_int(mt_dingtalk_make_keys(arena, &aes_key, &token), 0, "new keys");
    is_int(aes_key.len, 43, "of 43 characters");

    keys = (mt_dingtalk_keys_t) { aes_key, token, mt_str("owner") };
    memset(text, 'x', sizeof(text));
    bad = 0;

    for (len = 0; len < sizeof(text); len++) {
        sealed = mt_dingtalk_seal(arena, &keys, (mt_str_t) { len, text }, 1);

        bad += sealed == NULL
               || mt_dingtalk_open(arena, &keys, sealed, &message)
                  != MT_DINGTALK_OK
               || message.len != len;
    }

    is_int(bad, 0, "messages of all lengths are sealed and opened");
    is_str(sealed->timestamp, "1", "the time is in it");

    keys.owner = MT_STR("");
    sealed = mt_dingtalk_seal(arena, &keys, MT_STR("x"), 1);
    is_int(mt_dingtalk_open(arena, &keys, sealed, &message), MT_DINGTALK_OK,
           "no owner is one, too");
}


/* Texts that strict decoders reject, and keys that pass here. */

static void
test_keys(void)
{
    size_t    i, strict;
    mt_str_t  aes_key, token, out;

    strict = 0;

    for (i = 0; i < 200; i++) {
        (void) mt_dingtalk_make_keys(arena, &aes_key, &token);
        strict += mt_base64_decode(arena,
                                   mt_arena_printf(arena, "%.*s=",
                                                   (int) aes_key.len,
                                                   aes_key.data),
                                   &out) == 0;
    }

    is_int(strict, 200, "keys have no stray bits");
}


/* Lines as Python's encodebytes() breaks them, in DingTalk's own class. */

static void
test_lines(void)
{
    char                 hex[40];
    mt_str_t             message, whole;
    mt_dingtalk_t        sealed;
    mt_dingtalk_keys_t   keys;

    keys = keys_of(&vectors[0]);
    sealed = sealed_of(&vectors[0]);
    whole = sealed.encrypt;

    sealed.encrypt = mt_arena_printf(arena, "%.76s\n%s\r\n", whole.data,
                                     whole.data + 76);
    sealed.signature = (mt_str_t) { sizeof(hex), hex };
    (void) mt_dingtalk_sign(keys.token, &sealed, hex);

    is_int(mt_dingtalk_open(arena, &keys, &sealed, &message), MT_DINGTALK_OK,
           "lines are opened");
    is_str(message, vectors[0].plain, "and read");

    sealed.signature = mt_cstr(vectors[0].signature);
    is_int(mt_dingtalk_open(arena, &keys, &sealed, &message),
           MT_DINGTALK_SIGNATURE, "and signed as they are");
}


static mt_dingtalk_rc_t
open_other(const mt_dingtalk_keys_t *keys, const mt_dingtalk_t *sealed)
{
    mt_str_t  message;

    return mt_dingtalk_open(arena, keys, sealed, &message);
}


static void
test_wrong(void)
{
    char                 hex[40];
    mt_str_t             message;
    mt_dingtalk_t        sealed;
    mt_dingtalk_keys_t   keys, other;

    keys = keys_of(&vectors[0]);
    sealed = sealed_of(&vectors[0]);

    other = keys;
    other.token = MT_STR("other");
    is_int(open_other(&other, &sealed), MT_DINGTALK_SIGNATURE, "token");

    other = keys;
    other.aes_key = mt_cstr(vectors[1].aes_key);
    is_int(open_other(&other, &sealed), MT_DINGTALK_KEY, "key");

    other.aes_key = MT_STR("short");
    is_int(open_other(&other, &sealed), MT_DINGTALK_KEY, "no key at all");

    other = keys;
    other.owner = MT_STR("ding0");
    is_int(open_other(&other, &sealed), MT_DINGTALK_OWNER, "owner");

    sealed.nonce = MT_STR("x");
    is_int(open_other(&keys, &sealed), MT_DINGTALK_SIGNATURE, "nonce");

    sealed.encrypt = MT_STR("====");
    sealed.signature = (mt_str_t) { sizeof(hex), hex };
    (void) mt_dingtalk_sign(keys.token, &sealed, hex);
    is_int(open_other(&keys, &sealed), MT_DINGTALK_FORM, "no Base64");

    sealed.encrypt = MT_STR("");
    (void) mt_dingtalk_sign(keys.token, &sealed, hex);
    is_int(open_other(&keys, &sealed), MT_DINGTALK_FORM, "nothing");

    sealed.encrypt = MT_STR("AAAAAAAAAAAAAAAAAAAAAA==");
    (void) mt_dingtalk_sign(keys.token, &sealed, hex);
    is_int(open_other(&keys, &sealed), MT_DINGTALK_KEY, "one block");

    is_int(mt_dingtalk_open_json(arena, &keys, MT_STR("success"), &message),
           MT_DINGTALK_FORM, "no JSON");
    is_int(mt_dingtalk_open_json(arena, &keys, MT_STR("{\"encrypt\":\"x\"}"),
                                 &message),
           MT_DINGTALK_FORM, "members are missing");
}


/* Padding to 16 bytes is accepted, invalid padding is not. */

static void
test_padding(void)
{
    size_t               i;
    uint8_t              plain[48], key[32];
    mt_str_t             message, bytes;
    mt_dingtalk_t        sealed;
    mt_dingtalk_keys_t   keys;
    char                 hex[40];

    static const struct {
        uint8_t            last;
        uint8_t            before;
        mt_dingtalk_rc_t   rc;
    } cases[] = {
        { 16, 16, MT_DINGTALK_OK },
        { 1, 'x', MT_DINGTALK_OWNER },
        { 16, 15, MT_DINGTALK_KEY },
        { 0, 0, MT_DINGTALK_KEY },
        { 33, 33, MT_DINGTALK_KEY },
        { 32, 32, MT_DINGTALK_KEY },       /* longer than what there is */
    };

    memset(&sealed, 0, sizeof(sealed));
    keys.token = MT_STR("t");
    keys.owner = MT_STR("owner56");
    keys.aes_key = MT_STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    memset(key, 0, sizeof(key));

    for (i = 0; i < mt_nitems(cases); i++) {
        memset(plain, 0, sizeof(plain));
        memset(plain + 32, cases[i].before, 16);
        memcpy(plain + 16, "\0\0\0\5hello" "owner56", 16);
        plain[47] = cases[i].last;

        (void) mt_aes_cbc(key, key, plain, sizeof(plain), plain, 1);

        bytes = (mt_str_t) { sizeof(plain), (char *) plain };
        sealed.encrypt = mt_base64(arena, bytes);
        (void) mt_dingtalk_sign(keys.token, &sealed, hex);
        sealed.signature = (mt_str_t) { sizeof(hex), hex };

        is_int(mt_dingtalk_open(arena, &keys, &sealed, &message),
               cases[i].rc, "padding of %d", cases[i].last);
    }
}


int
main(void)
{
    arena = mt_arena_create(0);

    if (arena == NULL || mt_crypto_init() != 0) {
        printf("Bail out! no memory or no OpenSSL\n");
        return 1;
    }

    test_vectors();
    test_round();
    test_keys();
    test_lines();
    test_wrong();
    test_padding();

    mt_arena_destroy(arena);

    return tap_done();
}
