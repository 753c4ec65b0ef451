// The columns of a user, read by every statement that gives one.
#pragma once

#include "crypto/seal.h"
#include "domain/user.h"
#include "store/query.h"

/// For `FROM users u`. Read by `parse_user`; adding one here means reading it there.
#define CARDEA_USER_COLUMNS                                                                                       \
  "u.id, u.realm_id, u.username, u.email, u.first_name, u.last_name, u.email_verified, u.enabled, u.created_at, " \
  "u.not_before, u.service_account_client, u.required_actions, u.attributes, u.extra, "                           \
  "EXISTS (SELECT 1 FROM organization_members om JOIN organizations oo ON oo.id = om.organization_id "            \
  "WHERE om.user_id = u.id AND om.managed AND NOT oo.enabled)"

/// What makes a user a subject; read by `parse_subject` after the columns above.
/// `list`: what makes a JSON list of values, for the statements that are not translated.
#define CARDEA_SUBJECT_COLUMNS_BY(list)             \
  CARDEA_USER_COLUMNS                               \
  ", (SELECT " list                                 \
  "(role_id) FROM user_roles WHERE user_id = u.id)" \
  ", (SELECT " list "(group_id) FROM user_groups WHERE user_id = u.id)"
#define CARDEA_SUBJECT_COLUMNS CARDEA_SUBJECT_COLUMNS_BY("json_group_array")

namespace cardea::store {

[[nodiscard]] Stored<User> parse_user(const crypto::Sealer& sealer, Columns& row);
[[nodiscard]] Stored<Subject> parse_subject(const crypto::Sealer& sealer, Columns& row);

}  // namespace cardea::store
