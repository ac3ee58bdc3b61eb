
/*
 * The cryptography the product needs, over OpenSSL's EVP.  Algorithms are
 * fetched once per process (a fetch per call costs three times the hash).
 * All functions are safe to call from any thread after mt_crypto_init().
 */

#ifndef MT_CRYPTO_H
#define MT_CRYPTO_H

#include "base/mt_base.h"


#define MT_SHA1_LEN      20
#define MT_MD5_LEN       16
#define MT_SHA256_LEN    32
#define MT_AES_LEN       16
#define MT_AES_KEY_LEN   32
#define MT_MAC_LEN       MT_AES_LEN


/* Fetches the algorithms.  0, or -1 when OpenSSL lacks one.  Idempotent. */
int mt_crypto_init(void);

/* Digests of the parts, one after another.  0, or -1 on an OpenSSL failure. */
int mt_sha1(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA1_LEN]);
int mt_md5(const mt_str_t *parts, size_t n, uint8_t out[MT_MD5_LEN]);
int mt_sha256(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA256_LEN]);

/* A MAC of the parts, one after another: AES-256-CMAC (RFC 4493, NIST SP
 * 800-38B), which costs half of an HMAC of something short.  Nothing in it
 * tells where one part ends.  0, or -1 on an OpenSSL failure or for a key that
 * is not of MT_AES_KEY_LEN bytes. */
int mt_mac(mt_str_t key, const mt_str_t *parts, size_t n,
    uint8_t out[MT_MAC_LEN]);

/* One block of AES-256 on its own: a permutation of 16 bytes under the key,
 * and its inverse.  0, or -1 on an OpenSSL failure. */
int mt_aes_encrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN]);
int mt_aes_decrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN]);

/* AES-256-CBC of whole blocks, without padding; out may be in.  0 or -1. */
int mt_aes_cbc(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t iv[MT_AES_LEN], const uint8_t *in, size_t len,
    uint8_t *out, int encrypt);

/* Random bytes from the operating system's generator.  0 or -1. */
int mt_random(void *out, size_t len);

/* Random text of `len` characters, each of the alphabet (at most 256) as
 * likely as any other; empty without randomness or memory. */
mt_str_t mt_random_text(mt_arena_t *arena, mt_str_t alphabet, size_t len);

/* 1 when equal; takes the same time wherever they differ. */
int mt_secret_eq(mt_str_t a, mt_str_t b);

/* Hex of n bytes into out[2n] (no NUL). */
void mt_hex_lower(const uint8_t *in, size_t n, char *out);
void mt_hex_upper(const uint8_t *in, size_t n, char *out);

/* The n bytes of 2n lower-case hex digits; of digits in any case.  0, or -1
 * for anything else. */
int mt_hex_decode(mt_str_t hex, uint8_t *out, size_t n);
int mt_hex_decode_any(mt_str_t hex, uint8_t *out, size_t n);

/* Base64 with padding, in the arena.  Decoding is strict: 0, or -1 when it is
 * not Base64 or memory is out. */
mt_str_t mt_base64(mt_arena_t *arena, mt_str_t in);
int mt_base64_decode(mt_arena_t *arena, mt_str_t in, mt_str_t *out);

/*
 * A password as the store keeps it: "scrypt$<log2 N>$<r>$<p>$<salt>$<hash>"
 * over the lower-case hex MD5 of the password (PROTOCOL: weclubs clients send
 * only that MD5).  Takes tens of milliseconds and 16 MiB: never call it on an
 * event loop.
 *
 * mt_password_hash(): an empty string on failure.
 * mt_password_check(): 1 right, 0 wrong (or `stored` is not of this form), -1
 * when it could not be hashed.
 */
mt_str_t mt_password_hash(mt_arena_t *arena, mt_str_t md5_hex);
int mt_password_check(mt_str_t stored, mt_str_t md5_hex);

#endif /* MT_CRYPTO_H */
