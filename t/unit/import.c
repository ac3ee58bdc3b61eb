
/* The import of users, by pieces and as a dry run. */

#include "dialect/mt_import_table.h"
#include "domain/directory/mt_directory.h"
#include "fixture.h"
#include "tap.h"


#define PIECE  8


static fixture_t            f;
static mt_import_item_t     items[PIECE];
static size_t               lines[PIECE];
static mt_import_summary_t  sum;


/* Imports the first rows of a text; the summary is of these alone. */

static mt_status_t
import(mt_import_t *i, const char *text, int dry_run)
{
    size_t      n;
    mt_str_t    why;
    mt_lines_t  l;
    mt_status_t         rc;
    mt_import_twins_t  *twins;

    n = PIECE;
    twins = mt_import_twins_create();
    memset(&sum, 0, sizeof(sum));

    if (mt_lines_open(&l, mt_cstr(text), -1, &mt_import_columns, f.arena,
                      &why) != 0
        || mt_import_read(&l, twins, f.arena, items, lines, &n) != 0)
    {
        fixture_die("the text cannot be read");
    }

    rc = mt_import_rows(i, items, n, dry_run, &sum);
    mt_import_twins_destroy(twins);

    return rc;
}


static mt_import_t *
open_import(void)
{
    mt_import_t  *i;

    if (mt_import_open(&i, f.store, f.batch, &f.settings, f.company, 2)
        != MT_OK)
    {
        fixture_die("no import");
    }

    return i;
}


static int
load(const char *id, mt_user_t *user)
{
    int        found;
    mt_txn_t  *txn;

    (void) mt_read_begin(f.store, &txn);
    found = mt_find(txn, f.company, MT_NAME_USER, mt_cstr(id), user, f.arena)
            == MT_OK;
    mt_read_end(txn);

    return found;
}


static void
test_open(void)
{
    mt_import_t  *i = NULL;

    is_int(mt_import_open(&i, f.store, f.batch, &f.settings, 77, 1),
           MT_NO_SUCH_COMPANY, "no import into a company that does not exist");
    ok(i == NULL, "and nothing to close");
    mt_import_close(i);
}


static void
test_rows(mt_import_t *i)
{
    mt_user_t  user, other;

    is_int(import(i, "id,name,account,phone,department,password\n"
                     "a,Ann,ann,1,Maths,secret\n"
                     "b,Bob,bob,1,Physics,\n"
                     "c,,cid,3,Maths,\n"
                     ",Dan,dan,4,Maths,hf@123456\n"
                     "e\n", 0), MT_OK, "a piece is imported");

    is_int(sum.read, 5, "five rows are read");
    is_int(sum.added, 2, "two users are added");
    is_int(sum.failed, 3, "three rows are rejected");
    is_int(sum.departments, 2, "a rejected row's department is made, too");

    is_int(items[1].error.status, MT_PHONE_TAKEN, "a phone of another user");
    is_str(mt_import_error_column(f.arena, &items[1]), "phone",
           "its column is named");
    is_int(items[2].error.status, MT_MISSING, "a new user without a name");
    is_str(mt_import_error_column(f.arena, &items[2]), "name",
           "its column is named");
    is_int(lines[2], 4, "and its line");
    is_str(mt_import_error_column(f.arena, &items[4]), "number of cells",
           "the reader's error stays");
    ok(items[0].error.status == MT_OK && items[0].added, "Ann is added");

    ok(load("a", &user) && user.password.len > 6
       && !mt_str_eq(user.password, MT_STR("secret")),
       "a password is stored as a hash");
    is_int(import(i, "account,memo,department\nann,x,Maths\ndan,y,Maths\n", 0),
           MT_OK, "another piece");
    is_int(sum.updated, 2, "users are known by account");
    is_int(sum.departments, 0, "departments by name");
    ok(load("a", &other) && mt_str_eq(other.memo, MT_STR("x"))
       && mt_str_eq(other.password, user.password) && other.dept == user.dept,
       "the update changed the memo alone");
}


