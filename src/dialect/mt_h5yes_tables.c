
#include "dialect/mt_h5yes.h"


MT_DEFINE_MODEL(h5yes_common, MT_H5YES_COMMON_FIELDS);


/* requests */

#define MT_ARG(wire, M, name, flags, how)                                     \
    { wire, MT_FIELD(M, name), MT_H5YES_ARGS, flags, how, NULL }

/* "" is as good as nothing */
#define MT_MUST  (MT_JSON_REQUIRED | MT_JSON_FILLED)

/* not required here: that it is missing has a code of its own */
#define MT_TOKEN                                                              \
    { "access_token", MT_FIELD(h5yes_common, token), 0, 0, NULL, NULL }


MT_JSON_TABLE(mt_h5yes_gettoken_in,
    MT_ARG("appkey", token_issue, appkey, MT_MUST, NULL),
    MT_ARG("appsecret", token_issue, secret, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_h5yes_user_in,
    MT_TOKEN,
    MT_ARG("userId", named, ref, MT_MUST, NULL),
);


/* answers */

#define MT_SHOW(wire, view, part, M, name, how)                               \
    { wire, MT_FIELD(M, name), offsetof(mt_##view##_view_t, part), 0, how,    \
      NULL }

#define MT_OF_USER(wire, name, how)                                           \
    MT_SHOW(wire, user, user, user, name, how)


MT_JSON_TABLE(mt_h5yes_gettoken_out,
    { "access_token", MT_FIELD(access, token), 0, 0, NULL, NULL },
    { "company_id", MT_FIELD(access, company), 0, 0, &mt_wire_int_string,
      NULL },
    { "expires_in", MT_FIELD(access, lifetime), 0, 0, &mt_wire_seconds,
      NULL },
);

/* the examples say "admin", the document's tables "isAdmin" */
MT_JSON_TABLE(mt_h5yes_user_out,
    MT_OF_USER("id", id, NULL),
    MT_OF_USER("name", name, NULL),
    MT_OF_USER("account", account, NULL),
    MT_OF_USER("phone", phone, NULL),
    MT_OF_USER("faceUrl", face, NULL),
    MT_OF_USER("position", job, NULL),
    MT_OF_USER("email", email, NULL),
    MT_OF_USER("status", status, NULL),
    MT_OF_USER("memo", memo, NULL),
    MT_OF_USER("createdTime", created, NULL),
    MT_SHOW("departmentId", user, dept, dept, id, NULL),
    MT_OF_USER("admin", admin, &mt_wire_bool),
    MT_OF_USER("isAdmin", admin, &mt_wire_bool),
);


/* How an answer shows what it is about. */

#define MT_VALUE(value)       value, NULL, NULL
#define MT_LIST(row)          NULL, "", row
#define MT_NO_VALUE           NULL, NULL, NULL

#define MT_ROUTE(path, op, request, prepare, answer)                          \
    { mt_str("/" path), MT_METHOD_POST, 0, &mt_op_##op, request, prepare,     \
      answer }

static const mt_route_t  mt_h5yes_routes[] = {
    { mt_str("/gettoken"), MT_METHOD_GET, MT_ROUTE_PUBLIC,
      &mt_op_token_issue, &mt_h5yes_gettoken_in, NULL,
      MT_VALUE(&mt_h5yes_gettoken_out) },

    MT_ROUTE("user/get", user_get, &mt_h5yes_user_in, NULL,
             MT_VALUE(&mt_h5yes_user_out)),
};


const mt_dialect_t  mt_dialect_h5yes = {
    .name = mt_str("h5yes"),
    .routes = mt_h5yes_routes,
    .nroutes = mt_nitems(mt_h5yes_routes),
    .decode = mt_h5yes_decode,
    .authenticate = mt_h5yes_authenticate,
    .open_answer = mt_h5yes_open_answer,
    .close_answer = mt_h5yes_close_answer,
    .code = mt_h5yes_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
};
