
#include "base/mt_crypto.h"

#include <openssl/evp.h>


int
mt_aes_cbc(const uint8_t key[MT_AES_KEY_LEN], const uint8_t iv[MT_AES_LEN],
    const uint8_t *in, size_t len, uint8_t *out, int encrypt)
{
    int              rc, n;
    EVP_CIPHER_CTX  *ctx;

    if (len % MT_AES_LEN != 0 || len > INT32_MAX) {
        return -1;
    }

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return -1;
    }

    n = 0;
    rc = EVP_CipherInit_ex2(ctx, EVP_aes_256_cbc(), key, iv, encrypt, NULL);

    if (rc == 1) {
        rc = EVP_CIPHER_CTX_set_padding(ctx, 0);
    }

    if (rc == 1) {
        rc = EVP_CipherUpdate(ctx, out, &n, in, (int) len);
    }

    EVP_CIPHER_CTX_free(ctx);

    return rc == 1 && (size_t) n == len ? 0 : -1;
}
