#include "admin/users/profile.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/changes/check_values.h"
#include "core/changes/pattern.h"
#include "core/realm_defaults.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kProviderType = "org.keycloak.userprofile.UserProfileProvider";
constexpr std::string_view kUsernameForbidden = "<>&\"\v$%!#?;,:*~/\\|^=[]{}()`";
constexpr std::string_view kPersonNameForbidden = "<>&\"\v$%!#?;*~/\\|^=[]{}()";

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

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(std::max<std::size_t>(utf8_sequence_length(text), 1));
    ++count;
  }
  return count;
}

std::int64_t number_or(const json::object& config, std::string_view name, std::int64_t fallback) {
  const auto* value = config.if_contains(name);
  if (value == nullptr) return fallback;
  if (value->is_string()) return parse_integer<std::int64_t>(value->get_string()).value_or(fallback);
  return value->is_int64() ? value->get_int64() : fallback;
}

std::optional<Violation> check_length(const std::string& name, const json::object& config, std::string_view value) {
  const auto min = number_or(config, "min", 0);
  const auto max = number_or(config, "max", INT32_MAX);
  const auto size = static_cast<std::int64_t>(characters(value));
  if (size >= min && size <= max) return std::nullopt;
  const auto* message = config.contains("min") ? "error-invalid-length" : "error-invalid-length-too-long";
  json::array parameters{json::value(name)};
  if (config.contains("min")) parameters.push_back(min);
  parameters.push_back(max);
  return Violation{name, message, std::move(parameters)};
}

std::optional<Violation> check_integer(const std::string& name, const json::object& config, std::string_view value) {
  const auto number = parse_integer<std::int64_t>(value);
  if (!number) return Violation{name, "error-invalid-number", {json::value(name)}};
  if (*number < number_or(config, "min", INT64_MIN) || *number > number_or(config, "max", INT64_MAX)) {
    return Violation{name, "error-number-out-of-range", {json::value(name)}};
  }
  return std::nullopt;
}

/// What one validator says of one value; empty: fine.
std::optional<Violation> check_value(std::string_view field, std::string_view validator, const json::object& config,
                                     std::string_view value) {
  const std::string name(field);
  const auto has_any_of = [&](std::string_view forbidden) {
    return value.find_first_of(forbidden) != std::string_view::npos;
  };
  if (validator == "length") return check_length(name, config, value);
  if (validator == "integer") return check_integer(name, config, value);
  if (validator == "email" && check_email(value)) {
    return Violation{name, "error-invalid-email", {json::value(name), json::value(value)}};
  }
  if (validator == "username-prohibited-characters" && has_any_of(kUsernameForbidden)) {
    return Violation{name, "error-username-invalid-character", {json::value(name), json::value(value)}};
  }
  if (validator == "person-name-prohibited-characters" && has_any_of(kPersonNameForbidden)) {
    return Violation{name, "error-person-name-invalid-character", {json::value(name), json::value(value)}};
  }
  if (validator == "pattern" && !matches_pattern(string_or(config, "pattern", ""), value)) {
    return Violation{name, string_or(config, "error-message", "error-pattern-no-match"), {json::value(name)}};
  }
  if (validator == "options" && !is_list_with(config, "options", value)) {
    return Violation{name, "error-invalid-value", {json::value(name)}};
  }
  return std::nullopt;
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

void check_attribute(const json::object& attribute, const User* before, const User& user,
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
  const auto* validators = member_object(attribute, "validations");
  if (validators == nullptr) return;
  for (const auto& [validator, config] : *validators) {
    static const json::object kEmpty;
    const auto& settings = config.is_object() ? config.get_object() : kEmpty;
    for (const auto& value : values) {
      if (auto violation = check_value(name, validator, settings, value)) violations.push_back(std::move(*violation));
    }
  }
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

json::object profile_metadata(const Realm& realm, bool is_new_user) {
  const auto config = profile_config(realm);
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
  const auto config = profile_config(realm);
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
  const auto* attributes = config.if_contains("attributes");
  if (attributes != nullptr && attributes->is_array()) {
    for (const auto& attribute : attributes->get_array()) {
      if (const auto* object = attribute.if_object()) check_attribute(*object, before, user, violations);
    }
  }
  if (check_username(user.username) || check_email(user.email)) {  // whatever the profile says
    if (violations.empty()) violations.push_back({"username", "error-invalid-value", {json::value("username")}});
  }
  if (!violations.empty()) return refuse(refusal_of(violations));
  return {};
}

std::map<std::string, std::vector<std::string>> unmanaged_attributes(const Realm& realm, const User& user) {
  const auto managed = managed_names(profile_config(realm));
  auto attributes = user.attributes;
  std::erase_if(attributes, [&](const auto& pair) { return managed.contains(pair.first); });
  return attributes;
}

}  // namespace cardea::admin
