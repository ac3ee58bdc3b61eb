
/*
 * Records of one attendee: the attendance, the check-in, the share in the
 * meeting's tally, and the attendance's id.
 */

#include "base/mt_crypto.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"


static void mt_attendance_key(const mt_meeting_t *meeting,
    uint8_t key[MT_AES_KEY_LEN]);


int
mt_attendee_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_attendee_t *attendee, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num2(&key, company, meeting, slot);

    return mt_load(txn, MT_DB_ATTENDEE, &key, &mt_attendee_model, attendee,
                   arena);
}


mt_status_t
mt_attendee_save(mt_apply_t *a, int64_t meeting,
    const mt_attendee_t *attendee)
{
    mt_key_t  key;

    mt_key_num2(&key, a->company, meeting, attendee->slot);

    return mt_save(a->txn, MT_DB_ATTENDEE, &key, &mt_attendee_model, attendee,
                   a->arena);
}


mt_status_t
mt_attendee_room(const mt_apply_t *a, const mt_meeting_t *meeting,
    size_t people)
{
    if (people > MT_ATTENDEES_MAX
        || (meeting->capacity && people > (size_t) meeting->capacity))
    {
        return MT_FULL;
    }

    return a->quota.seats && people > (size_t) a->quota.seats
           ? MT_QUOTA_SEATS : MT_OK;
}


mt_status_t
mt_attendee_join(mt_apply_t *a, const mt_meeting_t *meeting, int64_t user)
{
    int             found;
    mt_key_t        key;
    mt_user_t       record;
    mt_tally_t     *tally;
    mt_status_t     rc;
    mt_attendee_t   attendee;

    tally = mt_tally(a, meeting->num);
    if (tally == NULL) {
        return MT_STORE_FAILED;
    }

    rc = mt_attendee_room(a, meeting, (size_t) tally->total + 1);
    if (rc != MT_OK) {
        return rc;
    }

    found = mt_user_load(a->txn, a->company, user, &record, a->arena);

    if (found != 1 || record.removed) {
        return found < 0 ? MT_STORE_FAILED : MT_NO_SUCH_USER;
    }

    memset(&attendee, 0, sizeof(attendee));
    attendee.slot = user;
    attendee.order = meeting->ordered ? tally->total : 0;

    mt_key_num2(&key, a->company, user, meeting->num);

    rc = mt_put(a->txn, MT_DB_ATTENDS, &key, MT_STR(""));

    if (rc == MT_OK) {
        rc = mt_attendee_save(a, meeting->num, &attendee);
    }

    if (rc == MT_OK) {
        mt_tally_count(tally, &attendee, NULL, 1);
    }

    return rc;
}


int
mt_checkin_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_checkin_t *checkin, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num2(&key, company, meeting, slot);

    return mt_load(txn, MT_DB_CHECKIN, &key, &mt_checkin_model, checkin,
                   arena);
}


void
mt_tally_count(mt_tally_t *tally, const mt_attendee_t *attendee,
    const mt_checkin_t *checkin, int sign)
{
    tally->total += sign;

    if (attendee->slot >= MT_GUEST_SLOT) {
        tally->guests += sign;
    }

    if (attendee->answer == MT_ANSWER_ACCEPTED) {
        tally->accepted += sign;

    } else if (attendee->answer == MT_ANSWER_DECLINED) {
        tally->declined += sign;
    }

    if (checkin) {
        tally->signed_in += sign;
        tally->late += checkin->late ? sign : 0;
    }
}


/*
 * An id is 32 upper-case hex digits, as h5yes has them: the slot as one block,
 * encrypted under the meeting's seed.  So the slots of a meeting have
 * different ids, and a row of a list costs one block: the key is set up once.
 */

mt_str_t
mt_attendance_id(mt_arena_t *arena, const mt_meeting_t *meeting, int64_t slot)
{
    char     *hex;
    uint8_t   key[MT_AES_KEY_LEN], block[MT_AES_LEN] = { 0 };

    mt_attendance_key(meeting, key);
    mt_put_u64(block + MT_AES_LEN - 8, (uint64_t) slot);

    hex = mt_arena_take(arena, 2 * MT_AES_LEN);

    if (hex == NULL || mt_aes_encrypt_block(key, block, block) != 0) {
        return MT_STR("");
    }

    mt_hex_upper(block, MT_AES_LEN, hex);

    return (mt_str_t) { 2 * MT_AES_LEN, hex };
}


int
mt_attendance_slot(const mt_meeting_t *meeting, mt_str_t id, int64_t *slot)
{
    uint64_t  num;
    uint8_t   key[MT_AES_KEY_LEN], block[MT_AES_LEN];

    mt_attendance_key(meeting, key);

    if (id.len != 2 * MT_AES_LEN
        || mt_hex_decode_any(id, block, MT_AES_LEN) != 0
        || mt_aes_decrypt_block(key, block, block) != 0
        || mt_get_u64(block) != 0)
    {
        return 0;
    }

    num = mt_get_u64(block + MT_AES_LEN - 8);
    *slot = (int64_t) num;

    return num <= INT64_MAX;
}


static void
mt_attendance_key(const mt_meeting_t *meeting, uint8_t key[MT_AES_KEY_LEN])
{
    size_t  len;

    len = meeting->seed.len < MT_AES_KEY_LEN ? meeting->seed.len
                                             : MT_AES_KEY_LEN;
    memset(key, 0, MT_AES_KEY_LEN);

    if (len) {
        memcpy(key, meeting->seed.data, len);
    }
}
