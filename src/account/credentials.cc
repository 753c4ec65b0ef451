#include "account/credentials.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.h"
#include "core/second_factor.h"
#include "web/form.h"

namespace cardea::account {
namespace {

struct Kind {
  std::string_view type, category, icon;
  std::string_view create_action, update_action;  // required actions, started by signing in with kc_action; empty: none
  bool removable = false;
  bool always_shown = false;  // also to those who have none
};

// The console looks up "<type>-display-name" and "<type>-help-text" among its texts.
constexpr std::array<Kind, 5> kKinds = {{
    {"password", "basic-authentication", "kcAuthenticatorPasswordClass", "", "UPDATE_PASSWORD", false, true},
    {"otp", "two-factor", "kcAuthenticatorOTPClass", "CONFIGURE_TOTP", "", true, true},
    {"webauthn", "two-factor", "kcAuthenticatorWebAuthnClass", "webauthn-register", "", true, false},
    {"recovery-authn-codes", "two-factor", "kcAuthenticatorRecoveryAuthnCodesClass", "CONFIGURE_RECOVERY_AUTHN_CODES",
     "", true, false},
    {"webauthn-passwordless", "passwordless", "kcAuthenticatorWebAuthnPasswordlessClass",
     "webauthn-register-passwordless", "", true, false},
}};

const Kind* find_kind(std::string_view type) {
  const auto found = std::ranges::find(kKinds, type, &Kind::type);
  return found == kKinds.end() ? nullptr : &*found;
}

/// The required action that would set this up, when the realm has it switched on.
bool is_enabled(const Realm& realm, std::string_view alias) {
  const auto* actions = realm.extra.if_contains("requiredActions");
  if (alias.empty() || actions == nullptr || !actions->is_array()) return false;
  return std::ranges::any_of(actions->as_array(), [alias](const json::value& value) {
    const auto* action = value.if_object();
    return action != nullptr && string_or(*action, "alias", "") == alias && bool_or(*action, "enabled", false);
  });
}

void write_credential(JsonWriter& json, const Credential& credential) {
  json.begin_object().key("credential").begin_object();
  json.member("id", credential.id.str()).member("type", credential.type);
  if (!credential.label.empty()) json.member("userLabel", credential.label);
  json.member("createdDate", epoch_milliseconds(credential.created_at));
  json.member("credentialData", credential.credential_data).end_object().end_object();
}

void write_kind(JsonWriter& json, const Kind& kind, const std::vector<Credential>* credentials, const Realm& realm) {
  json.begin_object().member("type", kind.type).member("category", kind.category);
  json.member("displayName", std::string(kind.type) + "-display-name");
  json.member("helptext", std::string(kind.type) + "-help-text").member("iconCssClass", kind.icon);
  if (is_enabled(realm, kind.create_action)) json.member("createAction", kind.create_action);
  if (is_enabled(realm, kind.update_action)) json.member("updateAction", kind.update_action);
  json.member("removeable", kind.removable);
  if (credentials != nullptr) {
    json.key("userCredentialMetadatas").begin_array();
    for (const auto& credential : *credentials) {
      if (credential.type == kind.type) write_credential(json, credential);
    }
    json.end_array();
  }
  json.end_object();
}

/// The credential named {id}, when it is this person's.
Stored<std::optional<Credential>> find_own(Rows& rows, const Call& call) {
  auto all = call.repositories().credentials.list_all(rows, call.user().id);
  if (!all) return refuse(all.error());
  for (auto& credential : *all) {
    if (credential.id.str() == call.request.path_parameter("id")) return std::optional(std::move(credential));
  }
  return std::optional<Credential>();
}

/// A token whose login proved the first factor alone takes no second one away (core/second_factor.h).
bool has_proven_enough(const Call& call, std::string_view type) {
  const auto& flows = call.realm.flows;
  return may_remove_credential(flows, flows.browser_flow(call.live.client->client), type,
                               {.session = call.live.live ? &call.live.live->session : nullptr}, call.now);
}

web::Response not_found() { return web::json_error(404, "Credential not found"); }

}  // namespace

Stored<web::Response> list_credentials(Rows& rows, const Call& call) {
  const auto credentials = call.repositories().credentials.list_all(rows, call.user().id);
  if (!credentials) return refuse(credentials.error());
  const auto query = web::Form::parse(call.request.query);
  const auto type = query ? query->value("type") : std::nullopt;
  const bool own = !query || query->value("user-credentials") != "false";
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& kind : kKinds) {
    const bool has = std::ranges::find(*credentials, kind.type, &Credential::type) != credentials->end();
    if (!kind.always_shown && !has && !is_enabled(call.realm.realm, kind.create_action)) continue;
    if (!type || *type == kind.type) write_kind(json, kind, own ? &*credentials : nullptr, call.realm.realm);
  }
  json.end_array();
  return json_answer(std::move(body));
}

Stored<web::Response> remove_credential(Tx& tx, const Call& call) {
  const auto credential = find_own(tx, call);
  if (!credential) return refuse(credential.error());
  if (!*credential) return not_found();
  const auto* kind = find_kind((*credential)->type);
  if (kind == nullptr || !kind->removable) return web::json_error(400, "Credential type cannot be removed");
  if (!has_proven_enough(call, (*credential)->type)) {
    call.dependencies.log.info("credential_kept", {{"reason", "second_factor_not_proven"},
                                                   {"realm", call.realm.realm.name},
                                                   {"user", call.user().id.str()},
                                                   {"type", (*credential)->type},
                                                   {"correlation_id", call.request.correlation_id}});
    return web::json_error(
        403, "Insufficient level of authentication for removing credential of type '" + (*credential)->type + "'.");
  }
  const auto removed = call.repositories().credentials.remove(tx, call.user().id, (*credential)->id);
  if (!removed) return refuse(removed.error());
  call.dependencies.log.info("credential_removed", {{"realm", call.realm.realm.name},
                                                    {"user", call.user().id.str()},
                                                    {"type", (*credential)->type},
                                                    {"correlation_id", call.request.correlation_id}});
  return done();
}

Stored<web::Response> change_label(Tx& tx, const Call& call) {
  const auto body = parse_json(call.request.body);
  if (!body || !body->is_string() || body->as_string().size() > kCredentialLabelBytesMax) {
    return error_message(400, "invalidRequestMessage");
  }
  const auto credential = find_own(tx, call);
  if (!credential) return refuse(credential.error());
  if (!*credential) return not_found();
  const auto changed = call.repositories().credentials.set_label(tx, call.user().id, (*credential)->id,
                                                                 std::string_view(body->as_string()));
  if (!changed) return refuse(changed.error());
  return done();
}

}  // namespace cardea::account
