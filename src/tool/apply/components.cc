// Components: key providers, the policies of client registration, the user profile (keycloak.md section 6.12).
#include <algorithm>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

constexpr std::string_view kKeys = "org.keycloak.keys.KeyProvider";

const std::vector<std::string_view> kNotOfAComponent = {"id", "subComponents", "parentId"};
/// A key stays the one it is: what makes it is taken when it comes in, and the server shows its settings alone.
json::object settings_of_key(const json::object& want, const json::object& have) {
  json::object settings;
  for (const auto& member : object_of(want, "config")) {
    if (object_of(have, "config").contains(member.key())) settings[member.key()] = member.value();
  }
  return settings;
}

/// By name and kind of use; one without a name, of which there is one only, by its provider.
const json::object* find_component(const json::array& present, const json::object& want) {
  const auto name = string_or(want, "name", "");
  const auto found = std::ranges::find_if(present, [&](const json::value& row) {
    if (!row.is_object() || string_or(row.as_object(), "subType", "") != string_or(want, "subType", "")) return false;
    if (string_or(row.as_object(), "providerId", "") != string_or(want, "providerId", "")) return false;
    return name.empty() || string_or(row.as_object(), "name", "") == name;
  });
  return found == present.end() ? nullptr : &found->as_object();
}

void apply_component(Run& run, const std::string& realm, std::string_view type, const json::object& document,
                     const json::object* have) {
  auto want = without(document, kNotOfAComponent);
  const auto name = string_or(want, "name", string_or(want, "providerId", ""));
  const auto sub_type = string_or(want, "subType", "");
  const auto label = sub_type.empty() ? name : name + " (" + sub_type + ")";
  if (have == nullptr) {
    want["name"] = name;
    want["providerType"] = type;
    run.create("component", label, realm + "/components", want);
    return;
  }
  if (type == kKeys) want["config"] = settings_of_key(want, *have);
  auto present = *have;
  if (string_or(present, "name", "").empty()) present["name"] = name;  // it must have one to be written
  run.update("component", label, realm + "/components/" + string_or(*have, "id", ""), present, want);
}

}  // namespace

void apply_components(Run& run, const std::string& realm, const json::object& document) {
  for (const auto& [type, list] : object_of(document, "components")) {
    const auto present = run.list(realm + "/components?type=" + percent_encode(type));
    const auto& wanted = list.as_array();
    std::vector<const json::object*> kept;
    for (const auto& item : wanted) {
      kept.push_back(find_component(present, item.as_object()));
      apply_component(run, realm, type, item.as_object(), kept.back());
    }
    if (type == kKeys) continue;  // with a key everything that it signed is gone: keys are removed one by one, by hand
    for (const auto& item : present) {
      const auto& have = item.as_object();
      if (std::ranges::find(kept, &have) != kept.end()) continue;
      run.prune("component", string_or(have, "name", ""), realm + "/components/" + string_or(have, "id", ""));
    }
  }
}

}  // namespace cardea::tool
