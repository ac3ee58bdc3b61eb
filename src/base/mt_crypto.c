
#include "base/mt_crypto.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>


#define MT_SCRYPT_LOG_N     14
#define MT_SCRYPT_R         8
#define MT_SCRYPT_P         1
#define MT_SCRYPT_SALT      16           /* random bytes; hex in the store */
#define MT_SCRYPT_HASH      32

/* limits of a stored password's cost */
#define MT_SCRYPT_MAX_P     16
#define MT_SCRYPT_MAX_MEM   (64 * 1024 * 1024)


/* the parts of "scrypt$<log2 N>$<r>$<p>$<salt>$<hash>" */

typedef enum {
    MT_PASSWORD_NAME,
    MT_PASSWORD_LOG_N,
    MT_PASSWORD_R,
    MT_PASSWORD_P,
    MT_PASSWORD_SALT,
    MT_PASSWORD_HASH,
    MT_PASSWORD_PARTS
} mt_password_part_t;


/*
 * Making an OpenSSL context takes longer than a short digest, and setting a
 * key longer than a block, so each thread keeps contexts with the last keys.
 * They are never freed: a thread that ends with its process would free them
 * while OpenSSL cleans up.
 */

typedef struct {
    int      set;
    uint8_t  key[MT_AES_KEY_LEN];
} mt_kept_key_t;

typedef struct mt_contexts_s  mt_contexts_t;

struct mt_contexts_s {
    mt_contexts_t   *next;               /* of another thread */
    EVP_MD_CTX      *md;
    EVP_MAC_CTX     *mac;
    mt_kept_key_t    mac_key;
    EVP_CIPHER_CTX  *aes[2];             /* decrypts; encrypts */
    mt_kept_key_t    aes_key[2];
};


static mt_contexts_t *mt_contexts(void);
static EVP_MAC_CTX *mt_mac_context(void);
static void mt_contexts_free(mt_contexts_t *contexts);
static int mt_key_kept(const mt_kept_key_t *kept,
    const uint8_t key[MT_AES_KEY_LEN]);
static void mt_key_keep(mt_kept_key_t *kept,
    const uint8_t key[MT_AES_KEY_LEN]);
static int mt_digest(const EVP_MD *md, const mt_str_t *parts, size_t n,
    uint8_t *out);
static int mt_aes_block(const uint8_t *key, const uint8_t *in, uint8_t *out,
    int encrypt);
static int mt_scrypt(mt_str_t md5_hex, mt_str_t salt, const int64_t cost[3],
    char hex[2 * MT_SCRYPT_HASH]);
static int mt_password_split(mt_str_t stored, mt_str_t *parts);


/* set by mt_crypto_init(), constant then */
static EVP_MD        *mt_md_sha1;
static EVP_MD        *mt_md_md5;
static EVP_MD        *mt_md_sha256;
static EVP_CIPHER    *mt_cipher_aes;
static EVP_MAC       *mt_mac_cmac;
static pthread_key_t  mt_contexts_key;

static mt_contexts_t    *mt_contexts_all;
static pthread_mutex_t   mt_contexts_lock = PTHREAD_MUTEX_INITIALIZER;


int
mt_crypto_init(void)
{
    if (mt_mac_cmac) {
        return 0;
    }

    mt_md_sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    mt_md_md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    mt_md_sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);

    mt_cipher_aes = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);

    if (!mt_md_sha1 || !mt_md_md5 || !mt_md_sha256 || !mt_cipher_aes) {
        return -1;
    }

    if (pthread_key_create(&mt_contexts_key, NULL) != 0) {
        return -1;
    }

    mt_mac_cmac = EVP_MAC_fetch(NULL, "CMAC", NULL);

    return mt_mac_cmac ? 0 : -1;
}


/* Returns this thread's contexts; NULL without memory or before
 * mt_crypto_init(). */

