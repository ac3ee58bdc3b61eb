
/*
 * AES-256 by the processor's own instructions, for mt_crypto.c: what is
 * ciphered here is a block or two at a time, and by OpenSSL the way to a block
 * takes twenty times as long as the block, and the way to a key even more.
 */

#ifndef MT_AES_H
#define MT_AES_H

#include "base/mt_crypto.h"


#define MT_AES_ROUNDS  14

/* Those of decryption are others. */
typedef struct {
    _Alignas(16) uint8_t  round[MT_AES_ROUNDS + 1][MT_AES_LEN];
} mt_aes_keys_t;

/* 1 where the processor has them, else nothing else of here may be called. */
int mt_aes_native(void);

void mt_aes_native_keys(mt_aes_keys_t *keys, const uint8_t *key, int encrypt);
void mt_aes_native_block(const mt_aes_keys_t *keys, const uint8_t *in,
    uint8_t *out, int encrypt);

/* The CMAC of the parts, one after another; keys: of encryption. */
void mt_aes_native_mac(const mt_aes_keys_t *keys, const mt_str_t *parts,
    size_t n, uint8_t *out);

#endif /* MT_AES_H */
