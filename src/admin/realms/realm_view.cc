#include "admin/realms/realm_view.h"

#include <algorithm>
#include <map>

#include "core/changes/check_realm.h"
#include "core/changes/check_values.h"
#include "core/client_policies.h"
#include "core/frontend_url.h"
#include "core/import/complete_realm.h"
#include "core/password_policy.h"
#include "core/realm_defaults.h"
#include "core/realm_look.h"
#include "domain/representation/realm_json.h"
#include "domain/representation/role_json.h"

namespace cardea::admin {
namespace {

/// Members with resources of their own: never part of the settings.
constexpr std::string_view kOwnResources[] = {
    "identityProviders",
    "identityProviderMappers",
    "components",
    "authenticationFlows",
    "authenticatorConfig",
    "requiredActions",
    "localizationTexts",
    "organizations",
    "users",
    "federatedUsers",
    "groups",
    "clients",
    "clientScopes",
    "roles",
    "defaultRole",
    "defaultRoles",
    "scopeMappings",
    "clientScopeMappings",
    "protocolMappers",
    "keycloakVersion",
    "defaultDefaultClientScopes",
    "defaultOptionalClientScopes",
    "defaultGroups",
    "adminPermissionsClient",
    "userFederationProviders",
    "userFederationMappers",
    "applications",
    "oauthClients",
    "clientTemplates",
    "id",
};

bool is_own_resource(std::string_view name) {
  return std::ranges::find(kOwnResources, name) != std::end(kOwnResources);
}

/// As Keycloak says it. `rule`: "length(x)".
std::string why_broken(std::string_view rule) {
  const auto name = rule.substr(0, rule.find('('));
  const std::string_view wanted = name == "regexPattern"        ? "Not a valid regular expression"
                                  : name == "passwordBlacklist" ? "No list is named"
                                                                : "Not a valid number";
  return "Invalid config for " + std::string(name) + ": " + std::string(wanted);
}

/// `lists`: those that the server read at its start. A realm whose policy names another one could set no password.
/// What the policy says already is left: a list that went missing must not keep the realm from being changed.
Or<void> check_policy(std::string_view policy, std::string_view before, const PasswordLists& lists) {
  const auto parsed = PasswordPolicy::parse(policy);
  if (!parsed.broken_rules().empty()) return refuse(error_message(400, why_broken(parsed.broken_rules().front())));
  if (policy == before) return {};
  const auto known = PasswordPolicy::parse(before).rules_not_enforced();
  for (const auto& rule : parsed.rules_not_enforced()) {
    const auto name = std::string_view(rule).substr(0, rule.find('('));
    if (std::ranges::find(PasswordPolicy::rule_names(), name) != PasswordPolicy::rule_names().end()) continue;
    if (std::ranges::find(known, rule) == known.end()) return refuse(error_message(400, "Password policy not found"));
  }
  for (const auto& name : parsed.lists()) {
    if (!lists.contains(name)) return refuse(error_message(400, "Password blacklist " + name + " not found"));
  }
  return {};
}

/// As Keycloak: a misspelt member is not lost in silence. What an import brought may be sent back.
Or<void> refuse_unknown_members(const json::object& body, const Realm& before) {
  for (const auto& [name, value] : body) {
    if (is_realm_member(name) || is_own_resource(name) || before.extra.contains(name)) continue;
    return refuse(error(400, "Invalid json representation for RealmRepresentation. Unrecognized field \"" +
                                 std::string(name) + "\" at line 1 column 1."));
  }
  return {};
}

/// What stood there already, from an import or an earlier release, does not keep the realm from being changed.
Or<void> check_settings(const Realm& before, const Realm& after) {
  const auto known = realm_problems(before);
  for (const auto& problem : realm_problems(after)) {
    if (std::ranges::find(known, problem) != known.end()) continue;
    return refuse(error(400, "invalid_request",
                        problem.member.empty() ? problem.what : std::string(problem.member) + ": " + problem.what));
  }
  return {};
}

}  // namespace

Or<json::array> realm_rows(Call& call, const std::vector<const Realm*>& realms) {
  std::vector<RoleId> ids;
  for (const auto* realm : realms) ids.push_back(realm->default_role);
  CARDEA_TRY(roles, call.repositories().roles.find_of_all_realms(call.rows(), ids));
  std::map<RoleId, const Role*> by_id;
  for (const auto& role : roles) by_id.emplace(role.id, &role);
  json::array rows;
  for (const auto* realm : realms) {
    Realm settings = *realm;
    for (const auto name : kOwnResources) {
      if (name != "defaultGroups") settings.extra.erase(name);
    }
    auto out = to_json(settings, Secrets::kMask);
    const auto role = by_id.find(realm->default_role);
    if (role != by_id.end() && role->second->realm == realm->id) {
      RoleRepresentation shown;
      shown.role = *role->second;
      out["defaultRole"] = to_json(shown, false);
    }
    rows.push_back(in_realm_order(std::move(out)));
  }
  return rows;
}

Or<json::object> realm_json(Call& call, const Realm& realm) {
  CARDEA_TRY(rows, realm_rows(call, {&realm}));
  return std::move(rows.front().get_object());
}

json::object brief_realm_json(const Realm& realm) {
  json::object out;
  out["id"] = realm.id.str();
  out["realm"] = realm.name;
  set_unless_empty(out, "displayName", realm.display_name);
  set_unless_empty(out, "displayNameHtml", realm.display_name_html);
  out["enabled"] = realm.enabled;
  return out;
}

Or<void> check_client_policies(const json::object& before, const json::object& after) {
  const auto known = unenforced_policies(before);
  for (const auto& problem : unenforced_policies(after)) {
    if (std::ranges::find(known, problem) == known.end()) return refuse(error_message(400, problem));
  }
  return {};
}

void keep_masked(json::value& after, const json::value& before) {
  if (auto* text = after.if_string(); text != nullptr && std::string_view(*text) == kSecretMask) {
    after = before.is_null() ? json::value("") : before;
    return;
  }
  if (auto* object = after.if_object()) {
    const auto* old = before.if_object();
    for (auto& [name, value] : *object) {
      const auto* was = old == nullptr ? nullptr : old->if_contains(name);
      keep_masked(value, was == nullptr ? json::value() : *was);
    }
  }
  if (auto* array = after.if_array()) {
    const auto* old = before.if_array();
    for (std::size_t i = 0; i < array->size(); ++i) {
      keep_masked((*array)[i], old != nullptr && i < old->size() ? (*old)[i] : json::value());
    }
  }
}

namespace {

/// A password that nobody typed goes to the server it was typed for, by the way it was meant for, and to no other: or
/// whoever may change the host would read it (attack class 22).
Or<void> refuse_moved_password(const json::value& smtp, const json::value& before) {
  static constexpr std::string_view kDestination[] = {"host", "port", "user", "ssl", "starttls", "auth"};
  const auto* now = smtp.if_object();
  const auto* was = before.if_object();
  if (now == nullptr || was == nullptr || string_or(*now, "password", "") != kSecretMask) return {};
  const auto says = [](const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::string() : json::serialize(*value);
  };
  for (const auto name : kDestination) {
    if (says(*now, name) == says(*was, name)) continue;
    return refuse(error(400, "invalid_input", "The mail server changed: give its password again"));
  }
  return {};
}

}  // namespace

Or<void> check_frontend_url(std::string_view after, std::string_view before) {
  if (after.empty() || after == before || parse_frontend_url(after)) return {};
  return refuse(error(400, "invalid_request", "frontendUrl must be an absolute http or https URL"));
}

Or<void> check_look(const json::object& realm, const Realm& before) {
  const auto* attributes = realm.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_object()) return {};
  const auto bad = bad_look_attribute(attributes->get_object(), before.attributes);
  if (bad.empty()) return {};
  const bool is_logo = bad == kLogo || bad == kLogoDark;
  return refuse(error(400, "invalid_request",
                      std::string(bad) + (is_logo ? " must be an https URL or an image in a data: URL in base64"
                                                  : " must be a colour as #rrggbb")));
}