static mt_contexts_t *
mt_contexts(void)
{
    mt_contexts_t  *contexts;

    if (mt_mac_cmac == NULL) {
        return NULL;
    }

    contexts = pthread_getspecific(mt_contexts_key);
    if (contexts) {
        return contexts;
    }

    contexts = calloc(1, sizeof(*contexts));
    if (contexts == NULL) {
        return NULL;
    }

    contexts->md = EVP_MD_CTX_new();
    contexts->mac = mt_mac_context();
    contexts->aes[0] = EVP_CIPHER_CTX_new();
    contexts->aes[1] = EVP_CIPHER_CTX_new();

    if (contexts->md == NULL || contexts->mac == NULL
        || contexts->aes[0] == NULL || contexts->aes[1] == NULL
        || pthread_setspecific(mt_contexts_key, contexts) != 0)
    {
        mt_contexts_free(contexts);
        return NULL;
    }

    pthread_mutex_lock(&mt_contexts_lock);
    contexts->next = mt_contexts_all;
    mt_contexts_all = contexts;
    pthread_mutex_unlock(&mt_contexts_lock);

    return contexts;
}


/* Returns a cipher context without a key; NULL without memory. */

static EVP_MAC_CTX *
mt_mac_context(void)
{
    OSSL_PARAM    params[2];
    EVP_MAC_CTX  *ctx;
    static char   cipher[] = "AES-256-CBC";

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER,
                                                 cipher, 0);
    params[1] = OSSL_PARAM_construct_end();

    ctx = EVP_MAC_CTX_new(mt_mac_cmac);

    if (ctx && EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }

    return ctx;
}


/* Frees contexts that could not all be made. */

static void
mt_contexts_free(mt_contexts_t *contexts)
{
    EVP_MD_CTX_free(contexts->md);
    EVP_MAC_CTX_free(contexts->mac);
    EVP_CIPHER_CTX_free(contexts->aes[0]);
    EVP_CIPHER_CTX_free(contexts->aes[1]);
    OPENSSL_cleanse(contexts, sizeof(*contexts));
    free(contexts);
}


static int
mt_key_kept(const mt_kept_key_t *kept, const uint8_t key[MT_AES_KEY_LEN])
{
    return kept->set && memcmp(kept->key, key, MT_AES_KEY_LEN) == 0;
}


static void
mt_key_keep(mt_kept_key_t *kept, const uint8_t key[MT_AES_KEY_LEN])
{
    memcpy(kept->key, key, MT_AES_KEY_LEN);
    kept->set = 1;
}


static int
mt_digest(const EVP_MD *md, const mt_str_t *parts, size_t n, uint8_t *out)
{
    int             rc;
    size_t          i;
    mt_contexts_t  *contexts;

    contexts = mt_contexts();
    if (contexts == NULL) {
        return -1;
    }

    rc = EVP_DigestInit_ex2(contexts->md, md, NULL);

    for (i = 0; rc == 1 && i < n; i++) {
        rc = EVP_DigestUpdate(contexts->md, parts[i].data, parts[i].len);
    }

    if (rc == 1) {
        rc = EVP_DigestFinal_ex(contexts->md, out, NULL);
    }

    return rc == 1 ? 0 : -1;
}


int
mt_sha1(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA1_LEN])
{
    return mt_digest(mt_md_sha1, parts, n, out);
}


int
mt_md5(const mt_str_t *parts, size_t n, uint8_t out[MT_MD5_LEN])
{
    return mt_digest(mt_md_md5, parts, n, out);
}


int
mt_sha256(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA256_LEN])
{
    return mt_digest(mt_md_sha256, parts, n, out);
}


