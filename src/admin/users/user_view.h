// Users as the admin API shows them, and how its handlers get at one (keycloak.md sections 5.3 and 6.4).
#pragma once

#include <map>
#include <span>

#include "admin/seam/call.h"
#include "base/json.h"
#include "domain/user.h"

namespace cardea::admin {

enum class UserView {
  kBrief,   // rows of lists with briefRepresentation=true
  kRow,     // rows of lists
  kSingle,  // with everything the caller may do with it
};
[[nodiscard]] Or<json::object> user_json(Call& call, const User& user, UserView view);
/// The rows of a list, with the statements of one.
[[nodiscard]] Or<json::array> user_rows(Call& call, std::span<const User> users, UserView view);

/// The user of {userId}, or 404 "User not found".
[[nodiscard]] Or<User> load_user(Call& call);
/// The same to be changed. 403 when the user has admin roles that the caller lacks: who manages users must not become
/// an administrator by way of one (attack class 21).
[[nodiscard]] Or<User> load_user_to_change(Call& call);

/// What wrong passwords have left behind for a user (keycloak.md section 6.13).
struct BruteForceStatus {
  int failures = 0;
  int lockouts = 0;
  bool is_locked = false;
  std::int64_t locked_until = 0;  // epoch seconds; 0 also for a lock without end
  std::int64_t last_failure = 0;  // epoch milliseconds
  std::string last_ip = "n/a";
};
[[nodiscard]] Or<BruteForceStatus> brute_force_status(Call& call, const User& user);
/// Of those who have any failures.
[[nodiscard]] Or<std::map<UserId, BruteForceStatus>> brute_force_statuses(Call& call, std::span<const User> users);

/// Direct roles of a user and those of its groups and the groups above.
[[nodiscard]] Or<std::vector<RoleId>> assigned_roles(Call& call, const UserId& user);

}  // namespace cardea::admin
