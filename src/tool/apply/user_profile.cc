// What is asked of people and kept of them (keycloak.md section 6.4): `userProfile`.
#include <algorithm>
#include <array>

#include "tool/apply/differences.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

constexpr std::string_view kPolicy = "unmanagedAttributePolicy";

/// Without them nobody has an account.
constexpr std::array<std::string_view, 2> kNeeded = {"username", "email"};

struct Profile {
  Run& run;
  std::string path;  // "~/users/profile"
  json::object document;

  json::array& list(std::string_view member) {
    auto& value = document[member];
    return value.is_array() ? value.as_array() : value.emplace_array();
  }
};

/// Attributes or groups of them, by name; what is there keeps the members that the file does not name.
void apply_items(Profile& profile, const json::object& wanted, std::string_view member, const std::string& what) {
  for (const auto& item : array_of(wanted, member)) {
    if (!item.is_object() || string_or(item.as_object(), "name", "").empty())
      return profile.run.fail("userProfile: " + std::string(member) + " must be objects with a name");
    const auto& want = item.as_object();
    const auto name = string_or(want, "name", "");
    auto& items = profile.list(member);
    const auto present = std::ranges::find_if(items, [&name](const json::value& row) {
      return row.is_object() && string_or(row.as_object(), "name", "") == name;
    });
    if (present != items.end() && differences(present->as_object(), want).empty()) continue;
    if (present == items.end()) {
      items.push_back(want);
    } else {
      *present = merged(present->as_object(), want);
    }
    profile.run.change(what + " " + name + " of people", web::Method::kPut, profile.path, profile.document);
  }
}

void prune_items(Profile& profile, const json::object& wanted, std::string_view member, const std::string& what) {
  if (!profile.run.options().prune || !wanted.contains(member)) return;
  const auto have = profile.list(member);
  for (const auto& item : have) {
    const auto name = item.is_object() ? string_or(item.as_object(), "name", "") : std::string();
    if (name.empty() || find_by(array_of(wanted, member), "name", name) != nullptr) continue;
    if (member == "attributes" && std::ranges::find(kNeeded, name) != kNeeded.end()) continue;
    auto& items = profile.list(member);
    items.erase(std::ranges::find(items, item));
    profile.run.change("profile of people - " + what + " " + name, web::Method::kPut, profile.path, profile.document);
  }
}

void apply_policy(Profile& profile, const json::object& wanted) {
  const auto* policy = wanted.if_contains(kPolicy);
  if (policy == nullptr) return;
  const json::object want{{kPolicy, *policy}};
  const auto found = differences(profile.document, want);
  if (found.empty()) return;
  // "null" is how an export may say that there is none.
  if (policy->is_null()) {
    profile.document.erase(kPolicy);
  } else {
    profile.document[kPolicy] = *policy;
  }
  profile.run.change("profile of people", web::Method::kPut, profile.path, profile.document, {describe(found.front())});
}

}  // namespace

void apply_user_profile(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("userProfile")) return;
  const auto& wanted = object_of(document, "userProfile");
  Profile profile{run, realm + "/users/profile", {}};
  if (const auto have = run.find(profile.path); have && have->is_object()) profile.document = have->as_object();
  apply_policy(profile, wanted);
  apply_items(profile, wanted, "groups", "group of attributes");  // attributes name them
  apply_items(profile, wanted, "attributes", "attribute");
  prune_items(profile, wanted, "attributes", "attribute");
  prune_items(profile, wanted, "groups", "group of attributes");
}

}  // namespace cardea::tool
