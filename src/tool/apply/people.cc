// The attributes of people, groups, and users.
#include <algorithm>

#include "base/uri.h"
#include "tool/apply/differences.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

const std::vector<std::string_view> kNotOfAGroup = {"subGroups", "realmRoles", "clientRoles", "path", "access"};
const std::vector<std::string_view> kNotOfAUser = {
    "credentials", "realmRoles", "clientRoles", "groups", "access", "federatedIdentities", "serviceAccountClientId"};

/// Groups of the realm, or inside of an organization.
struct GroupPlace {
  std::string at;    // "~/groups", "~/organizations/ID/groups"
  std::string what;  // "group", "organization acme group"
};

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
void apply_group(Run& run, const std::string& realm, const GroupPlace& place, const std::string& parent_path,
                 const std::string& parent_id, const json::object& document) {
  const auto name = string_or(document, "name", "");
  if (name.empty()) return run.fail(place.what + "s: a name is missing");
  const auto path = parent_path + "/" + name;
  const auto want = without(document, kNotOfAGroup);
  // By its place and name, since a name may hold a slash.
  const auto siblings = parent_path.empty() ? place.at : place.at + "/" + parent_id + "/children";
  const auto listed = run.list(siblings + "?max=1000&search=" + percent_encode(name));
  const auto beside = std::ranges::find_if(listed, [&](const json::value& row) {
    const auto& group = row.as_object();
    // A search of the top finds what stands below as well.
    return string_or(group, "name", "") == name && string_or(group, "parentId", "") == parent_id;
  });
  std::string id;
  if (beside != listed.end()) {
    id = string_or(beside->as_object(), "id", "");
    const auto have = run.find(place.at + "/" + id);
    if (have) run.update(place.what, path, place.at + "/" + id, have->as_object(), want, kNotOfAGroup);
  } else {
    id = run.create(place.what, path, siblings, want);
  }
  apply_role_mappings(run, realm, place.at + "/" + id, place.what + " " + path, document);
  for (const auto& child : array_of(document, "subGroups")) {
    if (!child.is_object()) return run.fail(place.what + " " + path + ": subGroups must be objects");
    apply_group(run, realm, place, path, id, child.as_object());
  }
}

void apply_memberships(Run& run, const std::string& realm, const std::string& user, const std::string& what,
                       const json::object& document) {
  if (!document.contains("groups")) return;
  const auto have = user.ends_with('/') ? json::array() : run.list(user + "/groups?max=1000");
  const auto want = texts_of(array_of(document, "groups"));
  for (const auto& path : want) {
    if (find_by(have, "path", path) != nullptr) continue;
    const auto group = run.find(realm + "/group-by-path" + encoded_path(path));
    if (!group && !run.options().dry_run) return run.fail(what + ": there is no group " + path);
    run.change(what + " + group " + path, web::Method::kPut,
               user + "/groups/" + (group ? string_or(group->as_object(), "id", "") : ""), json::object());
  }
  for (const auto& item : have) {
    const auto path = string_or(item.as_object(), "path", "");
    if (std::ranges::find(want, path) == want.end())
      run.prune(what + " group", path, user + "/groups/" + string_or(item.as_object(), "id", ""));
  }
}

/// The id of a person, or of the account of a client's service.
std::string find_user(Run& run, const std::string& realm, const json::object& document,
                      std::optional<json::value>& have) {
  if (const auto client = string_or(document, "serviceAccountClientId", ""); !client.empty()) {
    const auto uuid = client_uuid(run, realm, client);
    if (!uuid.empty()) have = run.find(realm + "/clients/" + uuid + "/service-account-user");
  } else {
    const auto name = string_or(document, "username", "");
    const auto found = run.list(realm + "/users?exact=true&username=" + percent_encode(name));
    if (const auto* user = found.empty() ? nullptr : &found.front().as_object())
      have = run.find(realm + "/users/" + string_or(*user, "id", ""));
  }
  return have ? string_or(have->as_object(), "id", "") : std::string();
}

void apply_user(Run& run, const std::string& realm, const json::object& document) {
  const auto client = string_or(document, "serviceAccountClientId", "");
  const auto name = client.empty() ? string_or(document, "username", "") : "service-account-" + client;
  if (name == "service-account-" || name.empty()) return run.fail("users: a username is missing");
  std::optional<json::value> have;
  auto id = find_user(run, realm, document, have);
  if (have) {
    if (client.empty())
      run.update("user", name, realm + "/users/" + id, have->as_object(), without(document, kNotOfAUser), kNotOfAUser);
  } else if (client.empty()) {
    auto body = without(document, kNotOfAUser);
    // A password is set once: whoever changed it keeps theirs.
    if (const auto* credentials = document.if_contains("credentials")) body["credentials"] = *credentials;
    id = run.create("user", name, realm + "/users", body);
  } else if (!run.options().dry_run) {
    return run.fail("users: client " + client + " has no service account");
  }
  apply_memberships(run, realm, realm + "/users/" + id, "user " + name, document);
  apply_role_mappings(run, realm, realm + "/users/" + id, "user " + name, document);
}

}  // namespace

void apply_user_profile(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("userProfile")) return;
  const auto path = realm + "/users/profile";
  const auto have = run.find(path);
  auto profile = have ? have->as_object() : json::object{{"attributes", json::array()}};
  auto& attributes = profile["attributes"].as_array();
  for (const auto& item : array_of(object_of(document, "userProfile"), "attributes")) {
    if (!item.is_object()) return run.fail("userProfile: attributes must be objects with a name");
    const auto& want = item.as_object();
    const auto name = string_or(want, "name", "");
    const auto present = std::ranges::find_if(attributes, [&name](const json::value& attribute) {
      return attribute.is_object() && string_or(attribute.as_object(), "name", "") == name;
    });
    if (present != attributes.end() && differences(present->as_object(), want).empty()) continue;
    if (present == attributes.end()) {
      attributes.push_back(want);
    } else {
      *present = merged(present->as_object(), want);
    }
    run.change("attribute " + name + " of people", web::Method::kPut, path, profile);
  }
}

std::string encoded_path(std::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (c == '/') {
      encoded += '/';
    } else {
      percent_encode_append(encoded, std::string_view(&c, 1));
    }
  }
  return encoded;
}

void apply_group_trees(Run& run, const std::string& realm, const std::string& at, const std::string& what,
                       const json::object& document) {
  if (!document.contains("groups")) return;
  const auto& groups = array_of(document, "groups");
  for (const auto& group : groups) {
    if (!group.is_object()) return run.fail(what + "s must be objects");
    apply_group(run, realm, {at, what}, "", "", group.as_object());
  }
  if (!run.options().prune) return;
  for (const auto& item : run.list(at + "?max=1000")) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(groups, "name", name) == nullptr)
      run.prune(what, "/" + name, at + "/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_groups(Run& run, const std::string& realm, const json::object& document) {
  apply_group_trees(run, realm, realm + "/groups", "group", document);
}

/// People are never pruned: a list of users in a file is seldom all of them, and a person deleted is gone.
void apply_users(Run& run, const std::string& realm, const json::object& document) {
  for (const auto& user : array_of(document, "users")) apply_user(run, realm, user.as_object());
}

}  // namespace cardea::tool
