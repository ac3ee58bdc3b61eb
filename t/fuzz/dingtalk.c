
/*
 * Answers of a receiver of events: random bytes as a body, random ciphertext
 * and plaintext under a valid signature, and a sealed message with bytes
 * changed.  No crash; nothing opens without the token; a sealed text opens to
 * itself; a changed one does not, save for its owner.
 *
 * The first byte chooses the case.
 */

#include "base/mt_crypto.h"
#include "event/mt_dingtalk.h"

#include <stdlib.h>


#define FUZZ_MEMORY  (16 << 20)
#define FUZZ_NOW     1600000000000LL


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const mt_dingtalk_keys_t  keys = {
    mt_str("Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7"),
    mt_str("mryue"), mt_str("ding6ccabc44d2c8d38b")
};


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


/* A token of this fuzzer's own; the published vectors have another. */

static void
fuzz_body(mt_arena_t *arena, mt_str_t body)
{
    mt_str_t             aes_key, token, message;
    mt_dingtalk_keys_t   secret;

    check(mt_dingtalk_make_keys(arena, &aes_key, &token) == 0);
    check(aes_key.len == MT_DINGTALK_KEY_LEN
          && token.len == MT_DINGTALK_TOKEN_LEN);

    secret.aes_key = aes_key;
    secret.token = token;
    secret.owner = keys.owner;

    switch (mt_dingtalk_open_json(arena, &secret, body, &message)) {

    case MT_DINGTALK_FORM:
    case MT_DINGTALK_SIGNATURE:
        break;

    default:
        abort();
    }
}


static mt_dingtalk_rc_t
open_signed(mt_arena_t *arena, mt_str_t encrypt, mt_str_t *message)
{
    char           hex[2 * MT_SHA1_LEN];
    mt_dingtalk_t  sealed;

    memset(&sealed, 0, sizeof(sealed));
    sealed.encrypt = encrypt;
    sealed.timestamp = MT_STR("1600000000000");
    sealed.nonce = MT_STR("nonce");
    check(mt_dingtalk_sign(keys.token, &sealed, hex) == 0);
    sealed.signature = (mt_str_t) { sizeof(hex), hex };

    return mt_dingtalk_open(arena, &keys, &sealed, message);
}


/* Reads the message to its end: it must lie within the opened text. */

static void
check_opened(mt_arena_t *arena, mt_dingtalk_rc_t rc, mt_str_t message,
    size_t max)
{
    mt_str_t  copy;

    check(rc == MT_DINGTALK_OK || rc == MT_DINGTALK_OWNER
          || rc == MT_DINGTALK_KEY || rc == MT_DINGTALK_FORM);

    if (rc == MT_DINGTALK_OK || rc == MT_DINGTALK_OWNER) {
        check(message.len <= max);

        copy = mt_arena_str(arena, message);
        check(mt_str_eq(copy, message));
    }
}


/* A valid signature over random text. */

static void
fuzz_encrypted(mt_arena_t *arena, mt_str_t text)
{
    mt_str_t          message;
    mt_dingtalk_rc_t  rc;

    rc = open_signed(arena, text, &message);
    check_opened(arena, rc, message, text.len);
}


/* A random plaintext: lengths, padding and owner that do not fit. */

static void
fuzz_plain(mt_arena_t *arena, mt_str_t text)
{
    char               padded[44];
    size_t             len;
    uint8_t           *blocks;
    mt_str_t           key, message, text_key = { sizeof(padded), padded };
    mt_dingtalk_rc_t   rc;

    len = text.len / MT_AES_LEN * MT_AES_LEN;

    if (len == 0) {
        return;
    }

    memcpy(padded, keys.aes_key.data, MT_DINGTALK_KEY_LEN);
    padded[MT_DINGTALK_KEY_LEN] = 'A';
    check(mt_base64_decode(arena, text_key, &key) == 0);

    blocks = mt_arena_take(arena, len);
    check(blocks != NULL);
    memcpy(blocks, text.data, len);

    check(mt_aes_cbc((const uint8_t *) key.data, (const uint8_t *) key.data,
                     blocks, len, blocks, 1)
          == 0);

    rc = open_signed(arena, mt_base64(arena, (mt_str_t) { len,
                                                  (char *) blocks }),
                     &message);
    check_opened(arena, rc, message, len);
}


static void
fuzz_message(mt_arena_t *arena, mt_str_t text, uint8_t where)
{
    char            *copy;
    size_t           i;
    mt_str_t         message, *parts[4];
    mt_dingtalk_t   *sealed, spoilt;

    sealed = mt_dingtalk_seal(arena, &keys, text, FUZZ_NOW);
    check(sealed != NULL);
    check(mt_dingtalk_open(arena, &keys, sealed, &message) == MT_DINGTALK_OK);
    check(mt_str_eq(message, text));

    parts[0] = &spoilt.encrypt;
    parts[1] = &spoilt.signature;
    parts[2] = &spoilt.timestamp;
    parts[3] = &spoilt.nonce;

    for (i = 0; i < mt_nitems(parts); i++) {
        spoilt = *sealed;
        copy = mt_arena_take(arena, parts[i]->len);
        check(copy != NULL);

        memcpy(copy, parts[i]->data, parts[i]->len);
        copy[where % parts[i]->len] ^= 0x01;
        parts[i]->data = copy;

        check(mt_dingtalk_open(arena, &keys, &spoilt, &message)
              == MT_DINGTALK_SIGNATURE);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_str_t     text;
    mt_arena_t  *arena;

    if (size == 0 || mt_crypto_init() != 0) {
        return 0;
    }

    text.data = (const char *) data + 1;
    text.len = size - 1;

    arena = mt_arena_create(FUZZ_MEMORY);
    check(arena != NULL);

    switch (data[0] % 4) {

    case 0:
        fuzz_encrypted(arena, text);
        break;

    case 1:
        fuzz_plain(arena, text);
        break;

    case 2:
        fuzz_message(arena, text, data[0]);
        break;

    default:
        fuzz_body(arena, text);
    }

    mt_arena_destroy(arena);

    return 0;
}
