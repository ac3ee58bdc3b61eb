
/*
 * The operations' codes, O(code, name), in ascending order.  A command in the
 * journal names its operation by code, so a code is never changed and never
 * used again.
 */

#ifndef MT_CODES_H
#define MT_CODES_H


#define MT_OPERATIONS(O)                                                      \
    O(1,  company_add)                                                        \
    O(2,  credential_add)                                                     \
    O(3,  credential_revoke)                                                  \
    O(4,  generation)                                                         \
    O(10, dept_add)                                                           \
    O(11, dept_update)                                                        \
    O(12, dept_remove)                                                        \
    O(15, user_add)                                                           \
    O(16, user_update)                                                        \
    O(17, user_remove)                                                        \
    O(18, user_face)                                                          \
    O(19, import_told)                                                        \
    O(20, room_add)                                                           \
    O(21, room_update)                                                        \
    O(22, room_remove)                                                        \
    O(30, meeting_create)                                                     \
    O(31, meeting_update)                                                     \
    O(32, meeting_cancel)                                                     \
    O(33, meeting_end)                                                        \
    O(34, meeting_remind)                                                     \
    O(35, series_create)                                                      \
    O(36, series_update)                                                      \
    O(37, series_cancel)                                                      \
    O(40, answer)                                                             \
    O(41, checkin)                                                            \
    O(42, login)                                                              \
    O(43, meeting_read)                                                       \
    O(44, meeting_hide)                                                       \
    O(45, checkin_add)                                                        \
    O(46, checkin_undo)                                                       \
    O(47, excuse)                                                             \
    O(48, meeting_keep)                                                       \
    /* subscriptions and background jobs */                                   \
    O(60, event_keys)                                                         \
    O(61, event_set)                                                          \
    O(62, event_pause)                                                        \
    O(63, event_delivered)                                                    \
    O(64, event_failed)                                                       \
    O(65, event_set_aside)                                                    \
    O(66, event_redeliver)                                                    \
    O(67, reminder_fire)                                                      \
    O(68, journal_trim)                                                       \
    O(69, session_expire)                                                     \
    O(70, event_discard)                                                      \
    O(71, room_release)                                                       \
    /* reads */                                                               \
    O(100, participation)                                                     \
    O(101, meeting_detail)                                                    \
    O(102, sponsored_meetings)                                                \
    O(103, token_issue)                                                       \
    O(104, user_get)                                                          \
    O(105, user_list)                                                         \
    O(106, dept_get)                                                          \
    O(107, dept_list)                                                         \
    O(108, room_get)                                                          \
    O(109, room_list)                                                         \
    O(115, meeting_get)                                                       \
    O(116, meeting_list)                                                      \
    O(118, meeting_link)                                                      \
    O(119, token_refresh)                                                     \
    O(120, invitation)                                                        \
    O(121, invitations)

enum {
#define MT_OPERATION_CODE(code, name)  MT_CODE_##name = code,
MT_OPERATIONS(MT_OPERATION_CODE)
#undef MT_OPERATION_CODE

    MT_OPERATION_MAX               /* above the last code */
};

#endif /* MT_CODES_H */
