
/*
 * The stored models, those of commands, two more with kinds that these lack,
 * and the comparison of two structures of one model.
 */

#ifndef MODELS_H
#define MODELS_H

#include "domain/kernel/mt_args.h"
#include "domain/meeting/mt_meeting_draft.h"
#include "model/mt_records.h"


#define MT_LEAF_FIELDS(F, M)                                                  \
    F(M, 1,  INT,  num,     -100, 100, NULL)                                  \
    F(M, 63, STR,  text,    2, 5, NULL)

#define MT_ZOO_FIELDS(F, M)                                                   \
    F(M, 1,  INT,  num,     INT64_MIN, INT64_MAX, NULL)                       \
    F(M, 3,  STR,  text,    0, 1000, NULL)                                    \
    F(M, 4,  INTS, ints,    1, 4, NULL)                                       \
    F(M, 16, STRS, strs,    0, 4, NULL)                                       \
    F(M, 17, OBJ,  leaf,    0, 0, &mt_leaf_model)                             \
    F(M, 40, OBJS, leaves,  0, 4, &mt_leaf_model)                             \
    F(M, 63, OBJ,  zoo,     0, 0, &mt_zoo_model)

MT_DECLARE_MODEL(leaf, MT_LEAF_FIELDS);
MT_DECLARE_MODEL(zoo, MT_ZOO_FIELDS);

MT_DEFINE_MODEL(leaf, MT_LEAF_FIELDS);
MT_DEFINE_MODEL(zoo, MT_ZOO_FIELDS);


static const mt_model_t *const  models[] = {
    &mt_zoo_model, &mt_leaf_model,

    &mt_company_model, &mt_credential_model, &mt_dept_model, &mt_user_model,
    &mt_room_model, &mt_meeting_model, &mt_attendee_model, &mt_checkin_model,
    &mt_tally_model, &mt_session_model, &mt_event_model, &mt_command_model,
    &mt_journal_model, &mt_subscription_model, &mt_outbox_model,
    &mt_usage_model,

    &mt_company_add_model, &mt_credential_add_model, &mt_named_model,
    &mt_user_removal_model,
    &mt_dept_edit_model, &mt_user_edit_model, &mt_room_edit_model,
    &mt_person_model, &mt_meeting_edit_model, &mt_meeting_act_model,
    &mt_meeting_list_model, &mt_answer_model, &mt_checkin_args_model,
    &mt_attendee_query_model, &mt_my_list_model, &mt_office_list_model,
    &mt_repeat_model,
    &mt_attendance_args_model,
    &mt_session_close_model,
    &mt_password_set_model, &mt_password_put_model,
    &mt_host_act_model, &mt_room_release_model, &mt_undone_model,
    &mt_undone_checkin_model, &mt_meeting_set_model,
    &mt_ticket_model, &mt_ticket_made_model,
    &mt_login_model, &mt_session_open_model, &mt_occurrence_model,
    &mt_series_edit_model, &mt_series_cancel_model, &mt_token_issue_model,
    &mt_credential_set_model, &mt_import_told_model, &mt_user_face_model,
    &mt_meeting_link_model, &mt_meeting_secrets_model,
    &mt_session_expire_model, &mt_journal_trim_model,
    &mt_meeting_purge_model, &mt_company_purge_model, &mt_erased_row_model,
    &mt_user_erase_step_model,
    &mt_meeting_page_model, &mt_reminder_fire_model, &mt_event_set_model,
    &mt_event_keys_model, &mt_event_pause_model, &mt_event_done_model,
    &mt_event_failed_model, &mt_event_redeliver_model,
    &mt_event_discard_model, &mt_generation_model, &mt_nothing_model
};


static int models_equal(const mt_model_t *model, const void *a,
    const void *b);


static int
models_list_equal(const mt_field_t *field, const mt_objs_t *a,
    const mt_objs_t *b)
{
    size_t             i;
    const mt_model_t  *sub;

    if (a->n != b->n) {
        return 0;
    }

    for (i = 0; i < a->n; i++) {
        if (field->kind == MT_INTS
            && ((int64_t *) a->v)[i] != ((int64_t *) b->v)[i])
        {
            return 0;
        }

        if (field->kind == MT_STRS
            && !mt_str_eq(((mt_str_t *) a->v)[i], ((mt_str_t *) b->v)[i]))
        {
            return 0;
        }

        sub = field->sub;

        if (field->kind == MT_OBJS
            && !models_equal(sub, (char *) a->v + i * sub->size,
                             (char *) b->v + i * sub->size))
        {
            return 0;
        }
    }

    return 1;
}


static int
models_field_equal(const mt_field_t *field, const void *a, const void *b)
{
    mt_objs_t    list_a, list_b;
    const void  *obj_a, *obj_b;

    switch (field->kind) {

    case MT_NONE:
        return 1;

    case MT_INT:
        return *(const int64_t *) a == *(const int64_t *) b;

    case MT_STR:
        return mt_str_eq(*(const mt_str_t *) a, *(const mt_str_t *) b);

    case MT_OBJ:
        obj_a = *(void *const *) a;
        obj_b = *(void *const *) b;

        if (obj_a == NULL || obj_b == NULL) {
            return obj_a == obj_b;
        }

        return models_equal(field->sub, obj_a, obj_b);

    default:
        memcpy(&list_a, a, sizeof(list_a));
        memcpy(&list_b, b, sizeof(list_b));

        return models_list_equal(field, &list_a, &list_b);
    }
}


/* Compares all but `has`. */

static int
models_equal(const mt_model_t *model, const void *a, const void *b)
{
    unsigned  i;
    size_t    offset;

    for (i = 1; i < model->nfields; i++) {
        offset = model->fields[i].offset;

        if (!models_field_equal(&model->fields[i],
                                (const char *) a + offset,
                                (const char *) b + offset))
        {
            return 0;
        }
    }

    return 1;
}

#endif /* MODELS_H */
