
#include "domain/checkin/mt_qr.h"

#include "base/mt_crypto.h"
#include "domain/auth/mt_guard.h"
#include "domain/meeting/mt_meeting_view.h"


#define MT_QR_TEXT_MAC   8         /* bytes of the MAC in a text */
#define MT_QR_TEXT_MAX   64        /* bytes of a text, before Base32 */

/* First byte of a text. */
#define MT_QR_IS_CODE    1
#define MT_QR_IS_TICKET  2


/* A code or ticket as a client gives it. */

typedef struct {
    mt_qr_t   code;                    /* generation is not in it */
    uint8_t   mac[MT_QR_TEXT_MAC];
} mt_qr_given_t;


static int mt_qr_mac(mt_str_t key, const mt_qr_t *code,
    uint8_t mac[MT_MAC_LEN]);
static int mt_qr_read(mt_str_t text, int64_t now, mt_qr_given_t *given);
static uint8_t *mt_qr_put(uint8_t *p, uint64_t n);
static const uint8_t *mt_qr_get(const uint8_t *p, const uint8_t *end,
    int64_t *n);
static mt_status_t mt_qr_look_number(mt_call_t *call,
    mt_checkin_args_t *args);
static mt_status_t mt_qr_look_text(mt_call_t *call, mt_checkin_args_t *args);
static int mt_qr_fits(mt_str_t key, mt_qr_given_t *given,
    int64_t generation, size_t bytes);
static void mt_qr_mark(mt_checkin_args_t *args, const mt_qr_t *code);
static int64_t mt_qr_clock(void);
static mt_step_t mt_ticket_start(mt_call_t *call);
static mt_status_t mt_ticket_make(mt_call_t *call, mt_qr_given_t *given,
    const mt_ticket_t *args);
static int mt_qr_device(mt_str_t hex, uint8_t device[MT_QR_DEVICE]);

const mt_operation_t  mt_op_ticket = {
    .code = MT_CODE_ticket,
    .unsettled = 1,
    .name = "ticket",
    .args = &mt_ticket_model,
    .start = mt_ticket_start
};


/* The labels keep these MACs apart from all others under the key; what follows
 * them has a fixed length.  Returns 0, or -1 on failure. */

static int
mt_qr_mac(mt_str_t key, const mt_qr_t *code, uint8_t mac[MT_MAC_LEN])
{
    uint8_t   nums[4 + 5 * 8 + MT_QR_DEVICE], *p;
    mt_str_t  parts[2];

    p = mt_put_u32(nums, code->company);
    p = mt_put_u64(p, (uint64_t) code->meeting);
    p = mt_put_u64(p, (uint64_t) code->leader);
    p = mt_put_u64(p, (uint64_t) code->slot);
    p = mt_put_u64(p, (uint64_t) code->generation);

    parts[0] = MT_STR("qr code 1");

    if (code->issued) {
        parts[0] = MT_STR("qr ticket 1");
        p = mt_put_u64(p, (uint64_t) code->issued);
        memcpy(p, code->device, MT_QR_DEVICE);
        p += MT_QR_DEVICE;
    }

    parts[1] = (mt_str_t) { (size_t) (p - nums), (const char *) nums };

    return mt_mac(key, parts, 2, mac);
}


int64_t
mt_qr_number(mt_str_t key, const mt_qr_t *code)
{
    uint8_t  mac[MT_MAC_LEN];

    if (mt_qr_mac(key, code, mac) != 0) {
        return 0;
    }

    return code->slot << MT_QR_MAC_BITS
           | (int64_t) mac[0] << 16 | (int64_t) mac[1] << 8 | mac[2];
}


