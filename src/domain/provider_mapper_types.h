// The identity provider mappers that there are (keycloak.md section 5.7): the admin API takes these and no others, and
// broker/mappers.cc has a function for each.
#pragma once

#include <array>
#include <string_view>

namespace cardea {

struct ProviderMapperType {
  std::string_view id;
  std::string_view name;
  std::string_view category;
  std::string_view help;
  std::array<std::string_view, 3> config;
};
/// An expression says what the account becomes (guides.md G2.2): authentik's property mapping.
inline constexpr std::string_view kPropertyMapping = "cardea-property-mapping-idp-mapper";

/// Makes names from a template, and with this target the key that people are known by at the provider.
inline constexpr std::string_view kUsernameMapper = "oidc-username-idp-mapper";
inline constexpr std::string_view kBrokerIdTarget = "BROKER_ID";

inline constexpr ProviderMapperType kProviderMapperTypes[] = {
    {kPropertyMapping,
     "Property Mapping",
     "Attribute Importer",
     "An expression in Lua: its value becomes the attribute, or it gives a table of username, email, firstName, "
     "lastName and attributes.",
     {"expression", "user.attribute", "onError"}},
    {"oidc-user-attribute-idp-mapper",
     "Attribute Importer",
     "Attribute Importer",
     "A claim becomes an attribute.",
     {"claim", "user.attribute", "allow.nullable.property"}},
    {"oidc-role-idp-mapper",
     "Claim to Role",
     "Role Importer",
     "A claim of a value gives a role.",
     {"claim", "claim.value", "role"}},
    {"oidc-advanced-role-idp-mapper",
     "Advanced Claim to Role",
     "Role Importer",
     "Claims together give a role.",
     {"claims", "are.claim.values.regex", "role"}},
    {"keycloak-oidc-role-to-role-idp-mapper",
     "External Role to Role",
     "Role Importer",
     "A role that the access token of a Keycloak names, of its realm or as client.role, gives a role.",
     {"external.role", "role", ""}},
    {"oidc-advanced-group-idp-mapper",
     "Advanced Claim to Group",
     "Group Importer",
     "Claims together give a group.",
     {"claims", "are.claim.values.regex", "group"}},
    {"oidc-hardcoded-role-idp-mapper", "Hardcoded Role", "Role Importer", "Everybody gets a role.", {"role", "", ""}},
    {"oidc-hardcoded-group-idp-mapper",
     "Hardcoded Group",
     "Group Importer",
     "Everybody gets a group.",
     {"group", "", ""}},
    {"hardcoded-attribute-idp-mapper",
     "Hardcoded Attribute",
     "Attribute Importer",
     "Everybody gets an attribute.",
     {"attribute", "attribute.value", ""}},
    {"hardcoded-user-session-attribute-idp-mapper",
     "Hardcoded User Session Attribute",
     "Attribute Importer",
     "Everybody's session gets a note.",
     {"attribute", "attribute.value", ""}},
    {"oidc-user-session-note-idp-mapper",
     "User Session Note Mapper",
     "User Session",
     "Each claim of a wanted value becomes a note of the session, under its own name.",
     {"claims", "are.claim.values.regex", ""}},
    {kUsernameMapper,
     "Username Template Importer",
     "Preprocessor",
     "A name from a template: LOCAL is the username, BROKER_USERNAME the name at the provider. BROKER_ID is what "
     "people "
     "are known by when they come back: whoever can change a claim in it there can become somebody else here.",
     {"template", "target", ""}},
    {"google-user-attribute-mapper",
     "Attribute Importer",
     "Attribute Importer",
     "A member of the profile becomes an attribute.",
     {"jsonField", "userAttribute", ""}},
    {"github-user-attribute-mapper",
     "Attribute Importer",
     "Attribute Importer",
     "A member of the profile becomes an attribute.",
     {"jsonField", "userAttribute", ""}},
    {"microsoft-user-attribute-mapper",
     "Attribute Importer",
     "Attribute Importer",
     "A member of the profile becomes an attribute.",
     {"jsonField", "userAttribute", ""}},
};

}  // namespace cardea
