
#include "base/mt_aes.h"


#if defined(__x86_64__)

#include <immintrin.h>


#define MT_NATIVE  __attribute__((target("aes,ssse3")))


int
mt_aes_native(void)
{
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("ssse3");
}


/* Each word of a round's key is one of two rounds before and all words of that
 * round up to it. */

static inline MT_NATIVE __m128i
mt_aes_fold(__m128i words)
{
    words = _mm_xor_si128(words, _mm_slli_si128(words, 4));

    return _mm_xor_si128(words, _mm_slli_si128(words, 8));
}


/*
 * The last word of a round's key, rotated or not, through the S-box, into all
 * four.  A cipher's last round does this: where all columns are equal its
 * shifting of rows has no effect, and what it adds may be the constant of the
 * key's round.  The instruction that is meant for it takes three times as
 * long.
 */

static inline MT_NATIVE __m128i
mt_aes_word(__m128i words, __m128i which, __m128i constant)
{
    return _mm_aesenclast_si128(_mm_shuffle_epi8(words, which), constant);
}


MT_NATIVE void
mt_aes_native_keys(mt_aes_keys_t *keys, const uint8_t *key, int encrypt)
{
    int      i;
    __m128i  even, odd, rotated, straight, round[MT_AES_ROUNDS + 1];

    rotated = _mm_set1_epi32(0x0c0f0e0d);
    straight = _mm_set1_epi32(0x0f0e0d0c);

    even = _mm_loadu_si128((const __m128i *) (const void *) key);
    odd = _mm_loadu_si128((const __m128i *) (const void *) (key + MT_AES_LEN));

    round[0] = even;
    round[1] = odd;

    for (i = 2; i <= MT_AES_ROUNDS; i++) {

        if (i & 1) {
            odd = _mm_xor_si128(mt_aes_fold(odd),
                                mt_aes_word(even, straight,
                                            _mm_setzero_si128()));
            round[i] = odd;

        } else {
            even = _mm_xor_si128(mt_aes_fold(even),
                                 mt_aes_word(odd, rotated,
                                             _mm_set1_epi32(1 << (i / 2 - 1)))
                                );
            round[i] = even;
        }
    }

    for (i = 0; i <= MT_AES_ROUNDS; i++) {
        even = encrypt ? round[i] : round[MT_AES_ROUNDS - i];

        if (!encrypt && i > 0 && i < MT_AES_ROUNDS) {
            even = _mm_aesimc_si128(even);
        }

        _mm_store_si128((__m128i *) (void *) keys->round[i], even);
    }
}


static inline MT_NATIVE __m128i
mt_aes_round(const mt_aes_keys_t *keys, int i)
{
    return _mm_load_si128((const __m128i *) (const void *) keys->round[i]);
}


static inline MT_NATIVE __m128i
mt_aes_encrypted(const mt_aes_keys_t *keys, __m128i block)
{
    int  i;

    block = _mm_xor_si128(block, mt_aes_round(keys, 0));

    for (i = 1; i < MT_AES_ROUNDS; i++) {
        block = _mm_aesenc_si128(block, mt_aes_round(keys, i));
    }

    return _mm_aesenclast_si128(block, mt_aes_round(keys, i));
}


MT_NATIVE void
mt_aes_native_block(const mt_aes_keys_t *keys, const uint8_t *in,
    uint8_t *out, int encrypt)
{
    int      i;
    __m128i  block;

    block = _mm_loadu_si128((const __m128i *) (const void *) in);

    if (encrypt) {
        block = mt_aes_encrypted(keys, block);

    } else {
        block = _mm_xor_si128(block, mt_aes_round(keys, 0));

        for (i = 1; i < MT_AES_ROUNDS; i++) {
            block = _mm_aesdec_si128(block, mt_aes_round(keys, i));
        }

        block = _mm_aesdeclast_si128(block, mt_aes_round(keys, i));
    }

    _mm_storeu_si128((__m128i *) (void *) out, block);
}


/* x times a block, in the field that RFC 4493 has its subkeys from. */

static void
mt_aes_double(uint8_t block[MT_AES_LEN])
{
    uint64_t  high, low, carry;

    high = mt_get_u64(block);
    low = mt_get_u64(block + 8);
    carry = 0 - (high >> 63);

    (void) mt_put_u64(block, high << 1 | low >> 63);
    (void) mt_put_u64(block + 8, low << 1 ^ (carry & 0x87));
}


MT_NATIVE void
mt_aes_native_mac(const mt_aes_keys_t *keys, const mt_str_t *parts, size_t n,
    uint8_t *out)
{
    size_t   i, k, len;
    uint8_t  subkey[MT_AES_LEN], block[MT_AES_LEN];
    __m128i  mac;

    mac = _mm_setzero_si128();
    len = 0;

    _mm_storeu_si128((__m128i *) (void *) subkey, mt_aes_encrypted(keys, mac));
    mt_aes_double(subkey);

    /* a full block is the last one until something follows it */

    for (i = 0; i < n; i++) {
        for (k = 0; k < parts[i].len; k++) {

            if (len == MT_AES_LEN) {
                mac = _mm_xor_si128(mac, _mm_loadu_si128((__m128i *)
                                                         (void *) block));
                mac = mt_aes_encrypted(keys, mac);
                len = 0;
            }

            block[len++] = (uint8_t) parts[i].data[k];
        }
    }

    if (len < MT_AES_LEN) {
        block[len++] = 0x80;
        memset(block + len, 0, MT_AES_LEN - len);
        mt_aes_double(subkey);
    }

    mac = _mm_xor_si128(mac, _mm_loadu_si128((__m128i *) (void *) block));
    mac = _mm_xor_si128(mac, _mm_loadu_si128((__m128i *) (void *) subkey));

    _mm_storeu_si128((__m128i *) (void *) out, mt_aes_encrypted(keys, mac));
}

#else

int
mt_aes_native(void)
{
    return 0;
}


void
mt_aes_native_keys(mt_aes_keys_t *keys, const uint8_t *key, int encrypt)
{
    (void) keys;
    (void) key;
    (void) encrypt;
}


void
mt_aes_native_block(const mt_aes_keys_t *keys, const uint8_t *in,
    uint8_t *out, int encrypt)
{
    (void) keys;
    (void) in;
    (void) out;
    (void) encrypt;
}


void
mt_aes_native_mac(const mt_aes_keys_t *keys, const mt_str_t *parts, size_t n,
    uint8_t *out)
{
    (void) keys;
    (void) parts;
    (void) n;
    (void) out;
}

#endif
