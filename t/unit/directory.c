
/* Companies, credentials, departments, users, rooms. */

#include "tap.h"
#include "fixture.h"


/* The expected result of an operation: its status and the field. */

#define refused(result, want, want_field, ...)                                \
    do {                                                                      \
        mt_result_t  result_ = (result);                                      \
                                                                              \
        if (!ok(result_.status == (want) && result_.field == (want_field),    \
                __VA_ARGS__))                                                 \
        {                                                                     \
            printf("#   got %s, field %u\n",                                  \
                   mt_status_name((mt_status_t) result_.status),              \
                   result_.field);                                            \
        }                                                                     \
    } while (0)

#define accepted(result, ...)  refused(result, MT_OK, 0, __VA_ARGS__)


static int64_t
resolve(fixture_t *f, enum mt_name kind, const char *ref)
{
    int64_t    num;
    mt_txn_t  *txn;

    (void) mt_read_begin(f->store, &txn);
    num = mt_resolve(txn, f->company, kind, mt_cstr(ref));
    mt_read_end(txn);

    return num;
}


static mt_status_t
find(fixture_t *f, enum mt_name kind, const char *ref, void *record)
{
    mt_txn_t     *txn;
    mt_status_t   rc;

    (void) mt_read_begin(f->store, &txn);
    rc = mt_find(txn, f->company, kind, mt_cstr(ref), record, f->arena);
    mt_read_end(txn);

    return rc;
}


static mt_result_t
with_ref(fixture_t *f, const mt_operation_t *op, const char *ref)
{
    mt_named_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, named, ref, mt_cstr(ref));

    return fixture_run(f, op, &args);
}


static mt_user_edit_t
user_args(const char *id, const char *account, const char *phone,
    const char *email)
{
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, name, MT_STR("somebody"));

    if (id) {
        mt_set(&args, user_edit, id, mt_cstr(id));
    }

    if (account) {
        mt_set(&args, user_edit, account, mt_cstr(account));
    }

    if (phone) {
        mt_set(&args, user_edit, phone, mt_cstr(phone));
    }

    if (email) {
        mt_set(&args, user_edit, email, mt_cstr(email));
    }

    return args;
}


static mt_result_t
add_user(fixture_t *f, const char *id, const char *account,
    const char *phone, const char *email)
{
    mt_user_edit_t  args = user_args(id, account, phone, email);

    return fixture_run(f, &mt_op_user_add, &args);
}


static void
test_companies(void)
{
    fixture_t         f;
    mt_result_t       r;
    mt_company_add_t  args;

    fixture_open_empty(&f);

    r = add_user(&f, "1", "zhang", NULL, NULL);
    refused(r, MT_NO_SUCH_COMPANY, MT_user_edit_id,
            "no user without a company");

    is_int(fixture_company(&f, 1000), 1000, "company 1000");

    memset(&args, 0, sizeof(args));
    mt_set(&args, company_add, num, 1000);
    mt_set(&args, company_add, name, MT_STR("again"));
    refused(fixture_run(&f, &mt_op_company_add, &args), MT_ID_TAKEN,
            MT_company_add_num, "a company is made once");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static mt_credential_add_t
credential_args(const char *appkey)
{
    mt_credential_add_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, credential_add, company, FIXTURE_COMPANY);
    mt_set(&args, credential_add, appid, MT_STR("app"));
    mt_set(&args, credential_add, appkey, mt_cstr(appkey));
    mt_set(&args, credential_add, secret_hash,
           MT_STR("0123456789abcdef0123456789abcdef"));

    return args;
}


