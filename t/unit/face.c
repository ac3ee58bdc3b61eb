
/*
 * Users' pictures, from the form to the file and its deletion: for each result
 * of the command there is exactly the file that the record names.
 */

#include "h5yes_drive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <zlib.h>

#include "domain/directory/mt_face.h"


#define TYPE  "multipart/form-data; boundary=XX"
#define PART  "Content-Disposition: form-data; name="
#define KB    1024


static char  folder[100];
static char  made[256];


static void
put_chunk(mt_buf_t *buf, const char *type, const void *data, size_t len)
{
    uLong    crc;
    uint8_t  number[4];

    crc = crc32(crc32(0, (const Bytef *) type, 4), data, (uInt) len);

    mt_put_u32(number, (uint32_t) len);
    mt_buf_put(buf, number, 4);
    mt_buf_put(buf, type, 4);
    mt_buf_put(buf, data, len);
    mt_put_u32(number, (uint32_t) crc);
    mt_buf_put(buf, number, 4);
}


/* A PNG of one pixel, and one of about 200 KB. */

static mt_str_t
picture(void)
{
    mt_buf_t  buf;

    static uint8_t        filler[200 * KB];
    static const uint8_t  head[13] = { 0, 0, 0, 1, 0, 0, 0, 1, 1 };
    static const uint8_t  data[10] = { 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0,
                                       1 };

    mt_buf_init(&buf, d.f.arena, 0);
    mt_buf_str(&buf, MT_STR("\x89PNG\r\n\x1a\n"));
    put_chunk(&buf, "IHDR", head, sizeof(head));
    put_chunk(&buf, "prVt", filler, sizeof(filler));
    put_chunk(&buf, "IDAT", data, sizeof(data));
    put_chunk(&buf, "IEND", data, 0);

    return (mt_str_t) { buf.len, buf.data };
}


static mt_str_t
form(const char *user, mt_str_t file)
{
    mt_buf_t  buf;

    mt_buf_init(&buf, d.f.arena, 0);
    mt_buf_str(&buf, MT_STR("--XX\r\n" PART "userId\r\n\r\n"));
    mt_buf_str(&buf, mt_cstr(user));
    mt_buf_str(&buf, MT_STR("\r\n--XX\r\n" PART "file; filename=x\r\n\r\n"));
    mt_buf_str(&buf, file);
    mt_buf_str(&buf, MT_STR("\r\n--XX--"));

    return (mt_str_t) { buf.len, buf.data };
}


/* Returns how many files company 1000 has; `made` becomes the name of one. */

static int
files(void)
{
    int             n;
    DIR            *dir;
    char            path[200];
    struct dirent  *entry;

    snprintf(path, sizeof(path), "%s/%d", folder, FIXTURE_COMPANY);

    n = 0;
    dir = opendir(path);

    while (dir && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            snprintf(made, sizeof(made), "%s", entry->d_name);
            n++;
        }
    }

    if (dir) {
        closedir(dir);
    }

    return n;
}


/* Returns 1 if the user's record names the file. */

static int
named(const char *user, const char *file)
{
    mt_txn_t   *txn;
    mt_user_t   record;

    (void) mt_read_begin(d.f.store, &txn);
    (void) mt_find(txn, FIXTURE_COMPANY, MT_NAME_USER, mt_cstr(user), &record,
                   d.f.arena);
    mt_read_end(txn);

    return mt_str_eq(record.face, mt_cstr(file));
}


static mt_exchange_t *
begin(const char *user, mt_str_t file)
{
    char            query[60];
    mt_str_t       *body;
    mt_blob_t       blob;
    mt_input_t      in;
    mt_exchange_t  *x;

    snprintf(query, sizeof(query), "access_token=%s", token);

    body = mt_arena_alloc(d.f.arena, sizeof(*body));
    *body = form(user, file);
    blob = mt_blob_of(body);

    memset(&in, 0, sizeof(in));
    in.method = MT_STR("POST");
    in.path = MT_STR(API "user/updateFace");
    in.query = mt_arena_str(d.f.arena, mt_cstr(query));
    in.content_type = MT_STR(TYPE);
    in.header = drive_no_header;

    if (!mt_service_receives(d.dialect, &in)) {
        fixture_die("the form is not received");
    }

    x = mt_exchange_open(&d.service, d.dialect, &d.f.settings, &in, d.f.now);

    mt_exchange_receive(x, &blob);
    mt_exchange_decode(x);

    return x;
}


/* Runs the request up to its command. */

static mt_exchange_t *
upload(const char *user)
{
    mt_exchange_t  *x;

    x = begin(user, picture());

    if (mt_exchange_start(x) != MT_STEP_WORK) {
        fixture_die("no work to do");
    }

    mt_exchange_work(x);

    if (mt_exchange_resume(x) != MT_STEP_COMMIT) {
        fixture_die("no command to give");
    }

    return x;
}


