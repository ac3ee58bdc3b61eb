
/*
 * Calls of the engine that fail: memory, LMDB, OpenSSL and files.  The linker
 * replaces them by these (--wrap, src/Makefile) in programs whose names begin
 * with "fail".
 *
 *     fail_arm(n);           the n-th call from now on fails, once
 *     ...
 *     if (fail_disarm())     the call has failed: fail_what names it
 */

#ifndef FAIL_H
#define FAIL_H

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <lmdb.h>
#include <openssl/evp.h>


static long         fail_countdown;       /* 0: not armed */
static const char  *fail_what;
static int          fail_map_full;        /* what a write of LMDB says */


__attribute__((unused))
static void
fail_arm(long n)
{
    fail_countdown = n;
    fail_what = NULL;
}


/* Disarms.  Returns 1 if the call that was to fail has come. */

__attribute__((unused))
static int
fail_disarm(void)
{
    fail_countdown = 0;

    return fail_what != NULL;
}


static int
fail_now(const char *what)
{
    if (fail_countdown == 0 || --fail_countdown) {
        return 0;
    }

    fail_what = what;

    return 1;
}


#define FAIL(name, type, params, args, code, result)                          \
    type __real_##name params;                                                \
    type __wrap_##name params;                                                \
                                                                              \
    type                                                                      \
    __wrap_##name params                                                      \
    {                                                                         \
        if (fail_now(#name)) {                                                \
            errno = code;                                                     \
            return result;                                                    \
        }                                                                     \
                                                                              \
        return __real_##name args;                                            \
    }

#define FAIL_LMDB  (fail_map_full ? MDB_MAP_FULL : EIO)


/* memory */

FAIL(malloc, void *, (size_t size), (size), ENOMEM, NULL)
FAIL(calloc, void *, (size_t n, size_t size), (n, size), ENOMEM, NULL)
FAIL(realloc, void *, (void *p, size_t size), (p, size), ENOMEM, NULL)
FAIL(strdup, char *, (const char *s), (s), ENOMEM, NULL)

/* randomness */

FAIL(getrandom, ssize_t, (void *buf, size_t len, unsigned flags),
     (buf, len, flags), EIO, -1)

/* LMDB */

FAIL(mdb_env_create, int, (MDB_env **env), (env), ENOMEM, ENOMEM)
FAIL(mdb_env_open, int,
     (MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode),
     (env, path, flags, mode), EIO, EIO)
FAIL(mdb_env_set_mapsize, int, (MDB_env *env, size_t size), (env, size),
     EINVAL, EINVAL)
FAIL(mdb_env_set_maxdbs, int, (MDB_env *env, MDB_dbi n), (env, n), EINVAL,
     EINVAL)
FAIL(mdb_env_set_maxreaders, int, (MDB_env *env, unsigned n), (env, n),
     EINVAL, EINVAL)
FAIL(mdb_env_stat, int, (MDB_env *env, MDB_stat *st), (env, st), EINVAL,
     EINVAL)
FAIL(mdb_env_info, int, (MDB_env *env, MDB_envinfo *info), (env, info),
     EINVAL, EINVAL)
FAIL(mdb_env_get_fd, int, (MDB_env *env, mdb_filehandle_t *fd), (env, fd),
     EINVAL, EINVAL)
FAIL(mdb_env_copyfd2, int,
     (MDB_env *env, mdb_filehandle_t fd, unsigned flags), (env, fd, flags),
     EIO, EIO)
FAIL(mdb_stat, int, (MDB_txn *txn, MDB_dbi dbi, MDB_stat *st),
     (txn, dbi, st), EINVAL, EINVAL)
FAIL(mdb_reader_check, int, (MDB_env *env, int *dead), (env, dead), EIO, EIO)
FAIL(mdb_reader_list, int, (MDB_env *env, MDB_msg_func *func, void *ctx),
     (env, func, ctx), EIO, -1)
FAIL(mdb_txn_begin, int,
     (MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
     (env, parent, flags, txn), EIO, EIO)
FAIL(mdb_txn_renew, int, (MDB_txn *txn), (txn), EIO, EIO)
FAIL(mdb_dbi_open, int,
     (MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi),
     (txn, name, flags, dbi), EIO, EIO)
FAIL(mdb_get, int, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value),
     (txn, dbi, key, value), EIO, EIO)
FAIL(mdb_put, int,
     (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value,
      unsigned flags),
     (txn, dbi, key, value, flags), EIO, FAIL_LMDB)
FAIL(mdb_cursor_open, int, (MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor),
     (txn, dbi, cursor), ENOMEM, ENOMEM)
FAIL(mdb_cursor_get, int,
     (MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op),
     (cursor, key, value, op), EIO, EIO)
FAIL(mdb_cursor_put, int,
     (MDB_cursor *cursor, MDB_val *key, MDB_val *value, unsigned flags),
     (cursor, key, value, flags), EIO, FAIL_LMDB)
FAIL(mdb_cursor_del, int, (MDB_cursor *cursor, unsigned flags),
     (cursor, flags), EIO, FAIL_LMDB)

/* OpenSSL */

FAIL(EVP_MD_fetch, EVP_MD *,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties), ENOMEM, NULL)
FAIL(EVP_CIPHER_fetch, EVP_CIPHER *,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties), ENOMEM, NULL)
FAIL(EVP_MAC_fetch, EVP_MAC *,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties), ENOMEM, NULL)
FAIL(EVP_MD_CTX_new, EVP_MD_CTX *, (void), (), ENOMEM, NULL)
FAIL(EVP_MAC_CTX_new, EVP_MAC_CTX *, (EVP_MAC *mac), (mac), ENOMEM, NULL)
FAIL(EVP_MAC_CTX_dup, EVP_MAC_CTX *, (const EVP_MAC_CTX *ctx), (ctx), ENOMEM,
     NULL)
