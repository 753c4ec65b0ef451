#include "admin/users/profile.h"

#include <algorithm>
#include <set>

#include "core/changes/check_values.h"
#include "core/profile/check_profile.h"
#include "core/realm_defaults.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kProviderType = "org.keycloak.userprofile.UserProfileProvider";

struct Violation {
  std::string field;
  std::string message;
  json::array parameters;
};

json::object violation_json(const Violation& violation) {
  json::object out;
  out["field"] = violation.field;
  out["errorMessage"] = violation.message;
  out["params"] = violation.parameters;
  return out;
}

Refusal refusal_of(const std::vector<Violation>& violations) {
  json::object body;
  if (violations.size() == 1) {
    body = violation_json(violations.front());
  } else {
    json::array list;
    for (const auto& violation : violations) list.push_back(violation_json(violation));
    body["errors"] = std::move(list);
  }
  return web::json_response(400, json::serialize(body));
}

bool is_list_with(const json::object& object, std::string_view name, std::string_view wanted) {
  const auto* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::any_of(list->get_array(), [&](const json::value& item) {
    return item.is_string() && std::string_view(item.get_string()) == wanted;
  });
}

const json::object* member_object(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

bool admin_may_edit(const json::object& attribute) {
  const auto* permissions = member_object(attribute, "permissions");
  return permissions == nullptr || is_list_with(*permissions, "edit", "admin");
}

bool is_required_for_admin(const json::object& attribute) {
  const auto* required = attribute.if_contains("required");
  if (required == nullptr || !required->is_object()) return false;
  const auto& rule = required->get_object();
  if (rule.empty()) return true;
  return is_list_with(rule, "roles", "admin");
}

/// What goes with the key of a refusal, as Keycloak has it: the attribute, then the bounds or the value.
json::array parameters_of(const std::string& name, const ProfileValidator& validator, std::string_view key,
                          std::string_view value) {
  json::array out{json::value(name)};
  const auto number = [](double bound) {
    const auto whole = static_cast<std::int64_t>(bound);
    return static_cast<double>(whole) == bound ? json::value(whole) : json::value(bound);
  };
  if (key.starts_with("error-invalid-length") || key.starts_with("error-number-out-of-range")) {
    if (validator.min) out.push_back(number(*validator.min));
    if (validator.max) out.push_back(number(*validator.max));
  } else if (key == "error-invalid-email" || key.ends_with("invalid-character") ||
             key.starts_with("error-invalid-uri")) {
    out.push_back(json::value(value));
  }
  return out;
}

std::vector<std::string> values_of(const User& user, std::string_view name) {
  const auto one = [](const std::string& text) {
    return text.empty() ? std::vector<std::string>() : std::vector<std::string>{text};
  };
  if (name == "username") return one(user.username);
  if (name == "email") return one(user.email);
  if (name == "firstName") return one(user.first_name);
  if (name == "lastName") return one(user.last_name);
  const auto found = user.attributes.find(std::string(name));
  return found == user.attributes.end() ? std::vector<std::string>() : found->second;
}

/// The rules are those of every other way to a profile (core/profile).
void check_values(const ProfileAttribute& rules, const std::vector<std::string>& values,
                  std::vector<Violation>& violations) {
  const auto& name = rules.name;
  for (const auto& validator : rules.validators) {
    if (validator.kind == ValidatorKind::kMultivalued) {
      const auto count = static_cast<double>(values.size());
      const auto min = validator.min.value_or(0), max = validator.max.value_or(kProfileValuesMax);
      if (count >= min && count <= max) continue;
      violations.push_back({name,
                            "error-invalid-multivalued-size",
                            {json::value(name), static_cast<std::int64_t>(min), static_cast<std::int64_t>(max)}});
      continue;
    }
    for (const auto& value : values) {
      const auto violation = check_value(validator, value);
      if (!violation) continue;
      violations.push_back({name, violation->key, parameters_of(name, validator, violation->key, value)});
    }
  }
}

void check_attribute(const json::object& attribute, const UserProfile& profile, const User* before, const User& user,
                     std::vector<Violation>& violations) {
  const auto name = string_or(attribute, "name", "");
  const auto values = values_of(user, name);
  if (!admin_may_edit(attribute) && (before == nullptr ? !values.empty() : values != values_of(*before, name))) {
    return violations.push_back({name, "error-user-attribute-read-only", {json::value(name)}});
  }
  if (values.empty()) {
    if (is_required_for_admin(attribute)) {
      violations.push_back({name, "error-user-attribute-required", {json::value(name)}});
    }
    return;
  }
  if (values.size() > 1 && !bool_or(attribute, "multivalued", false)) {
    return violations.push_back({name, "error-invalid-multivalued-size", {json::value(name), 0, 1}});
  }
  // The name of a client's account follows from the client's.
  if (user.service_account_client) return;
  if (const auto* rules = profile.find(name)) check_values(*rules, values, violations);
}

std::set<std::string, std::less<>> managed_names(const json::object& config) {
  std::set<std::string, std::less<>> names;
  const auto* attributes = config.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_array()) return names;
  for (const auto& attribute : attributes->get_array()) {
    if (const auto* object = attribute.if_object()) names.insert(string_or(*object, "name", ""));
  }
  return names;
}

}  // namespace

