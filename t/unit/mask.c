
/*
 * Addresses without their secrets: names of each dialect's tables, join links,
 * spellings that clients and attackers use, and copies that are cut.
 */

#include <stdlib.h>

#include "dialect/mt_mask.h"
#include "dialect/mt_request.h"
#include "tap.h"


#define CODE  "abcdEFGH-_1"         /* of a join link */


static mt_str_t
masked(const mt_dialect_t *dialect, const char *address)
{
    size_t       n;
    static char  out[16384];

    n = mt_mask_address(dialect, mt_cstr(address), out, sizeof(out));

    return (mt_str_t) { n < sizeof(out) ? n : sizeof(out), out };
}


static void
gives(const mt_dialect_t *dialect, const char *address, const char *want)
{
    mt_str_t  got;

    got = masked(dialect, address);

    ok(mt_str_eq(got, mt_cstr(want)), "%s gives %.*s", address, (int) got.len,
       got.data);
}


/* Names of fields whose values are secrets; a table that names such a field
 * must flag it. */

static int
holds_secret(const mt_field_t *field)
{
    size_t  i;

    static const char *const  names[] = {
        "token", "secret", "refresh", "md5", "plain", "password", "old"
    };

    for (i = 0; field && i < mt_nitems(names); i++) {
        if (strcmp(field->name, names[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Returns the number of secrets. */

static size_t
visit(mt_str_t dialect, const mt_json_table_t *table)
{
    char                     address[256], want[256];
    size_t                   i, n;
    const mt_json_member_t  *member;

    n = 0;

    for (i = 0; table && i < table->n; i++) {
        member = &table->members[i];
        n += visit(dialect, member->sub);

        if (holds_secret(member->field) && !(member->flags & MT_JSON_SECRET)) {
            ok(0, "%.*s flags \"%s\" as a secret", (int) dialect.len,
               dialect.data, member->wire);
        }

        if (member->flags & MT_JSON_SECRET) {
            snprintf(address, sizeof(address), "/a?x=1&%s=hidden&y=2",
                     member->wire);
            snprintf(want, sizeof(want), "/a?x=1&%s=***&y=2", member->wire);
            gives(NULL, address, want);
            n++;
        }
    }

    return n;
}


static void
test_tables(void)
{
    size_t               i, k, n;
    const mt_dialect_t  *dialect;

    for (i = 0; i < mt_dialect_count(); i++) {
        dialect = mt_dialect_at(i);
        n = visit(dialect->name, dialect->beside);

        for (k = 0; k < dialect->nroutes; k++) {
            n += visit(dialect->name, dialect->routes[k].request);
        }

        ok(n || dialect->bare_links, "%.*s has secrets",
           (int) dialect->name.len, dialect->name.data);
    }
}


static void
test_parameters(void)
{
    gives(NULL, "", "");
    gives(NULL, "/", "/");
    gives(NULL, "/a/b?c=d&e=f#g", "/a/b?c=d&e=f#g");
    gives(NULL, "/a?token=x", "/a?token=***");
    gives(NULL, "/a?token=", "/a?token=");
    gives(NULL, "/a?token", "/a?token");
    gives(NULL, "/a?token&b=c", "/a?token&b=c");
    gives(NULL, "/a?token=x&token=y", "/a?token=***&token=***");
    gives(NULL, "/a?token=x=y", "/a?token=***");
    gives(NULL, "/a?token=x/k/?b", "/a?token=***");
    gives(NULL, "/a?token=x;y#z w", "/a?token=***");
    gives(NULL, "/a?mytoken=x&tokens=y", "/a?mytoken=x&tokens=y");

    /* spellings of a name */
    gives(NULL, "/a?ACCESS_TOKEN=x", "/a?ACCESS_TOKEN=***");
    gives(NULL, "/a?access-token=x", "/a?access-token=***");
    gives(NULL, "/a?access%5Ftoken=x", "/a?access%5Ftoken=***");
    gives(NULL, "/a?%74%6fken=x", "/a?%74%6fken=***");
    gives(NULL, "/a?token%3Dx=y", "/a?token%3D***");
    gives(NULL, "/a?token[]=x&b=c", "/a?token[]=***&b=c");
    gives(NULL, "/a?+token=x", "/a?+token=***");
    gives(NULL, "/a?%token=x", "/a?%token=***");
    gives(NULL, "/a?appsecretappsecretappsecretappsecret=x",
          "/a?appsecretappsecretappsecretappsecret=x");

    /* addresses within values, and where no query should be */
    gives(NULL, "/a?u=http://h/?token=x&b=c", "/a?u=http://h/?token=***&b=c");
    gives(NULL, "/a?u=h%2F%3Fb%3Dc%26token%3Dx%26d&b=c",
          "/a?u=h%2F%3Fb%3Dc%26token%3D***&b=c");
    gives(NULL, "/a&token=x", "/a&token=***");
    gives(NULL, "/a;token=x?b=c&d=e", "/a;token=***&d=e");
    gives(NULL, "/a#token=x", "/a#token=***");
    gives(NULL, "/a?b=c;token=x", "/a?b=c;token=***");
}


static void
test_links(void)
{
    gives(NULL, "/k/" CODE, "/k/***");
    gives(NULL, "/k/" CODE "?x=y", "/k/***?x=y");
    gives(NULL, "/k/" CODE "?token=y", "/k/***?token=***");
    gives(NULL, "/k/", "/k/");
    gives(NULL, "/k", "/k");
    gives(NULL, "/kk/a", "/kk/a");
    gives(NULL, "/london/k/" CODE ".", "/london/k/***");
    gives(NULL, "http://h/k/" CODE, "http://h/k/***");

    /* what nginx makes of a path */
    gives(NULL, "/%6b/" CODE, "/%6b/***");
    gives(NULL, "%2Fk%2f" CODE, "%2Fk%2f***");
    gives(NULL, "/k//" CODE, "/k/***");
    gives(NULL, "/k/./" CODE, "/k/***");
    gives(NULL, "/k/a/../" CODE, "/k/***");
    gives(NULL, "/k/a&b/../" CODE, "/k/***");
    gives(NULL, "/a;token=1&b/../k/c&/../" CODE, "/a;token=***&b/../k/***");

    gives(NULL, "/a?url=http://h/k/" CODE "&b=c",
          "/a?url=http://h/k/***&b=c");
    gives(NULL, "/a?url=http%3A%2F%2Fh%2Fk%2F" CODE "%3Fx&b=c",
          "/a?url=http%3A%2F%2Fh%2Fk%2F***&b=c");

    gives(&mt_dialect_page, "/m/" CODE "?a=b", "/m/***?a=b");
    gives(&mt_dialect_page, "/m/" CODE "/x", "/m/***");
    gives(&mt_dialect_page, "/%61bcdEFGH-_1", "/***");
    gives(&mt_dialect_page, "/m/" CODE "2", "/m/" CODE "2");
    gives(&mt_dialect_page, "/favicon.ico", "/favicon.ico");
    gives(&mt_dialect_h5yes, "/m/" CODE, "/m/" CODE);
}


static void
test_pictures(void)
{
    gives(NULL, "/meeting/api/opt/resources/1/0a.jpg",
          "/meeting/api/opt/resources***");
    gives(NULL, "https://h/meeting/api/opt/resources/1/0a.jpg?token=x",
          "https://h/meeting/api/opt/resources***?token=***");
    gives(NULL, "/resources/a.js", "/resources/a.js");
}


static void
line(const char *given, const char *want)
{
    size_t  n;
    char    out[256];

    n = mt_mask_line(NULL, mt_cstr(given), out, sizeof(out));

    ok(mt_str_eq((mt_str_t) { n, out }, mt_cstr(want)), "%s gives %.*s",
       given, (int) n, out);
}


static void
test_lines(void)
{
    line("GET / HTTP/1.1", "GET / HTTP/1.1");
    line("GET /k/" CODE " HTTP/1.1", "GET /k/*** HTTP/1.1");
    line("GET /a?token=x HTTP/2.0", "GET /a?token=*** HTTP/2.0");

    /* requests that nginx rejects */
    line("GET /a?token=x y HTTP/1.1", "GET /a?token=*** HTTP/1.1");
    line("GET /a?token=x y", "GET /a?token=***");
    line("GET /a?token=x HTTP/", "GET /a?token=***");
    line("GET /a?token=x\ty HTTP/1.1 ", "GET /a?token=***");
    line("/a?token=x", "/a?token=***");
    line(" ", " ");
    line("", "");
}


/* A copy is cut wherever there is no more room, and writes nothing behind. */

static void
test_room(void)
{
    int          same, kept;
    char         out[64];
    size_t       size, n;
    const char  *want = "GET /k/***?token=*** HTTP/1.1";

    same = 1;
    kept = 1;

    for (size = 0; size < sizeof(out); size++) {
        memset(out, '!', sizeof(out));

        n = mt_mask_line(NULL, MT_STR("GET /k/" CODE "?token=x HTTP/1.1"),
                         out, size);

        same &= n == strlen(want) && memcmp(out, want, size < n ? size : n) == 0;
        kept &= n == sizeof(out) || out[size < n ? size : n] == '!';
    }

    ok(same, "each size has the beginning of the copy, and the whole length");
    ok(kept, "nothing behind it");
}


/* Text that makes a naive scan quadratic. */

static void
test_long(void)
{
    size_t       i, k, size;
    char        *text;
    int64_t      begun;

    static const char *const  parts[] = { "?", "&token", "/k", "%3f", "/", "a" };

    size = 1024 * 1024;
    text = malloc(size + 1);
    text[size] = '\0';

    for (i = 0; i < mt_nitems(parts); i++) {
        for (k = 0; k < size; k++) {
            text[k] = parts[i][k % strlen(parts[i])];
        }

        begun = mt_monotonic_ns();
        (void) mt_mask_address(&mt_dialect_page,
                               (mt_str_t) { size, text }, NULL, 0);
        ok(mt_monotonic_ns() - begun < 2000000000LL, "a megabyte of \"%s\"",
           parts[i]);
    }

    free(text);
}


int
main(void)
{
    test_tables();
    test_parameters();
    test_links();
    test_pictures();
    test_lines();
    test_room();
    test_long();

    return tap_done();
}
