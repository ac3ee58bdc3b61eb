
#include "store/mt_keys.h"


typedef enum {
    MT_FORM_META,
    MT_FORM_SERIAL,
    MT_FORM_COUNTER,
    MT_FORM_NAME,
    MT_FORM_COMPANY,
    MT_FORM_NUM,
    MT_FORM_NUM2,
    MT_FORM_BOOKING,
    MT_FORM_SCHEDULE,
    MT_FORM_SESSION,
    MT_FORM_REMINDER
} mt_form_t;


static const mt_form_t  mt_key_forms[] = {
#define MT_KEY_FORM(symbol, name, form)  MT_FORM_##form,
    MT_DATABASES(MT_KEY_FORM)
#undef MT_KEY_FORM
};

static const mt_str_t  mt_meta_names[] = {
#define MT_META_NAME(symbol, name)  mt_str(name),
    MT_META_KEYS(MT_META_NAME)
#undef MT_META_NAME
};


void
mt_key_str(mt_key_t *key, mt_str_t s)
{
    if (s.len > MT_KEY_MAX - key->len) {
        s.len = MT_KEY_MAX - key->len;
    }

    if (s.len) {
        memcpy(key->data + key->len, s.data, s.len);
        key->len += s.len;
    }
}


void
mt_key_meta(mt_key_t *key, mt_meta_t which)
{
    mt_key_init(key);
    mt_key_str(key, mt_meta_names[which]);
}


int
mt_key_read_meta(mt_str_t key, mt_meta_t *which)
{
    unsigned  i;

    for (i = 0; i < MT_META_COUNT; i++) {
        if (mt_str_eq(key, mt_meta_names[i])) {
            mt_key_part(which, (mt_meta_t) i);
            return 1;
        }
    }

    return 0;
}


void
mt_key_make(mt_key_t *key, mt_db_t db, const mt_key_parts_t *p)
{
    const int64_t  *n = p->nums;

    switch (mt_key_forms[db]) {

    case MT_FORM_META:
        mt_key_meta(key, p->meta);
        break;

    case MT_FORM_SERIAL:
        mt_key_serial(key, n[0]);
        break;

    case MT_FORM_COUNTER:
        mt_key_counter(key, p->company, p->kind);
        break;

    case MT_FORM_NAME:
        mt_key_name(key, p->company, p->kind, p->string);
        break;

    case MT_FORM_COMPANY:
        mt_key_company(key, p->company);
        break;

    case MT_FORM_NUM:
        mt_key_num(key, p->company, n[0]);
        break;

    case MT_FORM_NUM2:
        mt_key_num2(key, p->company, n[0], n[1]);
        break;

    case MT_FORM_BOOKING:
        mt_key_booking(key, p->company, n[0], n[1], n[2]);
        break;

    case MT_FORM_SCHEDULE:
        mt_key_schedule(key, p->company, n[0], p->kind, n[1], n[2]);
        break;

    case MT_FORM_SESSION:
        mt_key_session(key, p->company, n[0], p->string);
        break;

    case MT_FORM_REMINDER:
        mt_key_reminder(key, n[0], p->company, n[1]);
        break;
    }
}


int
mt_key_read(mt_str_t key, mt_db_t db, mt_key_parts_t *p)
{
    int64_t  *n = p->nums;

    memset(p, 0, sizeof(*p));

    switch (mt_key_forms[db]) {

    case MT_FORM_META:
        return mt_key_read_meta(key, &p->meta);

    case MT_FORM_SERIAL:
        return mt_key_read_serial(key, &n[0]);

    case MT_FORM_COUNTER:
        return mt_key_read_counter(key, &p->company, &p->kind);

    case MT_FORM_NAME:
        return mt_key_read_name(key, &p->company, &p->kind, &p->string);

    case MT_FORM_COMPANY:
        return mt_key_read_company(key, &p->company);

    case MT_FORM_NUM:
        return mt_key_read_num(key, &p->company, &n[0]);

    case MT_FORM_NUM2:
        return mt_key_read_num2(key, &p->company, &n[0], &n[1]);

    case MT_FORM_BOOKING:
        return mt_key_read_booking(key, &p->company, &n[0], &n[1], &n[2]);

    case MT_FORM_SCHEDULE:
        return mt_key_read_schedule(key, &p->company, &n[0], &p->kind, &n[1],
                                    &n[2]);

    case MT_FORM_SESSION:
        return mt_key_read_session(key, &p->company, &n[0], &p->string);

    case MT_FORM_REMINDER:
        return mt_key_read_reminder(key, &n[0], &p->company, &n[1]);
    }

    return 0;
}


uint32_t
mt_key_company_of(mt_str_t key, mt_db_t db)
{
    size_t  at;

    switch (mt_key_forms[db]) {

    case MT_FORM_META:
    case MT_FORM_SERIAL:
        return 0;

    case MT_FORM_REMINDER:
        at = 8;
        break;

    default:
        at = 0;
    }

    return key.len < at + 4 ? 0 : mt_key_u32_at(key, at);
}


size_t
mt_value_applied(uint8_t *out, int64_t time, const uint64_t *applied, size_t n)
{
    size_t    i;
    uint8_t  *p;

    p = mt_put_u64(out, (uint64_t) time);

    for (i = 0; i < n; i++) {
        p = mt_put_u64(p, applied[i]);
    }

    return MT_VALUE_APPLIED(n);
}


int
mt_value_read_applied(mt_str_t value, int64_t *time, uint64_t *applied,
    size_t n)
{
    size_t  i;

    if (applied ? value.len != MT_VALUE_APPLIED(n) : value.len < 8) {
        return 0;
    }

    mt_key_part(time, mt_key_i64_at(value, 0));

    for (i = 0; applied && i < n; i++) {
        applied[i] = (uint64_t) mt_key_i64_at(value, MT_VALUE_APPLIED(i));
    }

    return 1;
}
