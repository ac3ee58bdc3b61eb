
/*
 * Frames: paths of errors, and the search for missing members.
 */

#include "json/mt_json_frame.h"


static const mt_json_table_t  mt_json_no_table = { NULL, 0 };


/* Returns the path that the present keys and items of the first n frames
 * make. */

static mt_str_t
mt_json_path(mt_json_parser_t *p, unsigned n)
{
    unsigned          i;
    mt_buf_t          buf;
    mt_str_t          path;
    mt_json_frame_t  *frame;

    mt_buf_init(&buf, p->d->arena, 0);

    for (i = p->top->root; i < n; i++) {
        frame = &p->frames[i];

        if (frame->table == NULL) {
            mt_buf_str(&buf, mt_arena_printf(p->d->arena, "[%zu]",
                                             frame->met - 1));
            continue;
        }

        if (buf.len) {
            mt_buf_byte(&buf, '.');
        }

        mt_buf_str(&buf, mt_utf8_prefix(frame->key, MT_KEY_SHOWN));
    }

    path.data = buf.len ? buf.data : "";
    path.len = buf.len;

    return path;
}


void
mt_json_fail(mt_json_parser_t *p, unsigned n, mt_status_t status)
{
    mt_error_t  *error;

    error = p->top->error;

    if (error->status == MT_OK) {
        error->status = status;
        error->field = mt_json_path(p, n);
    }
}


mt_json_frame_t *
mt_json_push(mt_json_parser_t *p)
{
    mt_json_frame_t  *frame, *outer;

    frame = &p->frames[p->n];
    memset(frame, 0, offsetof(mt_json_frame_t, unknown.few));

    if (p->n > 0) {
        outer = p->top;
        frame->error = outer->error;
        frame->root = outer->root;
    }

    frame->missing = MT_NOT_MISSING;
    p->top = frame;
    p->n++;

    return frame;
}


void
mt_json_push_object(mt_json_parser_t *p, const mt_json_table_t *table,
    void *object)
{
    mt_json_frame_t  *frame;

    frame = mt_json_push(p);
    frame->table = table;
    frame->object = object;
}


void
mt_json_push_body(mt_json_parser_t *p)
{
    mt_json_push_object(p, p->table, p->object);
    p->top->error = &p->d->error;
}


void
mt_json_push_payload(mt_json_parser_t *p)
{
    mt_json_frame_t   *frame;
    mt_json_decode_t  *d;

    d = p->d;
    d->payload_seen = 2;

    mt_json_push_object(p, d->payload_table ? d->payload_table
                                            : &mt_json_no_table,
                        d->payload_object);

    frame = p->top;
    frame->payload = 1;
    frame->error = &d->payload_error;
    frame->root = p->n - 1;
}


void
mt_json_pop(mt_json_parser_t *p)
{
    size_t            at;
    mt_json_frame_t  *inner, *outer;

    inner = p->top;
    p->n--;
    p->top -= p->n > 0;

    if (inner->missing == MT_NOT_MISSING) {
        return;
    }

    if (inner->root == p->n) {
        if (inner->error->status == MT_OK) {
            inner->error->status = MT_MISSING;
            inner->error->field = inner->missing_path;
        }

        return;
    }

    outer = p->top;
    at = outer->table ? (size_t) (outer->member - outer->table->members) : 0;

    if (at < outer->missing) {
        outer->missing = at;
        outer->missing_path = inner->missing_path;
    }
}


void
mt_json_find_missing(mt_json_parser_t *p, mt_json_frame_t *frame)
{
    size_t                   i;
    const mt_json_member_t  *member;

    /* an earlier item of the same list lacks a member: it comes first */

    if (p->n > 1 && frame[-1].table == NULL
        && frame[-1].missing != MT_NOT_MISSING)
    {
        return;
    }

    for (i = 0; i < frame->table->n && i < frame->missing; i++) {
        member = &frame->table->members[i];

        if ((member->flags & MT_JSON_REQUIRED)
            && !(member->flags & MT_JSON_ALIAS)
            && !(frame->values >> i & 1)
            && !mt_json_given(member, frame->object))
        {
            frame->key = mt_cstr(member->wire);
            frame->missing = i;
            frame->missing_path = mt_json_path(p, p->n);
        }
    }
}
