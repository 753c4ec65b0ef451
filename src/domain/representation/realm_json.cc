#include "domain/representation/realm_json.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "domain/representation/object_reader.h"
#include "domain/representation/realm_members.h"

namespace cardea {
namespace {

std::string_view name_of(SslRequired ssl) {
  switch (ssl) {
    case SslRequired::kAll:
      return "all";
    case SslRequired::kExternal:
      return "external";
    case SslRequired::kNone:
      return "none";
  }
  return "external";
}

void read_ssl_required(ObjectReader& reader, Realm& realm) {
  std::string text;
  if (!reader.text("sslRequired", text)) return;
  for (const auto ssl : {SslRequired::kAll, SslRequired::kExternal, SslRequired::kNone}) {
    if (!equal_ignoring_ascii_case(text, name_of(ssl))) continue;
    realm.ssl_required = ssl;
    return;
  }
  reader.add_problem("sslRequired", "expected all, external or none");
}

/// Typed settings of one kind, by name; used both ways.
struct Switch {
  std::string_view name;
  bool Realm::* member;
};
constexpr Switch kSwitches[] = {
    {"enabled", &Realm::enabled},
    {"revokeRefreshToken", &Realm::revoke_refresh_token},
    {"offlineSessionMaxLifespanEnabled", &Realm::offline_session_max_enabled},
    {"registrationAllowed", &Realm::registration_allowed},
    {"registrationEmailAsUsername", &Realm::registration_email_as_username},
    {"rememberMe", &Realm::remember_me},
    {"verifyEmail", &Realm::verify_email},
    {"loginWithEmailAllowed", &Realm::login_with_email_allowed},
    {"duplicateEmailsAllowed", &Realm::duplicate_emails_allowed},
    {"resetPasswordAllowed", &Realm::reset_password_allowed},
    {"editUsernameAllowed", &Realm::edit_username_allowed},
    {"internationalizationEnabled", &Realm::internationalization_enabled},
};

struct Lifespan {
  std::string_view name;
  seconds RealmLifespans::* member;
};
constexpr Lifespan kLifespans[] = {
    {"accessTokenLifespan", &RealmLifespans::access_token},
    {"accessTokenLifespanForImplicitFlow", &RealmLifespans::access_token_implicit},
    {"ssoSessionIdleTimeout", &RealmLifespans::sso_session_idle},
    {"ssoSessionMaxLifespan", &RealmLifespans::sso_session_max},
    {"ssoSessionIdleTimeoutRememberMe", &RealmLifespans::sso_session_idle_remember_me},
    {"ssoSessionMaxLifespanRememberMe", &RealmLifespans::sso_session_max_remember_me},
    {"clientSessionIdleTimeout", &RealmLifespans::client_session_idle},
    {"clientSessionMaxLifespan", &RealmLifespans::client_session_max},
    {"offlineSessionIdleTimeout", &RealmLifespans::offline_session_idle},
    {"offlineSessionMaxLifespan", &RealmLifespans::offline_session_max},
    {"clientOfflineSessionIdleTimeout", &RealmLifespans::client_offline_session_idle},
    {"clientOfflineSessionMaxLifespan", &RealmLifespans::client_offline_session_max},
    {"accessCodeLifespan", &RealmLifespans::access_code},
    {"accessCodeLifespanUserAction", &RealmLifespans::access_code_user_action},
    {"accessCodeLifespanLogin", &RealmLifespans::access_code_login},
    {"oauth2DeviceCodeLifespan", &RealmLifespans::device_code},
    {"oauth2DevicePollingInterval", &RealmLifespans::device_polling_interval},
};

void mask_member(json::object& object, std::string_view name) {
  auto* value = object.if_contains(name);
  if (value != nullptr && !value->is_null()) *value = kSecretMask;
}

bool is_harmless(std::string_view provider_type) {
  return provider_type == "org.keycloak.userprofile.UserProfileProvider" ||
         provider_type == "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";
}

void mask_components(json::object& components);

void mask_component(json::value& component) {
  auto* members = component.if_object();
  if (members == nullptr) return;
  if (auto* config = members->if_contains("config"); config != nullptr && config->is_object()) {
    for (auto& [name, value] : config->get_object()) value = json::array{json::value(kSecretMask)};
  }
  if (auto* nested = members->if_contains("subComponents"); nested != nullptr && nested->is_object()) {
    mask_components(nested->get_object());
  }
}

void mask_components(json::object& components) {
  for (auto& [type, list] : components) {
    if (is_harmless(type) || !list.is_array()) continue;
    for (auto& component : list.get_array()) mask_component(component);
  }
}

/// Of providers that Keycloak ships we know where the secret is (section 5.6); of others every value may be one.
bool is_shipped_identity_provider(std::string_view provider_id) {
  static constexpr std::string_view kShipped[] = {"oidc",
                                                  "keycloak-oidc",
                                                  "saml",
                                                  "oauth2",
                                                  "kubernetes",
                                                  "jwt-authorization-grant",
                                                  "facebook",
                                                  "bitbucket",
                                                  "github",
                                                  "gitlab",
                                                  "linkedin-openid-connect",
                                                  "google",
                                                  "paypal",
                                                  "openshift-v4",
                                                  "twitter",
                                                  "microsoft",
                                                  "entra",
                                                  "stackoverflow"};
  return std::ranges::find(kShipped, provider_id) != std::end(kShipped);
}

void mask_identity_provider(json::value& provider) {
  auto* members = provider.if_object();
  auto* config = members == nullptr ? nullptr : members->if_contains("config");
  if (config == nullptr || !config->is_object()) return;
  if (is_shipped_identity_provider(string_or(*members, "providerId", ""))) {
    return mask_member(config->get_object(), "clientSecret");
  }
  for (auto& [name, value] : config->get_object()) value = kSecretMask;
}

}  // namespace

Realm parse_realm(const json::object& object, const JsonPath& at, RepresentationProblems& problems, Realm base) {
  ObjectReader reader(object, at, problems);
  std::string id;
  if (reader.text("id", id)) base.id = RealmId(std::move(id));
  reader.text("realm", base.name);
  reader.text("displayName", base.display_name);
  reader.text("displayNameHtml", base.display_name_html);
  reader.number("notBefore", base.not_before);
  reader.text("defaultSignatureAlgorithm", base.default_signature_algorithm);
  reader.number("refreshTokenMaxReuse", base.refresh_token_max_reuse);
  reader.text("passwordPolicy", base.password_policy);
  reader.text_map("attributes", base.attributes);
  reader.text_map("browserSecurityHeaders", base.browser_security_headers);
  read_ssl_required(reader, base);
  for (const auto& [name, member] : kSwitches) reader.boolean(name, base.*member);
  for (const auto& [name, member] : kLifespans) reader.duration(name, base.lifespans.*member);
  for (const auto name : kRealmCollections) reader.skip({name});
  reader.take_extra(base.extra);
  if (base.name.empty()) reader.add_problem("realm", "expected the realm's name");
  return base;
}

json::object to_json(const Realm& realm, Secrets secrets) {
  auto out = realm.extra;
  if (secrets != Secrets::kReveal) mask_secrets(out);
  set_unless_empty(out, "id", realm.id.str());
  out["realm"] = realm.name;
  set_unless_empty(out, "displayName", realm.display_name);
  set_unless_empty(out, "displayNameHtml", realm.display_name_html);
  out["notBefore"] = realm.not_before;
  out["defaultSignatureAlgorithm"] = realm.default_signature_algorithm;
  out["refreshTokenMaxReuse"] = realm.refresh_token_max_reuse;
  set_unless_empty(out, "passwordPolicy", realm.password_policy);
  out["attributes"] = to_json(realm.attributes);
  out["browserSecurityHeaders"] = to_json(realm.browser_security_headers);
  out["sslRequired"] = name_of(realm.ssl_required);
  for (const auto& [name, member] : kSwitches) out[name] = realm.*member;
  for (const auto& [name, member] : kLifespans) out[name] = (realm.lifespans.*member).count();
  return in_realm_order(std::move(out));
}

json::object in_realm_order(json::object members) { return in_order(std::move(members), kRealmOrder); }

bool is_realm_member(std::string_view name) {
  return std::ranges::find(kRealmOrder, name) != std::end(kRealmOrder) ||
         std::ranges::find(kOldRealmMembers, name) != std::end(kOldRealmMembers);
}

std::vector<std::string_view> realm_members() {
  std::vector<std::string_view> names(std::begin(kRealmOrder), std::end(kRealmOrder));
  names.insert(names.end(), std::begin(kOldRealmMembers), std::end(kOldRealmMembers));
  return names;
}

void mask_secrets(json::object& extra) {
  if (auto* smtp = extra.if_contains("smtpServer"); smtp != nullptr && smtp->is_object()) {
    mask_member(smtp->get_object(), "password");
    mask_member(smtp->get_object(), "authTokenClientSecret");
  }
  if (auto* providers = extra.if_contains("identityProviders"); providers != nullptr && providers->is_array()) {
    for (auto& provider : providers->get_array()) mask_identity_provider(provider);
  }
  if (auto* components = extra.if_contains("components"); components != nullptr && components->is_object()) {
    mask_components(components->get_object());
  }
  mask_member(extra, "privateKey");
  mask_member(extra, "codeSecret");
}

}  // namespace cardea
