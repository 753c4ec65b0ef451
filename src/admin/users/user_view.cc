#include "admin/users/user_view.h"

#include <algorithm>
#include <set>

#include "admin/roles/role_rights.h"
#include "core/changes/admin_power.h"
#include "domain/representation/user_json.h"

namespace cardea::admin {
namespace {

/// Kept members that only exports show.
constexpr std::string_view kExportOnly[] = {"clientConsents", "federatedIdentities", "self", "applicationRoles",
                                            "socialLinks"};

json::object access_json(const Call& call) {
  const bool manage = call.may(AdminRole::kManageUsers);
  json::object access;
  access["manageGroupMembership"] = manage;
  access["resetPassword"] = manage;
  access["view"] = call.may_any({AdminRole::kViewUsers, AdminRole::kManageUsers});
  access["mapRoles"] = manage;
  access["impersonate"] = call.may(AdminRole::kImpersonation);
  access["manage"] = manage;
  return access;
}

json::object shown(const Call& call, UserRepresentation representation, UserView view, bool has_otp) {
  for (const auto name : kExportOnly) representation.user.extra.erase(name);
  if (view == UserView::kBrief) representation.user.attributes.clear();
  auto out = to_json(representation, Secrets::kOmit);
  if (view == UserView::kBrief) {
    for (const auto name : {"totp", "disableableCredentialTypes", "requiredActions", "notBefore"}) out.erase(name);
  } else {
    out["totp"] = has_otp;
  }
  json::object row_access;
  row_access["manage"] = call.may(AdminRole::kManageUsers);
  out["access"] = view == UserView::kSingle ? access_json(call) : row_access;
  return out;
}

std::vector<UserId> ids_of(std::span<const User> users) {
  std::vector<UserId> ids;
  for (const auto& user : users) ids.push_back(user.id);
  return ids;
}

/// Those of `users` with a one-time password.
Or<std::set<UserId>> otp_users(Call& call, std::span<const User> users) {
  CARDEA_TRY(having, call.repositories().credentials.having(call.rows(), ids_of(users), "otp"));
  return std::set<UserId>(having.begin(), having.end());
}

BruteForceStatus status_of(const LoginFailures& failures, TimePoint now) {
  BruteForceStatus status;
  status.failures = failures.failures;
  status.lockouts = failures.temporary_lockouts;
  status.is_locked = failures.locked_until > now;
  if (failures.locked_until != kLockedForGood) {
    status.locked_until = std::max<std::int64_t>(epoch_seconds(failures.locked_until), 0);
  }
  status.last_failure = std::max<std::int64_t>(epoch_milliseconds(failures.last_failure_at), 0);
  if (!failures.last_ip.empty()) status.last_ip = failures.last_ip;
  return status;
}

}  // namespace

Or<json::array> user_rows(Call& call, std::span<const User> users, UserView view) {
  json::array rows;
  if (users.empty()) return rows;
  std::set<UserId> with_otp;
  if (view != UserView::kBrief) {
    CARDEA_TRY(found, otp_users(call, users));
    with_otp = std::move(found);
  }
  for (const auto& user : users) {
    UserRepresentation representation;
    representation.user = user;
    rows.push_back(shown(call, std::move(representation), view, with_otp.contains(user.id)));
  }
  return rows;
}

Or<json::object> user_json(Call& call, const User& user, UserView view) {
  if (view != UserView::kSingle) {
    CARDEA_TRY(rows, user_rows(call, std::span(&user, 1), view));
    return std::move(rows.front().get_object());
  }
  UserRepresentation representation;
  representation.user = user;
  if (user.service_account_client) {
    CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, *user.service_account_client));
    if (client) representation.service_account_client = client->client_id;
  }
  CARDEA_TRY(with_otp, otp_users(call, std::span(&user, 1)));
  return shown(call, std::move(representation), view, !with_otp.empty());
}

Or<User> load_user(Call& call) {
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, UserId(call.path("userId", "id"))));
  if (!user) return refuse(not_found("User not found"));
  return std::move(*user);
}

Or<User> load_user_to_change(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(assigned, assigned_roles(call, user.id));
  CARDEA_DO(require_roles_covered(call, assigned));
  return std::move(user);
}

Or<BruteForceStatus> brute_force_status(Call& call, const User& user) {
  CARDEA_TRY(found, call.repositories().login_failures.find(call.rows(), call.realm().id, user.id));
  return found ? status_of(*found, call.now()) : BruteForceStatus();
}

Or<std::map<UserId, BruteForceStatus>> brute_force_statuses(Call& call, std::span<const User> users) {
  std::map<UserId, BruteForceStatus> statuses;
  if (users.empty()) return statuses;
  const auto& realm = call.realm().id;
  CARDEA_TRY(found, call.repositories().login_failures.find_all(call.rows(), realm, ids_of(users)));
  for (const auto& failures : found) statuses.emplace(failures.user, status_of(failures, call.now()));
  return statuses;
}

Or<std::vector<RoleId>> assigned_roles(Call& call, const UserId& user) {
  CARDEA_TRY(roles, cardea::assigned_roles(call.rows(), call.repositories(), call.realm().id, user));
  return std::move(roles);
}

}  // namespace cardea::admin