static mt_step_t
commit(mt_exchange_t *x)
{
    mt_str_t     command;
    mt_result_t  result;

    command = (mt_str_t) { x->call.command.len, x->call.command.data };

    if (mt_apply_now(d.f.batch, command, &result) != MT_OK) {
        fixture_die("a command failed");
    }

    return mt_exchange_committed(x, &result);
}


static int
end(mt_exchange_t *x)
{
    int  code;

    drive_answer(&d, x);
    code = x->code;
    mt_exchange_close(x);

    return code;
}


static void
test_success(void)
{
    char            old[256];
    mt_exchange_t  *x;

    is_int(files(), 0, "no files");

    x = upload("ann");
    is_int(files(), 1, "a file before the command");
    is_int(commit(x), MT_STEP_DONE, "nothing to delete after it");
    is_int(end(x), 10000, "success");
    ok(files() == 1 && named("ann", made), "the file that the record names");

    memcpy(old, made, sizeof(old));

    x = upload("ann");
    is_int(files(), 2, "two files before the command");
    is_int(commit(x), MT_STEP_WORK, "one to delete after it");
    mt_exchange_work(x);
    is_int(mt_exchange_resume(x), MT_STEP_DONE, "and that is all");
    ok(files() == 1 && named("ann", made)
       && !mt_str_eq(mt_cstr(made), mt_cstr(old)), "the new one is left");

    mt_exchange_fail(x, MT_BUSY);
    is_int(end(x), 10000, "what was done, was done");
}


static void
test_failures(void)
{
    mt_exchange_t  *x;

    x = upload("ann");
    mt_exchange_fail(x, MT_BUSY);
    is_int(end(x), 503, "a command that is not given");
    is_int(files(), 1, "leaves nothing");

    mt_exchange_close(upload("ann"));
    is_int(files(), 1, "nor does a client that leaves");

    x = upload("ann");
    is_int(mt_exchange_committed(x, &(mt_result_t) { .status = MT_STORE_FULL,
                                                     .field = 1 }),
           MT_STEP_WORK, "a command that failed");
    mt_exchange_work(x);
    is_int(files(), 1, "leaves nothing");
    is_int(end(x), 503, "and says so");

    x = begin("ann", MT_STR("no picture"));
    is_int(mt_exchange_start(x), MT_STEP_WORK, "what is no picture");
    mt_exchange_work(x);
    is_int(mt_exchange_resume(x), MT_STEP_DONE, "becomes no command");
    is_int(end(x), 71001, "and is refused");
    is_int(files(), 1, "and leaves nothing");

    x = begin("nobody", picture());
    is_int(mt_exchange_start(x), MT_STEP_DONE, "an unknown user");
    is_int(end(x), 71009, "is refused before any work");
}


/* A commit with unknown result: the record may name the file. */

static void
test_unknown(void)
{
    mt_exchange_t  *x;

    x = upload("ann");
    is_int(mt_exchange_committed(x, &(mt_result_t)
                                    { .status = MT_STORE_FAILED }),
           MT_STEP_DONE, "a commit that may have been");
    is_int(end(x), 503, "is not told as success");
    is_int(files(), 2, "and leaves the file");
}


/* The file that a request found at its start is not the one that its command
 * drops. */

static void
test_race(void)
{
    mt_exchange_t  *a, *b;

    a = upload("bob");
    b = upload("bob");

    is_int(commit(a), MT_STEP_DONE, "the first of two");
    is_int(commit(b), MT_STEP_WORK, "the second drops the first's");
    mt_exchange_work(b);
    is_int(end(b), 10000, "it did well");
    is_int(end(a), 10000, "so did the other");

    a = upload("bob");
    is_int(post("user/clearFace", "{\"userId\":\"bob\"}"), 10000,
           "cleared meanwhile");
    is_int(commit(a), MT_STEP_DONE, "there was none to drop");
    is_int(end(a), 10000, "it did well");
    is_int(files(), 2, "one picture each");

    a = upload("bob");
    (void) commit(a);
    mt_exchange_close(a);
    is_int(files(), 2, "a client that left before the old one was deleted");
    ok(!named("bob", ""), "has its picture all the same");
}


static void
test_removed(void)
{
    int             before;
    mt_exchange_t  *x;

    before = files();
    x = upload("bob");

    is_int(post("user/remove", "{\"userId\":\"bob\"}"), 10000,
           "removed meanwhile");
    is_int(commit(x), MT_STEP_WORK, "the command is refused");
    mt_exchange_work(x);
    is_int(end(x), 71009, "for there is no such user");
    is_int(files(), before - 1, "both pictures are gone");
}


