
#include "domain/read/mt_paging.h"


static int mt_search_holds(mt_str_t text, mt_str_t part);
static char mt_search_lower(char c);


mt_str_t
mt_cursor_print(mt_arena_t *arena, int64_t key, int64_t num)
{
    return mt_arena_printf(arena, "%lld.%lld", (long long) key,
                           (long long) num);
}


int
mt_cursor_parse(mt_str_t text, int64_t *key, int64_t *num)
{
    mt_str_t     first, last;
    const char  *point;

    point = memchr(text.data, '.', text.len);

    if (point == NULL) {
        return 0;
    }

    first.data = text.data;
    first.len = point - text.data;
    last.data = point + 1;
    last.len = text.data + text.len - last.data;

    return mt_parse_int(first, key) && mt_parse_int(last, num) && *num > 0;
}


int
mt_any_holds(const mt_str_t *texts, size_t n, mt_str_t part)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (mt_search_holds(texts[i], part)) {
            return 1;
        }
    }

    return 0;
}


static int
mt_search_holds(mt_str_t text, mt_str_t part)
{
    size_t  at, i;

    for (at = 0; at + part.len <= text.len; at++) {
        for (i = 0; i < part.len; i++) {
            if (mt_search_lower(text.data[at + i])
                != mt_search_lower(part.data[i]))
            {
                break;
            }
        }

        if (i == part.len) {
            return 1;
        }
    }

    return 0;
}


static char
mt_search_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}
