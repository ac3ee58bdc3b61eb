
#include "base/mt_crypto.h"
#include "tap.h"


static mt_arena_t  *arena;


static mt_str_t
hex(const uint8_t *in, size_t n)
{
    char      *p;
    mt_str_t   s;

    p = mt_arena_alloc(arena, 2 * n);
    mt_hex_lower(in, n, p);

    s.data = p;
    s.len = 2 * n;

    return s;
}


static void
test_base32(void)
{
    size_t    i, j, same, refused;
    char      in[20];
    uint8_t   out[20];
    mt_str_t  text;

    is_str(mt_base32(arena, MT_STR("foobar")), "CSQPYRK1E8", "Base32");

    same = 0;
    refused = 0;

    for (i = 0; i <= sizeof(in); i++) {
        for (j = 0; j < i; j++) {
            in[j] = (char) (j * 37 + i * 101);
        }

        text = mt_base32(arena, (mt_str_t) { i, in });
        same += mt_base32_decode(text, out, sizeof(out)) == (int) i
                && memcmp(in, out, i) == 0;
        refused += i == 0 || mt_base32_decode(text, out, i - 1) == -1;
    }

    is_int(same, 21, "any bytes, there and back");
    is_int(refused, 21, "never beyond the end");
    is_int(mt_base32_decode(MT_STR("csqpyrk1e8"), out, 20), 6, "lower case");
    is_int(mt_base32_decode(MT_STR("CSQPYRK1E9"), out, 20), -1,
           "bits beyond the end");
    is_int(mt_base32_decode(MT_STR("CSQPYRK1E80"), out, 20), -1,
           "a digit too many");
    is_int(mt_base32_decode(MT_STR("CSQPYRK1EU"), out, 20), -1, "no digit");
}


static void
test_digests(void)
{
    uint8_t   out[MT_SHA256_LEN];
    mt_str_t  abc[] = { mt_str("a"), mt_str(""), mt_str("bc") };

    is_int(mt_sha1(abc, 3, out), 0, "SHA-1 of parts");
    is_str(hex(out, MT_SHA1_LEN), "a9993e364706816aba3e25717850c26c9cd0d89d",
           "SHA-1 of abc");

    is_int(mt_md5(abc, 3, out), 0, "MD5 of parts");
    is_str(hex(out, MT_MD5_LEN), "900150983cd24fb0d6963f7d28e17f72",
           "MD5 of abc");

    is_int(mt_sha256(abc, 3, out), 0, "SHA-256 of parts");
    is_str(hex(out, MT_SHA256_LEN),
           "ba7816bf8f01cfea414140de5dae2223"
           "b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");

    is_int(mt_sha1(NULL, 0, out), 0, "SHA-1 of nothing");
    is_str(hex(out, MT_SHA1_LEN), "da39a3ee5e6b4b0d3255bfef95601890afd80709",
           "SHA-1 of nothing");
}


static void
test_random_text(void)
{
    size_t       i, seen[3] = { 0 };
    mt_str_t     text, other;
    mt_arena_t  *arena;

    arena = mt_arena_create(0);

    text = mt_random_text(arena, MT_STR("abc"), 300);
    other = mt_random_text(arena, MT_STR("abc"), 300);

    is_int((int64_t) text.len, 300, "so long");
    ok(!mt_str_eq(text, other), "and another each time");

    for (i = 0; i < text.len && text.data[i] >= 'a' && text.data[i] <= 'c';
         i++)
    {
        seen[text.data[i] - 'a']++;
    }

    is_int((int64_t) i, 300, "of the alphabet");

    /* 100 are expected of each, with a deviation of 8 */
    ok(seen[0] > 40 && seen[1] > 40 && seen[2] > 40, "of all of it");

    is_int((int64_t) mt_random_text(arena, MT_STR("x"), 0).len, 0, "nothing");

    mt_arena_destroy(arena);
}


/* NIST SP 800-38B, appendix D.3 */

