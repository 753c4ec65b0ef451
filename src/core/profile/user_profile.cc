#include "core/profile/user_profile.h"

#include <algorithm>

#include "core/realm_defaults.h"

namespace cardea {
namespace {

constexpr std::string_view kComponent = "org.keycloak.userprofile.UserProfileProvider";
constexpr std::string_view kConfigKey = "kc.user.profile.config";
constexpr std::size_t kDocumentBytesMax = 256 * 1024;

std::vector<std::string> texts(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* found = object.if_contains(name);
  if (found == nullptr || !found->is_array()) return out;
  for (const auto& item : found->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_object() ? &found->get_object() : nullptr;
}

std::uint8_t roles_of(const json::object& object, std::string_view name) {
  std::uint8_t out = 0;
  for (const auto& role : texts(object, name)) {
    if (role == "admin") out |= kProfileAdmin;
    if (role == "user") out |= kProfileUser;
  }
  return out;
}

void read_required(const json::object& object, ProfileAttribute& out) {
  const auto* required = object_in(object, "required");
  out.is_required = required != nullptr;
  if (required == nullptr) return;
  out.required_for = roles_of(*required, "roles");
  out.required_scopes = texts(*required, "scopes");
}

void read_validators(const json::object& object, ProfileAttribute& out, std::vector<ProfileConfigProblem>& problems) {
  const auto* validations = object_in(object, "validations");
  if (validations == nullptr) return;
  for (const auto& [id, config] : *validations) {
    static const json::object kNothing;
    auto validator = make_validator(id, config.is_object() ? config.get_object() : kNothing);
    if (validator) {
      out.validators.push_back(std::move(*validator));
    } else {
      problems.push_back({out.name, validator.error()});
    }
  }
}

void read_annotations(const json::object& object, ProfileAttribute& out) {
  const auto* annotations = object_in(object, "annotations");
  if (annotations == nullptr) return;
  for (const auto& [key, value] : *annotations) {
    if (value.is_string()) out.annotations.emplace(key, value.get_string());
  }
}

ProfileAttribute read_attribute(const json::object& object, std::vector<ProfileConfigProblem>& problems) {
  ProfileAttribute out;
  out.name = string_or(object, "name", "");
  out.display_name = string_or(object, "displayName", "");
  out.group = string_or(object, "group", "");
  out.default_value = string_or(object, "defaultValue", "");
  out.multivalued = bool_or(object, "multivalued", false);
  if (const auto* permissions = object_in(object, "permissions")) {
    out.may_edit = roles_of(*permissions, "edit");
    out.may_view = roles_of(*permissions, "view") | out.may_edit;
  }
  if (const auto* selector = object_in(object, "selector")) out.selector_scopes = texts(*selector, "scopes");
  read_required(object, out);
  read_annotations(object, out);
  read_validators(object, out, problems);
  return out;
}

UnmanagedAttributes read_policy(const json::object& document, std::vector<ProfileConfigProblem>& problems) {
  const auto name = string_or(document, "unmanagedAttributePolicy", "");
  if (name == "ENABLED") return UnmanagedAttributes::kEnabled;
  if (name == "ADMIN_VIEW") return UnmanagedAttributes::kAdminView;
  if (name == "ADMIN_EDIT") return UnmanagedAttributes::kAdminEdit;
  if (!name.empty()) problems.push_back({"", "unmanagedAttributePolicy is not one of ENABLED, ADMIN_VIEW, ADMIN_EDIT"});
  return UnmanagedAttributes::kDropped;
}

void add_missing(UserProfile& profile, std::string_view name, std::vector<ProfileConfigProblem>& problems) {
  if (profile.find(name) != nullptr) return;
  problems.push_back({std::string(name), "the attribute '" + std::string(name) + "' can not be removed"});
  ProfileAttribute out;
  out.name = name;
  out.display_name = "${" + std::string(name) + "}";
  out.may_view = out.may_edit = kProfileAdmin | kProfileUser;
  profile.attributes.push_back(std::move(out));
}

}  // namespace

std::vector<std::string> ProfileAttribute::options() const {
  for (const auto& validator : validators) {
    if (validator.kind == ValidatorKind::kOptions) return validator.options;
  }
  return {};
}

const ProfileAttribute* UserProfile::find(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &ProfileAttribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

UserProfile parse_user_profile(const json::object& document, std::vector<ProfileConfigProblem>& problems) {
  UserProfile out;
  out.unmanaged = read_policy(document, problems);
  if (const auto* groups = document.if_contains("groups"); groups != nullptr && groups->is_array()) {
    for (const auto& item : groups->get_array()) {
      if (!item.is_object()) continue;
      const auto& group = item.get_object();
      out.groups.push_back({std::string(string_or(group, "name", "")),
                            std::string(string_or(group, "displayHeader", "")),
                            std::string(string_or(group, "displayDescription", ""))});
    }
  }
  const auto* attributes = document.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_array()) problems.push_back({"", "attributes must be a list"});
  if (attributes != nullptr && attributes->is_array()) {
    for (const auto& item : attributes->get_array()) {
      if (out.attributes.size() >= kProfileAttributesMax) {
        problems.push_back({"", "too many attributes"});
        break;
      }
      if (!item.is_object()) {
        problems.push_back({"", "an attribute is no object"});
        continue;
      }
      auto attribute = read_attribute(item.get_object(), problems);
      if (attribute.name.empty()) {
        problems.push_back({"", "an attribute has no name"});
      } else if (out.find(attribute.name) != nullptr) {
        problems.push_back({attribute.name, "the attribute is there twice"});
      } else {
        out.attributes.push_back(std::move(attribute));
      }
    }
  }
  add_missing(out, "username", problems);
  add_missing(out, "email", problems);
  return out;
}

json::object user_profile_document(const Realm& realm) {
  const auto* components = realm.extra.if_contains("components");
  const auto* list =
      components != nullptr && components->is_object() ? components->get_object().if_contains(kComponent) : nullptr;
  if (list != nullptr && list->is_array()) {
    for (const auto& item : list->get_array()) {
      const auto* config = item.is_object() ? object_in(item.get_object(), "config") : nullptr;
      if (config == nullptr) continue;
      const auto stored = texts(*config, kConfigKey);
      if (stored.empty()) continue;
      auto parsed = parse_json(stored.front(), {.bytes_max = kDocumentBytesMax, .depth_max = 16});
      if (parsed && parsed->is_object()) return std::move(parsed->get_object());
    }
  }
  return default_user_profile(realm.name);
}

}  // namespace cardea
