
/*
 * Cuts the events of a command into messages.  A message has events of one
 * type, at least one.  How many more depends on the bytes that its body will
 * have when it is sent, which are estimated from the records as they are now:
 * a message is written when it is sent, from the records as they are then.
 */

#include "domain/notify/mt_event.h"


/* Bounds of a message whose command has no size: events, and attendees of
 * their meetings in all. */
#define MT_MESSAGE_EVENTS    200
#define MT_MESSAGE_PEOPLE    2000

/* Bytes of a body: around the list; of names and punctuation of a person in
 * it, with short values. */
#define MT_ESTIMATE_MESSAGE  256
#define MT_ESTIMATE_PERSON   200


static size_t mt_message_end_counted(mt_apply_t *a, size_t first);
static int64_t mt_event_people(mt_apply_t *a, const mt_event_t *event);
static int64_t mt_event_size(mt_apply_t *a, const mt_event_t *event);


/*
 * Bytes of an event's object: names and punctuation; how many a byte of the
 * record takes.  A Chinese character has three bytes in the record and six in
 * the message.  A room's record has numbers of users where the message has
 * their ids.
 */

static const struct {
    mt_db_t  db;           /* of the record */
    int      fixed;        /* 0: the message has the id alone */
    int      factor;
} mt_estimates[] = {
    [MT_EVENT_BOOK_SUCCESS] = { MT_DB_MEETING, 400, 2 },
    [MT_EVENT_BOOK_UPDATE] = { MT_DB_MEETING, 400, 2 },
    [MT_EVENT_ROOM_ADD] = { MT_DB_ROOM, 360, 8 },
    [MT_EVENT_ROOM_UPDATE] = { MT_DB_ROOM, 360, 8 },
    [MT_EVENT_USER_ADD] = { MT_DB_USER, 240, 2 },
    [MT_EVENT_USER_UPDATE] = { MT_DB_USER, 240, 2 },
    [MT_EVENT_DEPT_ADD] = { MT_DB_DEPT, 100, 2 },
    [MT_EVENT_DEPT_UPDATE] = { MT_DB_DEPT, 100, 2 },
    [MT_EVENT_MEETING_REMIND] = { MT_DB_MEETING, 480, 2 },
};


size_t
mt_message_end(mt_apply_t *a, size_t first)
{
    size_t             i;
    int64_t            bytes, most;
    const mt_event_t  *events;

    if (a->message_size == 0) {
        return mt_message_end_counted(a, first);
    }

    /* encryption and Base64 make four bytes of three */

    events = a->events.v;
    most = a->message_size / 4 * 3 - MT_ESTIMATE_MESSAGE;
    bytes = mt_event_size(a, &events[first]);

    for (i = first + 1;
         i < a->events.n && events[i].type == events[first].type;
         i++)
    {
        bytes += mt_event_size(a, &events[i]);

        if (bytes > most) {
            break;
        }
    }

    return i;
}


/* The rule of 0.9, which is also that of its commands in a journal. */

static size_t
mt_message_end_counted(mt_apply_t *a, size_t first)
{
    size_t             i;
    int64_t            people;
    const mt_event_t  *events;

    events = a->events.v;
    people = mt_event_people(a, &events[first]);

    for (i = first + 1;
         i < a->events.n && i < first + MT_MESSAGE_EVENTS
         && events[i].type == events[first].type;
         i++)
    {
        people += mt_event_people(a, &events[i]);

        if (people > MT_MESSAGE_PEOPLE) {
            break;
        }
    }

    return i;
}


static int64_t
mt_event_people(mt_apply_t *a, const mt_event_t *event)
{
    mt_tally_t  *tally;

    switch (event->type) {

    case MT_EVENT_BOOK_SUCCESS:
    case MT_EVENT_BOOK_UPDATE:
    case MT_EVENT_MEETING_REMIND:
        tally = mt_tally(a, event->num);
        return tally ? tally->total : 0;

    default:
        return 0;
    }
}


static int64_t
mt_event_size(mt_apply_t *a, const mt_event_t *event)
{
    int64_t   bytes;
    mt_key_t  key;
    mt_str_t  record;

    /* a comma and quotation marks */

    bytes = (int64_t) event->id.len + 3;

    if (event->type >= (int64_t) mt_nitems(mt_estimates)
        || mt_estimates[event->type].fixed == 0)
    {
        return bytes;
    }

    bytes += mt_estimates[event->type].fixed
             + MT_ESTIMATE_PERSON * mt_event_people(a, event);

    mt_key_num(&key, a->company, event->num);

    if (mt_get(a->txn, mt_estimates[event->type].db, &key, &record) == 1) {
        bytes += mt_estimates[event->type].factor * (int64_t) record.len;
    }

    return bytes;
}
