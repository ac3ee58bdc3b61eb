
/*
 * The decoder's state: a stack of frames, one for each open object that a
 * table reads and each open list of a member; everything else that is open is
 * only counted (`skip`).
 */

#ifndef MT_JSON_FRAME_H
#define MT_JSON_FRAME_H

#include <yajl/yajl_parse.h>

#include "json/mt_json_private.h"


#define MT_KEY_SHOWN     64       /* code points of a key in an error's path */

#define MT_NOT_MISSING   SIZE_MAX


typedef struct {
    /* NULL: a list */
    const mt_json_table_t   *table;
    void                    *object;

    /* met, by index in the table; values that were not null, an alias' at the
     * member that it stands for */
    uint64_t                 keys;
    uint64_t                 values;

    mt_str_t                 key;         /* the present one */
    int                      payload;

    /* whose value comes next, NULL to skip it; of a list, its own */
    const mt_json_member_t  *member;
    size_t                   primary;     /* index of what it is an alias of,
                                             else its own */
    size_t                   next;        /* index that probably follows */

    /* of a list; `met` counts the items that are not kept too */
    void                    *items;
    size_t                   n;
    size_t                   size;
    size_t                   met;

    /* where errors go, and the frame that their paths begin at */
    mt_error_t              *error;
    unsigned                 root;

    /* the first missing member in table order, here or further in */
    size_t                   missing;
    mt_str_t                 missing_path;

    mt_json_keys_t           unknown;     /* keys that the table lacks; last:
                                             not all of it is cleared */
} mt_json_frame_t;


/* yajl is kept with it, and its memory, from one body to the next. */

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
    yajl_handle              yajl;        /* NULL: to be made */
    mt_json_memory_t         memory;
};


/* For yajl's callbacks: 0 ends the parsing, with this status. */

static inline int
mt_json_stop(mt_json_parser_t *p, mt_status_t status)
{
    p->status = status;
    return 0;
}


/* An error at what the first n frames stand at; the first one is kept. */
void mt_json_fail(mt_json_parser_t *p, unsigned n, mt_status_t status);

/* A new frame on top; the caller makes sure that there is room. */
mt_json_frame_t *mt_json_push(mt_json_parser_t *p);
void mt_json_push_object(mt_json_parser_t *p, const mt_json_table_t *table,
    void *object);
void mt_json_push_body(mt_json_parser_t *p);
void mt_json_push_payload(mt_json_parser_t *p);

/* Takes the top frame off and hands what is missing in it outwards. */
void mt_json_pop(mt_json_parser_t *p);

/* Notes the first required member, in table order, that was not given. */
void mt_json_find_missing(mt_json_parser_t *p, mt_json_frame_t *frame);


/*
 * The member that the value which comes now, not null, is to be read into;
 * NULL when there is none, or when another spelling of it was there before.
 */

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
