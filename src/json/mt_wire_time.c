
/*
 * Times as ISO 8601.
 */

#include "json/mt_json_private.h"

#include <stdio.h>
#include <stdlib.h>


#define MT_ISO_MAX     40          /* bytes of a time that is written */
#define MT_ISO_MINUTE  60
#define MT_ISO_HOUR    3600


static mt_status_t mt_iso_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static int mt_iso_parse(mt_str_t text, int64_t *ms);
static int mt_iso_date(mt_str_t *text, mt_civil_t *civil);
static int mt_iso_number(mt_str_t *text, unsigned digits, int min, int max,
    int *n);
static int mt_iso_sign(mt_str_t *text, char sign);
static int mt_iso_fraction(mt_str_t *text, int64_t *ms);
static int mt_iso_offset(mt_str_t *text, int *seconds);
static void mt_iso_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static mt_status_t mt_day_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);


const mt_wire_t  mt_wire_iso = { "iso", mt_iso_read, mt_iso_write };
const mt_wire_t  mt_wire_day = { "day", mt_day_read, NULL };


static mt_status_t
mt_iso_read(const mt_json_value_t *value, const mt_field_t *field, void *dst,
    mt_arena_t *arena)
{
    (void) arena;

    if (field->kind != MT_INT
        || (value->type != MT_JSON_NUMBER && value->type != MT_JSON_STRING))
    {
        return MT_BAD_TYPE;
    }

    if (mt_parse_int(value->text, dst)) {
        return MT_OK;
    }

    if (value->type == MT_JSON_NUMBER) {
        return MT_BAD_TYPE;
    }

    return mt_iso_parse(value->text, dst) ? MT_OK : MT_BAD_VALUE;
}


/* Returns 1, or 0 for anything that is no time. */

static int
mt_iso_parse(mt_str_t text, int64_t *ms)
{
    int         offset;
    int64_t     fraction;
    mt_civil_t  civil;

    memset(&civil, 0, sizeof(civil));
    fraction = 0;

    if (!mt_iso_date(&text, &civil)
        || !(mt_iso_sign(&text, 'T') || mt_iso_sign(&text, 't')
             || mt_iso_sign(&text, ' '))
        || !mt_iso_number(&text, 2, 0, 23, &civil.hour)
        || !mt_iso_sign(&text, ':')
        || !mt_iso_number(&text, 2, 0, 59, &civil.minute))
    {
        return 0;
    }

    if (mt_iso_sign(&text, ':')
        && (!mt_iso_number(&text, 2, 0, 59, &civil.second)
            || !mt_iso_fraction(&text, &fraction)))
    {
        return 0;
    }

    if (!mt_iso_offset(&text, &offset) || text.len) {
        return 0;
    }

    *ms = mt_zone_instant(NULL, &civil) + fraction
          - (int64_t) offset * MT_MS_PER_SECOND;

    return 1;
}


static int
mt_iso_date(mt_str_t *text, mt_civil_t *civil)
{
    int  leap, days;

    static const int  months[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (!mt_iso_number(text, 4, 1970, 9999, &civil->year)
        || !mt_iso_sign(text, '-')
        || !mt_iso_number(text, 2, 1, 12, &civil->month)
        || !mt_iso_sign(text, '-')
        || !mt_iso_number(text, 2, 1, 31, &civil->day))
    {
        return 0;
    }

    leap = (civil->year % 4 == 0 && civil->year % 100 != 0)
           || civil->year % 400 == 0;
    days = months[civil->month - 1] + (leap && civil->month == 2);

    return civil->day <= days;
}


/* Takes so many digits off the text.  Returns 1, or 0 if they are not there or
 * out of bounds. */

static int
mt_iso_number(mt_str_t *text, unsigned digits, int min, int max, int *n)
{
    unsigned  i;

    *n = 0;

    for (i = 0; i < digits; i++) {
        if (i == text->len || text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }

        *n = *n * 10 + (text->data[i] - '0');
    }

    text->data += digits;
    text->len -= digits;

    return *n >= min && *n <= max;
}


/* Takes a character off the text.  Returns 1, or 0 if another is there. */

static int
mt_iso_sign(mt_str_t *text, char sign)
{
    if (text->len == 0 || text->data[0] != sign) {
        return 0;
    }

    text->data++;
    text->len--;

    return 1;
}


/* Takes ".123456", if it is there: what is below a millisecond is dropped.
 * Returns 1, or 0 for a point without digits. */

static int
mt_iso_fraction(mt_str_t *text, int64_t *ms)
{
    int  unit, digit, n;

    if (!mt_iso_sign(text, '.') && !mt_iso_sign(text, ',')) {
        return 1;
    }

    unit = (int) MT_MS_PER_SECOND;

    for (n = 0; mt_iso_number(text, 1, 0, 9, &digit); n++) {
        unit /= 10;
        *ms += (int64_t) unit * digit;
    }

    return n > 0;
}


static int
mt_iso_offset(mt_str_t *text, int *seconds)
{
    int  hours, minutes, west;

    *seconds = 0;

    if (mt_iso_sign(text, 'Z') || mt_iso_sign(text, 'z')) {
        return 1;
    }

    west = mt_iso_sign(text, '-');

    if (!west && !mt_iso_sign(text, '+')) {
        return 0;
    }

    if (!mt_iso_number(text, 2, 0, 23, &hours)) {
        return 0;
    }

    (void) mt_iso_sign(text, ':');

    if (!mt_iso_number(text, 2, 0, 59, &minutes)) {
        return 0;
    }

    *seconds = hours * MT_ISO_HOUR + minutes * MT_ISO_MINUTE;

    if (west) {
        *seconds = -*seconds;
    }

    return 1;
}


static void
mt_iso_write(mt_json_writer_t *w, const mt_field_t *field, const void *src)
{
    int               len, offset;
    char              text[MT_ISO_MAX];
    int64_t           ms;
    mt_civil_t        civil;
    const mt_zone_t  *zone;

    (void) field;

    ms = *(const int64_t *) src;

    if (ms == 0) {
        mt_json_null(w);
        return;
    }

    zone = mt_json_zone_of(w);
    mt_zone_civil(zone, ms, &civil);
    offset = mt_zone_offset(zone, ms) / MT_ISO_MINUTE;

    len = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d",
                   civil.year, civil.month, civil.day, civil.hour,
                   civil.minute, civil.second);

    if (ms % MT_MS_PER_SECOND) {
        len += snprintf(text + len, sizeof(text) - len, ".%03d",
                        (int) (ms % MT_MS_PER_SECOND));
    }

    len += snprintf(text + len, sizeof(text) - len, "%c%02d:%02d",
                    offset < 0 ? '-' : '+', abs(offset) / 60,
                    abs(offset) % 60);

    mt_json_string(w, (mt_str_t) { (size_t) len, text });
}


static mt_status_t
mt_day_read(const mt_json_value_t *value, const mt_field_t *field, void *dst,
    mt_arena_t *arena)
{
    mt_str_t    text;
    mt_civil_t  civil;

    (void) arena;

    if (field->kind != MT_INT || value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    memset(&civil, 0, sizeof(civil));
    civil.hour = 12;
    text = value->text;

    if (!mt_iso_date(&text, &civil) || text.len) {
        return MT_BAD_VALUE;
    }

    *(int64_t *) dst = mt_zone_instant(NULL, &civil);

    return MT_OK;
}
