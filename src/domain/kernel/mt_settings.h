
/*
 * The settings of one location of a dialect, read-only once the configuration
 * is loaded.  The server's configuration owns them; any thread may read them.
 * Times are in milliseconds.
 */

#ifndef MT_SETTINGS_H
#define MT_SETTINGS_H

#include "base/mt_base.h"
#include "base/mt_zone.h"


/* Whether check-ins are bound to the place of the meeting's room. */

#define MT_FENCE_OFF       0
#define MT_FENCE_OPTIONAL  1         /* if they carry a position */
#define MT_FENCE_REQUIRED  2         /* and they must carry one */

/* Whether sign-ins are bound to signed codes (checkin/mt_qr.h). */

#define MT_QR_OFF       0            /* a signed code is a date far ahead */
#define MT_QR_OPTIONAL  1            /* a plain date passes, too */
#define MT_QR_REQUIRED  2

/* The size of a message to a subscriber, as it is sent, in bytes. */
#define MT_MESSAGE_SIZE    65536

/* Bounds of a company's usage; 0: none.  bytes, meetings, people: as the
 * store's usage counts them; seats: attendees of one meeting; series_seats: of
 * all meetings of a series together. */

typedef struct {
    int64_t          bytes;
    int64_t          meetings;
    int64_t          seats;
    int64_t          series_seats;
    int64_t          people;
} mt_quota_t;

/* The quota of a configuration that says nothing. */
extern const mt_quota_t  mt_quota_default;

/* How persons and links see the phones of others. */

#define MT_PHONES_ALL     0
#define MT_PHONES_MASKED  1          /* "138****0002" */
#define MT_PHONES_NONE    2

/* Failed log-ins that are forgiven in an hour, 0: any number; see
 * auth/mt_guard.h.  pause: the longest wait, ms. */

typedef struct {
    int64_t  pair;
    int64_t  person;
    int64_t  address;
    int64_t  pause;
} mt_guard_limits_t;

typedef struct {
    uint32_t         company;           /* dialects without a token */
    const mt_zone_t *zone;
    mt_str_t         public_base;       /* "https://host", for links */
    int              unknown_call;      /* HTTP status where no address fits */
    mt_str_t         pictures;          /* path of the users' pictures below
                                           it, "/meeting/..." */

    /* check-in */
    int64_t          opens_before;      /* default 1 h */
    int64_t          grace;             /* default 0 */
    int64_t          qr_max_age;        /* default 0: any age */
    int64_t          qr_skew;           /* default 1 min */
    int              geofence;          /* default MT_FENCE_OPTIONAL */
    int              qr_signed;         /* default MT_QR_OPTIONAL */
    int64_t          qr_valid;          /* of signed codes, default 15 s */

    /* how long after its end hosts may correct a meeting's check-ins */
    int64_t          correct_for;       /* default 7 d */

    /* how long attendees are not asked again to confirm */
    int64_t          remind_pause;      /* default 1 h; 0: always */

    /* length of meetings with a begin only */
    int64_t          default_length;    /* default 2 h */

    /* events; bytes at which their messages are cut, 0: by the rule of 0.9 */
    int64_t          message_size;      /* default MT_MESSAGE_SIZE */

    mt_quota_t       quota;             /* travels in commands that grow */

    /* dialects with access tokens */
    int64_t          access_ttl;        /* default 2 h */

    /* weclubs */
    int              verify_sign;       /* default 1 */
    mt_str_t         sign_secret;
    int64_t          token_ttl;         /* default 7 days */
    const mt_str_t  *callers;           /* allowed; none: any */
    size_t           ncallers;
    int              show_phones;       /* MT_PHONES_*; default masked */
    int              default_password_off;
    mt_str_t         default_password;  /* "": mt_default_password */
    mt_guard_limits_t  login_limits;
    int64_t          page_size;         /* if a request gives none */
} mt_settings_t;

#endif /* MT_SETTINGS_H */
