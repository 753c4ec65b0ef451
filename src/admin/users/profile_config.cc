#include "admin/users/profile_config.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>

#include "core/profile/user_profile.h"

namespace cardea::admin {
namespace {

using Names = std::initializer_list<std::string_view>;

constexpr Names kConfigMembers = {"attributes", "groups", "unmanagedAttributePolicy"};
constexpr Names kAttributeMembers = {"name",        "displayName", "validations", "annotations", "required",
                                     "permissions", "selector",    "group",       "multivalued", "defaultValue"};
constexpr Names kGroupMembers = {"name", "displayHeader", "displayDescription", "annotations"};
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

Refusal unreadable() { return error(400, "unknown_error", "Cannot parse the JSON"); }

Or<void> refuse_unknown_members(const json::object& object, Names known, std::string_view type) {
  for (const auto& [name, value] : object) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    return refuse(error(400, std::string("Invalid json representation for ")
                                 .append(type)
                                 .append(". Unrecognized field \"")
                                 .append(name)
                                 .append("\" at line 1 column 1.")));
  }
  return {};
}

/// Absent, null, or of this type.
bool is_or_missing(const json::object& object, std::string_view name, json::kind kind) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() || value->kind() == kind;
}

bool has_right_types(const json::object& attribute) {
  for (const auto name : {"validations", "annotations", "required", "permissions", "selector"}) {
    if (!is_or_missing(attribute, name, json::kind::object)) return false;
  }
  for (const auto name : {"name", "displayName", "group", "defaultValue"}) {
    if (!is_or_missing(attribute, name, json::kind::string)) return false;
  }
  const auto lists = [&](std::string_view part, Names names) {
    const auto* found = attribute.if_contains(part);
    if (found == nullptr || !found->is_object()) return true;
    return std::ranges::all_of(
        names, [&](std::string_view name) { return is_or_missing(found->get_object(), name, json::kind::array); });
  };
  return is_or_missing(attribute, "multivalued", json::kind::bool_) && lists("required", {"roles", "scopes"}) &&
         lists("permissions", {"view", "edit"}) && lists("selector", {"scopes"});
}

/// The texts of `attribute.part.name`.
std::vector<std::string> texts_in(const json::object& attribute, std::string_view part, std::string_view name) {
  std::vector<std::string> out;
  const auto* object = attribute.if_contains(part);
  const auto* list = object == nullptr || !object->is_object() ? nullptr : object->get_object().if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) out.push_back(item.is_string() ? std::string(item.get_string()) : "");
  return out;
}

class Checking {
 public:
  Checking(std::set<std::string> groups, const std::vector<ClientScope>& scopes) : groups_(std::move(groups)) {
    for (const auto& scope : scopes) scopes_.insert(scope.name);
    scopes_.insert("openid");
  }

  void check(const json::object& attribute) {
    const auto name = string_or(attribute, "name", "");
    const auto about = "configuration for attribute '" + name + "' contains unsupported ";
    if (name.find_first_not_of(kNameCharacters) != std::string::npos) {
      problems.push_back(
          "Invalid attribute name (only letters, numbers and '.' '_' '-' special characters allowed): " + name + "'");
    }
    if (const auto group = string_or(attribute, "group", ""); !group.empty() && !groups_.contains(group)) {
      problems.push_back("Attribute '" + name + "' references unknown group '" + group + "'");
    }
    static constexpr std::pair<const char*, const char*> kRoleLists[] = {
        {"permissions", "view"}, {"permissions", "edit"}, {"required", "roles"}};
    for (const auto& [part, list] : kRoleLists) {
      for (const auto& role : texts_in(attribute, part, list)) {
        if (role == "admin" || role == "user") continue;
        problems.push_back(std::string("'").append(part).append(".").append(list) + "' " + about + "role '" + role +
                           "'");
      }
    }
    for (const auto* part : {"required", "selector"}) {
      for (const auto& scope : texts_in(attribute, part, "scopes")) {
        if (scopes_.contains(scope)) continue;
        problems.push_back(std::string("'").append(part) + ".scopes' " + about + "scope '" + scope + "'");
      }
    }
  }

  std::vector<std::string> problems;

 private:
  std::set<std::string> groups_;
  std::set<std::string> scopes_;
};

Or<std::set<std::string>> read_groups(const json::object& config) {
  std::set<std::string> names;
  const auto* groups = config.if_contains("groups");
  if (groups == nullptr || groups->is_null()) return names;
  if (!groups->is_array()) return refuse(unreadable());
  for (const auto& item : groups->get_array()) {
    if (!item.is_object()) return refuse(unreadable());
    CARDEA_DO(refuse_unknown_members(item.get_object(), kGroupMembers, "UPGroup"));
    names.insert(string_or(item.get_object(), "name", ""));
  }
  return names;
}

}  // namespace

Or<void> check_profile_config(const json::object& config, const std::vector<ClientScope>& scopes) {
  CARDEA_DO(refuse_unknown_members(config, kConfigMembers, "UPConfig"));
  if (!is_or_missing(config, "unmanagedAttributePolicy", json::kind::string)) return refuse(unreadable());
  CARDEA_TRY(groups, read_groups(config));
  Checking checking(std::move(groups), scopes);
  if (const auto* attributes = config.if_contains("attributes"); attributes != nullptr && attributes->is_array()) {
    for (const auto& item : attributes->get_array()) {
      if (!item.is_object() || !has_right_types(item.get_object())) return refuse(unreadable());
      CARDEA_DO(refuse_unknown_members(item.get_object(), kAttributeMembers, "UPAttribute"));
      checking.check(item.get_object());
    }
  }
  std::vector<ProfileConfigProblem> found;
  static_cast<void>(parse_user_profile(config, found));
  for (const auto& problem : found) {
    checking.problems.push_back(problem.attribute.empty() ? problem.what
                                                          : "Attribute '" + problem.attribute + "': " + problem.what);
  }
  if (checking.problems.empty()) return {};
  std::string text = "[";
  for (const auto& problem : checking.problems) text += (text.size() > 1 ? ", " : "") + problem;
  return refuse(error_message(400, "UserProfile configuration is invalid. " + text + "]"));
}

}  // namespace cardea::admin
