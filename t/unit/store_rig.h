
/*
 * Stores in a temporary directory, and checks of their files.
 */

#ifndef STORE_RIG_H
#define STORE_RIG_H

#include "store/mt_store.h"
#include "tap.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define WHY  300


static char         dir[300];        /* of the whole test */
static char         path[400];       /* of the store at hand */
static char         why[WHY];
static mt_arena_t  *arena;
static int          logged;


static void
count_log(void *data, int level, const char *text)
{
    (void) data;
    (void) level;
    (void) text;

    __atomic_fetch_add(&logged, 1, __ATOMIC_RELAXED);
}


static mt_store_options_t
options(uint64_t max_size)
{
    mt_store_options_t  o;

    memset(&o, 0, sizeof(o));
    o.path = mt_cstr(path);
    o.max_size = max_size;
    o.max_readers = 20;
    o.report = count_log;

    return o;
}


static void
use_path(const char *name)
{
    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    why[0] = '\0';
}


__attribute__((unused))
static int
why_has(const char *text)
{
    return strstr(why, text) != NULL;
}


static int
remove_entry(const char *name, const struct stat *st, int type,
    struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;

    return remove(name);
}


/* Returns a checksum over a directory's files, names and times. */

static uint64_t  sum;


static int
sum_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    int          c;
    FILE        *file;
    const char  *p;

    (void) ftw;

    for (p = name; *p; p++) {
        sum = sum * 31 + (uint8_t) *p;
    }

    sum = sum * 31 + (uint64_t) st->st_mtim.tv_sec * 1000000007
          + (uint64_t) st->st_mtim.tv_nsec + st->st_uid + st->st_mode;

    if (type != FTW_F) {
        return 0;
    }

    file = fopen(name, "rb");

    if (file) {
        while ((c = fgetc(file)) != EOF) {
            sum = sum * 31 + (uint64_t) c;
        }

        (void) fclose(file);
    }

    return 0;
}


__attribute__((unused))
static uint64_t
checksum(const char *of)
{
    sum = 0;
    (void) nftw(of, sum_entry, 8, FTW_PHYS);

    return sum;
}


static mt_store_t *
open_store(uint64_t max_size)
{
    mt_store_t          *store;
    mt_store_options_t   o;

    o = options(max_size);
    store = NULL;

    if (mt_store_create(&o, why, WHY) != MT_OK
        || mt_store_open(&store, &o, why, WHY) != MT_OK)
    {
        printf("Bail out! %s\n", why);
        exit(1);
    }

    return store;
}


__attribute__((unused))
static void
write_file(const char *name, const char *text)
{
    char   file[500];
    FILE  *f;

    (void) snprintf(file, sizeof(file), "%s/%s", path, name);
    f = fopen(file, "wb");

    if (f) {
        (void) fputs(text, f);
        (void) fclose(f);
    }
}


__attribute__((unused))
static int
rig_begin(void)
{
    const char  *tmp;

    tmp = getenv("TMPDIR");
    (void) snprintf(dir, sizeof(dir), "%s/meeting-store-XXXXXX",
                    tmp ? tmp : "/tmp");

    if (mkdtemp(dir) == NULL) {
        printf("Bail out! no temporary directory\n");
        return 0;
    }

    arena = mt_arena_create(0);

    return 1;
}


static int
rig_end(void)
{
    mt_arena_destroy(arena);
    (void) nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

    return tap_done();
}

#endif /* STORE_RIG_H */