/* Makes the files of company 1000 `hours` older. */

static void
age(const char *path, int hours)
{
    DIR              *dir;
    struct dirent    *entry;
    struct timespec   times[2];

    memset(times, 0, sizeof(times));
    times[0].tv_sec = FIXTURE_NOW / 1000 - hours * 3600;
    times[1] = times[0];

    dir = opendir(path);

    while (dir && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.'
            && utimensat(dirfd(dir), entry->d_name, times, 0) != 0)
        {
            fixture_die("a file cannot be dated");
        }
    }

    closedir(dir);
}


static void
test_sweep(void)
{
    int         n;
    char        path[200], link[300];
    mt_sweep_t  sweep;

    snprintf(path, sizeof(path), "%s/%d", folder, FIXTURE_COMPANY);
    n = files();

    age(path, 0);
    is_int(mt_resources_sweep(d.f.store, folder, d.f.now, &sweep), MT_OK,
           "a sweep");
    ok(sweep.removed == 0 && sweep.kept == 0 && files() == n,
       "leaves what is fresh");

    age(path, 2);
    is_int(mt_resources_sweep(d.f.store, folder, d.f.now, &sweep), MT_OK,
           "a sweep two hours later");
    is_int(sweep.kept, 1, "keeps the one that a record names");
    is_int(sweep.removed, n - 1, "and takes the others");
    ok(files() == 1 && named("ann", made), "it is the right one");

    /* files with other names, links, other folders */

    snprintf(link, sizeof(link), "%s/2000", folder);
    ok(symlink(path, link) == 0, "a folder that is a link");
    is_int(mt_resources_sweep(d.f.store, folder, d.f.now, &sweep), MT_OK,
           "is not swept");
    is_int(files(), 1, "nor what it leads to");
    (void) unlink(link);

    ok(rename(path, link) == 0, "the same name in another company");
    is_int(mt_resources_sweep(d.f.store, folder, d.f.now, &sweep), MT_OK,
           "a sweep");
    is_int(sweep.removed, 1, "is not the one that is named");
    (void) rename(link, path);

    is_int(mt_resources_sweep(d.f.store, "/nowhere/at/all", d.f.now, &sweep),
           MT_OK, "no folder, no files");
    is_int(mt_resources_sweep(d.f.store, "/dev/null", d.f.now, &sweep),
           MT_STORE_FAILED, "a folder that is none");
}


static void
test_names(void)
{
    size_t  i;

    static const char *const  bad[] = {
        "", "..", "x.jpg", "../../../../etc/0123456789abcdef.jpg",
        "0123456789abcdef0123456789abcdef.gif",
        "0123456789ABCDEF0123456789ABCDEF.jpg",
        "0123456789abcdef0123456789abcde/.jpg",
        "0123456789abcdef0123456789abcdef.jpgx",
        "http://x/0123456789abcdef0123456789abcdef.jpg",
    };

    ok(mt_resource_is(MT_STR("0123456789abcdef0123456789abcdef.jpg")),
       "a name of ours");

    for (i = 0; i < mt_nitems(bad); i++) {
        errno = 0;
        ok(!mt_resource_is(mt_cstr(bad[i]))
           && mt_resource_remove(folder, 1000, mt_cstr(bad[i])) == -1
           && errno == EINVAL, "none: %s", bad[i]);
    }
}


static void
test_folder(void)
{
    mt_exchange_t  *x;

    d.service.resources = "/nowhere/at/all";

    x = begin("ann", picture());
    is_int(mt_exchange_start(x), MT_STEP_WORK, "no folder");
    mt_exchange_work(x);
    is_int(mt_exchange_resume(x), MT_STEP_DONE, "no command");
    is_int(end(x), 503, "the store has failed");

    d.service.resources = folder;
}


int
main(void)
{
    dialect_open("h5yes", "key");
    token = get_token("key");

    snprintf(folder, sizeof(folder), "%s/resources", d.f.dir);

    is_int(mt_resources_create(folder), 0, "the folder");
    is_int(mt_resources_create(folder), 0, "is there");
    is_int(mt_resources_create("/dev/null"), -1, "a file is none");

    d.service.resources = folder;

    post("user/add", "{\"id\":\"ann\",\"name\":\"A\",\"account\":\"a\"}");
    post("user/add", "{\"id\":\"bob\",\"name\":\"B\",\"account\":\"b\"}");

    test_names();
    test_success();
    test_failures();
    test_race();
    test_removed();
    test_unknown();
    test_folder();
    test_sweep();

    drive_close(&d);

    return tap_done();
}
