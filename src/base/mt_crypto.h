
/*
 * Cryptography over OpenSSL's EVP.  Algorithms are fetched once per process,
 * as a fetch per call costs three times the hash.  After mt_crypto_init() all
 * functions may be called from any thread.
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


/* Fetches the algorithms; may be called again.  Returns 0, or -1 if OpenSSL
 * lacks one. */
int mt_crypto_init(void);

/* Digests of the concatenated parts.  Return 0, or -1 on failure. */
int mt_sha1(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA1_LEN]);
int mt_md5(const mt_str_t *parts, size_t n, uint8_t out[MT_MD5_LEN]);
int mt_sha256(const mt_str_t *parts, size_t n, uint8_t out[MT_SHA256_LEN]);

/* AES-256-CMAC (RFC 4493, NIST SP 800-38B) of the concatenated parts, so the
 * caller must make the ends of parts unambiguous.  For short input it costs
 * half of an HMAC.  Returns 0, or -1 on failure or for a key that is not
 * MT_AES_KEY_LEN bytes long. */
int mt_mac(mt_str_t key, const mt_str_t *parts, size_t n,
    uint8_t out[MT_MAC_LEN]);

/* A single block of AES-256: a permutation of 16 bytes, and its inverse.
 * Return 0, or -1 on failure. */
int mt_aes_encrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN]);
int mt_aes_decrypt_block(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t in[MT_AES_LEN], uint8_t out[MT_AES_LEN]);

/* AES-256-CBC of whole blocks, without padding; out may be in.  Returns 0, or
 * -1 on failure. */
int mt_aes_cbc(const uint8_t key[MT_AES_KEY_LEN],
    const uint8_t iv[MT_AES_LEN], const uint8_t *in, size_t len,
    uint8_t *out, int encrypt);

/* Random bytes from the operating system.  Returns 0, or -1 on failure. */
int mt_random(void *out, size_t len);

/* Returns random text of `len` characters, uniform over the alphabet of at
 * most 256; an empty string without randomness or memory. */
mt_str_t mt_random_text(mt_arena_t *arena, mt_str_t alphabet, size_t len);

/* Compares in constant time for a length.  Returns 1 if equal, else 0. */
int mt_secret_eq(mt_str_t a, mt_str_t b);

/* Write 2n hex digits of n bytes, no NUL. */
void mt_hex_lower(const uint8_t *in, size_t n, char *out);
void mt_hex_upper(const uint8_t *in, size_t n, char *out);

/* Decode 2n hex digits, lower-case ones or of any case.  Return 0, or -1 for
 * anything else. */
int mt_hex_decode(mt_str_t hex, uint8_t *out, size_t n);
int mt_hex_decode_any(mt_str_t hex, uint8_t *out, size_t n);

/* Returns Base64 with padding; an empty string without memory. */
mt_str_t mt_base64(mt_arena_t *arena, mt_str_t in);

/* Strict: canonical Base64 with padding.  Returns 0, or -1 for anything else
 * or without memory. */
int mt_base64_decode(mt_arena_t *arena, mt_str_t in, mt_str_t *out);

/* Base32 in Crockford's alphabet, without padding: digits and upper-case
 * letters, as QR codes pack them best.  mt_base32() returns the text, empty
 * without memory.  mt_base32_decode() takes lower case, too, writes at most
 * `max` bytes and returns their number, or -1 for anything else. */
mt_str_t mt_base32(mt_arena_t *arena, mt_str_t in);
int mt_base32_decode(mt_str_t in, uint8_t *out, size_t max);

/*
 * Stored passwords: "scrypt$<log2 N>$<r>$<p>$<salt>$<hash>" over the MD5 of
 * the password in lower-case hex (PROTOCOL: weclubs clients send only that).
 * Hashing takes tens of milliseconds and 16 MiB: never on an event loop.
 */

/* Returns the stored form, or an empty string on failure. */
mt_str_t mt_password_hash(mt_arena_t *arena, mt_str_t md5_hex);

/* Returns 1 if right, 0 if wrong or `stored` has another form, -1 on
 * failure. */
int mt_password_check(mt_str_t stored, mt_str_t md5_hex);

#endif /* MT_CRYPTO_H */