int
mt_mac(mt_str_t key, const mt_str_t *parts, size_t n, uint8_t out[MT_MAC_LEN])
{
    int             rc;
    size_t          i, len;
    const uint8_t  *bytes;
    mt_contexts_t  *contexts;

    contexts = key.len == MT_AES_KEY_LEN ? mt_contexts() : NULL;
    if (contexts == NULL) {
        return -1;
    }

    bytes = (const uint8_t *) key.data;

    if (mt_key_kept(&contexts->mac_key, bytes)) {
        rc = EVP_MAC_init(contexts->mac, NULL, 0, NULL);

    } else {
        contexts->mac_key.set = 0;
        rc = EVP_MAC_init(contexts->mac, bytes, MT_AES_KEY_LEN, NULL);

        if (rc == 1) {
            mt_key_keep(&contexts->mac_key, bytes);
        }
    }

    for (i = 0; rc == 1 && i < n; i++) {
        rc = EVP_MAC_update(contexts->mac,
                            (const unsigned char *) parts[i].data,
                            parts[i].len);
    }

    if (rc == 1) {
        rc = EVP_MAC_final(contexts->mac, out, &len, MT_MAC_LEN);
    }

    return rc == 1 ? 0 : -1;
}


static int
mt_aes_block(const uint8_t *key, const uint8_t *in, uint8_t *out,
    int encrypt)
{
    int              rc, len;
    EVP_CIPHER_CTX  *ctx;
    mt_contexts_t   *contexts;

    contexts = mt_contexts();
    if (contexts == NULL) {
        return -1;
    }

    rc = 1;
    ctx = contexts->aes[encrypt];

    if (!mt_key_kept(&contexts->aes_key[encrypt], key)) {
        contexts->aes_key[encrypt].set = 0;
        rc = EVP_CipherInit_ex2(ctx, mt_cipher_aes, key, NULL, encrypt, NULL);

        /* with padding, decryption would hold the last block back */
        if (rc == 1) {
            rc = EVP_CIPHER_CTX_set_padding(ctx, 0);
        }

        if (rc == 1) {
            mt_key_keep(&contexts->aes_key[encrypt], key);
        }
    }

    len = 0;

    if (rc == 1) {
        rc = EVP_CipherUpdate(ctx, out, &len, in, MT_AES_LEN);
    }

    return rc == 1 && len == MT_AES_LEN ? 0 : -1;
}


int
mt_aes_encrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN])
{
    return mt_aes_block(key, in, out, 1);
}


int
mt_aes_decrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN])
{
    return mt_aes_block(key, in, out, 0);
}


int
mt_random(void *out, size_t len)
{
    ssize_t  n;
    uint8_t  *p;

    for (p = out; len; p += n, len -= n) {
        n = getrandom(p, len, 0);

        if (n < 0) {
            if (errno != EINTR) {
                return -1;
            }

            n = 0;
        }
    }

    return 0;
}


mt_str_t
mt_random_text(mt_arena_t *arena, mt_str_t alphabet, size_t len)
{
    char     *text;
    size_t    i, n;
    uint8_t   bytes[32];

    text = mt_arena_take(arena, len);

    for (n = 0; text && n < len; /* void */) {
        if (mt_random(bytes, sizeof(bytes)) != 0) {
            return MT_STR("");
        }

        for (i = 0; i < sizeof(bytes) && n < len; i++) {
            if (bytes[i] < 256 - 256 % alphabet.len) {
                text[n++] = alphabet.data[bytes[i] % alphabet.len];
            }
        }
    }

    return text ? (mt_str_t) { len, text } : MT_STR("");
}


/* Eight bytes at a time.  The difference is volatile, so that the compiler
 * cannot stop at the first one. */

int
mt_secret_eq(mt_str_t a, mt_str_t b)
{
    size_t    i;
    uint64_t  differs, one, two;

    if (a.len != b.len) {
        return 0;
    }

    differs = 0;

    for (i = 0; a.len - i >= sizeof(one); i += sizeof(one)) {
        memcpy(&one, a.data + i, sizeof(one));
        memcpy(&two, b.data + i, sizeof(two));
        differs |= one ^ two;
        __asm__ volatile ("" : "+r" (differs));
    }

    for ( /* void */ ; i < a.len; i++) {
        differs |= (uint8_t) (a.data[i] ^ b.data[i]);
        __asm__ volatile ("" : "+r" (differs));
    }

    return differs == 0;
}


