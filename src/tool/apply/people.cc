// Groups and users.
#include <algorithm>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

const std::vector<std::string_view> kNotOfAGroup = {"subGroups", "subGroupCount", "realmRoles", "clientRoles",
                                                    "path",      "parentId",      "access"};
/// The last ones are what a server derives from the others, or says of itself.
const std::vector<std::string_view> kNotOfAUser = {"credentials",
                                                   "realmRoles",
                                                   "clientRoles",
                                                   "groups",
                                                   "federatedIdentities",
                                                   "serviceAccountClientId",
                                                   "clientConsents",
                                                   "access",
                                                   "self",
                                                   "origin",
                                                   "disableableCredentialTypes",
                                                   "totp",
                                                   "federationLink",
                                                   "userProfileMetadata"};

/// Groups of the realm, or inside of an organization.
struct GroupPlace {
  std::string at;    // "~/groups", "~/organizations/ID/groups"
  std::string what;  // "group", "organization acme group"
};

/// Groups at `listed` beyond the wanted ones, with all below them.
void prune_groups(Run& run, const GroupPlace& place, const std::string& parent_path, const std::string& listed,
                  const json::array& wanted) {
  if (!run.options().prune) return;
  for (const auto& item : run.list(listed)) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(wanted, "name", name) == nullptr)
      run.prune(place.what, parent_path + "/" + name, place.at + "/" + string_or(item.as_object(), "id", ""));
  }
}

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
    run.check(place.what, path, place.at + "/" + id, want);
  }
  apply_role_mappings(run, realm, place.at + "/" + id, place.what + " " + path, document);
  for (const auto& child : array_of(document, "subGroups")) {
    if (!child.is_object()) return run.fail(place.what + " " + path + ": subGroups must be objects");
    apply_group(run, realm, place, path, id, child.as_object());
  }
  if (document.contains("subGroups"))
    prune_groups(run, place, path, place.at + "/" + id + "/children?max=1000", array_of(document, "subGroups"));
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

/// Accounts at identity providers that a person signs in with. One that leads elsewhere is made anew.
void apply_links(Run& run, const std::string& user, const std::string& what, const json::object& document) {
  if (!document.contains("federatedIdentities")) return;
  const auto& wanted = array_of(document, "federatedIdentities");
  const auto have = user.ends_with('/') ? json::array() : run.list(user + "/federated-identity");
  for (const auto& item : wanted) {
    if (!item.is_object()) return run.fail(what + ": federatedIdentities must be objects");
    const auto alias = string_or(item.as_object(), "identityProvider", "");
    const auto account = string_or(item.as_object(), "userId", "");
    if (alias.empty() || account.empty())
      return run.fail(what + ": federatedIdentities need identityProvider and userId");
    const auto path = user + "/federated-identity/" + percent_encode(alias);
    if (const auto* link = find_by(have, "identityProvider", alias)) {
      const auto present = string_or(*link, "userId", "");
      // Of Entra ID a server may keep TENANT-ID/OBJECT-ID for OBJECT-ID.
      if (present == account || present.ends_with("/" + account)) continue;
      run.change(what + " - account " + present + " at identity provider " + alias, web::Method::kDelete, path);
    }
    run.change(what + " + account " + account + " at identity provider " + alias, web::Method::kPost, path, item);
  }
  for (const auto& item : have) {
    const auto alias = string_or(item.as_object(), "identityProvider", "");
    if (find_by(wanted, "identityProvider", alias) == nullptr)
      run.prune(what + " account at identity provider", alias, user + "/federated-identity/" + percent_encode(alias));
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
    run.check("user", name, realm + "/users/" + id, without(document, kNotOfAUser));
  } else if (!run.options().dry_run) {
    return run.fail("users: client " + client + " has no service account");
  }
  apply_memberships(run, realm, realm + "/users/" + id, "user " + name, document);
  apply_role_mappings(run, realm, realm + "/users/" + id, "user " + name, document);
  apply_links(run, realm + "/users/" + id, "user " + name, document);
  if (!array_of(document, "clientConsents").empty())
    run.note("user " + name + ": clientConsents are not applied: people give their consent themselves");
}

}  // namespace

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
  prune_groups(run, {at, what}, "", at + "?max=1000", groups);
}

void apply_groups(Run& run, const std::string& realm, const json::object& document) {
  apply_group_trees(run, realm, realm + "/groups", "group", document);
}

void apply_default_groups(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("defaultGroups")) return;
  const auto have = run.list(realm + "/default-groups");
  auto want = texts_of(array_of(document, "defaultGroups"));
  for (auto& path : want) {
    if (!path.starts_with('/')) path.insert(path.begin(), '/');
    if (find_by(have, "path", path) != nullptr) continue;
    const auto group = run.find(realm + "/group-by-path" + encoded_path(path));
    if (!group && !run.options().dry_run) return run.fail("defaultGroups: there is no group " + path);
    run.change("realm defaultGroups + " + path, web::Method::kPut,
               realm + "/default-groups/" + (group ? string_or(group->as_object(), "id", "") : ""));
  }
  for (const auto& item : have) {
    const auto path = string_or(item.as_object(), "path", "");
    if (std::ranges::find(want, path) == want.end())
      run.prune("realm defaultGroups", path, realm + "/default-groups/" + string_or(item.as_object(), "id", ""));
  }
}

/// People are never pruned: a list of users in a file is seldom all of them, and a person deleted is gone.
void apply_users(Run& run, const std::string& realm, const json::object& document) {
  for (const auto& user : array_of(document, "users")) apply_user(run, realm, user.as_object());
}

}  // namespace cardea::tool
