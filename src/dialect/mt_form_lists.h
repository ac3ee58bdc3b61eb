
/*
 * Lists in forms, as PHP, jQuery and axios spell them: a field for each item,
 * named "ids[]", "ids[0]", "people[0][name]" or "people[][name]".  They are
 * collected and become a JSON body.
 */

#ifndef MT_FORM_LISTS_H
#define MT_FORM_LISTS_H

#include "json/mt_json.h"


typedef struct {
    size_t    member;          /* index in the table */
    int64_t   number;          /* of the item; items are sorted by it */
    size_t    order;           /* of the field in the form */
    mt_str_t  key;             /* of an item that is an object, or "" */
    mt_str_t  text;
    int       json;            /* the text is the whole list, as JSON */
} mt_form_item_t;

/* The caller zeroes the structure and sets table and arena. */

typedef struct {
    const mt_json_table_t  *table;
    mt_arena_t             *arena;
    size_t                  n;
    size_t                  size;
    mt_form_item_t         *items;
    int64_t                 next[MT_JSON_MEMBERS_MAX];     /* item's number */
    mt_str_t                first[MT_JSON_MEMBERS_MAX];    /* key of "[]" */
} mt_form_lists_t;

/*
 * Takes a field if it is part of a list.  Returns 1 if it was taken, 0 if it
 * is another field, -1 without memory.  *error is set, if it is MT_OK, for a
 * field that is named like a list and is none.
 */
int mt_form_lists_take(mt_form_lists_t *lists, mt_str_t name, mt_str_t text,
    mt_error_t *error);

/* Returns the lists as a JSON object, "{}" if there are none, one without
 * data if there is no memory. */
mt_str_t mt_form_lists_json(mt_form_lists_t *lists);

#endif /* MT_FORM_LISTS_H */
