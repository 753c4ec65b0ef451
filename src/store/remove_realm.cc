#include "store/remove_realm.h"

#include <iterator>

#include "store/query.h"

namespace cardea::store {
namespace {

constexpr Sql kUsers{"SELECT id FROM users WHERE realm_id = ?1 LIMIT ?2"};
constexpr Sql kRemoveSessions[] = {Sql{"DELETE FROM user_sessions WHERE user_id = ?1"},
                                   Sql{"DELETE FROM offline_sessions WHERE user_id = ?1"}};
constexpr Sql kRemoveUser{"DELETE FROM users WHERE id = ?1"};

// In the order in which they may go: nothing is removed by a cascade that is counted here by itself.
constexpr Sql kBits[] = {
    Sql{"DELETE FROM login_failures WHERE realm_id = ?1 AND user_id IN "
        "(SELECT user_id FROM login_failures WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM codes WHERE hash IN (SELECT hash FROM codes WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM device_codes WHERE hash IN (SELECT hash FROM device_codes WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM logout_notices WHERE id IN (SELECT id FROM logout_notices WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM interactions WHERE hash IN (SELECT hash FROM interactions WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM user_events WHERE id IN (SELECT id FROM user_events WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM admin_events WHERE id IN (SELECT id FROM admin_events WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM used_ids WHERE realm_id = ?1 AND hash IN "
        "(SELECT hash FROM used_ids WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM revocations WHERE realm_id = ?1 AND token_id IN "
        "(SELECT token_id FROM revocations WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM organization_groups WHERE id IN (SELECT g.id FROM organizations o JOIN organization_groups g ON "
        "g.organization_id = o.id WHERE o.realm_id = ?1 AND NOT EXISTS (SELECT 1 FROM organization_groups c WHERE "
        "c.parent_id = g.id) LIMIT ?2)"},
    Sql{"DELETE FROM organizations WHERE id IN (SELECT id FROM organizations WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM realm_groups WHERE id IN (SELECT g.id FROM realm_groups g WHERE g.realm_id = ?1 AND NOT EXISTS "
        "(SELECT 1 FROM realm_groups c WHERE c.parent_id = g.id) LIMIT ?2)"},
    Sql{"DELETE FROM roles WHERE id IN (SELECT id FROM roles WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM scopes WHERE id IN (SELECT id FROM scopes WHERE realm_id = ?1 LIMIT ?2)"},
    Sql{"DELETE FROM realm_keys WHERE id IN (SELECT id FROM realm_keys WHERE realm_id = ?1 LIMIT ?2)"},
};
constexpr Sql kGroupsLeft{"SELECT 1 FROM realm_groups WHERE realm_id = ?1 LIMIT 1"};
constexpr Sql kRemoveRealm{"DELETE FROM realms WHERE id = ?1"};

Stored<int> remove_users(Tx& tx, const RealmId& realm, int rows_max) {
  const auto users = find_all<UserId>(tx, kUsers, {realm.str(), rows_max},
                                      [](Columns& row) -> Stored<UserId> { return row.id<UserId>(); });
  if (!users) return refuse(users.error());
  for (const UserId& user : *users) {
    for (const Sql& sql : kRemoveSessions) {
      if (auto sent = send(tx, sql, {user.str()}); !sent) return refuse(sent.error());
    }
    if (auto sent = send(tx, kRemoveUser, {user.str()}); !sent) return refuse(sent.error());
  }
  return static_cast<int>(users->size());
}

}  // namespace

Stored<bool> remove_realm_rows(Tx& tx, const RealmId& realm, int rows_max) {
  const auto users = remove_users(tx, realm, rows_max);
  if (!users) return refuse(users.error());
  int left = rows_max - *users;
  for (const Sql& bit : kBits) {
    if (left <= 0) return false;
    const auto removed = change(tx, bit, {realm.str(), left});
    if (!removed) return refuse(removed.error());
    left -= static_cast<int>(*removed);
  }
  if (left <= 0) return false;
  const auto groups = gives_a_row(tx, kGroupsLeft, {realm.str()});  // parents go after their children
  if (!groups) return refuse(groups.error());
  if (*groups) return false;
  if (auto sent = send(tx, kRemoveRealm, {realm.str()}); !sent) return refuse(sent.error());
  return true;
}

}  // namespace cardea::store
