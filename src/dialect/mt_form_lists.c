
/*
 * Lists in forms.
 */

#include <stdlib.h>

#include "dialect/mt_form_lists.h"


#define MT_ITEMS_FIRST   16          /* items with room for them at first */
#define MT_ITEM_DIGITS   6           /* of an item's number */


static int mt_form_name(mt_str_t name, mt_form_item_t *item);
static const char *mt_form_bracket(const char *p, const char *end,
    mt_str_t *inner);
static int mt_form_word(mt_str_t word);
static int64_t mt_form_number(mt_str_t digits);
static void mt_form_next(mt_form_lists_t *lists, mt_form_item_t *item);
static int mt_form_add(mt_form_lists_t *lists, const mt_form_item_t *item);
static int mt_form_order(const void *one, const void *two);


int
mt_form_lists_take(mt_form_lists_t *lists, mt_str_t name, mt_str_t text,
    mt_error_t *error)
{
    size_t           i;
    mt_str_t         base;
    const char      *bracket;
    mt_form_item_t   item;

    bracket = name.len ? memchr(name.data, '[', name.len) : NULL;

    base = name;
    base.len = bracket ? (size_t) (bracket - name.data) : name.len;

    for (i = 0; i < lists->table->n; i++) {
        if (mt_str_eq(base, mt_cstr(lists->table->members[i].wire))) {
            break;
        }
    }

    if (i == lists->table->n) {
        return bracket != NULL;
    }

    memset(&item, 0, sizeof(item));

    item.member = i;
    item.order = lists->n;
    item.text = text;

    if (bracket == NULL) {
        item.json = lists->table->members[i].field
                    && lists->table->members[i].field->kind == MT_OBJS
                    && text.len && text.data[0] == '[';

        return item.json ? mt_form_add(lists, &item) : 0;
    }

    name.len -= base.len;
    name.data += base.len;

    if (!mt_form_name(name, &item) || !mt_utf8_valid(text)
        || (text.len && memchr(text.data, '\0', text.len)))
    {
        if (error->status == MT_OK) {
            error->status = MT_BAD_VALUE;
            error->field = base;
        }

        return 1;
    }

    mt_form_next(lists, &item);

    return mt_form_add(lists, &item);
}


/* Parses "[]", "[3]", "[][key]" or "[3][key]".  Returns 1, or 0 for anything
 * else.  An item without a number gets -1. */

static int
mt_form_name(mt_str_t name, mt_form_item_t *item)
{
    mt_str_t     inner;
    const char  *p, *end;

    end = name.data + name.len;

    p = mt_form_bracket(name.data, end, &inner);
    if (p == NULL) {
        return 0;
    }

    item->number = mt_form_number(inner);

    if (item->number < -1) {
        return 0;
    }

    if (p == end) {
        return 1;
    }

    p = mt_form_bracket(p, end, &item->key);

    return p == end && mt_form_word(item->key);
}


/* Returns the place behind "[...]", NULL if there is no such thing. */

static const char *
mt_form_bracket(const char *p, const char *end, mt_str_t *inner)
{
    const char  *close;

    if (p == end || *p != '[') {
        return NULL;
    }

    p++;

    close = p < end ? memchr(p, ']', end - p) : NULL;
    if (close == NULL) {
        return NULL;
    }

    inner->data = p;
    inner->len = close - p;

    return close + 1;
}


/* Returns 1 for a word that JSON needs not escape, else 0. */

static int
mt_form_word(mt_str_t word)
{
    size_t  i;

    for (i = 0; i < word.len; i++) {
        if ((word.data[i] | 0x20) < 'a' || (word.data[i] | 0x20) > 'z') {
            return 0;
        }
    }

    return word.len > 0;
}


/* Returns the number, -1 for "", -2 if it is none. */

static int64_t
mt_form_number(mt_str_t digits)
{
    size_t   i;
    int64_t  n;

    n = digits.len ? 0 : -1;

    if (digits.len > MT_ITEM_DIGITS) {
        return -2;
    }

    for (i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return -2;
        }

        n = n * 10 + (digits.data[i] - '0');
    }

    return n;
}


/* Numbers an item that has no number.  Of objects, the key that came first
 * begins the next item. */

static void
mt_form_next(mt_form_lists_t *lists, mt_form_item_t *item)
{
    int64_t   *next;
    mt_str_t  *first;

    next = &lists->next[item->member];
    first = &lists->first[item->member];

    if (item->number == -1) {
        item->number = *next;

        if (item->key.len && first->len && !mt_str_eq(item->key, *first)) {
            item->number--;

        } else {
            *first = item->key;
        }
    }

    if (item->number >= *next) {
        *next = item->number + 1;
    }
}


/* Returns 1, or -1 without memory. */

static int
mt_form_add(mt_form_lists_t *lists, const mt_form_item_t *item)
{
    size_t           size;
    mt_form_item_t  *items;

    if (lists->n == lists->size) {
        size = lists->size ? 2 * lists->size : MT_ITEMS_FIRST;
        items = mt_arena_take(lists->arena, size * sizeof(*items));

        if (items == NULL) {
            return -1;
        }

        if (lists->n) {
            memcpy(items, lists->items, lists->n * sizeof(*items));
        }

        lists->items = items;
        lists->size = size;
    }

    lists->items[lists->n++] = *item;

    return 1;
}


mt_str_t
mt_form_lists_json(mt_form_lists_t *lists)
{
    int                    opens, closes;
    size_t                 i;
    mt_buf_t               out;
    mt_json_writer_t      *w;
    const mt_form_item_t  *item, *before, *after;

    if (lists->n == 0) {
        return MT_STR("{}");
    }

    qsort(lists->items, lists->n, sizeof(*lists->items), mt_form_order);

    mt_buf_init(&out, lists->arena, 0);

    w = mt_json_writer(lists->arena, &out);
    if (w == NULL) {
        return (mt_str_t) { 0, NULL };
    }

    mt_json_open_object(w);

    for (i = 0; i < lists->n; i++) {
        item = &lists->items[i];
        before = i > 0 && item[-1].member == item->member ? item - 1 : NULL;
        after = i + 1 < lists->n && item[1].member == item->member ? item + 1
                                                                   : NULL;

        if (item->json || before == NULL || before->json) {
            mt_json_key(w, lists->table->members[item->member].wire);
        }

        if (item->json) {
            mt_json_raw(w, item->text);
            continue;
        }

        if (before == NULL || before->json) {
            mt_json_open_list(w);
            before = NULL;
        }

        opens = before == NULL || before->number != item->number
                || before->key.len == 0;
        closes = after == NULL || after->json
                 || after->number != item->number || after->key.len == 0;

        if (item->key.len && opens) {
            mt_json_open_object(w);
        }

        if (item->key.len) {
            mt_json_name(w, item->key.data, item->key.len);
        }

        mt_json_string(w, item->text);

        if (item->key.len && closes) {
            mt_json_close_object(w);
        }

        if (after == NULL || after->json) {
            mt_json_close_list(w);
        }
    }

    mt_json_close_object(w);

    return out.failed ? (mt_str_t) { 0, NULL }
                      : (mt_str_t) { out.len, out.data };
}


static int
mt_form_order(const void *one, const void *two)
{
    const mt_form_item_t *a = one;
    const mt_form_item_t *b = two;

    if (a->member != b->member) {
        return a->member < b->member ? -1 : 1;
    }

    /* JSON texts stand before the items */

    if (a->json != b->json) {
        return b->json - a->json;
    }

    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }

    return a->order < b->order ? -1 : a->order > b->order;
}
