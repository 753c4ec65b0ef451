#include "core/import/plan_organizations.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "core/changes/check_organization.h"
#include "core/changes/check_values.h"
#include "domain/representation/members.h"

namespace cardea {
namespace {

constexpr std::string_view kMember = "organizations";

/// Elements of a list that are objects.
std::vector<const json::object*> objects_in(const json::object& object, std::string_view name) {
  std::vector<const json::object*> out;
  const auto* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (const auto* each = item.if_object()) out.push_back(each);
  }
  return out;
}

json::object* provider_of(Realm& realm, std::string_view alias) {
  auto* list = realm.extra.if_contains("identityProviders");
  if (list == nullptr || !list->is_array()) return nullptr;
  for (auto& item : list->get_array()) {
    auto* provider = item.if_object();
    if (provider != nullptr && string_or(*provider, "alias", "") == alias) return provider;
  }
  return nullptr;
}

bool read_attributes(const json::object& object, Organization& into) {
  const auto* given = object.if_contains("attributes");
  if (given == nullptr || given->is_null()) return true;
  if (!given->is_object()) return false;
  for (const auto& [name, values] : given->get_object()) {
    if (!values.is_array()) return false;
    auto& kept = into.attributes[std::string(name)];
    for (const auto& value : values.get_array()) {
      if (!value.is_string()) return false;
      kept.emplace_back(std::string_view(value.get_string()));
    }
  }
  return true;
}

/// What stands in the file once: names, aliases and domains of all organizations.
struct Seen {
  std::unordered_set<std::string> names, aliases, domains;
};

void read_domains(const json::object& object, const JsonPath& at, Seen& seen, Organization& into,
                  RepresentationProblems& problems) {
  for (const auto* item : objects_in(object, "domains")) {
    auto name = ascii_lower(string_or(*item, "name", ""));
    if (!is_domain_name(name)) {
      problems.add(JsonPath(at, "domains"), "one is no domain");
    } else if (!seen.domains.insert(name).second) {
      problems.add(JsonPath(at, "domains"), "another organization has one of them");
    } else {
      into.domains.push_back({std::move(name), bool_or(*item, "verified", false)});
    }
  }
}

OrganizationRows read_one(const json::object& object, const JsonPath& at, Seen& seen,
                          const OrganizationReading& reading) {
  auto& realm = reading.plan.realm;
  auto& problems = reading.problems;
  OrganizationRows rows;
  auto& out = rows.organization;
  out.id = OrganizationId(string_or(object, "id", ""));
  if (out.id.empty()) out.id = OrganizationId(random_uuid(reading.random));
  out.realm = realm.id;
  out.name = string_or(object, "name", "");
  out.alias = string_or(object, "alias", out.name);
  if (out.alias.empty()) out.alias = out.name;
  out.enabled = bool_or(object, "enabled", true);
  out.description = string_or(object, "description", "");
  out.redirect_url = string_or(object, "redirectUrl", "");
  if (const auto complaint = check_id(out.id.str())) problems.add(JsonPath(at, "id"), *complaint);
  if (!seen.names.insert(out.name).second) problems.add(JsonPath(at, "name"), "another organization has it");
  if (!seen.aliases.insert(out.alias).second) problems.add(JsonPath(at, "alias"), "another organization has it");
  if (!read_attributes(object, out)) problems.add(JsonPath(at, "attributes"), "expected lists of texts");
  read_domains(object, at, seen, out, problems);
  for (const auto& problem : organization_problems(out)) problems.add(JsonPath(at, problem.member), problem.text);
  rows.groups = read_organization_groups(object, at, reading);
  for (const auto* member : objects_in(object, "members")) {
    const bool is_managed = equal_ignoring_ascii_case(string_or(*member, "membershipType", ""), "MANAGED");
    rows.members.push_back({ascii_lower(string_or(*member, "username", "")),
                            is_managed ? Membership::kManaged : Membership::kUnmanaged,
                            groups_of_member(*member, rows.groups, at, problems)});
  }
  for (const auto* item : objects_in(object, "identityProviders")) {
    auto* provider = provider_of(realm, string_or(*item, "alias", ""));
    if (provider == nullptr) {
      problems.add(JsonPath(at, "identityProviders"), "the realm has no such provider");
    } else {
      (*provider)["organizationId"] = out.id.str();
    }
  }
  return rows;
}

/// An organization that the file has not owns nothing.
void forget_owners(Realm& realm, const json::array& organizations) {
  auto* list = realm.extra.if_contains("identityProviders");
  if (list == nullptr || !list->is_array()) return;
  for (auto& item : list->get_array()) {
    auto* provider = item.if_object();
    if (provider == nullptr || !provider->contains("organizationId")) continue;
    const auto owner = string_or(*provider, "organizationId", "");
    const bool is_there = !owner.empty() && std::ranges::any_of(organizations, [&](const json::value& each) {
      return each.is_object() && string_or(each.get_object(), "id", "") == owner;
    });
    if (!is_there) provider->erase("organizationId");
  }
}

}  // namespace

