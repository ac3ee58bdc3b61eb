
/*
 * A transaction that reads a later state than its id says, as LMDB may begin
 * one when the process is delayed: no answer kept under that id is used.
 */

#include "h5yes_drive.h"

#include <dlfcn.h>
#include <lmdb.h>


#define TOMORROW  1619251200000LL

static size_t  pretended;       /* number of all transactions; 0: their own */


/* Replacements of LMDB's functions. */

size_t
mdb_txn_id(MDB_txn *txn)
{
    static size_t (*real)(MDB_txn *txn);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "mdb_txn_id");
    }

    return pretended ? pretended : real(txn);
}


static uint64_t
number(int is_numbered)
{
    uint64_t   id;
    mt_txn_t  *txn;

    (void) mt_read_begin(d.f.store, &txn);
    id = mt_txn_id(txn);
    is_int(mt_txn_is_numbered(txn), is_numbered, "whether it is numbered");
    mt_read_end(txn);

    return id;
}


/* A read that leaves the service's caches as they are. */

static void
ask(const char *what, const char *body)
{
    mt_exchange_t  *x;

    x = opened(what, body);
    (void) mt_exchange_start(x);
    drive_answer(&d, x);
    mt_exchange_close(x);
}


static void
is_shown(const char *subject, const char *name)
{
    int  i;

    for (i = 0; i < 2; i++) {
        ask("meeting/list", "{}");
        ok(drive_shows(&d, subject) && drive_shows(&d, name),
           "meeting/list has %s, of %s", subject, name);

        ask("meeting/get", "{\"meetingId\":\"m\"}");
        ok(drive_shows(&d, subject) && drive_shows(&d, name),
           "meeting/get has %s, of %s", subject, name);

        ask("user/get", "{\"userId\":\"1\"}");
        ok(drive_shows(&d, name), "user/get has %s", name);
    }
}


int
main(void)
{
    uint64_t  before;

    dialect_open("h5yes", "key");

    d.f.now = TOMORROW - 86400000;
    token = get_token("key");

    post("user/add", "{\"id\":\"1\",\"name\":\"Ann\",\"account\":\"a\"}");
    post("room/add", "{\"id\":\"r\",\"name\":\"room\"}");
    post("meeting/book", "{\"id\":\"m\",\"roomId\":\"r\",\"createdId\":\"1\","
         "\"speaker\":\"s\",\"subject\":\"first\",\"beginTime\":%lld,"
         "\"endTime\":%lld,\"attendances\":[{\"userId\":\"1\"}]}", TOMORROW,
         TOMORROW + 60000);
    is_int(d.code, 10000, "a meeting");

    before = number(1);
    is_shown("first", "Ann");

    /* from here on it is certain that no other state is seen */

    pretended = before;
    (void) number(1);

    post("meeting/update", "{\"id\":\"m\",\"subject\":\"second\"}");
    post("user/update", "{\"id\":\"1\",\"name\":\"Anna\"}");

    (void) number(0);
    is_shown("second", "Anna");

    pretended = 0;
    ok(number(1) > before, "the number was another's");
    is_shown("second", "Anna");

    drive_close(&d);

    return tap_done();
}
