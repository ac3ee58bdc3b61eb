
/*
 * The erasure of a person: everything by which a company's user is known goes,
 * in the journal, too.  Rows of past meetings stay, so that their counts hold,
 * under the number of the heir, a removed user without a name.
 *
 *     user_erase           removes the user, and makes the heir
 *     mt_erase_next()      finds what there is to erase, a part at a time
 *     user_erase_step      erases what was found; the last one, `finish`,
 *                          deletes the user's record
 *
 * An erasure that was interrupted goes on from its beginning.
 */

#ifndef MT_USER_ERASE_H
#define MT_USER_ERASE_H

#include "domain/directory/mt_directory.h"


/* Most rows, or messages, and positions of one step. */
#define MT_ERASE_ROWS       100
#define MT_ERASE_POSITIONS  50

/* The person: the record as it was, and the heir's number, 0: none yet. */

typedef struct {
    mt_user_t  user;
    int64_t    heir;
} mt_erased_t;

/* Loads the person that `ref` names, removed or not; strings are in the arena.
 * Returns 1, 0 if there is none, -1 on failure. */
int mt_erased_find(mt_txn_t *txn, uint32_t company, mt_str_t ref,
    mt_erased_t *erased, mt_arena_t *arena);

/* The same by the heir's number. */
int mt_erased_load(mt_txn_t *txn, uint32_t company, int64_t heir,
    mt_erased_t *erased, mt_arena_t *arena);


/* A search, zeroed at first but for company and person. */

typedef struct {
    uint32_t            company;
    const mt_erased_t  *erased;

    unsigned            phase;       /* a database in the search's order */
    mt_key_t            last;        /* looked at last; empty: none */
    int64_t             position;    /* of the journal, looked at last */

    /* found by the last call */
    size_t              nrows;
    mt_erased_row_t     rows[MT_ERASE_ROWS];
    size_t              npositions;
    int64_t             positions[MT_ERASE_POSITIONS];
    size_t              nmessages;
    int64_t             messages[MT_ERASE_ROWS];
} mt_erase_search_t;

/* Looks at a bounded part of the company's entries.  Returns 1 if there may be
 * more, 0 at the end, -1 on failure. */
int mt_erase_next(mt_erase_search_t *search, mt_txn_t *txn);


/* The rules of the search, which steps judge again.  Return 1 for an entry
 * with data of the person, else 0. */
int mt_erase_is_guest(const mt_erased_t *erased,
    const mt_attendee_t *attendee);
int mt_erase_has_meeting(const mt_erased_t *erased,
    const mt_meeting_t *meeting);
int mt_erase_has_checkin(const mt_erased_t *erased,
    const mt_checkin_t *checkin);
int mt_erase_has_undone(const mt_erased_t *erased,
    const mt_undone_checkin_t *checkin);
int mt_erase_has_event(const mt_erased_t *erased, const mt_event_t *event);

/*
 * Takes the person out of an entry of the journal: of its events and its
 * command, which is decoded in *command and refers to the heir afterwards.
 * txn: for ids of attendances.  Returns 1 if the entry has changed, 0 if it
 * had nothing of the person, -1 on failure.
 */
int mt_erase_entry(mt_txn_t *txn, uint32_t company,
    const mt_erased_t *erased, mt_journal_t *entry, mt_command_t *command,
    mt_arena_t *arena);

#endif /* MT_USER_ERASE_H */
