
#include "json/mt_sheet.h"

#include <errno.h>
#include <iconv.h>


static const char *mt_sheet_encoding(mt_str_t text);
static int mt_sheet_mostly_utf8(mt_str_t text);
static int mt_sheet_begins(mt_str_t text, mt_str_t with);
static size_t mt_sheet_blank(mt_str_t text);
static int mt_sheet_tail(mt_str_t text, size_t i);


/* Longest first. */

static const mt_str_t  mt_sheet_blanks[] = {
    mt_str("\xE3\x80\x80"), mt_str("\xE2\x80\x8B"), mt_str("\xEF\xBB\xBF"),
    mt_str("\xC2\xA0"), mt_str(" "), mt_str("\t"), mt_str("\n"), mt_str("\r")
};


int
mt_sheet_utf8(mt_arena_t *arena, mt_str_t text, mt_str_t *utf8,
    const char **why)
{
    char        *in, *out;
    size_t       inleft, outleft, size;
    iconv_t      cd;
    const char  *from;

    if (mt_sheet_begins(text, MT_STR("PK\x03\x04"))
        || mt_sheet_begins(text, MT_STR("\xD0\xCF\x11\xE0")))
    {
        *why = "it is a workbook: save it as CSV";
        return -1;
    }

    from = mt_sheet_encoding(text);

    if (from == NULL) {
        *utf8 = text;
        return 0;
    }

    cd = iconv_open("UTF-8", from);

    if (cd == (iconv_t) -1) {
        *why = "it is not UTF-8, and this system's iconv cannot read it: save "
               "it as UTF-8";
        return -1;
    }

    size = 2 * text.len;        /* two bytes become three at most */
    in = (char *) text.data;
    inleft = text.len;
    out = mt_arena_take(arena, size);
    outleft = size;
    utf8->data = out;

    if (out == NULL) {
        *why = "out of memory";

    } else if (iconv(cd, &in, &inleft, &out, &outleft) == (size_t) -1) {
        *why = "it is neither UTF-8, UTF-16 nor GBK: save it as UTF-8";

    } else {
        *why = NULL;
        utf8->len = size - outleft;
    }

    (void) iconv_close(cd);

    return *why == NULL ? 0 : -1;
}


/* Returns iconv's name of the encoding, NULL for UTF-8. */

static const char *
mt_sheet_encoding(mt_str_t text)
{
    if (mt_sheet_begins(text, MT_STR("\xFF\xFE"))
        || mt_sheet_begins(text, MT_STR("\xFE\xFF")))
    {
        return "UTF-16";
    }

    /* a header and JSON begin with ASCII */

    if (text.len >= 2 && text.data[0] != '\0' && text.data[1] == '\0') {
        return "UTF-16LE";
    }

    if (text.len >= 2 && text.data[0] == '\0' && text.data[1] != '\0') {
        return "UTF-16BE";
    }

    return mt_utf8_valid(text) || mt_sheet_mostly_utf8(text) ? NULL
                                                             : "GB18030";
}


/* UTF-8 with a damaged byte stays UTF-8, and its damaged rows are rejected:
 * as GB18030 it would be read, but as other words.  Text in GB18030 has few
 * sequences of three bytes that UTF-8 allows. */

static int
mt_sheet_mostly_utf8(mt_str_t text)
{
    size_t    i, good, bad;
    mt_str_t  part;

    good = 0;
    bad = 0;

    for (i = 0; i < text.len; i++) {
        if ((uint8_t) text.data[i] < 0x80) {
            continue;
        }

        part = (mt_str_t) { 3, text.data + i };

        if (text.len - i >= 3 && mt_utf8_valid(part)
            && mt_utf8_length(part) == 1)
        {
            good++;
            i += 2;

        } else {
            bad++;
        }
    }

    return good > 4 * bad;
}


static int
mt_sheet_begins(mt_str_t text, mt_str_t with)
{
    return text.len >= with.len
           && memcmp(text.data, with.data, with.len) == 0;
}


mt_str_t
mt_sheet_trim(mt_str_t text)
{
    size_t  n;

    while ((n = mt_sheet_blank(text)) > 0) {
        text.data += n;
        text.len -= n;
    }

    for (n = 0; n < mt_nitems(mt_sheet_blanks); n++) {
        if (mt_sheet_tail(text, n)) {
            text.len -= mt_sheet_blanks[n].len;
            n = (size_t) -1;
        }
    }

    return text;
}


/* Returns the bytes of the blank with which a text begins, 0 for none. */

static size_t
mt_sheet_blank(mt_str_t text)
{
    size_t  i;

    for (i = 0; i < mt_nitems(mt_sheet_blanks); i++) {
        if (mt_sheet_begins(text, mt_sheet_blanks[i])) {
            return mt_sheet_blanks[i].len;
        }
    }

    return 0;
}


static int
mt_sheet_tail(mt_str_t text, size_t i)
{
    size_t  len;

    len = mt_sheet_blanks[i].len;

    return text.len >= len
           && memcmp(text.data + text.len - len, mt_sheet_blanks[i].data, len)
              == 0;
}


mt_str_t
mt_sheet_cell(mt_str_t cell)
{
    cell = mt_sheet_trim(cell);

    if (cell.len >= 3 && mt_sheet_begins(cell, MT_STR("=\""))
        && cell.data[cell.len - 1] == '"')
    {
        return mt_sheet_trim((mt_str_t) { cell.len - 3, cell.data + 2 });
    }

    if (cell.len > 0 && cell.data[0] == '\'') {
        mt_str_t  rest = { cell.len - 1, cell.data + 1 };

        return mt_sheet_is_formula(rest) ? rest : cell;
    }

    return cell;
}


int
mt_sheet_is_formula(mt_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len && text.data[i] == '\''; i++) {
        /* void */
    }

    return i < text.len && memchr("=+-@\t\r", text.data[i], 6) != NULL;
}


void
mt_sheet_put(mt_buf_t *out, mt_str_t text)
{
    int     quote;
    size_t  i, from;

    quote = 0;

    for (i = 0; i < text.len; i++) {
        quote |= (memchr("\",\r\n", text.data[i], 4) != NULL);
    }

    mt_buf_str(out, quote ? MT_STR("\"") : MT_STR(""));
    mt_buf_str(out, mt_sheet_is_formula(text) ? MT_STR("'") : MT_STR(""));

    for (i = 0, from = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            mt_buf_visible(out, (mt_str_t) { i - from, text.data + from }, 0);
            mt_buf_str(out, MT_STR("\""));
            from = i;
        }
    }

    mt_buf_visible(out, (mt_str_t) { text.len - from, text.data + from }, 0);
    mt_buf_str(out, quote ? MT_STR("\"") : MT_STR(""));
}
