#include "account/profile_form.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace cardea::account {
namespace {

constexpr std::array<std::string_view, 4> kOwnMembers = {"username", "email", "firstName", "lastName"};

bool is_own_member(std::string_view name) {
  return std::find(kOwnMembers.begin(), kOwnMembers.end(), name) != kOwnMembers.end();
}

bool read_values(const json::value& value, std::vector<std::string>& into) {
  if (value.is_null()) return true;
  if (value.is_string()) {
    into.emplace_back(value.as_string());
    return true;
  }
  if (!value.is_array()) return false;
  for (const auto& item : value.as_array()) {
    if (!item.is_string()) return false;
    into.emplace_back(item.as_string());
  }
  return true;
}

std::string_view name_of(ValidatorKind kind) {
  switch (kind) {
    case ValidatorKind::kLength:
      return "length";
    case ValidatorKind::kEmail:
      return "email";
    case ValidatorKind::kOptions:
      return "options";
    case ValidatorKind::kInteger:
      return "integer";
    case ValidatorKind::kDouble:
      return "double";
    case ValidatorKind::kUri:
      return "uri";
    case ValidatorKind::kIsoDate:
      return "iso-date";
    case ValidatorKind::kMultivalued:
      return "multivalued";
    case ValidatorKind::kPattern:
      return {};  // the server judges it; a console could not run RE2's patterns
  }
  return {};
}

void write_validators(JsonWriter& json, const ProfileAttribute& attribute) {
  json.key("validators").begin_object();
  for (const auto& validator : attribute.validators) {
    const auto name = name_of(validator.kind);
    if (name.empty()) continue;
    json.key(name).begin_object();
    if (validator.min) json.member("min", static_cast<std::int64_t>(*validator.min));
    if (validator.max) json.member("max", static_cast<std::int64_t>(*validator.max));
    if (!validator.options.empty()) {
      json.key("options").begin_array();
      for (const auto& option : validator.options) json.string(option);
      json.end_array();
    }
    json.member("ignore.empty.value", true).end_object();
  }
  json.end_object();
}

void write_field(JsonWriter& json, const Realm& realm, const ProfileField& field) {
  const auto& attribute = *field.attribute;
  json.begin_object().member("name", attribute.name);
  json.member("displayName", attribute.display_name.empty() ? attribute.name : attribute.display_name);
  json.member("required", field.is_required || attribute.name == "username").member("readOnly", field.is_read_only);
  json.key("annotations").begin_object();
  for (const auto& [name, text] : attribute.annotations) json.member(name, text);
  const bool by_action = attribute.name == "email" && (attribute.may_edit & kProfileUser) != 0;
  if (by_action && has_address_action(realm)) json.member("kc.required.action.supported", true);
  json.end_object();
  write_validators(json, attribute);
  if (!attribute.group.empty()) json.member("group", attribute.group);
  json.member("multivalued", attribute.multivalued).end_object();
}

void write_locale_field(JsonWriter& json) {
  json.begin_object().member("name", "locale").member("displayName", "locale");
  json.member("required", false).member("readOnly", false).key("validators").begin_object().end_object();
  json.member("multivalued", false).end_object();
}

}  // namespace

bool read_profile(const json::object& body, ProfileForm& form) {
  for (const auto name : kOwnMembers) {
    const auto* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_string() || !read_values(*value, form.values[std::string(name)])) return false;
  }
  const auto* attributes = body.if_contains("attributes");
  if (attributes == nullptr || attributes->is_null()) return true;
  if (!attributes->is_object()) return false;
  for (const auto& attribute : attributes->as_object()) {
    const std::string name(attribute.key());
    std::vector<std::string> values;
    if (!read_values(attribute.value(), values)) return false;
    if (name == "locale") {
      form.locale = values.empty() ? std::string() : values.front();
    } else if (!is_own_member(name)) {
      form.values[name] = std::move(values);
    }
  }
  return true;
}

ProfileContext profile_context(const Call& call) {
  return {call.realm.realm, *call.realm.profile, ProfileUse::kAccount, {}, &call.user()};
}

void write_attributes(JsonWriter& json, const Call& call) {
  const auto& attributes = call.user().attributes;
  const auto write = [&json, &attributes](const std::string& name) {
    const auto found = attributes.find(name);
    if (found == attributes.end()) return;
    json.key(name).begin_array();
    for (const auto& value : found->second) json.string(value);
    json.end_array();
  };
  json.key("attributes").begin_object();
  if (call.realm.realm.internationalization_enabled) write("locale");
  for (const auto& field : fields_of(profile_context(call))) {
    if (!is_own_member(field.attribute->name) && field.attribute->name != "locale") write(field.attribute->name);
  }
  json.end_object();
}

void write_profile_metadata(JsonWriter& json, const Call& call) {
  json.key("userProfileMetadata").begin_object().key("attributes").begin_array();
  if (call.realm.realm.internationalization_enabled) write_locale_field(json);
  for (const auto& field : fields_of(profile_context(call))) {
    if (field.attribute->name != "locale") write_field(json, call.realm.realm, field);
  }
  json.end_array().key("groups").begin_array();
  for (const auto& group : call.realm.profile->groups) {
    json.begin_object().member("name", group.name).member("displayHeader", group.header);
    json.member("displayDescription", group.description).end_object();
  }
  json.end_array().end_object();
}

}  // namespace cardea::account
