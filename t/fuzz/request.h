
/*
 * Random bytes as a request of a dialect, without a store: the part of a
 * request that can be checked without one.  Shared by the dialects' fuzzers.
 *
 * The first byte chooses the route, the first line is the query, the rest the
 * body.
 */

#ifndef REQUEST_H
#define REQUEST_H

#include "base/mt_crypto.h"
#include "service/mt_service.h"

#include <stdio.h>
#include <stdlib.h>


#define FUZZ_MEMORY  (64 << 20)
#define FUZZ_PIECE   16384
#define FUZZ_NOW     1600000000000LL

#define FORM  "application/x-www-form-urlencoded"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


typedef struct {
    const mt_dialect_t   *dialect;
    const mt_settings_t  *settings;
    const mt_route_t     *route;
    mt_str_t              query;
    mt_str_t              type;
    mt_str_t              body;
} fuzz_input_t;

typedef struct {
    mt_exchange_t        *x;
    mt_arena_t           *arena;
    mt_error_t            error;      /* of the form */
} fuzz_request_t;


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static mt_str_t
fuzz_no_header(void *data, mt_str_t name)
{
    (void) data;
    (void) name;

    return MT_STR("");
}


/* Returns 0 if there is not even a route. */

__attribute__((unused))
static int
fuzz_input(fuzz_input_t *in, const mt_dialect_t *dialect, const uint8_t *data,
    size_t size)
{
    const char  *line;

    static const mt_settings_t  settings;

    if (size == 0 || mt_crypto_init() != 0) {
        return 0;
    }

    memset(in, 0, sizeof(*in));
    in->dialect = dialect;
    in->settings = &settings;
    in->route = &dialect->routes[data[0] % dialect->nroutes];
    in->body = MT_STR("");
    in->type = MT_STR("");

    in->query.data = (const char *) data + 1;
    in->query.len = size - 1;
    line = memchr(in->query.data, '\n', in->query.len);

    if (line) {
        in->body.data = line + 1;
        in->body.len = in->query.len
                       - (size_t) (in->body.data - in->query.data);
        in->query.len = (size_t) (line - in->query.data);
    }

    return 1;
}


/* Returns the name of the route's method; of several, of that with a body. */

static mt_str_t
fuzz_method(unsigned methods)
{
#define FUZZ_METHOD(bit, word)                                                \
    if (MT_METHOD_##bit != MT_METHOD_GET && (methods & MT_METHOD_##bit)) {    \
        return MT_STR(word);                                                  \
    }

    MT_METHODS(FUZZ_METHOD)
#undef FUZZ_METHOD

    return MT_STR("GET");
}


__attribute__((unused))
static fuzz_request_t
fuzz_decode(const fuzz_input_t *input)
{
    mt_input_t      in;
    fuzz_request_t  r;

    static mt_service_t  service;

    memset(&in, 0, sizeof(in));
    in.method = fuzz_method(input->route->methods);
    in.path = input->route->path;
    in.query = input->query;
    in.content_type = input->type;
    in.body = input->body;
    in.header = fuzz_no_header;

    r.arena = mt_arena_create(FUZZ_MEMORY);
    r.x = mt_exchange_open(&service, input->dialect, input->settings, &in,
                           FUZZ_NOW);
    check(r.arena && r.x);

    mt_exchange_decode(r.x);

    check(mt_utf8_valid(r.x->user) && r.x->user.len <= 4 * MT_TEXT_MAX);
    check(mt_utf8_valid(r.x->meeting) && r.x->meeting.len <= 4 * MT_ID_MAX);

    /* some dialects keep the error until the token is checked */

    r.error = r.x->call.error.status ? r.x->call.error : r.x->decode.error;
    check(mt_utf8_valid(r.error.field));

    return r;
}


__attribute__((unused))
static void
fuzz_finish(fuzz_request_t *r)
{
    mt_exchange_close(r->x);
    mt_arena_destroy(r->arena);
}


/* The answer to the request's error, or to a server error. */

__attribute__((unused))
static mt_str_t
fuzz_answer(fuzz_request_t *r)
{
    mt_buf_t  out;

    r->x->call.error = r->error;

    if (r->error.status == MT_OK) {
        mt_exchange_fail(r->x, MT_STORE_FAILED);
    }

    mt_buf_init(&out, r->arena, 0);
    check(mt_exchange_output(r->x, &out, FUZZ_PIECE) == 1);

    return (mt_str_t) { out.len, out.data };
}


/* The answer must be one JSON object with all that `table` requires. */

__attribute__((unused))
static void
fuzz_check_answer(fuzz_request_t *r, mt_str_t text,
    const mt_json_table_t *table, void *answer)
{
    mt_json_decode_t  d;

    memset(&d, 0, sizeof(d));
    d.arena = r->arena;

    check(mt_json_decode(&d, text, table, answer) == MT_OK);
    check(d.error.status == MT_OK);
}


__attribute__((unused))
static mt_str_t
fuzz_encoded(fuzz_request_t *r)
{
    mt_buf_t  buf;

    mt_buf_init(&buf, r->arena, 64);
    mt_record_encode(&buf, r->x->route->operation->args, r->x->call.args,
                     MT_ENCODE_GIVEN);

    return (mt_str_t) { buf.len, buf.data };
}


/*
 * Encodes the decoded arguments and decodes them again, to the same.  Forms
 * that are only read have no writer: a value that they read can be spelled as
 * plain text, as digits or as a word.
 */

