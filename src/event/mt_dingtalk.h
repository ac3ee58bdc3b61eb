
/*
 * The callback scheme that h5yes' document takes over from DingTalk: messages
 * are encrypted with AES-256-CBC under a key of 43 Base64 characters, and
 * signed with a token.  Sender and receiver use the same scheme.
 *
 *     encrypt        Base64(AES(16 random bytes, length of the message as 4
 *                    bytes, message, owner; PKCS#7 to blocks of 32))
 *     msg_signature  SHA-1 of token, timestamp, nonce and encrypt, in
 *                    ascending order of bytes, joined, as lower-case hex
 *
 * Strings that are returned are in the arena.  Any thread may call these.
 */

#ifndef MT_DINGTALK_H
#define MT_DINGTALK_H

#include "json/mt_json.h"


#define MT_DINGTALK_KEY_LEN    43
#define MT_DINGTALK_TOKEN_LEN  16       /* of tokens made here */
#define MT_DINGTALK_RANDOM     16


typedef struct {
    mt_str_t  aes_key;                  /* 43 characters */
    mt_str_t  token;
    mt_str_t  owner;                    /* appkey */
} mt_dingtalk_keys_t;

/* The four members of a sealed message. */
#define MT_DINGTALK_FIELDS(F, M)                                              \
    F(M, 1, STR, encrypt,       0, INT32_MAX, NULL)                           \
    F(M, 2, STR, signature,     0, INT32_MAX, NULL)                           \
    F(M, 3, STR, timestamp,     0, INT32_MAX, NULL)                           \
    F(M, 4, STR, nonce,         0, INT32_MAX, NULL)

MT_DECLARE_MODEL(dingtalk, MT_DINGTALK_FIELDS);

/* {"encrypt", "msg_signature", "timeStamp", "nonce"} */
extern const mt_json_table_t  mt_dingtalk_table;


/* The faults of a received message. */

typedef enum {
    MT_DINGTALK_OK,
    MT_DINGTALK_FORM,            /* members are missing, or no Base64 */
    MT_DINGTALK_SIGNATURE,
    MT_DINGTALK_KEY,             /* this key cannot decrypt it */
    MT_DINGTALK_OWNER            /* it is for another appkey */
} mt_dingtalk_rc_t;


/* Makes a key of 43 and a token of 16 characters.  Returns 0, or -1 without
 * randomness or memory. */
int mt_dingtalk_make_keys(mt_arena_t *arena, mt_str_t *aes_key,
    mt_str_t *token);

/* Encrypts and signs a message at `now` (ms).  Returns NULL without randomness
 * or memory. */
mt_dingtalk_t *mt_dingtalk_seal(mt_arena_t *arena,
    const mt_dingtalk_keys_t *keys, mt_str_t message, int64_t now);

/* Checks the signature, then decrypts.  *message is set with MT_DINGTALK_OK
 * and MT_DINGTALK_OWNER alone. */
mt_dingtalk_rc_t mt_dingtalk_open(mt_arena_t *arena,
    const mt_dingtalk_keys_t *keys, const mt_dingtalk_t *sealed,
    mt_str_t *message);

/* The same for the JSON object of the four members. */
mt_dingtalk_rc_t mt_dingtalk_open_json(mt_arena_t *arena,
    const mt_dingtalk_keys_t *keys, mt_str_t body, mt_str_t *message);


/* The steps, for tests against published vectors.  Return 0 or -1. */
int mt_dingtalk_encrypt(mt_arena_t *arena, const mt_dingtalk_keys_t *keys,
    const uint8_t random[MT_DINGTALK_RANDOM], mt_str_t message,
    mt_str_t *encrypted);
int mt_dingtalk_sign(mt_str_t token, const mt_dingtalk_t *sealed,
    char hex[40]);

#endif /* MT_DINGTALK_H */