static void
test_mac(void)
{
    uint8_t   out[MT_MAC_LEN], bytes[MT_AES_KEY_LEN], text[4 * MT_AES_LEN];
    mt_str_t  key = { sizeof(bytes), (const char *) bytes };
    mt_str_t  parts[2] = { { 7, (const char *) text },
                           { 9, (const char *) text + 7 } };

    is_int(mt_hex_decode(MT_STR("603deb1015ca71be2b73aef0857d7781"
                                "1f352c073b6108d72d9810a30914dff4"),
                         bytes, sizeof(bytes)), 0, "a key");
    is_int(mt_hex_decode(MT_STR("6bc1bee22e409f96e93d7e117393172a"
                                "ae2d8a571e03ac9c9eb76fac45af8e51"
                                "30c81c46a35ce411e5fbc1191a0a52ef"
                                "f69f2445df4f9b17ad2b417be66c3710"),
                         text, sizeof(text)), 0, "a message");

    is_int(mt_mac(key, NULL, 0, out), 0, "the MAC of nothing");
    is_str(hex(out, sizeof(out)), "028962f61b7bf89efc6b551f4667d983",
           "example 9");

    is_int(mt_mac(key, parts, 2, out), 0, "the MAC of parts");
    is_str(hex(out, sizeof(out)), "28a7023f452e8f82bd4bf28d8c37c35c",
           "example 10, under a key that is kept");

    parts[1].len = 33;
    is_int(mt_mac(key, parts, 2, out), 0, "the MAC of more than two blocks");
    is_str(hex(out, sizeof(out)), "aaf3d8f1de5640c232f5b169b9c911e6",
           "example 11");

    parts[1].len = 57;
    is_int(mt_mac(key, parts, 2, out), 0, "the MAC of four blocks");
    is_str(hex(out, sizeof(out)), "e1992190549f6ed5696a2c056c315410",
           "example 12");

    parts[1].len = 9;

    bytes[0] ^= 1;
    is_int(mt_mac(key, parts, 2, out), 0, "another key");
    ok(memcmp(out, "\x28\xa7\x02\x3f", 4) != 0, "makes another MAC");

    bytes[0] ^= 1;
    is_int(mt_mac(key, parts, 2, out), 0, "and back");
    is_str(hex(out, 4), "28a7023f", "keys do not mix");

    key.len--;
    is_int(mt_mac(key, parts, 2, out), -1, "a key that is too short");
}


/* FIPS 197, appendix C.3 */

static void
test_aes_block(void)
{
    size_t   i;
    uint8_t  key[MT_AES_KEY_LEN], plain[MT_AES_LEN], out[MT_AES_LEN];

    for (i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t) i;
    }

    for (i = 0; i < sizeof(plain); i++) {
        plain[i] = (uint8_t) (i << 4 | i);
    }

    is_int(mt_aes_encrypt_block(key, plain, out), 0, "a block encrypted");
    is_str(hex(out, sizeof(out)), "8ea2b7ca516745bfeafc49904b496089",
           "AES-256 of FIPS 197");

    is_int(mt_aes_decrypt_block(key, out, out), 0, "a block decrypted");
    ok(memcmp(out, plain, sizeof(plain)) == 0, "to what it was");

    key[0] ^= 1;
    is_int(mt_aes_encrypt_block(key, plain, out), 0, "under another key");
    ok(memcmp(out, "\x8e\xa2\xb7\xca", 4) != 0, "to something else");

    key[0] ^= 1;
    is_int(mt_aes_encrypt_block(key, plain, out), 0, "under the first again");
    is_str(hex(out, 4), "8ea2b7ca", "keys do not mix");
}


static void
test_hex(void)
{
    size_t   i;
    uint8_t  out[4];

    static const char *const  wrong[] = {
        "", "0123456", "012345678", "0123456G", "0123456A", "012345 7"
    };

    is_int(mt_hex_decode(MT_STR("00ff1a09"), out, 4), 0, "hex decoded");
    is_str(hex(out, 4), "00ff1a09", "to the same bytes");

    for (i = 0; i < mt_nitems(wrong); i++) {
        is_int(mt_hex_decode(mt_cstr(wrong[i]), out, 4), -1,
               "\"%s\" is not four bytes", wrong[i]);
    }

    is_int(mt_hex_decode_any(MT_STR("fFaB19e0"), out, 4), 0, "in any case");
    is_str(hex(out, 4), "ffab19e0", "to the same bytes");
    is_int(mt_hex_decode_any(MT_STR("fFaB19g0"), out, 4), -1, "but digits");
}


static void
test_base64(void)
{
    size_t    i;
    mt_str_t  out;

    static const char *const  pairs[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" }, { "\xff\xfe\xfd", "//79" },
        { "\xfb\xef\xbe", "++++" }
    };

    static const char *const  bad[] = {
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zg==Zg==", "=", "====",
        "Zm9v\n", "Zm 9", "Zm-_", "Z===", "Zm9vY*=="
    };

    for (i = 0; i < mt_nitems(pairs); i++) {
        is_str(mt_base64(arena, mt_cstr(pairs[i][0])), pairs[i][1],
               "Base64 %zu", i);
        is_int(mt_base64_decode(arena, mt_cstr(pairs[i][1]), &out), 0,
               "Base64 %zu decodes", i);
        is_str(out, pairs[i][0], "to what it was");
    }

    for (i = 0; i < mt_nitems(bad); i++) {
        is_int(mt_base64_decode(arena, mt_cstr(bad[i]), &out), -1,
               "not Base64: case %zu", i);
    }
}