mt_str_t
mt_qr_text(mt_arena_t *arena, mt_str_t key, const mt_qr_t *code)
{
    uint8_t  bytes[MT_QR_TEXT_MAX], mac[MT_MAC_LEN], *p;

    if (mt_qr_mac(key, code, mac) != 0) {
        return MT_STR("");
    }

    p = bytes;
    *p++ = code->issued ? MT_QR_IS_TICKET : MT_QR_IS_CODE;
    p = mt_qr_put(p, code->company);
    p = mt_qr_put(p, (uint64_t) code->meeting);
    p = mt_qr_put(p, (uint64_t) code->leader);

    if (code->issued) {
        p = mt_put_u32(p, (uint32_t) code->slot);
        p = mt_put_u32(p, (uint32_t) code->issued);
        memcpy(p, code->device, MT_QR_DEVICE);
        p += MT_QR_DEVICE;

    } else {
        /* its age is below 91 h, or it is too old in any case */
        *p++ = (uint8_t) (code->slot >> 8);
        *p++ = (uint8_t) code->slot;
    }

    memcpy(p, mac, MT_QR_TEXT_MAC);
    p += MT_QR_TEXT_MAC;

    return mt_base32(arena, (mt_str_t) { (size_t) (p - bytes),
                                         (const char *) bytes });
}


/* Returns 1, or 0 if the text is neither a code nor a ticket. */

static int
mt_qr_read(mt_str_t text, int64_t now, mt_qr_given_t *given)
{
    int             len;
    size_t          rest;
    int64_t         company, slot;
    uint8_t         bytes[MT_QR_TEXT_MAX];
    mt_qr_t        *code;
    const uint8_t  *p, *end;

    memset(given, 0, sizeof(*given));
    code = &given->code;

    len = mt_base32_decode(text, bytes, sizeof(bytes));
    if (len < 1) {
        return 0;
    }

    end = bytes + len;
    p = mt_qr_get(bytes + 1, end, &company);
    p = mt_qr_get(p, end, &code->meeting);
    p = mt_qr_get(p, end, &code->leader);

    if (p == NULL || company > UINT32_MAX) {
        return 0;
    }

    code->company = (uint32_t) company;
    rest = (size_t) (end - p);

    if (bytes[0] == MT_QR_IS_TICKET
        && rest == 8 + MT_QR_DEVICE + MT_QR_TEXT_MAC)
    {
        code->slot = mt_get_u32(p);
        code->issued = mt_get_u32(p + 4);
        memcpy(code->device, p + 8, MT_QR_DEVICE);
        p += 8 + MT_QR_DEVICE;

        if (code->issued == 0) {
            return 0;
        }

    } else if (bytes[0] == MT_QR_IS_CODE && rest == 2 + MT_QR_TEXT_MAC) {

        /* the last slot with these bits; one of the next hour is ahead */

        slot = (now + MT_MS_PER_HOUR) / MT_QR_STEP;
        code->slot = (slot & ~0xffffLL) | p[0] << 8 | p[1];
        code->slot -= code->slot > slot ? 0x10000 : 0;
        p += 2;

    } else {
        return 0;
    }

    memcpy(given->mac, p, MT_QR_TEXT_MAC);

    return 1;
}


/* Numbers in seven bits a byte, the lowest first. */

static uint8_t *
mt_qr_put(uint8_t *p, uint64_t n)
{
    while (n > 127) {
        *p++ = (uint8_t) (n | 128);
        n >>= 7;
    }

    *p++ = (uint8_t) n;

    return p;
}


/* Returns the place behind the number, NULL if there is none. */

static const uint8_t *
mt_qr_get(const uint8_t *p, const uint8_t *end, int64_t *n)
{
    unsigned  shift;

    *n = 0;

    for (shift = 0; p && p < end && shift < 63; shift += 7) {
        *n |= (int64_t) (*p & 127) << shift;

        if (*p++ < 128) {
            return p;
        }
    }

    return NULL;
}


mt_status_t
mt_qr_look(mt_call_t *call, mt_checkin_args_t *args)
{
    mt_status_t  rc;

    if (call->settings->qr_signed == MT_QR_REQUIRED) {
        mt_set(args, checkin_args, code_required, 1);
    }

    rc = mt_has(args, checkin_args, code) ? mt_qr_look_text(call, args)
                                          : mt_qr_look_number(call, args);

    /* no command carries them */

    args->has &= ~(MT_BIT(checkin_args, code) | MT_BIT(checkin_args, device));
    args->code.len = 0;
    args->device.len = 0;

    return rc;
}


