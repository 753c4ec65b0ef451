#include "admin/flows/config_properties.h"

#include <initializer_list>
#include <string>

#include "base/text.h"

namespace cardea::admin {
namespace {

struct ConfigProperty {
  std::string_view provider;
  std::string_view name;
  std::string_view label;
  std::string_view help;
  std::string_view type;
  std::string_view value = {};    // default; empty: none
  std::string_view options = {};  // of lists, with "|" between
};

constexpr ConfigProperty kProperties[] = {
    {"conditional-user-role", "condUserRole", "User role", "The role a person must have.", "Role"},
    {"conditional-user-role", "negate", "Negate output", "Holds for people without the role.", "boolean", "false"},
    {"conditional-user-attribute", "attribute_name", "Attribute name", "The attribute that is looked at.", "String"},
    {"conditional-user-attribute", "attribute_expected_value", "Expected attribute value",
     "The value it must have, or a pattern.", "String"},
    {"conditional-user-attribute", "regex", "Regex", "The expected value is a pattern.", "boolean", "false"},
    {"conditional-user-attribute", "not", "Negate output", "Holds when the attribute does not have the value.",
     "boolean", "false"},
    {"conditional-user-attribute", "include_group_attributes", "Include group attributes",
     "The attributes of the person's groups count as well.", "boolean", "false"},
    {"conditional-client-scope", "client_scope", "Client scope name",
     "The scope that a client must ask for, or have as a default.", "String"},
    {"conditional-client-scope", "negate", "Negate output", "Holds when the scope is not asked for.", "boolean",
     "false"},
    {"conditional-credential",
     "credentials",
     "Credentials",
     "Kinds of credentials used in this login.",
     "MultivaluedList",
     {},
     "none|password|otp|webauthn|webauthn-passwordless|recovery-authn-codes"},
    {"conditional-credential", "included", "Included", "Holds when one of them was used; off: when none of them was.",
     "boolean", "true"},
    {"conditional-sub-flow-executed", "flow_to_check", "Flow name", "The flow that is asked about.", "String"},
    {"conditional-sub-flow-executed", "check_result", "Check result", "What must have become of it.", "List",
     "executed", "executed|not-executed"},
    {"conditional-level-of-authentication", "loa-condition-level", "Level of Authentication (LoA)",
     "The level that this part of the flow reaches.", "String"},
    {"conditional-level-of-authentication", "loa-max-age", "Max Age", "How long, in seconds, the level holds.",
     "String", "36000"},
    {"required-action", "max_auth_age", "Maximum Age of Authentication",
     "How many seconds after a sign-in the action may still be started without another one.", "String", "300"},
    {"deny-access-authenticator", "denyErrorMessage", "Error message",
     "What people are told: a text, or the key of a localized one. Empty: that access is denied.", "String"},
    {"user-session-limits", "userRealmLimit", "Maximum concurrent sessions for each user within this realm",
     "How many sessions a person may have in the realm; 0: as many as they like.", "String", "3"},
    {"user-session-limits", "userClientLimit", "Maximum concurrent sessions for each user per client",
     "How many sessions a person may have at a client that uses this flow; 0: as many as they like.", "String", "0"},
    {"user-session-limits", "behavior", "Behavior when user session limit is exceeded",
     "What happens to one session too many.", "List", "Deny new session", "Deny new session|Terminate oldest session"},
    {"user-session-limits", "errorMessage", "Custom error message",
     "What people are told when the new session is denied.", "String"},
    {"idp-review-profile", "update.profile.on.first.login", "Update Profile on First Login",
     "Whether people always look through their profile when they come from a provider for the first time, or only "
     "when something is missing.",
     "List", "missing", "on|missing"},
    {"identity-provider-redirector", "defaultProvider", "Default Identity Provider",
     "The provider that people are sent to.", "String"},
    {"source", "provider", "Identity Provider", "The alias of the provider that proves who it is.", "String"},
};

}  // namespace

json::array config_properties(std::string_view provider) {
  json::array list;
  for (const auto& property : kProperties) {
    if (property.provider != provider) continue;
    json::object row;
    row["name"] = property.name;
    row["label"] = property.label;
    row["helpText"] = property.help;
    row["type"] = property.type;
    if (!property.value.empty()) row["defaultValue"] = property.value;
    if (!property.options.empty()) {
      json::array options;
      for (const auto option : split(property.options, '|')) options.push_back(json::value(option));
      row["options"] = std::move(options);
    }
    row["secret"] = false;
    row["required"] = false;
    row["readOnly"] = false;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace cardea::admin
