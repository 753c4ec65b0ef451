// Organizations: their own settings, groups, members and identity providers (keycloak.md section 6.14). People are
// never deleted, so neither is a member whom an organization manages, nor an organization that has one.
#include <algorithm>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

const std::vector<std::string_view> kNotOfAnOrganization = {"id", "members", "groups", "identityProviders"};

/// As the server shows them: by name, each with its mark.
json::array domains_of(const json::object& document) {
  std::vector<json::object> domains;
  for (const auto& item : array_of(document, "domains")) {
    if (!item.is_object()) continue;
    domains.push_back({{"name", string_or(item.as_object(), "name", "")},
                       {"verified", bool_or(item.as_object(), "verified", false)}});
  }
  std::ranges::sort(domains, {}, [](const json::object& domain) { return string_or(domain, "name", ""); });
  json::array list;
  for (auto& domain : domains) list.push_back(std::move(domain));
  return list;
}

struct Place {
  Run& run;
  std::string realm;
  std::string at;    // "~/organizations/ID"
  std::string what;  // "organization acme"
};

void apply_members(const Place& place, const json::object& document) {
  if (!document.contains("members")) return;
  auto& run = place.run;
  const auto& wanted = array_of(document, "members");
  for (const auto& item : wanted) {
    if (!item.is_object()) return run.fail(place.what + ": members must be objects with a username");
    const auto name = string_or(item.as_object(), "username", "");
    const auto users = run.list(place.realm + "/users?exact=true&username=" + percent_encode(name));
    const auto* user = users.empty() ? nullptr : &users.front().as_object();
    if (user == nullptr && !run.options().dry_run) return run.fail(place.what + ": there is no user " + name);
    const auto id = user == nullptr ? std::string() : string_or(*user, "id", "");
    const auto member = place.at + "/members/" + id;
    if (!run.find(member)) {
      run.change(place.what + " + member " + name, web::Method::kPost, place.at + "/members", json::value(id));
    }
    const auto have = run.list(member + "/groups?max=1000");
    for (const auto& path : texts_of(array_of(item.as_object(), "groups"))) {
      if (find_by(have, "path", path) != nullptr) continue;
      const auto group = run.find(place.at + "/groups/group-by-path" + encoded_path(path));
      if (!group && !run.options().dry_run) return run.fail(place.what + ": there is no group " + path);
      const auto group_id = group ? string_or(group->as_object(), "id", "") : "";
      run.change(place.what + " + member " + name + " of group " + path, web::Method::kPut,
                 place.at + "/groups/" + group_id + "/members/" + id);
    }
  }
  if (!run.options().prune) return;
  for (const auto& item : run.list(place.at + "/members?membershipType=UNMANAGED&max=100000")) {
    const auto name = string_or(item.as_object(), "username", "");
    if (find_by(wanted, "username", name) == nullptr)
      run.prune(place.what + " member", name, place.at + "/members/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_providers(const Place& place, const json::object& document) {
  if (!document.contains("identityProviders")) return;
  const auto at = place.at + "/identity-providers";
  const auto have = place.run.list(at);
  const auto& wanted = array_of(document, "identityProviders");
  for (const auto& item : wanted) {
    if (!item.is_object()) return place.run.fail(place.what + ": identityProviders must be objects with an alias");
    const auto alias = string_or(item.as_object(), "alias", "");
    if (find_by(have, "alias", alias) != nullptr) continue;
    place.run.change(place.what + " + identity provider " + alias, web::Method::kPost, at, json::value(alias));
  }
  for (const auto& item : have) {
    const auto alias = string_or(item.as_object(), "alias", "");
    if (find_by(wanted, "alias", alias) == nullptr)
      place.run.prune(place.what + " identity provider", alias, at + "/" + percent_encode(alias));
  }
}

void apply_one(Run& run, const std::string& realm, const json::object& document, const json::object* have) {
  auto want = without(document, kNotOfAnOrganization);
  const auto name = string_or(document, "name", "");
  want["name"] = name;
  want["domains"] = domains_of(document);
  std::string id;
  if (have == nullptr) {
    id = run.create("organization", name, realm + "/organizations", want);
  } else {
    id = string_or(*have, "id", "");
    auto present = *have;
    present["domains"] = domains_of(*have);
    run.update("organization", name, realm + "/organizations/" + id, present, want);
  }
  const Place place{run, realm, realm + "/organizations/" + id, "organization " + name};
  apply_group_trees(run, realm, place.at + "/groups", place.what + " group", document);
  apply_members(place, document);
  apply_providers(place, document);
}

}  // namespace

void apply_organizations(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("organizations")) return;
  const auto& wanted = array_of(document, "organizations");
  const auto present = run.list(realm + "/organizations?briefRepresentation=false&max=100000");
  for (const auto& item : wanted) {
    const auto name = string_or(item.as_object(), "name", "");
    if (name.empty()) return run.fail("organizations: a name is missing");
    apply_one(run, realm, item.as_object(), find_by(present, "name", name));
  }
  if (!run.options().prune) return;
  for (const auto& item : present) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(wanted, "name", name) != nullptr) continue;
    const auto at = realm + "/organizations/" + string_or(item.as_object(), "id", "");
    if (!run.list(at + "/members?membershipType=MANAGED&max=1").empty()) {
      return run.fail("organization " + name + " manages people, who would be deleted with it: remove it by hand");
    }
    run.prune("organization", name, at);
  }
}

}  // namespace cardea::tool