/* A number of weclubs. */

static mt_status_t
mt_qr_look_number(mt_call_t *call, mt_checkin_args_t *args)
{
    int64_t        wait;
    mt_status_t    rc;
    mt_meeting_t   meeting;
    mt_qr_given_t  given;

    if (args->qr_time < MT_QR_FIRST) {
        return MT_OK;
    }

    rc = mt_meeting_find(call, args->ref, &meeting);

    if (rc == MT_NO_SUCH_MEETING) {
        return MT_OK;                             /* apply() says so */
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (call->settings->qr_signed == MT_QR_OFF
        && meeting.qr_signed == MT_QR_OFF)
    {
        return MT_OK;
    }

    if (call->guard) {
        wait = mt_guard_code_wait(call->guard, call->company, call->actor,
                                  meeting.num, mt_qr_clock());
        if (wait) {
            call->field = MT_checkin_args_qr_time;
            call->retry_after = (wait + 999) / 1000;
            return MT_QR_TRIES;
        }
    }

    memset(&given, 0, sizeof(given));
    given.code.company = call->company;
    given.code.meeting = meeting.num;
    given.code.slot = args->qr_time >> MT_QR_MAC_BITS;
    given.mac[0] = (uint8_t) (args->qr_time >> 16);
    given.mac[1] = (uint8_t) (args->qr_time >> 8);
    given.mac[2] = (uint8_t) args->qr_time;

    if (args->leader.len) {
        given.code.leader = mt_ref_num(call->txn, call->company,
                                       MT_NAME_USER, args->leader);
    }

    mt_set(args, checkin_args, code_valid, call->settings->qr_valid);

    if (mt_qr_fits(call->token_key, &given, meeting.codes,
                   MT_QR_MAC_BITS / 8))
    {
        mt_qr_mark(args, &given.code);
        return MT_OK;
    }

    mt_set(args, checkin_args, code_forged, 1);

    if (call->guard) {
        mt_guard_code_failed(call->guard, call->company, call->actor,
                             meeting.num, mt_qr_clock());
    }

    return MT_OK;
}


/* A code for browsers, or a ticket: nobody guesses 64 bits. */

static mt_status_t
mt_qr_look_text(mt_call_t *call, mt_checkin_args_t *args)
{
    mt_status_t    rc;
    uint8_t        device[MT_QR_DEVICE];
    mt_meeting_t   meeting;
    mt_qr_given_t  given;

    rc = mt_meeting_find(call, args->ref, &meeting);

    if (rc != MT_OK) {
        return rc == MT_NO_SUCH_MEETING ? MT_OK : rc;
    }

    if (mt_qr_read(args->code, call->now, &given)
        && given.code.company == call->company
        && given.code.meeting == meeting.num
        && (given.code.issued == 0
            || (mt_qr_device(args->device, device)
                && memcmp(device, given.code.device, MT_QR_DEVICE) == 0))
        && mt_qr_fits(call->token_key, &given, meeting.codes,
                      MT_QR_TEXT_MAC))
    {
        mt_qr_mark(args, &given.code);
        mt_set(args, checkin_args, code_leader, given.code.leader);
        mt_set(args, checkin_args, code_valid,
               given.code.issued ? MT_QR_TICKET_TTL
                                 : call->settings->qr_valid);
        return MT_OK;
    }

    mt_set(args, checkin_args, code_forged, 1);

    return MT_OK;
}


/* Compares the first bytes of the MAC, for the meeting's generation of codes
 * and the one before: so that a person hears that the code is old.  Returns 1
 * with the generation set, or 0. */

static int
mt_qr_fits(mt_str_t key, mt_qr_given_t *given, int64_t generation,
    size_t bytes)
{
    int       i;
    uint8_t   mac[MT_MAC_LEN];

    for (i = 0; i < 2 && generation >= i; i++) {
        given->code.generation = generation - i;

        if (mt_qr_mac(key, &given->code, mac) != 0) {
            return 0;
        }

        if (mt_secret_eq((mt_str_t) { bytes, (const char *) mac },
                         (mt_str_t) { bytes, (const char *) given->mac }))
        {
            return 1;
        }
    }

    return 0;
}


static void
mt_qr_mark(mt_checkin_args_t *args, const mt_qr_t *code)
{
    mt_set(args, checkin_args, code_generation, code->generation);

    if (code->issued) {
        mt_set(args, checkin_args, code_issued,
               code->issued * MT_MS_PER_SECOND);
    } else {
        mt_set(args, checkin_args, code_slot, code->slot);
    }
}


/* ms; does not jump when somebody sets the time */

static int64_t
mt_qr_clock(void)
{
    return mt_monotonic_ns() / 1000000;
}


mt_status_t
mt_qr_judge(const mt_meeting_t *meeting, const mt_checkin_args_t *args,
    int64_t now)
{
    int64_t  age;

    if (args->code_forged) {
        return MT_QR_FORGED;
    }

    if (args->code_issued) {
        age = now - args->code_issued;
        age = age < 0 ? 0 : age;                  /* it has whole seconds */

    } else if (args->code_slot) {
        age = (now / MT_QR_STEP - args->code_slot) * MT_QR_STEP;

    } else {
        return args->code_required || meeting->qr_signed == MT_QR_REQUIRED
               ? MT_QR_UNSIGNED : MT_OK;
    }

    if (age < 0) {
        return MT_QR_FUTURE;
    }

    return args->code_generation != meeting->codes || age >= args->code_valid
           ? MT_QR_EXPIRED : MT_OK;
}


static mt_step_t
mt_ticket_start(mt_call_t *call)
{
    mt_status_t         rc;
    mt_qr_given_t       given;
    const mt_ticket_t  *args;

    args = call->args;

    if (!mt_qr_read(args->code, call->now, &given) || given.code.issued) {
        return mt_call_reject(call, MT_QR_FORGED, MT_ticket_code);
    }

    if (!mt_qr_device(args->device, given.code.device)) {
        return mt_call_reject(call, MT_BAD_VALUE, MT_ticket_device);
    }

    call->company = given.code.company;

    rc = mt_ticket_make(call, &given, args);

    return rc == MT_OK ? MT_STEP_DONE
                       : mt_call_reject(call, rc, MT_ticket_code);
}


static mt_status_t
mt_ticket_make(mt_call_t *call, mt_qr_given_t *given, const mt_ticket_t *args)
{
    int64_t            age;
    mt_status_t        rc;
    mt_ticket_view_t  *view;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return MT_NO_MEMORY;
    }

    memset(&view->made, 0, sizeof(view->made));

    rc = mt_listing_show(call, given->code.meeting, 0, &view->meeting);

    if (rc != MT_OK) {
        return rc == MT_NO_SUCH_MEETING ? MT_QR_FORGED : rc;
    }

    age = (call->now / MT_QR_STEP - given->code.slot) * MT_QR_STEP;

    if (!mt_qr_fits(call->token_key, given, view->meeting.meeting.codes,
                    MT_QR_TEXT_MAC))
    {
        return MT_QR_FORGED;
    }

    if (given->code.generation != view->meeting.meeting.codes
        || age >= call->settings->qr_valid)
    {
        return MT_QR_EXPIRED;
    }

    if (age < 0) {
        return MT_QR_FUTURE;
    }

    given->code.issued = call->now / MT_MS_PER_SECOND;
    (void) mt_qr_device(args->device, given->code.device);

    view->made.ticket = mt_qr_text(call->arena, call->token_key,
                                   &given->code);
    view->made.until = call->now + MT_QR_TICKET_TTL;

    return view->made.ticket.len ? MT_OK : MT_INTERNAL;
}


/* Returns 1, or 0 if `hex` is no device's key. */

static int
mt_qr_device(mt_str_t hex, uint8_t device[MT_QR_DEVICE])
{
    return mt_hex_decode(hex, device, MT_QR_DEVICE) == 0;
}
