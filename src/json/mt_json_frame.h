
/*
 * The decoder's state: a stack of frames.  Each open object that a table reads
 * has a frame, and so has each open list of a member; other open objects and
 * lists are only counted (`skip`).
 */

#ifndef MT_JSON_FRAME_H
#define MT_JSON_FRAME_H

#include <yajl/yajl_parse.h>

#include "json/mt_json_private.h"


#define MT_KEY_SHOWN     64       /* code points of a key in an error path */

#define MT_NOT_MISSING   SIZE_MAX


typedef struct {
    const mt_json_table_t   *table;       /* NULL: a list */
    void                    *object;

    /* bits by index in the table: keys that were met; values that were not
     * null, where an alias sets the bit of its primary member */
    uint64_t                 keys;
    uint64_t                 values;

    mt_str_t                 key;         /* the present one */
    int                      payload;     /* the object is the payload */

    /* in an object, the member whose value comes next, NULL to skip it; in a
     * list, the member that is the list */
    const mt_json_member_t  *member;
    size_t                   primary;     /* index of the member that it is an
                                             alias of, else its own */
    size_t                   next;        /* index that probably follows */

    /* of a list; `met` also counts the items that are not kept */
    void                    *items;
    size_t                   n;
    size_t                   size;
    size_t                   met;

    mt_error_t              *error;       /* keeps the first error */
    unsigned                 root;        /* frame at which paths begin */

    /* the first missing member in table order, here or further in */
    size_t                   missing;
    mt_str_t                 missing_path;

    /* keys that the table lacks; stands last because mt_json_push() does not
     * clear all of it */
    mt_json_keys_t           unknown;
} mt_json_frame_t;


/* yajl's handle and memory stay from one body to the next; the rest is of one
 * body. */

struct mt_json_parser_s {
    mt_json_decode_t        *d;
    mt_str_t                 body;
    const mt_json_table_t   *table;       /* of the body's object */
    void                    *object;
    size_t                   pairs_size;
    mt_status_t              status;      /* why the parsing was stopped */
    int                      closed;      /* the body's object has ended */
    unsigned                 skip;        /* open objects and lists not read */
    mt_json_value_t          value;       /* the present one */
    unsigned                 n;
    mt_json_frame_t         *top;         /* the n-th */
    mt_json_frame_t          frames[MT_JSON_DEPTH_MAX];
    yajl_handle              yajl;        /* NULL: the next body makes one */
    mt_json_memory_t         memory;
};


/* Ends the parsing with a status, when a callback of yajl returns the result.
 * Returns 0. */

static inline int
mt_json_stop(mt_json_parser_t *p, mt_status_t status)
{
    p->status = status;
    return 0;
}


/* Reports an error whose path is that of the first n frames; only the first
 * error is kept. */
void mt_json_fail(mt_json_parser_t *p, unsigned n, mt_status_t status);

/* Each puts a new frame on top; the caller has checked the depth.
 * mt_json_push() returns the frame, which is a list's until it has a table. */
mt_json_frame_t *mt_json_push(mt_json_parser_t *p);
void mt_json_push_object(mt_json_parser_t *p, const mt_json_table_t *table,
    void *object);
void mt_json_push_body(mt_json_parser_t *p);
void mt_json_push_payload(mt_json_parser_t *p);

/* Takes the top frame off and hands its missing member to the frame around
 * it. */
void mt_json_pop(mt_json_parser_t *p);

/* Notes in the frame the first required member, in table order, that was not
 * given. */
void mt_json_find_missing(mt_json_parser_t *p, mt_json_frame_t *frame);


/* Takes a value that is not null: finds the member that it belongs to.
 * Returns NULL if there is none, or if another spelling of the member came
 * before, which is an error. */

static inline const mt_json_member_t *
mt_json_take(mt_json_parser_t *p, mt_json_frame_t *frame)
{
    uint64_t  bit;

    if (frame->member == NULL || frame->table == NULL) {
        return frame->member;
    }

    bit = 1ULL << frame->primary;

    if (frame->values & bit) {
        mt_json_fail(p, p->n, MT_DUPLICATE_KEY);
        return NULL;
    }

    frame->values |= bit;

    return frame->member;
}

#endif /* MT_JSON_FRAME_H */
