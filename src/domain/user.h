// A person or a service account.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "domain/ids.h"

namespace cardea {

struct User {
  UserId id;
  RealmId realm;
  std::string username;  // lower case
  std::string email;     // lower case; empty: none
  std::string first_name;
  std::string last_name;
  bool email_verified = false;
  bool enabled = true;
  bool suspended = false;  // a managed member of an organization that is switched off; read only, never written
  TimePoint created_at{};
  std::int64_t not_before = 0;
  std::map<std::string, std::vector<std::string>> attributes;
  std::vector<std::string> required_actions;  // aliases, for example "UPDATE_PASSWORD"
  std::optional<ClientId> service_account_client;
  json::object extra;

  /// May they sign in, and do their tokens hold?
  [[nodiscard]] bool is_active() const { return enabled && !suspended; }
};

/// A user with what tokens are made of, loaded in one round trip.
struct Subject {
  User user;
  std::vector<RoleId> roles;  // assigned directly
  /// Direct memberships. Of somebody in more than kMembershipsLoadedMax, those that give something: roles, or
  /// attributes beside those of domain/group_source.h, of the group itself or of one above it. All of them after all
  /// where more than kGivingGroupsMax groups of the realm do so. SubjectRepo::memberships tells the rest.
  std::vector<GroupId> groups;
  bool groups_are_whole = true;  // `groups` has every direct membership
};

inline constexpr std::size_t kMembershipsLoadedMax = 128;
inline constexpr std::size_t kGivingGroupsMax = 512;

}  // namespace cardea
