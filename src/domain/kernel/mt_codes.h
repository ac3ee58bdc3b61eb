
/*
 * The operations' codes, O(code, name, scope), in ascending order.  A command
 * in the journal names its operation by code, so a code is never changed and
 * never used again.  The scope is the one that a credential needs for it
 * (kernel/mt_scope.h).
 */

#ifndef MT_CODES_H
#define MT_CODES_H


#define MT_OPERATIONS(O)                                                      \
    O(1,  company_add, OPERATOR)                                              \
    O(2,  credential_add, OPERATOR)                                           \
    O(3,  credential_revoke, OPERATOR)                                        \
    O(4,  generation, OPERATOR)                                               \
    O(5,  credential_set, OPERATOR)                                           \
    O(10, dept_add, DIRECTORY)                                                \
    O(11, dept_update, DIRECTORY)                                             \
    O(12, dept_remove, DIRECTORY)                                             \
    O(15, user_add, DIRECTORY)                                                \
    O(16, user_update, DIRECTORY)                                             \
    O(17, user_remove, DIRECTORY)                                             \
    O(18, user_face, DIRECTORY)                                               \
    O(19, import_told, OPERATOR)                                              \
    O(20, room_add, ROOMS)                                                    \
    O(21, room_update, ROOMS)                                                 \
    O(22, room_remove, ROOMS)                                                 \
    O(30, meeting_create, MEETINGS)                                           \
    O(31, meeting_update, MEETINGS)                                           \
    O(32, meeting_cancel, MEETINGS)                                           \
    O(33, meeting_end, MEETINGS)                                              \
    O(34, meeting_remind, MEETINGS)                                           \
    O(35, series_create, MEETINGS)                                            \
    O(36, series_update, MEETINGS)                                            \
    O(37, series_cancel, MEETINGS)                                            \
    O(40, answer, CHECKINS)                                                   \
    O(41, checkin, CHECKINS)                                                  \
    O(42, login, ANY)                                                         \
    O(43, meeting_read, MEETINGS)                                             \
    O(44, meeting_hide, MEETINGS)                                             \
    O(45, checkin_add, CHECKINS)                                              \
    O(46, checkin_undo, CHECKINS)                                             \
    O(47, excuse, CHECKINS)                                                   \
    O(48, meeting_keep, MEETINGS)                                             \
    O(52, meeting_set, MEETINGS)                                              \
    /* subscriptions and background jobs */                                   \
    O(60, event_keys, EVENTS)                                                 \
    O(61, event_set, EVENTS)                                                  \
    O(62, event_pause, EVENTS)                                                \
    O(63, event_delivered, EVENTS)                                            \
    O(64, event_failed, EVENTS)                                               \
    O(65, event_set_aside, EVENTS)                                            \
    O(66, event_redeliver, EVENTS)                                            \
    O(67, reminder_fire, OPERATOR)                                            \
    O(68, journal_trim, OPERATOR)                                             \
    O(69, session_expire, OPERATOR)                                           \
    O(70, event_discard, EVENTS)                                              \
    O(71, room_release, OPERATOR)                                             \
    O(72, meeting_purge, OPERATOR)                                            \
    O(73, company_purge, OPERATOR)                                            \
    /* a person's own */                                                      \
    O(74, session_close, ANY)                                                 \
    O(75, password_set, ANY)                                                  \
    /* erasure */                                                             \
    O(76, user_erase, OPERATOR)                                               \
    O(77, user_erase_step, OPERATOR)                                          \
    /* reads */                                                               \
    O(100, participation, READ)                                               \
    O(101, meeting_detail, READ)                                              \
    O(102, sponsored_meetings, READ)                                          \
    O(103, token_issue, ANY)                                                  \
    O(104, user_get, READ)                                                    \
    O(105, user_list, READ)                                                   \
    O(106, dept_get, READ)                                                    \
    O(107, dept_list, READ)                                                   \
    O(108, room_get, READ)                                                    \
    O(109, room_list, READ)                                                   \
    O(115, meeting_get, READ)                                                 \
    O(116, meeting_list, READ)                                                \
    O(118, meeting_link, READ)                                                \
    O(119, token_refresh, ANY)                                                \
    O(120, invitation, READ)                                                  \
    O(121, invitations, READ)                                                 \
    O(122, ticket, READ)                                                      \
    O(123, meeting_card, READ)                                                \
    O(124, meeting_search, READ)                                              \
    O(125, attendees, READ)                                                   \
    O(126, my_meetings, READ)                                                 \
    O(127, me, READ)                                                          \
    O(129, attendance, READ)                                                  \
    O(130, people, READ)                                                      \
    O(131, credentials, READ)                                                 \
    O(132, messages, READ)                                                    \
    O(133, journal, READ)                                                     \
    O(134, subscription, READ)

enum {
#define MT_OPERATION_CODE(code, name, scope)  MT_CODE_##name = code,
MT_OPERATIONS(MT_OPERATION_CODE)
#undef MT_OPERATION_CODE

    MT_OPERATION_MAX               /* above the last code */
};

#endif /* MT_CODES_H */