json::object profile_config(const Realm& realm) {
  const auto* components = realm.extra.if_contains("components");
  const auto* by_type = components == nullptr ? nullptr : components->if_object();
  const auto* list = by_type == nullptr ? nullptr : by_type->if_contains(kProviderType);
  if (list != nullptr && list->is_array() && !list->get_array().empty()) {
    const auto* component = list->get_array().front().if_object();
    const auto* config = component == nullptr ? nullptr : member_object(*component, "config");
    const auto* texts = config == nullptr ? nullptr : config->if_contains("kc.user.profile.config");
    if (texts != nullptr && texts->is_array() && !texts->get_array().empty()) {
      if (const auto* text = texts->get_array().front().if_string()) {
        auto parsed = parse_json(*text);
        if (parsed && parsed->is_object()) return std::move(parsed->get_object());
      }
    }
  }
  return default_user_profile(realm.name);
}

namespace {

/// With what the profile has beside its document: the language of people, in realms that speak several.
json::object whole_config(const Realm& realm) {
  auto config = profile_config(realm);
  if (!realm.internationalization_enabled || managed_names(config).contains("locale")) return config;
  const json::object both{{"view", {"admin", "user"}}, {"edit", {"admin", "user"}}};
  const json::object locale{{"name", "locale"}, {"displayName", "locale"}, {"permissions", both}};
  auto& attributes = config["attributes"];
  if (!attributes.is_array()) attributes = json::array();
  attributes.get_array().insert(attributes.get_array().begin(), locale);
  return config;
}

}  // namespace

json::object profile_metadata(const Realm& realm, bool is_new_user) {
  const auto config = whole_config(realm);
  json::array shown;
  const auto* attributes = config.if_contains("attributes");
  if (attributes != nullptr && attributes->is_array()) {
    for (const auto& item : attributes->get_array()) {
      const auto* attribute = item.if_object();
      if (attribute == nullptr) continue;
      const auto name = string_or(*attribute, "name", "");
      json::object row;
      row["name"] = name;
      if (const auto* text = find_string(*attribute, "displayName")) row["displayName"] = *text;
      row["required"] = name == "username" || is_required_for_admin(*attribute);
      row["readOnly"] =
          !admin_may_edit(*attribute) || (name == "username" && !is_new_user && !realm.edit_username_allowed);
      json::object validators;
      if (const auto* rules = member_object(*attribute, "validations")) {
        for (const auto& [validator, rule] : *rules) {
          auto settings = rule.is_object() ? rule.get_object() : json::object();
          settings["ignore.empty.value"] = true;
          validators[validator] = std::move(settings);
        }
      }
      const bool multivalued = bool_or(*attribute, "multivalued", false);
      if (!multivalued) validators["multivalued"] = json::object({{"max", "1"}});
      row["validators"] = std::move(validators);
      for (const auto member : {"annotations", "group", "defaultValue"}) {
        if (const auto* value = attribute->if_contains(member)) row[member] = *value;
      }
      row["multivalued"] = multivalued;
      shown.push_back(std::move(row));
    }
  }
  json::object out;
  out["attributes"] = std::move(shown);
  if (const auto* groups = config.if_contains("groups")) out["groups"] = *groups;
  return out;
}

Or<void> apply_profile(const Realm& realm, const User* before, User& user) {
  const auto config = whole_config(realm);
  const auto managed = managed_names(config);
  const auto policy = string_or(config, "unmanagedAttributePolicy", "");
  for (auto it = user.attributes.begin(); it != user.attributes.end();) {
    const bool is_root =
        it->first == "username" || it->first == "email" || it->first == "firstName" || it->first == "lastName";
    const bool may_set = policy == "ENABLED" || policy == "ADMIN_EDIT";
    const bool goes = is_root || (!managed.contains(it->first) && !may_set);
    it = goes ? user.attributes.erase(it) : std::next(it);
  }
  if (before != nullptr && policy == "ADMIN_VIEW") {
    for (const auto& [name, values] : before->attributes) {
      if (!managed.contains(name)) user.attributes.emplace(name, values);
    }
  }
  std::vector<Violation> violations;
  if (before != nullptr && before->username != user.username && !realm.edit_username_allowed &&
      !realm.registration_email_as_username) {
    violations.push_back({"username", "error-user-attribute-read-only", {json::value("username")}});
  }
  std::vector<ProfileConfigProblem> passed_over;  // of a stored document; a new one is refused
  const auto profile = parse_user_profile(config, passed_over);
  const auto* attributes = config.if_contains("attributes");
  if (attributes != nullptr && attributes->is_array()) {
    for (const auto& attribute : attributes->get_array()) {
      if (const auto* object = attribute.if_object()) check_attribute(*object, profile, before, user, violations);
    }
  }
  if (check_username(user.username) || check_email(user.email)) {  // whatever the profile says
    if (violations.empty()) violations.push_back({"username", "error-invalid-value", {json::value("username")}});
  }
  if (!violations.empty()) return refuse(refusal_of(violations));
  return {};
}

std::map<std::string, std::vector<std::string>> unmanaged_attributes(const Realm& realm, const User& user) {
  const auto managed = managed_names(whole_config(realm));
  auto attributes = user.attributes;
  std::erase_if(attributes, [&](const auto& pair) { return managed.contains(pair.first); });
  return attributes;
}

}  // namespace cardea::admin