static const char *const  fuzz_words[] = {
    "asc", "desc", "beginTime", "endTime", "createdTime", "lastUpdateTime",
    "checkedTime", "meeting", "confirm", "leave", "-1", "0", "1", "15", "60"
};


static int
fuzz_reads(const mt_json_member_t *member, mt_json_type_t type, mt_str_t text,
    int64_t want, mt_arena_t *arena)
{
    int64_t          got;
    mt_json_value_t  value = { type, text };

    got = 0;

    return member->how->read(&value, member->field, &got, arena) == MT_OK
           && got == want;
}


static int
fuzz_spell_int(mt_json_writer_t *w, const mt_json_member_t *member,
    int64_t n, mt_arena_t *arena)
{
    size_t    i;
    mt_str_t  text, digits;

    digits = mt_arena_printf(arena, "%lld", (long long) n);

    if (fuzz_reads(member, MT_JSON_NUMBER, digits, n, arena)) {
        mt_json_raw(w, digits);
        return 1;
    }

    for (i = 0; i < mt_nitems(fuzz_words); i++) {
        text = mt_cstr(fuzz_words[i]);

        if (fuzz_reads(member, MT_JSON_STRING, text, n, arena)) {
            mt_json_string(w, text);
            return 1;
        }
    }

    if (digits.len != sizeof("20210423070000") - 1) {
        return 0;
    }

    text = mt_arena_printf(arena, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s",
                           digits.data, digits.data + 4, digits.data + 6,
                           digits.data + 8, digits.data + 10,
                           digits.data + 12);

    for (i = 0; i < 2; i++, text.len = sizeof("2021-04-23") - 1) {
        if (fuzz_reads(member, MT_JSON_STRING, text, n, arena)) {
            mt_json_string(w, text);
            return 1;
        }
    }

    return 0;
}


static int
fuzz_spell(mt_json_writer_t *w, const mt_json_member_t *member,
    const void *src, mt_arena_t *arena)
{
    switch (member->field->kind) {

    case MT_INT:
        return fuzz_spell_int(w, member, *(const int64_t *) src, arena);

    case MT_STR:
        mt_json_string(w, *(const mt_str_t *) src);
        return 1;

    case MT_STRS:
        mt_wire_ref_csv.write(w, member->field, src);
        return 1;

    default:
        return 0;
    }
}


static int
fuzz_given(const mt_json_member_t *member, const void *object)
{
    uint64_t  has;

    memcpy(&has, (const char *) object + member->base, sizeof(has));

    return (int) (has >> member->field->number & 1);
}


static void fuzz_object(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object, mt_arena_t *arena);


static void
fuzz_member(mt_json_writer_t *w, const mt_json_member_t *member,
    const void *src, mt_arena_t *arena)
{
    size_t            i;
    const mt_objs_t  *list;

    switch (member->field->kind) {

    case MT_OBJ:
        fuzz_object(w, member->sub, *(void *const *) src, arena);
        break;

    case MT_OBJS:
        list = src;
        mt_json_open_list(w);

        for (i = 0; i < list->n; i++) {
            fuzz_object(w, member->sub, (const char *) list->v
                                        + i * member->field->sub->size,
                        arena);
        }

        mt_json_close_list(w);
        break;

    default:
        if (member->how == NULL || member->how->write) {
            (member->how ? member->how : &mt_wire_plain)
                ->write(w, member->field, src);

        } else {
            check(fuzz_spell(w, member, src, arena));
        }
    }
}


static void
fuzz_object(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object, mt_arena_t *arena)
{
    size_t                   i;
    const mt_json_member_t  *member;

    mt_json_open_object(w);

    for (i = 0; i < table->n; i++) {
        member = &table->members[i];

        if (member->flags & MT_JSON_INLINE) {
            mt_json_key(w, member->wire);
            fuzz_object(w, member->sub, object, arena);

        } else if (!(member->flags & (MT_JSON_ALIAS | MT_JSON_PAYLOAD))
                   && fuzz_given(member, object))
        {
            mt_json_key(w, member->wire);
            fuzz_member(w, member, (const char *) object + member->base
                                   + member->field->offset, arena);
        }
    }

    mt_json_close_object(w);
}


/* object: filled by the route's table.  payload: the member of the body that
 * holds it, NULL if it is the body. */

__attribute__((unused))
static void
fuzz_check_again(const fuzz_input_t *in, fuzz_request_t *r,
    const void *object, const char *payload)
{
    mt_buf_t           body;
    fuzz_input_t       again;
    fuzz_request_t     second;
    mt_json_writer_t  *w;

    mt_buf_init(&body, r->arena, 0);
    w = mt_json_writer(r->arena, &body);
    check(w != NULL);

    if (payload) {
        mt_json_open_object(w);
        mt_json_key(w, payload);
    }

    fuzz_object(w, r->x->route->request, object, r->arena);

    if (payload) {
        mt_json_close_object(w);
    }

    check(!body.failed);

    again = *in;
    again.type = MT_STR("");
    again.body.data = body.data;
    again.body.len = body.len;

    second = fuzz_decode(&again);

    check(second.error.status == MT_OK);
    check(mt_str_eq(fuzz_encoded(r), fuzz_encoded(&second)));
    check(mt_str_eq(r->x->user, second.x->user));
    check(mt_str_eq(r->x->meeting, second.x->meeting));

    fuzz_finish(&second);
}

#endif /* REQUEST_H */
