
#include "domain/kernel/mt_quota.h"


const mt_quota_t  mt_quota_default = {
    .bytes = 8LL * 1024 * 1024 * 1024,
    .meetings = 1000000,
    .seats = 50000,
    .series_seats = 500000,
    .people = 1000000
};


void
mt_quota_give(mt_command_t *command, const mt_quota_t *quota)
{
    command->max_bytes = quota->bytes;
    command->max_meetings = quota->meetings;
    command->max_seats = quota->seats;
    command->max_series_seats = quota->series_seats;
    command->max_people = quota->people;
}


void
mt_quota_take(mt_quota_t *quota, const mt_command_t *command)
{
    quota->bytes = command->max_bytes;
    quota->meetings = command->max_meetings;
    quota->seats = command->max_seats;
    quota->series_seats = command->max_series_seats;
    quota->people = command->max_people;
}


mt_status_t
mt_quota_bytes(mt_apply_t *a, size_t bytes)
{
    mt_usage_t  usage;

    if (a->quota.bytes == 0) {
        return MT_OK;
    }

    if (mt_usage_get(a->txn, a->company, &usage) != 0) {
        return MT_STORE_FAILED;
    }

    return usage.bytes + (int64_t) bytes > a->quota.bytes ? MT_QUOTA_BYTES
                                                          : MT_OK;
}


mt_status_t
mt_quota_meetings(mt_apply_t *a, size_t meetings)
{
    mt_usage_t  usage;

    if (a->quota.meetings == 0 || meetings == 0) {
        return MT_OK;
    }

    if (mt_usage_get(a->txn, a->company, &usage) != 0) {
        return MT_STORE_FAILED;
    }

    return usage.meetings + (int64_t) meetings > a->quota.meetings
           ? MT_QUOTA_MEETINGS : MT_OK;
}


mt_status_t
mt_quota_people(mt_apply_t *a, size_t people)
{
    mt_usage_t  usage;

    if (a->quota.people == 0 || people == 0) {
        return MT_OK;
    }

    if (mt_usage_get(a->txn, a->company, &usage) != 0) {
        return MT_STORE_FAILED;
    }

    return usage.people + (int64_t) people > a->quota.people ? MT_QUOTA_PEOPLE
                                                             : MT_OK;
}
