#include "admin/server/component_types.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "core/client_policies.h"

namespace cardea::admin {
namespace {

struct Property {
  std::string_view name;
  std::string_view label;
  std::string_view type = "String";
  std::string_view value = {};
  std::vector<std::string_view> options{};
  bool secret = false;
};
struct ComponentType {
  std::string_view provider_type;
  std::string_view id;
  std::string_view help;
  std::vector<Property> properties;
};

constexpr std::string_view kKeys = "org.keycloak.keys.KeyProvider";
constexpr std::string_view kPolicies = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";
constexpr std::string_view kProfile = "org.keycloak.userprofile.UserProfileProvider";
/// Here the console finds the fields of a provider's form beside alias, name, client id and secret.
constexpr std::string_view kSocial = "org.keycloak.broker.social.SocialIdentityProvider";
constexpr std::string_view kUserStorage = "org.keycloak.storage.UserStorageProvider";

const Property kPriority{"priority", "Priority", "String", "0"};
const Property kEnabled{"enabled", "Enabled", "boolean", "true"};
const Property kActive{"active", "Active", "boolean", "true"};
const Property kRsaSize{"keySize", "Key size", "List", "2048", {"2048", "3072", "4096"}};
const Property kRsaAlgorithm{
    "algorithm", "Algorithm", "List", "RS256", {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}};
const Property kRsaEncryption{"algorithm", "Algorithm", "List", "RSA-OAEP", {"RSA1_5", "RSA-OAEP", "RSA-OAEP-256"}};
const Property kPrivateKey{"privateKey", "Private RSA key", "File", {}, {}, true};
const Property kCertificate{"certificate", "X509 certificate", "File"};

const std::vector<ComponentType>& types() {
  static const std::vector<ComponentType> kTypes = {
      {kKeys,
       "aes-generated",
       "A fresh AES key.",
       {kPriority, kEnabled, kActive, {"secretSize", "Size", "List", "16", {"16", "24", "32"}}}},
      {kKeys,
       "ecdsa-generated",
       "A fresh key on an elliptic curve.",
       {kPriority,
        kEnabled,
        kActive,
        {"ecdsaEllipticCurveKey", "Curve", "List", "P-256", {"P-256", "P-384", "P-521"}}}},
      {kKeys,
       "eddsa-generated",
       "A fresh Ed25519 key.",
       {kPriority, kEnabled, kActive, {"eddsaEllipticCurveKey", "Curve", "List", "Ed25519", {"Ed25519"}}}},
      {kKeys,
       "hmac-generated",
       "A fresh secret for HMAC.",
       {kPriority,
        kEnabled,
        kActive,
        {"secretSize", "Size", "List", "64", {"16", "24", "32", "64", "128"}},
        {"algorithm", "Algorithm", "List", "HS512", {"HS256", "HS384", "HS512"}}}},
      {kKeys,
       "rsa",
       "An RSA key of your own.",
       {kPriority, kEnabled, kActive, kRsaAlgorithm, kPrivateKey, kCertificate}},
      {kKeys,
       "rsa-enc",
       "An RSA key of your own, to encrypt for.",
       {kPriority, kEnabled, kActive, kRsaEncryption, kPrivateKey, kCertificate}},
      {kKeys,
       "rsa-enc-generated",
       "A fresh RSA key, to encrypt for.",
       {kPriority, kEnabled, kActive, kRsaSize, kRsaEncryption}},
      {kKeys, "rsa-generated", "A fresh RSA key.", {kPriority, kEnabled, kActive, kRsaSize, kRsaAlgorithm}},
      {kPolicies,
       "allowed-client-templates",
       "Client scopes that a registered client may have.",
       {{"allowed-client-scopes", "Allowed client scopes", "MultivaluedList"},
        {"allow-default-scopes", "Allow default scopes", "boolean", "true"}}},
      {kPolicies,
       "allowed-protocol-mappers",
       "Protocol mappers that a registered client may have.",
       {{"allowed-protocol-mapper-types", "Allowed protocol mappers", "MultivaluedList"},
        {"consent-required-for-all-mappers", "Consent for mappers", "boolean", "true"}}},
      {kPolicies, "client-disabled", "Registered clients begin disabled.", {}},
      {kPolicies, "consent-required", "Registered clients ask for consent.", {}},
      {kPolicies,
       "max-clients",
       "How many clients a realm may have.",
       {{"max-clients", "Max Clients Per Realm", "String", "200"}}},
      {kPolicies,
       "registration-web-origins",
       "Web origins from which clients may be registered.",
       {{"web-origins", "Allowed web origins", "MultivaluedString"}}},
      {kPolicies, "scope", "Registered clients have no full scope.", {}},
      {kPolicies,
       "trusted-hosts",
       "Hosts that may register clients.",
       {{"trusted-hosts", "Trusted Hosts", "MultivaluedString"},
        {"host-sending-registration-request-must-match", "Host of the request must match", "boolean", "true"},
        {"client-uris-must-match", "Client URIs must match", "boolean", "true"}}},
      {kProfile, "declarative-user-profile", "Attributes of users.", {{"kc.user.profile.config", "Configuration"}}},
  };
  return kTypes;
}

/// Fields of an identity provider's form: providers have resources of their own and are no components.
const std::vector<ComponentType>& provider_forms() {
  static const std::vector<ComponentType> kForms = {
      {kSocial,
       "entra",
       "People of an organization at Microsoft Entra ID. An address that is empty follows from the tenant.",
       {{"tenantId", "Tenant (id, domain, common or organizations)"},
        {"allowedTenants", "Allowed tenants (ids)"},
        {"defaultScope", "Additional scopes"},
        {"authorizationUrl", "Authorization URL"},
        {"tokenUrl", "Access token URL"},
        {"userInfoUrl", "Profile URL"},
        {"jwksUrl", "JWKS URL"},
        {"cloud", "Cloud", "List", "public", {"public", "usgov", "china"}},
        {"callbackPath", "Redirect path", "List", "realm", {"realm", "source"}},
        {"groupsMode", "Groups", "List", "none", {"none", "token", "transitive", "direct"}},
        {"groupsMaxAge", "Seconds for which groups that Graph said are used without waiting for it"},
        {"directorySync", "Follow the directory between sign-ins", "boolean", "false"},
        {"emailDomains", "Domains it is authority for"}}},
      {kSocial,
       "github",
       "Accounts of GitHub, or of a GitHub server of your own.",
       {{"baseUrl", "Base URL"}, {"apiUrl", "API URL"}}},
      {kSocial,
       "google",
       "Accounts of Google.",
       {{"hostedDomain", "Hosted Domain"}, {"offlineAccess", "Request refresh token", "boolean", "false"}}},
      {kSocial, "microsoft", "Accounts of Microsoft.", {{"tenantId", "Tenant ID"}, {"prompt", "Prompt"}}},
  };
  return kForms;
}

constexpr std::string_view kExecutors = "org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider";
constexpr std::string_view kConditions = "org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProvider";

json::object property_json(const Property& property) {
  json::object out{{"name", property.name}, {"label", property.label}, {"helpText", ""}, {"type", property.type}};
  if (!property.value.empty()) out["defaultValue"] = property.value;
  if (!property.options.empty()) {
    json::array options;
    for (const auto option : property.options) options.push_back(json::value(option));
    out["options"] = std::move(options);
  }
  out["secret"] = property.secret;
  out["required"] = false;
  out["readOnly"] = false;
  return out;
}

json::object type_json(std::string_view id, std::string_view help, json::array properties) {
  return {{"id", id},
          {"helpText", help},
          {"properties", std::move(properties)},
          {"clientProperties", json::array()},
          {"metadata", json::object()}};
}

/// What client policies are made of (core/client_policies.h).
json::array policy_types(const std::vector<PolicyPart>& parts) {
  json::array list;
  for (const auto& part : parts) {
    json::array properties;
    for (const auto& setting : part.settings) {
      properties.push_back(
          property_json({setting.name, setting.label, setting.type, setting.fallback, setting.options, false}));
    }
    list.push_back(type_json(part.id, part.help, std::move(properties)));
  }
  return list;
}

}  // namespace

json::object component_types() {
  json::object out;
  out[kUserStorage] = json::array();
  for (const auto* all : {&types(), &provider_forms()}) {
    for (const auto& type : *all) {
      auto& list = out[type.provider_type];
      if (!list.is_array()) list = json::array();
      json::array properties;
      for (const auto& property : type.properties) properties.push_back(property_json(property));
      list.get_array().push_back(type_json(type.id, type.help, std::move(properties)));
    }
  }
  out[kExecutors] = policy_types(policy_executors());
  out[kConditions] = policy_types(policy_conditions());
  return out;
}

json::array provider_properties(std::string_view kind) {
  json::array properties;
  for (const auto& form : provider_forms()) {
    if (form.id != kind) continue;
    for (const auto& property : form.properties) properties.push_back(property_json(property));
  }
  return properties;
}

bool is_component_provider(std::string_view provider_type, std::string_view provider_id) {
  return std::ranges::any_of(types(), [&](const ComponentType& type) {
    return type.provider_type == provider_type && type.id == provider_id;
  });
}

}  // namespace cardea::admin