FAIL(EVP_MAC_CTX_set_params, int,
     (EVP_MAC_CTX *ctx, const OSSL_PARAM params[]), (ctx, params), EINVAL, 0)
FAIL(EVP_MAC_init, int,
     (EVP_MAC_CTX *ctx, const unsigned char *key, size_t len,
      const OSSL_PARAM params[]),
     (ctx, key, len, params), ENOMEM, 0)
FAIL(EVP_MAC_update, int,
     (EVP_MAC_CTX *ctx, const unsigned char *data, size_t len),
     (ctx, data, len), ENOMEM, 0)
FAIL(EVP_MAC_final, int,
     (EVP_MAC_CTX *ctx, unsigned char *out, size_t *len, size_t size),
     (ctx, out, len, size), ENOMEM, 0)
FAIL(EVP_DigestInit_ex2, int,
     (EVP_MD_CTX *ctx, const EVP_MD *md, const OSSL_PARAM params[]),
     (ctx, md, params), ENOMEM, 0)
FAIL(EVP_DigestUpdate, int, (EVP_MD_CTX *ctx, const void *data, size_t len),
     (ctx, data, len), ENOMEM, 0)
FAIL(EVP_DigestFinal_ex, int,
     (EVP_MD_CTX *ctx, unsigned char *out, unsigned *len), (ctx, out, len),
     ENOMEM, 0)
FAIL(EVP_CIPHER_CTX_new, EVP_CIPHER_CTX *, (void), (), ENOMEM, NULL)
FAIL(EVP_CIPHER_CTX_set_padding, int, (EVP_CIPHER_CTX *ctx, int pad),
     (ctx, pad), EINVAL, 0)
FAIL(EVP_CipherInit_ex2, int,
     (EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const unsigned char *key,
      const unsigned char *iv, int enc, const OSSL_PARAM params[]),
     (ctx, cipher, key, iv, enc, params), ENOMEM, 0)
FAIL(EVP_CipherUpdate, int,
     (EVP_CIPHER_CTX *ctx, unsigned char *out, int *n,
      const unsigned char *in, int len),
     (ctx, out, n, in, len), ENOMEM, 0)
FAIL(EVP_PBE_scrypt, int,
     (const char *pass, size_t passlen, const unsigned char *salt,
      size_t saltlen, uint64_t n, uint64_t r, uint64_t p, uint64_t maxmem,
      unsigned char *key, size_t keylen),
     (pass, passlen, salt, saltlen, n, r, p, maxmem, key, keylen), ENOMEM, 0)

/* files */

FAIL(stat, int, (const char *path, struct stat *st), (path, st), EIO, -1)
FAIL(fstat, int, (int fd, struct stat *st), (fd, st), EIO, -1)
FAIL(mkdir, int, (const char *path, mode_t mode), (path, mode), EACCES, -1)
FAIL(opendir, DIR *, (const char *path), (path), EACCES, NULL)
FAIL(flock, int, (int fd, int op), (fd, op), EINTR, -1)
FAIL(fsync, int, (int fd), (fd), EIO, -1)
FAIL(fdatasync, int, (int fd), (fd), EIO, -1)
FAIL(pread, ssize_t, (int fd, void *buf, size_t len, off_t at),
     (fd, buf, len, at), EIO, -1)
FAIL(pwrite, ssize_t, (int fd, const void *buf, size_t len, off_t at),
     (fd, buf, len, at), ENOSPC, -1)
FAIL(mmap, void *,
     (void *addr, size_t len, int prot, int flags, int fd, off_t at),
     (addr, len, prot, flags, fd, at), ENOMEM, MAP_FAILED)
FAIL(rename, int, (const char *from, const char *to), (from, to), EIO, -1)
FAIL(chown, int, (const char *path, uid_t uid, gid_t gid), (path, uid, gid),
     EPERM, -1)
FAIL(posix_fallocate, int, (int fd, off_t from, off_t len), (fd, from, len),
     ENOSPC, ENOSPC)


/* A failed commit leaves the store as it was. */

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);     /* FAIL(mdb_txn_commit, */

int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (fail_now("mdb_txn_commit")) {
        mdb_txn_abort(txn);
        return FAIL_LMDB;
    }

    return __real_mdb_txn_commit(txn);
}


int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);     /* FAIL(open, */

int
__wrap_open(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    if (fail_now("open")) {
        errno = EMFILE;
        return -1;
    }

    va_start(args, flags);
    mode = va_arg(args, int);
    va_end(args);

    return __real_open(path, flags, mode);
}


/* The file is closed all the same, as the kernel does. */

int __real_close(int fd);
int __wrap_close(int fd);     /* FAIL(close, */

int
__wrap_close(int fd)
{
    int  rc, failed;

    failed = fail_now("close");
    rc = __real_close(fd);

    if (failed) {
        errno = EIO;
        return -1;
    }

    return rc;
}


int __wrap_asprintf(char **out, const char *fmt, ...);     /* FAIL(asprintf, */

__attribute__((format(printf, 2, 3)))
int
__wrap_asprintf(char **out, const char *fmt, ...)
{
    int      rc;
    va_list  args;

    if (fail_now("asprintf")) {
        return -1;
    }

    va_start(args, fmt);
    rc = vasprintf(out, fmt, args);
    va_end(args);

    return rc;
}

#endif /* FAIL_H */