static void
test_credentials(void)
{
    fixture_t            f;
    mt_result_t          r;
    mt_credential_add_t  args;

    fixture_open(&f);

    args = credential_args("key1");
    r = fixture_run(&f, &mt_op_credential_add, &args);
    ok(r.status == MT_OK && r.num == 1, "the first credential is number 1");

    refused(fixture_run(&f, &mt_op_credential_add, &args), MT_ID_TAKEN,
            MT_credential_add_appkey, "an appkey is unique");

    args = credential_args("key2");
    mt_set(&args, credential_add, company, 77);
    refused(fixture_run(&f, &mt_op_credential_add, &args),
            MT_NO_SUCH_COMPANY, MT_credential_add_company,
            "no credential without a company");

    f.company = 2;
    refused(with_ref(&f, &mt_op_credential_revoke, "key1"),
            MT_BAD_CREDENTIAL, MT_named_ref,
            "another company does not see it");

    f.company = FIXTURE_COMPANY;
    refused(with_ref(&f, &mt_op_credential_revoke, "nokey"),
            MT_BAD_CREDENTIAL, MT_named_ref, "an unknown key");

    r = with_ref(&f, &mt_op_credential_revoke, "key1");
    ok(r.status == MT_OK && r.position != 0, "revoked");

    r = with_ref(&f, &mt_op_credential_revoke, "key1");
    ok(r.status == MT_OK && r.position == 0, "again: nothing changes");

    args = credential_args("key1");
    refused(fixture_run(&f, &mt_op_credential_add, &args), MT_ID_TAKEN,
            MT_credential_add_appkey, "a revoked key is not given again");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_numbers(void)
{
    mt_user_t    user;
    fixture_t    f;
    mt_result_t  r;

    fixture_open(&f);

    is_int(fixture_user(&f, "", "auto", NULL, NULL), 1, "automatic 1");
    is_int(fixture_user(&f, "3", "three", NULL, NULL), 3, "\"3\" claims 3");
    is_int(fixture_user(&f, "zhang", "named", NULL, NULL), 2, "automatic 2");
    is_int(fixture_user(&f, "", "auto", NULL, NULL), 4,
           "automatic numbers pass over claimed ones");
    is_int(fixture_user(&f, "007", "bond", NULL, NULL), 5,
           "only the canonical form claims");
    is_int(fixture_user(&f, "4611686018427387904", "long", NULL, NULL), 6,
           "a guest's slot is not claimed");
    is_int(fixture_user(&f, "0", "zero", NULL, NULL), 7, "nor is 0");
    is_int(fixture_user(&f, "-1", "minus", NULL, NULL), 8, "nor a -1");

    refused(add_user(&f, "2", NULL, NULL, NULL), MT_ID_TAKEN,
            MT_user_edit_id, "a number given out cannot be claimed");
    refused(add_user(&f, "3", NULL, NULL, NULL), MT_ID_TAKEN,
            MT_user_edit_id, "an id is unique");
    refused(add_user(&f, "zhang", NULL, NULL, NULL), MT_ID_TAKEN,
            MT_user_edit_id, "so is one of letters");

    is_int(resolve(&f, MT_NAME_USER, "zhang"), 2, "found by id");
    is_int(resolve(&f, MT_NAME_USER, "2"), 2, "found by number");
    is_int(resolve(&f, MT_NAME_USER, "02"), 0, "not in another form");
    is_int(resolve(&f, MT_NAME_USER, ""), 0, "\"\" is nobody");
    is_int(resolve(&f, MT_NAME_USER, "99"), 0, "99 is not there");
    is_int(resolve(&f, MT_NAME_ROOM, "0"), 0, "nor is 0");
    is_int(resolve(&f, MT_NAME_USER, "4611686018427387904"), 6,
           "what claimed no number is found by id");
    is_int(resolve(&f, MT_NAME_USER, "0"), 7, "0 too");
    is_int(resolve(&f, MT_NAME_USER, "-1"), 8, "-1 too");

    ok(find(&f, MT_NAME_USER, "1", &user) == MT_OK && user.id.len == 32,
       "an id of 32 digits where none was chosen");

    r = with_ref(&f, &mt_op_user_remove, "3");
    accepted(r, "removed by number");
    is_int(resolve(&f, MT_NAME_USER, "3"), 0, "gone");
    is_int(add_user(&f, "3", NULL, NULL, NULL).num, 3, "comes back by its id");
    is_int(resolve(&f, MT_NAME_USER, "3"), 3, "found again");

    accepted(with_ref(&f, &mt_op_user_remove, "4"), "removed the last");
    is_int(fixture_user(&f, "", "auto", NULL, NULL), 9, "never reused");

    r = add_user(&f, "zhang3", "x", NULL, NULL);
    accepted(with_ref(&f, &mt_op_user_remove, "zhang3"), "removed by id");
    is_int(resolve(&f, MT_NAME_USER, "zhang3"), 0, "gone");
    is_int(fixture_verify(&f), 0, "the store is whole with the removed id");
    ok(add_user(&f, "zhang3", "x", NULL, NULL).num == r.num,
       "comes back by its id, with its number");
    refused(add_user(&f, "zhang3", "y", NULL, NULL), MT_ID_TAKEN,
            MT_user_edit_id, "once");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_unique(void)
{
    char              wide[401];
    size_t            i;
    fixture_t         f;
    mt_user_t         user;
    mt_result_t       r;
    mt_user_edit_t    args;
    fixture_digest_t  before;

    fixture_open(&f);

    accepted(add_user(&f, "a", "acc", "110", "a@b"), "the first");

    before = fixture_digest(&f);
    refused(add_user(&f, "b", "acc", "111", "c@d"), MT_ACCOUNT_TAKEN,
            MT_user_edit_account, "account");
    refused(add_user(&f, "b", "bcc", "110", "c@d"), MT_PHONE_TAKEN,
            MT_user_edit_phone, "phone");
    refused(add_user(&f, "b", "bcc", "111", "a@b"), MT_EMAIL_TAKEN,
            MT_user_edit_email, "e-mail");
    ok(fixture_same(before, fixture_digest(&f)), "refusals change nothing");

    accepted(add_user(&f, "b", "bcc", "", ""), "empty ones are not unique");
    accepted(add_user(&f, "c", "ccc", "", ""), "however often");

    args = user_args(NULL, "acc", NULL, NULL);
    mt_set(&args, user_edit, ref, MT_STR("b"));
    before = fixture_digest(&f);
    refused(fixture_run(&f, &mt_op_user_update, &args), MT_ACCOUNT_TAKEN,
            MT_user_edit_account, "nor by an update");
    ok(fixture_same(before, fixture_digest(&f)), "which changes nothing");

    mt_set(&args, user_edit, ref, MT_STR("a"));
    accepted(fixture_run(&f, &mt_op_user_update, &args), "one's own is fine");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, ref, MT_STR("a"));
    mt_set(&args, user_edit, phone, MT_STR(""));
    f.now += 1000;
    accepted(fixture_run(&f, &mt_op_user_update, &args), "\"\" clears");
    (void) find(&f, MT_NAME_USER, "a", &user);
    is_str(user.phone, "", "the phone is empty");
    is_str(user.email, "a@b", "what was not given stays");
    is_str(user.account, "acc", "all of it");
    is_int(user.created, FIXTURE_NOW, "created stays");
    is_int(user.updated, FIXTURE_NOW + 1000, "updated moves");
    accepted(add_user(&f, "d", "dcc", "110", NULL), "the phone is free");

    mt_set(&args, user_edit, ref, MT_STR("nobody"));
    refused(fixture_run(&f, &mt_op_user_update, &args), MT_NO_SUCH_USER,
            MT_user_edit_ref, "update of nobody");
    refused(with_ref(&f, &mt_op_user_remove, "nobody"), MT_NO_SUCH_USER,
            MT_named_ref, "removal of nobody");

    accepted(with_ref(&f, &mt_op_user_remove, "a"), "removed");
    accepted(add_user(&f, "e", "acc", NULL, "a@b"),
             "account and e-mail are free again");

    /* 100 code points of four bytes that differ in the last */

    for (i = 0; i < 100; i++) {
        memcpy(wide + 4 * i, "\xf0\x9f\x98\x80", 5);
    }

    accepted(add_user(&f, "w1", wide, NULL, NULL), "the widest account");
    wide[399] = '\x81';
    r = add_user(&f, "w2", wide, NULL, NULL);
    accepted(r, "another that differs in the last byte");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_user_defaults(void)
{
    mt_user_t       user;
    fixture_t       f;
    mt_user_edit_t  args;

    fixture_open(&f);
    (void) fixture_dept(&f, "7", "dept", NULL);

    args = user_args("u", NULL, NULL, NULL);
    accepted(fixture_run(&f, &mt_op_user_add, &args), "added");
    (void) find(&f, MT_NAME_USER, "u", &user);
    is_int(user.status, MT_USER_ENABLED, "enabled where nothing is said");
    is_int(user.dept, 0, "of no department");

    args = user_args("v", NULL, NULL, NULL);
    mt_set(&args, user_edit, status, MT_USER_DISABLED);
    mt_set(&args, user_edit, dept, MT_STR("7"));
    mt_set(&args, user_edit, admin, 1);
    accepted(fixture_run(&f, &mt_op_user_add, &args), "added");
    (void) find(&f, MT_NAME_USER, "v", &user);
    is_int(user.status, MT_USER_DISABLED, "disabled as said");
    is_int(user.dept, 7, "of department 7");
    is_int(user.admin, 1, "an administrator");

    mt_set(&args, user_edit, id, MT_STR("w"));
    mt_set(&args, user_edit, dept, MT_STR("8"));
    refused(fixture_run(&f, &mt_op_user_add, &args), MT_NO_SUCH_DEPT,
            MT_user_edit_dept, "no such department");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, ref, MT_STR("v"));
    mt_set(&args, user_edit, dept, MT_STR("8"));
    refused(fixture_run(&f, &mt_op_user_update, &args), MT_NO_SUCH_DEPT,
            MT_user_edit_dept, "nor by an update");

    mt_set(&args, user_edit, dept, MT_STR("0"));
    mt_set(&args, user_edit, id, MT_STR("other"));
    accepted(fixture_run(&f, &mt_op_user_update, &args), "\"0\" is none");
    (void) find(&f, MT_NAME_USER, "v", &user);
    is_int(user.dept, 0, "moved out");
    is_str(user.id, "v", "an id never changes");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static mt_result_t
move_dept(fixture_t *f, const char *ref, const char *parent)
{
    mt_dept_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, dept_edit, ref, mt_cstr(ref));
    mt_set(&args, dept_edit, parent, mt_cstr(parent));

    return fixture_run(f, &mt_op_dept_update, &args);
}


static void
test_depts(void)
{
    fixture_t         f;
    mt_dept_t         dept;
    mt_dept_edit_t    args;
    fixture_digest_t  before;

    fixture_open(&f);

    is_int(fixture_dept(&f, "top", "Top", "0"), 1, "\"0\" is the root");
    is_int(fixture_dept(&f, "mid", "Middle", "top"), 2, "below it");
    is_int(fixture_dept(&f, "low", "Low", "2"), 3, "a parent by number");
    is_int(fixture_dept(&f, "side", "Side", ""), 4, "\"\" is the root");

    memset(&args, 0, sizeof(args));
    mt_set(&args, dept_edit, name, MT_STR("x"));
    mt_set(&args, dept_edit, id, MT_STR("0"));
    refused(fixture_run(&f, &mt_op_dept_add, &args), MT_BAD_VALUE,
            MT_dept_edit_id, "no department is called \"0\"");
    mt_set(&args, dept_edit, id, MT_STR("x"));
    mt_set(&args, dept_edit, parent, MT_STR("nowhere"));
    refused(fixture_run(&f, &mt_op_dept_add, &args), MT_NO_SUCH_DEPT,
            MT_dept_edit_parent, "no such parent");

    before = fixture_digest(&f);
    refused(move_dept(&f, "top", "top"), MT_DEPT_CIRCLE,
            MT_dept_edit_parent, "below itself");
    refused(move_dept(&f, "top", "low"), MT_DEPT_CIRCLE,
            MT_dept_edit_parent, "below a grandchild");
    refused(move_dept(&f, "nowhere", "low"), MT_NO_SUCH_DEPT,
            MT_dept_edit_ref, "nothing to move");
    refused(with_ref(&f, &mt_op_dept_remove, "mid"), MT_DEPT_IN_USE,
            MT_named_ref, "it has children");
    ok(fixture_same(before, fixture_digest(&f)), "refusals change nothing");

    accepted(move_dept(&f, "low", "side"), "moved");
    accepted(with_ref(&f, &mt_op_dept_remove, "mid"), "removed without");

    (void) fixture_user(&f, "u", "u", NULL, "low");
    refused(with_ref(&f, &mt_op_dept_remove, "low"), MT_DEPT_IN_USE,
            MT_named_ref, "it has a user");
    accepted(with_ref(&f, &mt_op_user_remove, "u"), "who goes");
    accepted(with_ref(&f, &mt_op_dept_remove, "3"), "removed then");
    is_int(resolve(&f, MT_NAME_DEPT, "low"), 0, "gone by id");
    is_int(resolve(&f, MT_NAME_DEPT, "3"), 0, "gone by number");
    is_int(fixture_dept(&f, "low", "Low again", "side"), 5, "a new one");

    memset(&args, 0, sizeof(args));
    mt_set(&args, dept_edit, ref, MT_STR("low"));
    mt_set(&args, dept_edit, name, MT_STR("Lower"));
    accepted(fixture_run(&f, &mt_op_dept_update, &args), "renamed");
    (void) find(&f, MT_NAME_DEPT, "low", &dept);
    is_str(dept.name, "Lower", "the new name");
    is_int(dept.parent, 4, "where it was");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_rooms(void)
{
    mt_str_t        users[4];
    fixture_t       f;
    mt_room_t       room;
    mt_result_t     r;
    mt_room_edit_t  args;

    fixture_open(&f);

    is_int(fixture_room(&f, "r"), 1, "a room");
    (void) find(&f, MT_NAME_ROOM, "r", &room);
    is_int(room.open, 420, "open from 07:00");
    is_int(room.close, 1380, "to 23:00");
    is_int(room.status, 1, "enabled");

    (void) fixture_user(&f, "a", "a", NULL, NULL);
    (void) fixture_user(&f, "b", "b", NULL, NULL);

    users[0] = MT_STR("b");
    users[1] = MT_STR("1");
    users[2] = MT_STR("2");
    users[3] = MT_STR("c");

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, ref, MT_STR("r"));
    mt_set(&args, room_edit, permission, 1);
    args.users.v = users;
    args.users.n = 4;
    args.has |= MT_BIT(room_edit, users);

    r = fixture_run(&f, &mt_op_room_update, &args);
    refused(r, MT_NO_SUCH_USER, MT_room_edit_users, "an unknown user");
    is_int(r.item, 4, "the fourth");

    args.users.n = 3;
    accepted(fixture_run(&f, &mt_op_room_update, &args), "users set");
    (void) find(&f, MT_NAME_ROOM, "r", &room);
    ok(room.users.n == 2 && room.users.v[0] == 2 && room.users.v[1] == 1,
       "each once, as they came");

    accepted(with_ref(&f, &mt_op_user_remove, "a"), "one goes");
    (void) find(&f, MT_NAME_ROOM, "r", &room);
    ok(room.users.n == 1 && room.users.v[0] == 2, "off the room's list too");

    args.users.n = 0;
    accepted(fixture_run(&f, &mt_op_room_update, &args), "users cleared");
    (void) find(&f, MT_NAME_ROOM, "r", &room);
    is_int(room.users.n, 0, "nobody is left");

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, ref, MT_STR("r"));
    mt_set(&args, room_edit, open, 0);
    mt_set(&args, room_edit, close, 0);
    refused(fixture_run(&f, &mt_op_room_update, &args), MT_BAD_TIMES,
            MT_room_edit_close, "must close after it opens");
    mt_set(&args, room_edit, close, 1440);
    accepted(fixture_run(&f, &mt_op_room_update, &args), "all day");
    mt_set(&args, room_edit, dept, MT_STR("nowhere"));
    refused(fixture_run(&f, &mt_op_room_update, &args), MT_NO_SUCH_DEPT,
            MT_room_edit_dept, "no such department");
    (void) find(&f, MT_NAME_ROOM, "r", &room);
    ok(room.open == 0 && room.close == 1440, "from midnight to midnight");

    accepted(with_ref(&f, &mt_op_room_remove, "1"), "removed");
    refused(with_ref(&f, &mt_op_room_remove, "r"), MT_NO_SUCH_ROOM,
            MT_named_ref, "once");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_companies_apart(void)
{
    fixture_t         f;
    mt_user_t         user;
    mt_user_edit_t    args;

    fixture_open(&f);
    (void) fixture_company(&f, 2000);

    is_int(fixture_user(&f, "zhang", "one", "110", NULL), 1, "in company 1");
    f.company = 2000;
    is_int(resolve(&f, MT_NAME_USER, "zhang"), 0, "unseen from company 2");
    is_int(resolve(&f, MT_NAME_USER, "1"), 0, "nor by number");
    is_int(fixture_user(&f, "zhang", "two", "110", NULL), 1,
           "the same id, account, phone and number there");

    args = user_args(NULL, NULL, NULL, NULL);
    mt_set(&args, user_edit, ref, MT_STR("zhang"));
    mt_set(&args, user_edit, name, MT_STR("changed"));
    accepted(fixture_run(&f, &mt_op_user_update, &args), "changed there");
    accepted(with_ref(&f, &mt_op_user_remove, "zhang"), "removed there");

    f.company = FIXTURE_COMPANY;
    ok(find(&f, MT_NAME_USER, "zhang", &user) == MT_OK, "still here");
    is_str(user.name, "one", "as it was");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


int
main(void)
{
    test_companies();
    test_credentials();
    test_numbers();
    test_unique();
    test_user_defaults();
    test_depts();
    test_rooms();
    test_companies_apart();

    return tap_done();
}
