
#include "base/mt_aes.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>


#define MT_SCRYPT_LOG_N     14
#define MT_SCRYPT_R         8
#define MT_SCRYPT_P         1
#define MT_SCRYPT_SALT      16           /* random bytes; hex in the store */
#define MT_SCRYPT_HASH      32

/* What a stored password may ask for, lest it eat the server. */
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
 * OpenSSL's contexts take longer to make than a short digest takes, and a key
 * longer to set up than a block takes: each thread keeps its own, with the
 * keys that were used last.  They are never freed: a thread that ends with its
 * process would do so while OpenSSL cleans up after itself.
 */

typedef struct {
    int      set;
    uint8_t  key[MT_AES_KEY_LEN];
} mt_kept_key_t;

typedef struct mt_contexts_s  mt_contexts_t;

struct mt_contexts_s {
    mt_contexts_t   *next;               /* of all threads' */
    EVP_MD_CTX      *md;
    EVP_CIPHER_CTX  *mac;
    mt_kept_key_t    mac_key;
    uint8_t          mac_last[2][MT_AES_LEN];    /* added to a last block that
                                                    was padded; that was not */
    EVP_CIPHER_CTX  *aes[2];             /* decrypts; encrypts */
    mt_kept_key_t    aes_key[2];

    /* in place of these two kinds, where the processor knows AES */
    mt_aes_keys_t    native_mac;
    mt_aes_keys_t    native[2];
};


static mt_contexts_t *mt_contexts(void);
static void mt_contexts_free(mt_contexts_t *contexts);
static int mt_key_kept(const mt_kept_key_t *kept,
    const uint8_t key[MT_AES_KEY_LEN]);
static void mt_key_keep(mt_kept_key_t *kept,
    const uint8_t key[MT_AES_KEY_LEN]);
static int mt_mac_key(mt_contexts_t *contexts,
    const uint8_t key[MT_AES_KEY_LEN]);
static void mt_mac_double(const uint8_t in[MT_AES_LEN],
    uint8_t out[MT_AES_LEN]);
static void mt_xor(uint8_t *p, const uint8_t *with, size_t n);
static int mt_encipher(EVP_CIPHER_CTX *ctx, uint8_t block[MT_AES_LEN]);
static int mt_digest(const EVP_MD *md, const mt_str_t *parts, size_t n,
    uint8_t *out);
static int mt_aes_block(const uint8_t *key, const uint8_t *in, uint8_t *out,
    int encrypt);
static int mt_scrypt(mt_str_t md5_hex, mt_str_t salt, const int64_t cost[3],
    char hex[2 * MT_SCRYPT_HASH]);
static int mt_password_split(mt_str_t stored, mt_str_t *parts);


/* Written by mt_crypto_init(), then only read. */
static EVP_MD         *mt_md_sha1;
static EVP_MD         *mt_md_md5;
static EVP_MD         *mt_md_sha256;
static EVP_CIPHER     *mt_cipher_aes;
static pthread_key_t   mt_contexts_key;
static int             mt_crypto_ready;
static int             mt_native;

static mt_contexts_t    *mt_contexts_all;
static pthread_mutex_t   mt_contexts_lock = PTHREAD_MUTEX_INITIALIZER;