static void
test_secrets(void)
{
    char     upper[4];
    uint8_t  a[32], b[32];

    ok(mt_secret_eq(MT_STR("abc"), MT_STR("abc")), "equal secrets");
    ok(!mt_secret_eq(MT_STR("abc"), MT_STR("abd")), "different secrets");
    ok(!mt_secret_eq(MT_STR("abc"), MT_STR("ab")), "secrets' lengths differ");
    ok(mt_secret_eq(MT_STR(""), MT_STR("")), "empty secrets");
    ok(!mt_secret_eq(MT_STR("0123456789abcdef"), MT_STR("01234567x9abcdef")),
       "different in the second eight bytes");
    ok(!mt_secret_eq(MT_STR("0123456789ab"), MT_STR("0123456789ax")),
       "different behind the first eight bytes");

    is_int(mt_random(a, sizeof(a)), 0, "random bytes");
    is_int(mt_random(b, sizeof(b)), 0, "more random bytes");
    ok(memcmp(a, b, sizeof(a)) != 0, "differ");

    mt_hex_upper((const uint8_t *) "\xab\x0f", 2, upper);
    ok(memcmp(upper, "AB0F", 4) == 0, "upper-case hex");
}


static void
test_passwords(void)
{
    size_t    i;
    mt_str_t  stored, other, md5 = mt_str("e10adc3949ba59abbe56e057f20f883e");

    static const char *const  bad[] = {
        "", "scrypt", "scrypt$14$8$1$salt", "scrypt$14$8$1$salt$",
        "scrypt$14$8$1$salt$00$", "bcrypt$14$8$1$salt$00",
        "scrypt$40$8$1$salt$00", "scrypt$30$8$1$salt$00",
        "scrypt$14$8$99$salt$00", "scrypt$0$8$1$salt$00",
        "scrypt$-1$8$1$salt$00", "scrypt$x$8$1$salt$00",
        "scrypt$14$1000000000000$1$salt$00"
    };

    stored = mt_password_hash(arena, md5);
    other = mt_password_hash(arena, md5);

    ok(stored.len > 100 && stored.len <= 200, "a password's hash");
    ok(memcmp(stored.data, "scrypt$14$8$1$", 14) == 0, "names its cost");
    ok(!mt_str_eq(stored, other), "is salted");
    ok(mt_password_check(stored, md5) == 1, "the right password");
    ok(mt_password_check(other, md5) == 1, "under another salt, too");
    ok(!mt_password_check(stored,
                          MT_STR("e10adc3949ba59abbe56e057f20f883f")),
       "a wrong password");
    ok(!mt_password_check(stored, MT_STR("")), "an empty password");

    /* RFC 7914, the first 32 bytes of the second vector */
    ok(mt_password_check(MT_STR("scrypt$10$8$16$NaCl$"
                                "fdbabe1c9d3472007856e7190d01e9fe"
                                "7c6ad7cbc8237830e77376634b373162"),
                         MT_STR("password")),
       "the vector of RFC 7914");

    for (i = 0; i < mt_nitems(bad); i++) {
        ok(mt_password_check(mt_cstr(bad[i]), md5) != 1,
           "stored password of another form: case %zu", i);
    }
}


/* Inputs of sixteen bytes at a time, and the rest. */

static void
test_hex_bytes(void)
{
    int       same;
    char      lower[512], upper[512], text[4];
    size_t    i, n;
    uint8_t   bytes[256];

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) i;
    }

    same = 0;

    for (n = 0; n <= sizeof(bytes); n++) {
        mt_hex_lower(bytes, n, lower);
        mt_hex_upper(bytes + sizeof(bytes) - n, n, upper);

        for (i = 0; i < n; i++) {
            snprintf(text, sizeof(text), "%02x", bytes[i]);
            same += memcmp(lower + 2 * i, text, 2) == 0;
            snprintf(text, sizeof(text), "%02X",
                     bytes[sizeof(bytes) - n + i]);
            same += memcmp(upper + 2 * i, text, 2) == 0;
        }
    }

    is_int(same, 256 * 257, "hex of every byte, in every place");
}


int
main(void)
{
    uint8_t  out[MT_SHA256_LEN];

    arena = mt_arena_create(0);

    is_int(mt_sha1(NULL, 0, out), -1, "no digest before the start");
    is_int(mt_mac(MT_STR("01234567890123456789012345678901"), NULL, 0, out),
           -1,
           "no HMAC before the start");
    is_int(mt_crypto_init(), 0, "start");
    is_int(mt_crypto_init(), 0, "start again");

    test_digests();
    test_random_text();
    test_mac();
    test_aes_block();
    test_hex();
    test_hex_bytes();
    test_base32();
    test_base64();
    test_secrets();
    test_passwords();

    mt_arena_destroy(arena);

    return tap_done();
}
