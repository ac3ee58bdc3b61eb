
/*
 * Large bodies in bounded time, and small ones with too little memory.
 */

#include "json.h"

#include <stdlib.h>
#include <time.h>


#define TEST_SECONDS_MAX  5      /* for a body of a million of something */


FORM(form_csv, strs, &mt_wire_ref_csv);
FORM(form_many, many, NULL);


/* A body of n equal parts, which may contain a running number. */

static mt_str_t
repeat(const char *head, const char *fmt, const char *tail, size_t n)
{
    char      *text, *p;
    size_t     i, size;
    mt_str_t   body;

    size = strlen(head) + n * (strlen(fmt) + 20) + strlen(tail) + 1;
    text = malloc(size);
    p = text + snprintf(text, size, "%s", head);

    for (i = 0; i < n; i++) {
        p += snprintf(p, text + size - p, fmt, i);
    }

    p += snprintf(p, text + size - p, "%s", tail);

    body.data = text;
    body.len = p - text;

    return body;
}


static const struct {
    const char   *what;
    const char   *head;
    const char   *each;
    const char   *tail;
    size_t        n;
    mt_status_t   status;
    mt_status_t   error;
} large[] = {
    { "10^6 keys", "{", "\"k%zu\":0,", "\"x\":0}", 1000000,
      MT_OK, MT_OK },
    { "10^6 keys, the last one twice", "{", "\"k%zu\":0,", "\"k7\":0}",
      1000000, MT_OK, MT_DUPLICATE_KEY },
    { "10^6 keys in an unread object", "{\"x\":{", "\"k%zu\":0,",
      "\"x\":0}}", 1000000, MT_OK, MT_OK },
    { "10^6 times a key", "{", "\"k\":%zu,", "\"x\":0}", 1000000,
      MT_OK, MT_DUPLICATE_KEY },
    { "10^6 objects in a list", "{\"people\":[", "{\"num\":%zu},",
      "{\"num\":1}]}", 1000000, MT_OK, MT_TOO_MANY },
    { "10^5 lists deep", "{\"x\":", "[", "}", 100000,
      MT_BAD_JSON, MT_OK },
    { "10^5 objects deep", "{\"x\":", "{\"a%zu\":", "}", 100000,
      MT_BAD_JSON, MT_OK },
    { "10^5 lists of a member deep", "{\"people\":", "[", "}", 100000,
      MT_BAD_JSON, MT_BAD_TYPE },
    { "10^6 escapes that nobody reads", "{\"x\":\"", "\\u4f1a", "\"}",
      1000000, MT_OK, MT_OK },
    { "10^6 escapes in a long text", "{\"text\":\"", "\\n", "\"}",
      1000000, MT_OK, MT_TOO_LONG },
};


static void
test_large(void)
{
    size_t       i;
    double       seconds;
    clock_t      start;
    mt_str_t     body;
    mt_status_t  status;

    for (i = 0; i < mt_nitems(large); i++) {
        body = repeat(large[i].head, large[i].each, large[i].tail,
                      large[i].n);
        start = clock();
        status = decode_str(&tall_table, body);
        seconds = (double) (clock() - start) / CLOCKS_PER_SEC;

        is_int(status, large[i].status, "%s", large[i].what);
        is_int(d.error.status, large[i].error, "its error");
        ok(seconds < TEST_SECONDS_MAX, "in bounded time");

        mt_arena_reset(arena);
        free((char *) body.data);
    }
}


/* With each size of arena the result is an answer or MT_NO_MEMORY. */

static const struct {
    const mt_json_table_t  *table;      /* NULL: the envelope */
    const char             *body;
} starved[] = {
    { NULL, "{\"id\":\"\\n\",\"x\":\"\\n\",\"client\":{\"num\":1},\"data\":"
            "{\"user_id\":1,\"token\":\"\\t\",\"people\":[{\"num\":1}],"
            "\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,"
            "\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1,"
            "\"\\u006f\":1,\"key_of_16_bytes_\":1,\"key_of_17_bytes__\":1}}" },
    { &form_many, "{\"v\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}" },
    { &form_csv, "{\"v\":\"1,2,3\"}" },
    { &tall_table, "{\"people\":[{\"num\":1},{\"num\":2}]}" },
};


static mt_status_t
decode_starved(size_t i)
{
    mt_status_t  status;

    status = starved[i].table ? decode(starved[i].table, starved[i].body)
                              : decode_envelope(starved[i].body);

    if (status == MT_OK && d.error.status != MT_OK) {
        return d.error.status;
    }

    return status == MT_OK ? d.payload_error.status : status;
}


/* Writes an object of a list as far as there is memory.  Returns 1 on
 * success. */

static int
write_starved(void)
{
    mt_str_t           refs[] = { mt_str("1"), mt_str("2") };
    mt_buf_t           buf;
    mt_json_writer_t  *w;

    mt_arena_reset(arena);
    memset(&object, 0, sizeof(object));
    object.strs = (mt_strs_t) { mt_nitems(refs), refs };

    mt_buf_init(&buf, arena, 0);
    w = mt_json_writer(arena, &buf);

    if (w == NULL) {
        return 1;
    }

    mt_json_open_object(w);
    mt_json_members(w, &form_csv, &object);
    mt_json_close_object(w);

    return buf.failed
           || mt_str_eq((mt_str_t) { buf.len, buf.data },
                        MT_STR("{\"v\":\"1,2\"}"));
}


static void
test_no_memory(void)
{
    int           wrong;
    size_t        i, limit;
    mt_arena_t   *whole;
    mt_status_t   status;

    whole = arena;

    for (i = 0; i < mt_nitems(starved); i++) {
        wrong = 0;
        status = MT_NO_MEMORY;

        for (limit = 1; status != MT_OK && limit < 65536; limit += 16) {
            arena = mt_arena_create(limit);

            status = decode_starved(i);
            wrong += status != MT_OK && status != MT_NO_MEMORY;
            wrong += !write_starved();

            mt_arena_destroy(arena);
        }

        is_int(wrong, 0, "%.20s in arenas of 1 to %zu bytes",
               starved[i].body, limit);
        is_int(status, MT_OK, "the last was enough");
    }

    arena = whole;
}


int
main(void)
{
    arena = mt_arena_create(0);

    test_large();
    test_no_memory();

    mt_arena_destroy(arena);

    return tap_done();
}