std::vector<OrganizationRows> take_organizations(RealmPlan& plan, Random& random, RepresentationProblems& problems,
                                                 ImportReview& review) {
  std::vector<OrganizationRows> out;
  auto& realm = plan.realm;
  const OrganizationReading reading{plan, random, problems, review};
  const auto* listed = realm.extra.if_contains(kMember);
  const auto list = listed != nullptr && listed->is_array() ? listed->get_array() : json::array();
  realm.extra.erase(kMember);
  forget_owners(realm, list);
  Seen seen;
  const JsonPath root;
  const JsonPath here(root, kMember);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonPath at(here, i);
    const auto* object = list[i].if_object();
    if (object == nullptr) {
      problems.add(at, "is no object");
    } else {
      out.push_back(read_one(*object, at, seen, reading));
    }
  }
  return out;
}

Stored<void> write_organization(Tx& tx, const Repositories& repositories, const RealmId& realm,
                                const OrganizationRows& rows, std::string& part) {
  part.clear();
  if (auto done = repositories.organizations.insert(tx, rows.organization); !done) return done;
  const auto& id = rows.organization.id;
  for (const auto& group : rows.groups) {
    part = ", group " + group.path;
    if (auto done = repositories.organization_groups.insert(tx, id, group); !done) return done;
  }
  for (const auto& member : rows.members) {
    part = ", member " + member.username;
    const auto user = repositories.users.find_by_username(tx, realm, member.username);
    if (!user) return refuse(user.error());
    if (!*user || (*user)->service_account_client) continue;
    if (auto done = repositories.memberships.insert(tx, id, (*user)->id, member.membership); !done) return done;
    for (const auto& group : member.groups) {
      if (auto done = repositories.organization_groups.join(tx, id, group, (*user)->id); !done) return done;
    }
  }
  return {};
}

json::object organization_json(const Organization& organization, bool with_attributes) {
  json::object out;
  out["id"] = organization.id.str();
  out["name"] = organization.name;
  out["alias"] = organization.alias;
  out["enabled"] = organization.enabled;
  set_unless_empty(out, "description", organization.description);
  set_unless_empty(out, "redirectUrl", organization.redirect_url);
  if (with_attributes) out["attributes"] = to_json(organization.attributes);
  if (organization.domains.empty()) return out;
  json::array domains;
  for (const auto& domain : organization.domains) {
    domains.push_back(json::object{{"name", domain.name}, {"verified", domain.verified}});
  }
  out["domains"] = std::move(domains);
  return out;
}

namespace {

Stored<json::array> members_of(Rows& rows, const Repositories& repositories, const Organization& organization) {
  UserQuery query;
  query.organization = organization.id;
  const auto users = repositories.users.search(rows, organization.realm, query);
  if (!users) return refuse(users.error());
  json::array members;
  for (const auto& user : *users) {
    const auto membership = repositories.memberships.find(rows, organization.id, user.id);
    if (!membership) return refuse(membership.error());
    const bool is_managed = *membership == Membership::kManaged;
    json::object shown{{"username", user.username}, {"membershipType", is_managed ? "MANAGED" : "UNMANAGED"}};
    const auto groups = repositories.organization_groups.of_member(rows, {organization.id}, user.id);
    if (!groups) return refuse(groups.error());
    json::array paths;
    for (const auto& each : *groups) paths.emplace_back(each.group.path);
    if (!paths.empty()) shown["groups"] = std::move(paths);
    members.push_back(std::move(shown));
  }
  return members;
}

json::array providers_of(const Organization& organization, const Realm& realm) {
  json::array providers;
  for (const auto* provider : objects_in(realm.extra, "identityProviders")) {
    if (string_or(*provider, "organizationId", "") != organization.id.str()) continue;
    providers.push_back(json::object{{"alias", string_or(*provider, "alias", "")}});
  }
  return providers;
}

}  // namespace

Stored<json::array> export_organizations(Rows& rows, const Repositories& repositories, const Realm& realm,
                                         bool with_members, const NameRoles& name_roles) {
  const auto found = repositories.organizations.search(rows, realm.id, {});
  if (!found) return refuse(found.error());
  json::array list;
  for (const auto& organization : *found) {
    auto shown = organization_json(organization, true);
    const auto groups = repositories.organization_groups.list(rows, organization.id);
    if (!groups) return refuse(groups.error());
    if (!groups->empty()) shown["groups"] = organization_groups_json(*groups, name_roles);
    if (with_members) {
      auto members = members_of(rows, repositories, organization);
      if (!members) return refuse(members.error());
      if (!members->empty()) shown["members"] = std::move(*members);
    }
    if (auto providers = providers_of(organization, realm); !providers.empty()) {
      shown["identityProviders"] = std::move(providers);
    }
    list.push_back(std::move(shown));
  }
  return list;
}

}  // namespace cardea
