// Credentials of users, and the profile configuration (keycloak.md sections 3.9, 5.4 and 6.4).
#include <algorithm>

#include "admin/users/new_password.h"
#include "admin/users/profile.h"
#include "admin/users/profile_config.h"
#include "admin/users/user_handlers.h"
#include "admin/users/user_view.h"
#include "core/changes/check_values.h"
#include "domain/representation/object_reader.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kProfileProvider = "org.keycloak.userprofile.UserProfileProvider";

Or<std::vector<Credential>> load_credentials(Call& call, const User& user) {
  CARDEA_TRY(credentials, call.repositories().credentials.list_all(call.rows(), user.id));
  return std::move(credentials);
}

Or<void> require_credential(const std::vector<Credential>& credentials, std::string_view id) {
  const auto same = [&](const Credential& credential) { return credential.id.str() == id; };
  if (std::ranges::any_of(credentials, same)) return {};
  return refuse(not_found("Credential not found"));
}

/// Puts the credential of {credentialId} behind `previous`, or first when that is empty.
Answer move_credential(Call& call, std::string_view previous) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(credentials, load_credentials(call, user));
  const auto& id = call.path("credentialId");
  CARDEA_DO(require_credential(credentials, id));
  if (!previous.empty()) CARDEA_DO(require_credential(credentials, previous));
  std::vector<CredentialId> order;
  if (previous.empty()) order.emplace_back(id);
  for (const auto& credential : credentials) {
    if (credential.id.str() != id) order.push_back(credential.id);
    if (credential.id.str() == previous && previous != id) order.emplace_back(id);
  }
  int priority = 10;
  for (const auto& each : order) {
    CARDEA_DO(call.repositories().credentials.set_priority(call.tx(), user.id, each, priority));
    priority += 10;
  }
  json::array ids;
  for (const auto& each : order) ids.push_back(json::value(each.str()));
  call.note_after(std::move(ids));
  return no_content();
}

void store_profile(Call& call, json::object config) {
  auto& components = call.realm().extra["components"];
  if (!components.is_object()) components = json::object();
  auto& list = components.get_object()[kProfileProvider];
  if (!list.is_array() || list.get_array().empty() || !list.get_array().front().is_object()) {
    json::object component;
    component["id"] = call.new_id();
    component["providerId"] = "declarative-user-profile";
    component["subComponents"] = json::object();
    list = json::array{std::move(component)};
  }
  auto& settings = list.get_array().front().get_object()["config"];
  if (!settings.is_object()) settings = json::object();
  settings.get_object()["kc.user.profile.config"] = json::array{json::value(json::serialize(config))};
}

}  // namespace

Answer get_profile(Call& call) { return ok(profile_config(call.realm())); }

Answer update_profile(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  CARDEA_DO(check_profile_config(*body, scopes));
  call.note_before(profile_config(call.realm()));
  call.note_after(*body);
  store_profile(call, *body);
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return ok(*body);
}

Answer get_profile_metadata(Call& call) { return ok(profile_metadata(call.realm(), true)); }

Answer reset_password(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  if (user.service_account_client) return refuse(error(400, "Can't reset password as account is read only"));
  CARDEA_DO(store_credentials(call, user));
  call.note_after(json::object{{"type", "password"}});
  return no_content();
}

Answer list_credentials(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(credentials, load_credentials(call, user));
  json::array list;
  for (const auto& credential : credentials) {
    auto row = to_json(credential, Secrets::kOmit);
    row.erase("priority");
    list.push_back(std::move(row));
  }
  return ok(list);
}

Answer delete_credential(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(removed,
             call.repositories().credentials.remove(call.tx(), user.id, CredentialId(call.path("credentialId"))));
  if (!removed) return refuse(not_found("Credential not found"));
  call.note_before(json::object{{"id", call.path("credentialId")}});
  return no_content();
}

Answer set_credential_label(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  // The console sends the bare text, older clients a JSON string.
  std::string label = call.request().body;
  if (const auto parsed = parse_json(label); parsed && parsed->is_string()) label = parsed->get_string();
  if (check_name(label))
    return refuse(error(400, "invalid_request", "The label is too long or has control characters"));
  CARDEA_TRY(set, call.repositories().credentials.set_label(call.tx(), user.id, CredentialId(call.path("credentialId")),
                                                            label));
  if (!set) return refuse(not_found("Credential not found"));
  call.note_after(json::object{{"id", call.path("credentialId")}, {"userLabel", label}});
  return no_content();
}

Answer move_credential_first(Call& call) { return move_credential(call, {}); }
Answer move_credential_after(Call& call) { return move_credential(call, call.path("previousId")); }

/// Removes every credential of these types, as Keycloak's own store does.
Answer disable_credential_types(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(body, call.body_array());
  std::vector<std::string> types;
  if (!read_texts(json::value(*body), types)) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  CARDEA_TRY(credentials, load_credentials(call, user));
  for (const auto& credential : credentials) {
    if (credential.type == "password" || std::ranges::find(types, credential.type) == types.end()) continue;
    CARDEA_DO(call.repositories().credentials.remove(call.tx(), user.id, credential.id));
  }
  call.note_before(*body);
  return no_content();
}

Answer get_storage_credential_types(Call& call) {
  CARDEA_TRY(user, load_user(call));
  return ok(json::array());  // no user comes from outside
}

Answer get_brute_force_status(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(status, brute_force_status(call, user));
  json::object out;
  out["failedLoginNotBefore"] = status.locked_until;
  out["numFailures"] = status.failures;
  out["numTemporaryLockouts"] = status.lockouts;
  out["disabled"] = status.is_locked;
  out["numSecondaryAuthFailures"] = 0;
  out["lastIPFailure"] = status.last_ip;
  out["lastFailure"] = status.last_failure;
  return ok(out);
}

Answer clear_brute_force_of_user(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_DO(call.repositories().login_failures.remove(call.tx(), call.realm().id, user.id));
  call.note_before(json::object{{"userId", user.id.str()}});
  return no_content();
}

Answer clear_brute_force(Call& call) {
  CARDEA_DO(call.repositories().login_failures.remove_all(call.tx(), call.realm().id));
  return no_content();
}

}  // namespace cardea::admin
