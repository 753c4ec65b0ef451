#include "admin/server/mapper_types.h"

#include <algorithm>
#include <initializer_list>

#include "core/realm_defaults.h"

namespace cardea::admin {
namespace {

struct Property {
  std::string_view name;
  std::string_view label;
  std::string_view type = "String";
  std::string_view value = {};  // default; empty: none
};

constexpr Property kClaimName{"claim.name", "tokenClaimName.label"};
constexpr Property kJsonType{"jsonType.label", "jsonType.label", "List"};
constexpr Property kInIdToken{"id.token.claim", "includeInIdToken.label", "boolean", "true"};
constexpr Property kNotInIdToken{"id.token.claim", "includeInIdToken.label", "boolean", "false"};
constexpr Property kInAccessToken{"access.token.claim", "includeInAccessToken.label", "boolean", "true"};
constexpr Property kInLightweight{"lightweight.claim", "includeInLightweight.label", "boolean", "false"};
constexpr Property kInUserinfo{"userinfo.token.claim", "includeInUserInfo.label", "boolean", "true"};
constexpr Property kInIntrospection{"introspection.token.claim", "includeInIntrospection.label", "boolean", "true"};
constexpr Property kInResponse{"access.tokenResponse.claim", "includeInAccessTokenResponse.label", "boolean", "false"};
constexpr Property kMultivalued{"multivalued", "multivalued.label", "boolean", "true"};

struct MapperType {
  std::string_view id;
  std::string_view name;
  std::string_view help;
  int priority;
  std::initializer_list<Property> properties;
};

const MapperType kTypes[] = {
    {"oidc-acr-mapper",
     "Authentication Context Class Reference (ACR)",
     "How strong the sign-in was, as claim acr.",
     0,
     {kInIdToken, kInAccessToken, kInLightweight, kInIntrospection}},
    {"oidc-address-mapper",
     "User Address",
     "Attributes of the user as one claim address (street, locality and so on).",
     0,
     {kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection,
      {"user.attribute.formatted", "addressClaim.formatted.label", "String", "formatted"},
      {"user.attribute.street", "addressClaim.street.label", "String", "street"},
      {"user.attribute.locality", "addressClaim.locality.label", "String", "locality"},
      {"user.attribute.region", "addressClaim.region.label", "String", "region"},
      {"user.attribute.postal_code", "addressClaim.postal_code.label", "String", "postal_code"},
      {"user.attribute.country", "addressClaim.country.label", "String", "country"}}},
    {"oidc-allowed-origins-mapper",
     "Allowed Web Origins",
     "The client's web origins as claim allowed-origins.",
     0,
     {kInAccessToken, kInLightweight, kInIntrospection}},
    {"oidc-amr-mapper",
     "Authentication Method Reference (AMR)",
     "How the person signed in, as claim amr.",
     0,
     {kInIdToken, kInAccessToken, kInLightweight}},
    {"oidc-audience-mapper",
     "Audience",
     "Adds a client, or any text, to the audience.",
     0,
     {{"included.client.audience", "included.client.audience.label", "ClientList"},
      {"included.custom.audience", "included.custom.audience.label"},
      kNotInIdToken,
      kInAccessToken,
      kInLightweight,
      kInIntrospection}},
    {"oidc-audience-resolve-mapper",
     "Audience Resolve",
     "Adds every client of which the token has a role.",
     30,
     {kInAccessToken, kInLightweight, kInIntrospection}},
    {"oidc-claims-param-token-mapper",
     "Claims parameter Token",
     "What the claims parameter of the request names as essential, of a person's names and e-mail address.",
     0,
     {kInIdToken, kInUserinfo}},
    {"oidc-claims-param-value-idtoken-mapper",
     "Claims parameter with value ID Token",
     "A claim with the value that the claims parameter of the request says for it.",
     0,
     {{"claim.name", "Claim name"}, kInIdToken}},
    {"oidc-full-name-mapper",
     "User's full name",
     "First and last name as claim name.",
     0,
     {kInIdToken, kInAccessToken, kInLightweight, kInUserinfo, kInIntrospection}},
    {"oidc-group-membership-mapper",
     "Group Membership",
     "The groups of the user.",
     0,
     {kClaimName,
      {"full.path", "Full group path", "boolean", "true"},
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-organization-membership-mapper",
     "Organization Membership",
     "The organizations of the user that the scope asks for.",
     0,
     {kClaimName,
      {"addOrganizationAttributes", "Add organization attributes", "boolean", "false"},
      {"addOrganizationId", "Add organization id", "boolean", "false"},
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-organization-group-membership-mapper",
     "Organization Group Membership",
     "The groups of the user in the organizations that the scope asks for.",
     10,
     {{"addGroupRoleMappings", "addGroupRoleMappings.label", "boolean", "false"},
      kInIdToken,
      kInAccessToken,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-hardcoded-claim-mapper",
     "Hardcoded claim",
     "The same value for everybody.",
     0,
     {kClaimName,
      {"claim.value", "Claim value"},
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection,
      kInResponse}},
    {"oidc-hardcoded-role-mapper", "Hardcoded Role", "Puts a role into every token.", 20, {{"role", "Role", "Role"}}},
    {"oidc-nonce-backwards-compatible-mapper", "Nonce backwards compatible", "The nonce in every token.", 0, {}},
    {"oidc-role-name-mapper",
     "Role Name Mapper",
     "Gives a role another name in tokens.",
     10,
     {{"role", "Role", "Role"}, {"new.role.name", "New Role Name"}}},
    {"oidc-session-state-mapper",
     "Session State (session_state)",
     "The session's id as claim session_state.",
     0,
     {kInIdToken, kInAccessToken, kInLightweight, kInUserinfo, kInIntrospection}},
    {"oidc-sha256-pairwise-sub-mapper",
     "Pairwise subject identifier",
     "Another id of the user for each sector, as claim sub.",
     0,
     {{"sectorIdentifierUri", "sectorIdentifierUri.label"},
      {"pairwiseSubAlgorithmSalt", "pairwiseSubAlgorithmSalt.label"}}},
    {"oidc-sub-mapper",
     "Subject (sub)",
     "The user's id as claim sub.",
     -10,
     {kInAccessToken, kInLightweight, kInIntrospection}},
    {"oidc-usermodel-attribute-mapper",
     "User Attribute",
     "An attribute of the user.",
     0,
     {{"user.attribute", "usermodel.attr.label", "UserProfileAttributeList"},
      kClaimName,
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection,
      kInResponse,
      {"multivalued", "multivalued.label", "boolean", "false"},
      {"aggregate.attrs", "aggregate.attrs.label", "boolean", "false"}}},
    {"oidc-usermodel-client-role-mapper",
     "User Client Role",
     "The user's roles of one client, or of all.",
     40,
     {{"usermodel.clientRoleMapping.clientId", "usermodel.clientRoleMapping.clientId.label", "ClientList"},
      {"usermodel.clientRoleMapping.rolePrefix", "usermodel.clientRoleMapping.rolePrefix.label"},
      kMultivalued,
      kClaimName,
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-usermodel-property-mapper",
     "User Property",
     "username, email and the like.",
     0,
     {{"user.attribute", "usermodel.prop.label"},
      kClaimName,
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-usermodel-realm-role-mapper",
     "User Realm Role",
     "The user's realm roles.",
     40,
     {{"usermodel.realmRoleMapping.rolePrefix", "usermodel.realmRoleMapping.rolePrefix.label"},
      kMultivalued,
      kClaimName,
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection}},
    {"oidc-usersessionmodel-note-mapper",
     "User Session Note",
     "A note of the session.",
     0,
     {{"user.session.note", "userSession.modelNote.label"},
      kClaimName,
      kJsonType,
      kInIdToken,
      kInAccessToken,
      kInLightweight,
      kInUserinfo,
      kInIntrospection,
      kInResponse}},
};

json::object property_json(const Property& property) {
  json::object out;
  out["name"] = property.name;
  out["label"] = property.label;
  auto help = std::string(property.label);
  if (help.ends_with(".label")) help = help.substr(0, help.size() - 6) + ".tooltip";
  out["helpText"] = help;
  out["type"] = property.type;
  if (!property.value.empty()) out["defaultValue"] = property.value;
  if (property.type == "List") out["options"] = json::array{"String", "long", "int", "boolean", "JSON"};
  out["secret"] = false;
  out["required"] = false;
  out["readOnly"] = false;
  return out;
}

}  // namespace

json::array mapper_types() {
  json::array list;
  for (const auto& type : kTypes) {
    json::object row;
    row["id"] = type.id;
    row["name"] = type.name;
    row["category"] = "Token mapper";
    row["helpText"] = type.help;
    row["priority"] = type.priority;
    json::array properties;
    for (const auto& property : type.properties) properties.push_back(property_json(property));
    row["properties"] = std::move(properties);
    list.push_back(std::move(row));
  }
  return list;
}

json::array builtin_mappers() {
  json::array list;
  const auto realm = default_realm_json("realm");
  const auto* scopes = realm.if_contains("clientScopes");
  if (scopes == nullptr || !scopes->is_array()) return list;
  for (const auto& scope : scopes->get_array()) {
    const auto* mappers = scope.is_object() ? scope.get_object().if_contains("protocolMappers") : nullptr;
    if (mappers == nullptr || !mappers->is_array()) continue;
    for (const auto& mapper : mappers->get_array()) {
      if (!mapper.is_object() || string_or(mapper.get_object(), "protocol", "") != "openid-connect") continue;
      if (is_mapper_provider(string_or(mapper.get_object(), "protocolMapper", ""))) list.push_back(mapper);
    }
  }
  return list;
}

bool is_mapper_provider(std::string_view id) {
  return id.starts_with("saml-") || std::ranges::any_of(kTypes, [&](const MapperType& type) { return type.id == id; });
}

}  // namespace cardea::admin