static void
test_dry_run(mt_import_t *i)
{
    mt_user_t         user;
    fixture_digest_t  before;

    before = fixture_digest(&f);

    is_int(import(i, "id,name,phone,department,password\n"
                     "a,Ann2,1,Chemistry,other\n"
                     "g,Gil,1,,\n"
                     "h,Hal,9,Chemistry,\n", 1), MT_OK, "a dry run");
    ok(sum.read == 3 && sum.updated == 1 && sum.failed == 1 && sum.added == 1,
       "finds one to update, one that clashes, one to add");
    is_int(sum.departments, 1, "and a department to make");
    ok(!items[0].added && items[0].error.status == MT_OK, "Ann is known");
    is_int(items[1].error.status, MT_PHONE_TAKEN, "Gil's phone is Ann's");
    ok(fixture_same(before, fixture_digest(&f)), "nothing is stored");

    is_int(import(i, "id,name,department\nh,Hal,Chemistry\n", 0), MT_OK,
           "then a real one");
    is_int(sum.departments, 1, "makes the department");
    ok(load("h", &user) && user.dept != 0, "and puts the user in it");
    is_int(fixture_verify(&f), 0, "the store is sound");
}


static void
test_placeholder(mt_import_t *i)
{
    mt_str_t           ref = mt_str("later");
    mt_strs_t          refs = { 1, &ref };
    mt_user_t          user, after;
    mt_meeting_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, creator_ref, MT_STR("a"));
    mt_set(&args, meeting_edit, content, MT_STR("m"));
    mt_set(&args, meeting_edit, begin, f.now);
    mt_set(&args, meeting_edit, end, f.now + MT_MS_PER_HOUR);
    mt_set(&args, meeting_edit, people_refs, refs);
    mt_set(&args, meeting_edit, placeholders, 1);

    is_int(fixture_run(&f, &mt_op_meeting_create, &args).status, MT_OK,
           "a meeting with a person unknown to the directory");
    ok(load("later", &user) && user.placeholder, "who is a placeholder");

    is_int(import(i, "id,name\nlater,Lea\n", 0), MT_OK, "is imported");
    is_int(sum.added, 1, "as an added user");
    ok(load("later", &after) && !after.placeholder && after.num == user.num,
       "of the same number");
}


static void
test_removed(mt_import_t *i)
{
    mt_user_t   before, after;
    mt_named_t  named;

    is_int(import(i, "id,name,phone,password\nE-9,Eve,99,secret\n"
                     "90,Ida,,\n", 0), MT_OK, "two more");
    ok(load("E-9", &before) && before.password.len, "one has a password");

    memset(&named, 0, sizeof(named));
    mt_set(&named, named, ref, MT_STR("E-9"));
    is_int(fixture_run(&f, &mt_op_user_remove, &named).status, MT_OK, "out");
    mt_set(&named, named, ref, MT_STR("90"));
    is_int(fixture_run(&f, &mt_op_user_remove, &named).status, MT_OK, "out");

    is_int(import(i, "id,name\nE-9,Eve2\n90,Ida2\n", 0), MT_OK,
           "imported again");
    is_int(sum.added, 2, "as added users");
    ok(load("E-9", &after) && after.num == before.num, "with the number");
    is_int(after.password.len + after.phone.len, 0, "and nothing else");
    ok(load("90", &after) && after.num == 90, "a decimal id, too");
    is_int(fixture_verify(&f), 0, "the store is sound");
}


int
main(void)
{
    mt_import_t  *i;

    fixture_open(&f);

    test_open();

    i = open_import();
    test_rows(i);
    test_dry_run(i);
    test_placeholder(i);
    test_removed(i);
    mt_import_close(i);

    fixture_close(&f);

    return tap_done();
}
