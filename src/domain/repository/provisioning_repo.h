// Repository of people as SCIM clients of upstream providers know them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/provisioned_user.h"
#include "domain/repository/store.h"

namespace cardea {

/// By what a row is looked up. User names without regard to ASCII case, the others byte for byte.
enum class ProvisionedBy { kUser, kUserName, kExternalId };

/// Who is within the reach of a provider's SCIM client.
struct ReachQuery {
  std::optional<GroupId> group{};  // direct members
  std::int64_t first = 0;
  std::int64_t max = -1;  // negative: all
};

/// Of one provider, user names and external ids are unique.
class ProvisionedUserRepo {
 public:
  virtual ~ProvisionedUserRepo() = default;
  /// Absent: there is none, and none by an empty value.
  virtual Stored<std::optional<ProvisionedUser>> find(Rows& rows, const RealmId& realm, std::string_view provider,
                                                      ProvisionedBy by, std::string_view value) = 0;
  /// kConflict when the user has a row there, there is no such user, or name or external id are another's.
  virtual Stored<void> insert(Tx& tx, const ProvisionedUser& row) = 0;
  /// Replaces all but realm, user, provider, is_made and created_at. kConflict when the row is gone, or name or
  /// external id are another's.
  virtual Stored<void> update(Tx& tx, const ProvisionedUser& row) = 0;
  /// Somebody else has said whether the account is enabled: no provider's SCIM client has stopped it any more.
  virtual Stored<void> forget_stops(Tx& tx, const UserId& user) = 0;
  /// False when there was none.
  virtual Stored<bool> remove(Tx& tx, const UserId& user, std::string_view provider) = 0;
  /// Of every user, when a provider goes; returns how many went.
  virtual Stored<int> remove_all(Tx& tx, const RealmId& realm, std::string_view provider) = 0;
  /// Whom SCIM made there, and who has a link there, by id.
  virtual Stored<std::vector<UserId>> list_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                                   const ReachQuery& query) = 0;
  /// How many `list_reached` would give without `first` and `max`.
  virtual Stored<std::int64_t> count_reached(Rows& rows, const RealmId& realm, std::string_view provider,
                                             const ReachQuery& query) = 0;
};

}  // namespace cardea