int
mt_crypto_init(void)
{
    if (mt_crypto_ready) {
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

    mt_native = mt_aes_native();
    mt_crypto_ready = 1;

    return 0;
}


int
mt_crypto_native(int native)
{
    int             was;
    mt_contexts_t  *contexts;

    was = mt_native;
    mt_native = native && mt_aes_native();

    /* one way's keys are not the other's */

    contexts = mt_contexts();

    if (contexts) {
        contexts->mac_key.set = 0;
        contexts->aes_key[0].set = 0;
        contexts->aes_key[1].set = 0;
    }

    return was;
}


/* This thread's; NULL without memory, or before mt_crypto_init(). */

static mt_contexts_t *
mt_contexts(void)
{
    mt_contexts_t  *contexts;

    if (!mt_crypto_ready) {
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
    contexts->mac = EVP_CIPHER_CTX_new();
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


/* Of what could not be made whole. */

static void
mt_contexts_free(mt_contexts_t *contexts)
{
    EVP_MD_CTX_free(contexts->md);
    EVP_CIPHER_CTX_free(contexts->mac);
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


/*
 * CMAC (NIST SP 800-38B), of blocks that OpenSSL enciphers: its own takes four
 * times as long, for it sets up a chain of blocks anew for each message.
 */

int
mt_mac(mt_str_t key, const mt_str_t *parts, size_t n, uint8_t out[MT_MAC_LEN])
{
    size_t          i, len, take;
    mt_str_t        rest;
    mt_contexts_t  *contexts;

    contexts = key.len == MT_AES_KEY_LEN ? mt_contexts() : NULL;

    if (contexts == NULL
        || mt_mac_key(contexts, (const uint8_t *) key.data) != 0)
    {
        return -1;
    }

    if (mt_native) {
        mt_aes_native_mac(&contexts->native_mac, parts, n, out);
        return 0;
    }

    memset(out, 0, MT_MAC_LEN);
    len = 0;

    for (i = 0; i < n; i++) {

        for (rest = parts[i]; rest.len; rest.len -= take, rest.data += take) {

            /* the last block is not enciphered before it is known as such */

            if (len == MT_AES_LEN) {
                if (mt_encipher(contexts->mac, out) != 0) {
                    return -1;
                }

                len = 0;
            }

            take = rest.len < MT_AES_LEN - len ? rest.len : MT_AES_LEN - len;

            mt_xor(out + len, (const uint8_t *) rest.data, take);
            len += take;
        }
    }

    if (len < MT_AES_LEN) {
        out[len] ^= 0x80;
    }

    mt_xor(out, contexts->mac_last[len == MT_AES_LEN], MT_AES_LEN);

    return mt_encipher(contexts->mac, out);
}


/* Under the key that was used last, most times. */

static int
mt_mac_key(mt_contexts_t *contexts, const uint8_t key[MT_AES_KEY_LEN])
{
    uint8_t  zeros[MT_AES_LEN];

    if (mt_key_kept(&contexts->mac_key, key)) {
        return 0;
    }

    if (mt_native) {
        mt_aes_native_keys(&contexts->native_mac, key, 1);
        mt_key_keep(&contexts->mac_key, key);
        return 0;
    }

    contexts->mac_key.set = 0;
    memset(zeros, 0, MT_AES_LEN);

    if (EVP_CipherInit_ex2(contexts->mac, mt_cipher_aes, key, NULL, 1, NULL)
        != 1
        || mt_encipher(contexts->mac, zeros) != 0)
    {
        return -1;
    }

    mt_mac_double(zeros, contexts->mac_last[1]);
    mt_mac_double(contexts->mac_last[1], contexts->mac_last[0]);
    OPENSSL_cleanse(zeros, MT_AES_LEN);

    mt_key_keep(&contexts->mac_key, key);

    return 0;
}


/* In the field of 2^128 elements. */

static void
mt_mac_double(const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN])
{
    uint64_t  high, low, carry;

    high = mt_get_u64(in);
    low = mt_get_u64(in + 8);
    carry = 0 - (high >> 63);

    (void) mt_put_u64(out, high << 1 | low >> 63);
    (void) mt_put_u64(out + 8, low << 1 ^ (carry & 0x87));
}


static inline void
mt_xor(uint8_t *p, const uint8_t *with, size_t n)
{
    uint64_t  one, two;

    for ( /* void */ ; n >= sizeof(one); n -= sizeof(one)) {
        memcpy(&one, p, sizeof(one));
        memcpy(&two, with, sizeof(two));
        one ^= two;
        memcpy(p, &one, sizeof(one));

        p += sizeof(one);
        with += sizeof(two);
    }

    for ( /* void */ ; n; n--) {
        *p++ ^= *with++;
    }
}


/* 0 or -1. */

static int
mt_encipher(EVP_CIPHER_CTX *ctx, uint8_t block[MT_AES_LEN])
{
    int  len;

    len = 0;

    return EVP_CipherUpdate(ctx, block, &len, block, MT_AES_LEN) == 1
           && len == MT_AES_LEN ? 0 : -1;
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

    if (mt_native) {
        if (!mt_key_kept(&contexts->aes_key[encrypt], key)) {
            mt_aes_native_keys(&contexts->native[encrypt], key, encrypt);
            mt_key_keep(&contexts->aes_key[encrypt], key);
        }

        mt_aes_native_block(&contexts->native[encrypt], in, out, encrypt);
        return 0;
    }

    rc = 1;
    ctx = contexts->aes[encrypt];

    if (!mt_key_kept(&contexts->aes_key[encrypt], key)) {
        contexts->aes_key[encrypt].set = 0;
        rc = EVP_CipherInit_ex2(ctx, mt_cipher_aes, key, NULL, encrypt, NULL);

        /* else decryption would keep the block back, as the padded last one */
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


/* Eight bytes at a time.  The compiler may not know what the difference is
 * worth, or it could stop at the first. */

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


/* The salt is used as it is spelt; cost is log2 N, r, p. */

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

    /* OpenSSL itself refuses what would pass MT_SCRYPT_MAX_MEM */
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
