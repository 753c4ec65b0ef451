#include "admin/users/user_view.h"

#include <algorithm>

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

}  // namespace

Or<json::object> user_json(Call& call, const User& user, UserView view) {
  UserRepresentation shown;
  shown.user = user;
  for (const auto name : kExportOnly) shown.user.extra.erase(name);
  if (view == UserView::kBrief) {
    shown.user.attributes.clear();
  } else {
    CARDEA_TRY(credentials, call.repositories().credentials.list(call.rows(), user.id, "otp"));
    for (auto& credential : credentials)
      shown.credentials.push_back({.credential = std::move(credential), .plain = {}});
  }
  if (user.service_account_client && view == UserView::kSingle) {
    CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, *user.service_account_client));
    if (client) shown.service_account_client = client->client_id;
  }
  auto out = to_json(shown, Secrets::kOmit);
  if (view == UserView::kBrief) {
    for (const auto name : {"totp", "disableableCredentialTypes", "requiredActions", "notBefore"}) out.erase(name);
  }
  json::object row_access;
  row_access["manage"] = call.may(AdminRole::kManageUsers);
  out["access"] = view == UserView::kSingle ? access_json(call) : row_access;
  return out;
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
  BruteForceStatus status;
  CARDEA_TRY(found, call.repositories().login_failures.find(call.rows(), call.realm().id, user.id));
  if (!found) return status;
  status.failures = found->failures;
  status.lockouts = found->temporary_lockouts;
  status.is_locked = found->locked_until > call.now();
  if (found->locked_until != kLockedForGood) {
    status.locked_until = std::max<std::int64_t>(epoch_seconds(found->locked_until), 0);
  }
  status.last_failure = std::max<std::int64_t>(epoch_milliseconds(found->last_failure_at), 0);
  if (!found->last_ip.empty()) status.last_ip = found->last_ip;
  return status;
}

Or<std::vector<RoleId>> assigned_roles(Call& call, const UserId& user) {
  CARDEA_TRY(roles, cardea::assigned_roles(call.rows(), call.repositories(), call.realm().id, user));
  return std::move(roles);
}

}  // namespace cardea::admin