Or<Realm> read_realm(const json::object& body, const Realm& before, const PasswordLists& lists) {
  CARDEA_DO(refuse_unknown_members(body, before));
  json::object settings;
  for (const auto& [name, value] : body) {
    if (!is_own_resource(name)) settings.emplace(name, value);
  }
  if (auto* smtp = settings.if_contains("smtpServer")) {
    const auto* was = before.extra.if_contains("smtpServer");
    if (was != nullptr) CARDEA_DO(refuse_moved_password(*smtp, *was));
    keep_masked(*smtp, was == nullptr ? json::value() : *was);
  }
  RepresentationProblems problems;
  auto after = parse_realm(settings, JsonPath(), problems, before);
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  // As in Keycloak these are always there, whatever the request says of others.
  for (const auto& [name, value] : default_realm(after.name).realm.attributes) after.attributes.emplace(name, value);
  if (check_realm_name(after.name)) return refuse(error(400, "Character not allowed in a realm's name."));
  CARDEA_DO(check_policy(after.password_policy, before.password_policy, lists));
  CARDEA_DO(check_settings(before, after));
  CARDEA_DO(check_client_policies(before.extra, after.extra));
  const auto frontend_of = [](const Realm& realm) {
    const auto found = realm.attributes.find(std::string(kFrontendUrl));
    return found == realm.attributes.end() ? std::string() : found->second;
  };
  CARDEA_DO(check_frontend_url(frontend_of(after), frontend_of(before)));
  CARDEA_DO(check_look(body, before));
  return after;
}

Or<void> check_new_realm(const json::object& body, std::string_view name, const PasswordLists& lists) {
  auto base = settings_base(body, default_realm(name));
  for (const std::string_view own : {"authenticationFlows", "authenticatorConfig"}) {
    if (const auto* value = body.if_contains(own); value != nullptr && !base.extra.contains(own)) {
      base.extra[own] = *value;
    }
  }
  auto settings = body;
  settings["realm"] = name;
  // Masked in what Keycloak exports: there is no other server that the password could have been for.
  if (const auto* smtp = settings.if_contains("smtpServer"); smtp != nullptr && smtp->is_object()) {
    settings.erase("smtpServer");
  }
  CARDEA_TRY(read, read_realm(settings, base, lists));
  return {};
}

}  // namespace cardea::admin
