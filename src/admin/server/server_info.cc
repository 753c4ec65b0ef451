#include "admin/server/server_info.h"

#include <string>

#include "admin/server/component_types.h"
#include "admin/server/mapper_types.h"
#include "admin/server/server_lists.h"
#include "base/process_facts.h"
#include "core/realm_defaults.h"
#include "web/asset.h"

namespace cardea::admin {
namespace {

/// The Keycloak whose API this is; tools compare it.
constexpr std::string_view kApiVersion = "26.7.4";

struct Feature {
  std::string_view name;
  std::string_view label;
  std::string_view type;
  bool enabled;
  std::string_view rests_on = {};  // as there: off with that one
};
/// Types and what rests on what as a Keycloak 26.7.4 says it.
constexpr Feature kFeatures[] = {
    {"ACCOUNT_API", "Account REST API", "DEFAULT", true},
    {"ACCOUNT_V3", "Account console", "DEFAULT", true},
    {"ADMIN_API", "Admin REST API", "DEFAULT", true},
    {"ADMIN_V2", "Admin console", "DEFAULT", true},
    {"ADMIN_FINE_GRAINED_AUTHZ", "Fine-grained admin permissions, first version", "DEPRECATED", false},
    {"ADMIN_FINE_GRAINED_AUTHZ_V2", "Fine-grained admin permissions", "DEFAULT", false, "AUTHORIZATION"},
    {"AUTHORIZATION", "Authorization services (UMA)", "DEFAULT", false},
    {"CIBA", "Client initiated backchannel authentication", "DEFAULT", true},
    {"CLIENT_AUTH_FEDERATED", "Clients proven by another issuer's JWT", "DEFAULT", true},
    {"CLIENT_POLICIES", "Client policies", "DEFAULT", true},
    {"CLIENT_SECRET_ROTATION", "Rotation of client secrets", "PREVIEW", true},
    {"CLIENT_TYPES", "Client types", "EXPERIMENTAL", false},
    {"DECLARATIVE_UI", "Screens made of components", "EXPERIMENTAL", false},
    {"DEVICE_FLOW", "Device authorization grant", "DEFAULT", true},
    {"DPOP", "Demonstrating proof of possession", "DEFAULT", true},
    {"IDENTITY_BROKERING_API_V1", "Tokens of providers, first version", "DEFAULT", true},
    {"IDENTITY_BROKERING_API_V2", "Tokens of providers", "DISABLED_BY_DEFAULT", false},
    {"IMPERSONATION", "Administrators act as users", "DEFAULT", true},
    {"JWT_AUTHORIZATION_GRANT", "JWT authorization grant", "DEFAULT", true},
    {"KERBEROS", "Kerberos", "DEFAULT", false},
    {"LOGIN_V2", "Login pages", "DEFAULT", true},
    {"OID4VC_VCI", "Verifiable credentials", "EXPERIMENTAL", false},
    {"ORGANIZATION", "Organizations", "DEFAULT", true},
    {"PAR", "Pushed authorization requests", "DEFAULT", true},
    {"PARAMETERIZED_SCOPES", "Scopes with parameters", "EXPERIMENTAL", false},
    {"PASSKEYS", "Passkeys", "DEFAULT", true},
    {"PERSISTENT_USER_SESSIONS", "Sessions outlive a restart", "DEFAULT", true},
    {"QUICK_THEME", "Quick theme", "EXPERIMENTAL", false},
    {"RECOVERY_CODES", "Recovery codes", "DEFAULT", true},
    {"SCIM_API", "SCIM", "PREVIEW", false},
    {"SCRIPTS", "Scripts", "PREVIEW", false},
    {"SSF", "Shared signals", "EXPERIMENTAL", false},
    {"STEP_UP_AUTHENTICATION", "Step-up authentication", "DEFAULT", true},
    {"STEP_UP_AUTHENTICATION_SAML", "Step-up authentication of SAML clients", "DEFAULT", false,
     "STEP_UP_AUTHENTICATION"},
    {"TOKEN_EXCHANGE", "Token exchange, first version", "PREVIEW", false},
    {"TOKEN_EXCHANGE_STANDARD_V2", "Standard token exchange", "DEFAULT", true},
    {"TRANSIENT_USERS", "Users that are not stored", "EXPERIMENTAL", false},
    {"UPDATE_EMAIL", "Changing the e-mail address", "DEFAULT", true},
    {"USER_EVENT_METRICS", "Metrics of user events", "DEFAULT", false},
    {"WEB_AUTHN", "Security keys and passkeys", "DEFAULT", true},
    {"WORKFLOWS", "Workflows", "DEFAULT", false},
};

json::array names(std::span<const std::string_view> list) {
  json::array out;
  for (const auto name : list) out.push_back(json::value(name));
  return out;
}

json::array features_json() {
  json::array list;
  for (const auto& feature : kFeatures) {
    json::array dependencies;
    if (!feature.rests_on.empty()) dependencies.push_back(json::value(feature.rests_on));
    list.push_back(json::object{{"name", feature.name},
                                {"label", feature.label},
                                {"type", feature.type},
                                {"dependencies", std::move(dependencies)},
                                {"enabled", feature.enabled}});
  }
  return list;
}

json::object profile_json() {
  json::array disabled, preview, experimental;
  for (const auto& feature : kFeatures) {
    if (!feature.enabled) disabled.push_back(json::value(feature.name));
    if (feature.type == "PREVIEW") preview.push_back(json::value(feature.name));
    if (feature.type == "EXPERIMENTAL") experimental.push_back(json::value(feature.name));
  }
  return {{"name", "default"},
          {"disabledFeatures", std::move(disabled)},
          {"previewFeatures", std::move(preview)},
          {"experimentalFeatures", std::move(experimental)}};
}

json::object crypto_json() {
  static constexpr std::string_view kAsymmetric[] = {"ES256", "ES384", "ES512", "EdDSA", "PS256",
                                                     "PS384", "PS512", "RS256", "RS384", "RS512"};
  return {{"cryptoProvider", "OpenSSL"},
          {"supportedKeystoreTypes", json::array{"PKCS12"}},
          {"clientSignatureSymmetricAlgorithms", json::array{"HS256", "HS384", "HS512"}},
          {"clientSignatureAsymmetricAlgorithms", names(kAsymmetric)}};
}

/// The languages of the pages, mails and errors: web/theme/messages. The consoles speak these, and more.
json::array locales_json() {
  constexpr std::string_view kFolder = "messages/", kEnding = ".json";
  json::array locales;
  for (const auto& asset : web::embedded_assets()) {
    auto name = std::string_view(asset.path);
    if (!name.starts_with(kFolder) || !name.ends_with(kEnding)) continue;
    name = name.substr(kFolder.size(), name.size() - kFolder.size() - kEnding.size());
    if (!name.contains('/')) locales.push_back(json::value(name));
  }
  return locales;
}

json::object themes_json() {
  json::object themes;
  const auto locales = locales_json();
  for (const auto type : {"common", "admin", "login", "welcome", "account", "email"}) {
    themes[type] = json::array{json::object{{"name", "cardea"}, {"locales", locales}}};
  }
  return themes;
}

/// Every SPI that console pages look up, with what there is.
json::object providers_json() {
  json::object out;
  const auto add = [&](std::string_view spi, std::initializer_list<std::string_view> ids) {
    json::object providers;
    for (const auto id : ids) providers[id] = json::object{{"order", 0}};
    out[spi] = json::object{{"internal", true}, {"providers", std::move(providers)}};
  };
  add("login-protocol", {"openid-connect"});
  add("clientSignature", {"ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512", "PS256", "PS384", "PS512",
                          "RS256", "RS384", "RS512"});
  add("signature", {"ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512", "PS256", "PS384", "PS512", "RS256",
                    "RS384", "RS512"});
  add("cekmanagement", {"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "RSA-OAEP", "RSA-OAEP-256"});
  add("contentencryption", {"A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"});
  add("eventsListener", {"jboss-logging", "email"});
  add("eventsStore", {"jpa"});
  add("client-authenticator", {"client-secret", "client-jwt", "client-secret-jwt", "client-x509", "federated-jwt"});
  add("required-action", {"CONFIGURE_TOTP", "TERMS_AND_CONDITIONS", "UPDATE_PASSWORD", "UPDATE_PROFILE", "VERIFY_EMAIL",
                          "VERIFY_PROFILE"});
  add("password-hashing", {"argon2", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"});
  add("keys", {"rsa", "rsa-enc", "rsa-generated", "rsa-enc-generated", "hmac-generated", "aes-generated",
               "ecdsa-generated", "eddsa-generated"});
  add("hash", {"SHA-256", "SHA-384", "SHA-512"});
  add("client-registration-policy",
      {"allowed-client-templates", "allowed-protocol-mappers", "client-disabled", "consent-required", "max-clients",
       "registration-web-origins", "scope", "trusted-hosts"});
  add("storage", {});
  add("userProfile", {"declarative-user-profile"});
  add("client-registration", {"default", "openid-connect"});
  add("theme", {"cardea"});
  add("authenticator", {});
  return out;
}

json::array identity_providers_json() {
  json::array list;
  for (const auto& [group, name, id] :
       {std::array{"User-defined", "OpenID Connect v1.0", "oidc"},
        std::array{"User-defined", "Keycloak OpenID Connect", "keycloak-oidc"},
        std::array{"User-defined", "OAuth v2", "oauth2"}, std::array{"Social", "Google", "google"},
        std::array{"Social", "GitHub", "github"}, std::array{"Social", "Microsoft", "microsoft"},
        std::array{"User-defined", "Microsoft Entra ID", "entra"},
        std::array{"User-defined", "JWT Authorization Grant", "jwt-authorization-grant"}}) {
    list.push_back(json::object{{"groupName", group}, {"name", name}, {"id", id}});
  }
  return list;
}

json::object installations_json() {
  json::object row{{"id", "keycloak-oidc-keycloak-json"},
                   {"protocol", "openid-connect"},
                   {"downloadOnly", false},
                   {"displayType", "Keycloak OIDC JSON"},
                   {"helpText", "keycloak.json for adapters and keycloak-js."},
                   {"filename", "keycloak.json"},
                   {"mediaType", "application/json"}};
  return {{"openid-connect", json::array{std::move(row)}}};
}

json::array password_policies_json() {
  struct Policy {
    std::string_view id, name, type, value;
    bool multiple;
  };
  static constexpr Policy kPolicies[] = {
      {"forceExpiredPasswordChange", "Expire Password", "String", "365", false},
      {"length", "Minimum Length", "int", "8", false},
      {"maxLength", "Maximum Length", "int", "64", false},
      {"digits", "Digits", "int", "1", false},
      {"lowerCase", "Lowercase Characters", "int", "1", false},
      {"upperCase", "Uppercase Characters", "int", "1", false},
      {"specialChars", "Special Characters", "int", "1", false},
      {"notUsername", "Not Username", "", "", false},
      {"notContainsUsername", "Not Contains Username", "", "", false},
      {"notEmail", "Not Email", "", "", false},
      {"regexPattern", "Regular Expression", "String", "", true},
      {"passwordBlacklist", "Password Blacklist", "String", "", false},
      {"passwordHistory", "Not Recently Used", "int", "3", false},
      {"passwordAge", "Not Recently Used (In Days)", "int", "30", false},
      {"maxAuthAge", "Maximum Authentication Age", "int", "300", false},
      {"hashAlgorithm", "Hashing Algorithm", "String", "argon2", false},
      {"hashIterations", "Hashing Iterations", "int", "5", false},
      {"recoveryCodesWarningThreshold", "Recovery Codes Warning Threshold", "int", "4", false},
  };
  json::array list;
  for (const auto& policy : kPolicies) {
    json::object row{{"id", policy.id}, {"displayName", policy.name}};
    if (!policy.type.empty()) {
      row["configType"] = policy.type;
      row["defaultValue"] = policy.value;
    }
    row["multipleSupported"] = policy.multiple;
    list.push_back(std::move(row));
  }
  return list;
}

json::object enums_json() {
  static constexpr std::string_view kTypes[] = {"ALL", "FORM", "INFO", "CONSOLE"};
  return {{"operationType", json::array{"ACTION", "CREATE", "DELETE", "UPDATE"}},
          {"eventType", names(event_types())},
          {"type", names(kTypes)},
          {"resourceType", names(resource_types())}};
}

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

/// As Keycloak writes it: days, hours, minutes and seconds.
std::string uptime_text(std::chrono::milliseconds uptime) {
  const auto all = std::chrono::duration_cast<seconds>(uptime).count();
  return std::to_string(all / 86'400) + " days, " + std::to_string(all / 3600 % 24) + " hours, " +
         std::to_string(all / 60 % 60) + " minutes, " + std::to_string(all % 60) + " seconds";
}

/// Hosts and memory are for those who run the server: administrators of master.
void add_system(json::object& out, const Call& call) {
  const auto facts = process_facts();
  out["systemInfo"] = json::object{{"version", kApiVersion},
                                   {"serverTime", std::to_string(epoch_seconds(call.now()))},
                                   {"uptime", uptime_text(facts.uptime)},
                                   {"uptimeMillis", facts.uptime.count()},
                                   {"osName", "Linux"},
                                   {"fileEncoding", "UTF-8"},
                                   {"userTimezone", "UTC"},
                                   {"userLocale", "en"}};
  const auto free_bytes = facts.machine_bytes - facts.resident_bytes;
  const auto percentage = facts.machine_bytes > 0 ? free_bytes * 100 / facts.machine_bytes : 0;
  out["memoryInfo"] = json::object{{"total", facts.machine_bytes},
                                   {"totalFormated", megabytes(facts.machine_bytes)},
                                   {"used", facts.resident_bytes},
                                   {"usedFormated", megabytes(facts.resident_bytes)},
                                   {"free", free_bytes},
                                   {"freePercentage", percentage},
                                   {"freeFormated", megabytes(free_bytes)}};
}

}  // namespace

std::string_view api_version() { return kApiVersion; }

Answer get_server_info(Call& call) {
  json::object out;
  if (call.caller().is_of_master()) add_system(out, call);
  out["profileInfo"] = profile_json();
  out["features"] = features_json();
  out["cryptoInfo"] = crypto_json();
  out["themes"] = themes_json();
  out["socialProviders"] = json::array();
  out["identityProviders"] = identity_providers_json();
  out["clientImporters"] = json::array();
  out["providers"] = providers_json();
  out["protocolMapperTypes"] = json::object{{"openid-connect", mapper_types()}};
  out["builtinProtocolMappers"] = json::object{{"openid-connect", builtin_mappers()}};
  out["clientInstallations"] = installations_json();
  out["componentTypes"] = component_types();
  out["passwordPolicies"] = password_policies_json();
  out["enums"] = enums_json();
  out["parameterizedScopeTypes"] = json::array();
  return ok(out);
}

}  // namespace cardea::admin
