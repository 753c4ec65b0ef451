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

/// Groups `g` that give something (domain/group_source.h): those that their last writer did not find quiet. A document
/// that is written again is sealed anew, so `quiet` holds of the very document it was said of and of no later one,
/// whoever wrote that. The condition of the index realm_groups_giving, word for word.
#define CARDEA_GIVES "coalesce(g.quiet, '') <> substr(g.document, 1, 44)"

#define CARDEA_ALL_MEMBERSHIPS(list) "(SELECT CAST(" list "(group_id) AS TEXT) FROM user_groups WHERE user_id = u.id)"

/// Some are in thousands of groups that give nothing: from the groups that give to the person's memberships, where
/// there are few of those and many of these. Not below a group with thousands: SQLite would
/// collect all of them before it looks at one.
#define CARDEA_MEMBERSHIPS(list) \
  "CASE WHEN NOT EXISTS (SELECT 1 FROM user_groups WHERE user_id = u.id LIMIT 1 OFFSET 128) "                       \
  "THEN " CARDEA_ALL_MEMBERSHIPS(list)                                                                              \
  " WHEN EXISTS (SELECT 1 FROM (SELECT g.id FROM realm_groups g WHERE g.realm_id = u.realm_id AND " CARDEA_GIVES    \
  " LIMIT 513) top WHERE EXISTS (SELECT 1 FROM realm_groups b WHERE b.parent_id = top.id LIMIT 1 OFFSET 512)) " \
  "THEN " CARDEA_ALL_MEMBERSHIPS(list)                                                                              \
  " ELSE (WITH RECURSIVE giving (id) AS (SELECT g.id FROM realm_groups g WHERE g.realm_id = u.realm_id AND "        \
  CARDEA_GIVES " UNION SELECT b.id FROM giving JOIN realm_groups b ON b.parent_id = giving.id) "                    \
  "SELECT CASE WHEN count(*) > 512 THEN " CARDEA_ALL_MEMBERSHIPS(list)                                              \
  " ELSE '*' || coalesce(CAST(" list "(few.id) FILTER (WHERE EXISTS (SELECT 1 FROM user_groups m "                  \
  "WHERE m.user_id = u.id AND m.group_id = few.id)) AS TEXT), '') END FROM (SELECT id FROM giving LIMIT 513) few) END"

/// What makes a user a subject; read by `parse_subject` after the columns above.
/// `list`: what makes a JSON list of values, for the statements that are not translated.
#define CARDEA_SUBJECT_COLUMNS_BY(list)             \
  CARDEA_USER_COLUMNS                               \
  ", (SELECT " list                                 \
  "(role_id) FROM user_roles WHERE user_id = u.id)" \
  ", " CARDEA_MEMBERSHIPS(list)
#define CARDEA_SUBJECT_COLUMNS CARDEA_SUBJECT_COLUMNS_BY("json_group_array")

namespace cardea::store {

static_assert(kMembershipsLoadedMax == 128 && kGivingGroupsMax == 512, "they stand in the statement");

[[nodiscard]] Stored<User> parse_user(const crypto::Sealer& sealer, Columns& row);
[[nodiscard]] Stored<Subject> parse_subject(const crypto::Sealer& sealer, Columns& row);

}  // namespace cardea::store