/* The salt is used as text; cost is log2 N, r, p. */

static int
mt_scrypt(mt_str_t md5_hex, mt_str_t salt, const int64_t cost[3],
    char hex[2 * MT_SCRYPT_HASH])
{
    uint8_t  hash[MT_SCRYPT_HASH];

    if (EVP_PBE_scrypt(md5_hex.data, md5_hex.len,
                       (const unsigned char *) salt.data, salt.len,
                       1ULL << cost[0], (uint64_t) cost[1],
                       (uint64_t) cost[2], MT_SCRYPT_MAX_MEM,
                       hash, sizeof(hash))
        != 1)
    {
        return -1;
    }

    mt_hex_lower(hash, sizeof(hash), hex);

    return 0;
}


mt_str_t
mt_password_hash(mt_arena_t *arena, mt_str_t md5_hex)
{
    char      salt_hex[2 * MT_SCRYPT_SALT], hex[2 * MT_SCRYPT_HASH];
    uint8_t   salt[MT_SCRYPT_SALT];
    mt_str_t  salt_str = { sizeof(salt_hex), salt_hex };

    static const int64_t  cost[3] = {
        MT_SCRYPT_LOG_N, MT_SCRYPT_R, MT_SCRYPT_P
    };

    if (mt_random(salt, sizeof(salt)) != 0) {
        return MT_STR("");
    }

    mt_hex_lower(salt, sizeof(salt), salt_hex);

    if (mt_scrypt(md5_hex, salt_str, cost, hex) != 0) {
        return MT_STR("");
    }

    return mt_arena_printf(arena, "scrypt$%d$%d$%d$%.*s$%.*s",
                           MT_SCRYPT_LOG_N, MT_SCRYPT_R, MT_SCRYPT_P,
                           (int) sizeof(salt_hex), salt_hex,
                           (int) sizeof(hex), hex);
}


static int
mt_password_split(mt_str_t stored, mt_str_t *parts)
{
    size_t  i, n, begin;

    n = 0;
    begin = 0;

    for (i = 0; i <= stored.len; i++) {
        if (i < stored.len && stored.data[i] != '$') {
            continue;
        }

        if (n == MT_PASSWORD_PARTS) {
            return -1;
        }

        parts[n].data = stored.data + begin;
        parts[n].len = i - begin;
        n++;
        begin = i + 1;
    }

    return n == MT_PASSWORD_PARTS ? 0 : -1;
}


int
mt_password_check(mt_str_t stored, mt_str_t md5_hex)
{
    char      hex[2 * MT_SCRYPT_HASH];
    int64_t   cost[3];
    mt_str_t  parts[MT_PASSWORD_PARTS], got = { sizeof(hex), hex };

    if (mt_password_split(stored, parts) != 0
        || !mt_str_eq(parts[MT_PASSWORD_NAME], MT_STR("scrypt"))
        || !mt_parse_int(parts[MT_PASSWORD_LOG_N], &cost[0])
        || !mt_parse_int(parts[MT_PASSWORD_R], &cost[1])
        || !mt_parse_int(parts[MT_PASSWORD_P], &cost[2]))
    {
        return 0;
    }

    /* OpenSSL rejects a cost above MT_SCRYPT_MAX_MEM */
    if (cost[0] < 1 || cost[0] > 30 || cost[1] < 1 || cost[1] > 1024
        || cost[2] < 1 || cost[2] > MT_SCRYPT_MAX_P)
    {
        return 0;
    }

    if (mt_scrypt(md5_hex, parts[MT_PASSWORD_SALT], cost, hex) != 0) {
        return -1;
    }

    return mt_secret_eq(parts[MT_PASSWORD_HASH], got);
}
