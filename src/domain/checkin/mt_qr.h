
/*
 * Signed QR codes.  A code says which meeting and leader it is of and in
 * which slot of 5 s it was shown, under a MAC of the store's key: only the
 * server can make one.  Nothing is written per code.  A meeting has a
 * generation of codes; raising it makes all earlier ones void.
 *
 * A client of weclubs passes the code's create_date through, so the number
 * holds the code: slot * 2^24 plus 24 bits of the MAC.  That is between 2^52
 * and 2^53 from 2012 until 2055: exact in every client's language, and never
 * taken for milliseconds.
 *
 * 24 bits are few: wrong codes are counted for each person and meeting
 * (mt_guard_code_wait()).
 *
 * A code for browsers is a text for the end of an address: company, meeting,
 * leader, slot and 64 bits of the same MAC, in Base32.  A page that was opened
 * by one trades it for a ticket, which is good for MT_QR_TICKET_TTL, so that
 * there is time to log in.  A ticket is bound to the device that asked for it,
 * by a key that the caller derives from a cookie.
 */

#ifndef MT_QR_H
#define MT_QR_H

#include "domain/meeting/mt_meeting.h"


#define MT_QR_STEP      5000              /* ms */
#define MT_QR_MAC_BITS  24

/* ms for which a ticket is good. */
#define MT_QR_TICKET_TTL  (10 * MT_MS_PER_MINUTE)

/* Bytes of a device's key. */
#define MT_QR_DEVICE    8

/* Numbers from here on are signed codes, smaller ones milliseconds. */
#define MT_QR_FIRST     (1LL << 52)

typedef struct {
    uint32_t  company;
    int64_t   meeting;
    int64_t   leader;                     /* the user's number */
    int64_t   slot;                       /* ms since 1970 / MT_QR_STEP */
    int64_t   generation;                 /* meeting->codes */

    /* of a ticket; issued 0: a code */
    int64_t   issued;                     /* s since 1970 */
    uint8_t   device[MT_QR_DEVICE];
} mt_qr_t;


/* `key`: the store's key of access tokens.  Returns the code as a number, 0 on
 * failure. */
int64_t mt_qr_number(mt_str_t key, const mt_qr_t *code);

/* Returns the text of a code or a ticket, empty on failure. */
mt_str_t mt_qr_text(mt_arena_t *arena, mt_str_t key, const mt_qr_t *code);

/*
 * For start() of a check-in: looks whether args->qr_time or args->code is a
 * signed code or a ticket, and sets the code_* of args by which apply() judges
 * it.  Returns MT_OK, or MT_QR_TRIES if the actor has given too many wrong
 * codes of the meeting, with call->retry_after set; or a failure.
 */
mt_status_t mt_qr_look(mt_call_t *call, mt_checkin_args_t *args);

/* For apply().  Returns MT_OK, MT_QR_FORGED, MT_QR_EXPIRED, MT_QR_FUTURE,
 * MT_QR_UNSIGNED. */
mt_status_t mt_qr_judge(const mt_meeting_t *meeting,
    const mt_checkin_args_t *args, int64_t now);

#endif /* MT_QR_H */
