#include "admin/seam/caller.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "core/changes/admin_power.h"
#include "core/changes/check_values.h"
#include "core/realm_defaults.h"

namespace cardea::admin {
namespace {

/// Roles that a client without full scope lets through: its scope mappings and those of its scopes.
std::vector<RoleId> scope_mappings(const Caller& caller) {
  const auto& client = caller.client->client;
  auto roles = client.role_mappings;
  for (const auto& id : client.default_scopes) {
    const auto scope = caller.realm->scopes_by_id.find(id.str());
    if (scope == caller.realm->scopes_by_id.end()) continue;
    roles.insert(roles.end(), scope->second->role_mappings.begin(), scope->second->role_mappings.end());
  }
  return roles;
}

/// Names of the client's roles (none: realm roles) that the caller has, seen through the client of its token.
Stored<std::vector<std::string>> held_names(Rows& rows, const Dependencies& dependencies, const Caller& caller,
                                            const std::optional<ClientId>& client) {
  auto& roles = dependencies.repositories.roles;
  const auto& realm = caller.realm->realm.id;
  auto held = roles.names_reached(rows, realm, client, caller.assigned);
  if (!held || caller.client->client.full_scope_allowed) return held;
  const auto let_through = roles.names_reached(rows, realm, client, scope_mappings(caller));
  if (!let_through) return refuse(let_through.error());
  std::erase_if(*held,
                [&](const std::string& name) { return std::ranges::find(*let_through, name) == let_through->end(); });
  return held;
}

}  // namespace

bool Caller::is_of_master() const { return realm->realm.name == kMasterRealm; }

std::optional<std::string> bearer_token(const web::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return std::nullopt;
  const auto space = header->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_ascii_case(header->substr(0, space), "Bearer")) {
    return std::nullopt;
  }
  const auto token = header->substr(space + 1);
  if (token.empty() || token.size() > kJwtBytesMax || token.contains(' ')) return std::nullopt;
  return std::string(token);
}

std::optional<std::string> realm_of_token(std::string_view token) {
  const auto parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto payload = base64url_decode(parts[1]);
  if (!payload) return std::nullopt;
  const auto claims = parse_json(*payload);
  if (!claims || !claims->is_object()) return std::nullopt;
  const auto issuer = string_or(claims->get_object(), "iss", "");
  constexpr std::string_view kRealms = "/realms/";
  const auto at = issuer.rfind(kRealms);
  if (at == std::string::npos) return std::nullopt;
  auto name = percent_decode(std::string_view(issuer).substr(at + kRealms.size()));
  if (!name || !is_utf8(*name) || check_realm_name(*name)) return std::nullopt;  // it goes to the database
  return name;
}

Stored<Result<Caller, BearerError>> load_caller(Rows& rows, const Dependencies& dependencies,
                                                std::shared_ptr<const RealmEntry> realm,
                                                const jose::VerifiedJwt& token) {
  using Loaded = Result<Caller, BearerError>;
  auto live =
      load_live_token(rows, dependencies.repositories, dependencies.settings, realm, token, dependencies.clock.now());
  if (!live) return refuse(live.error());
  if (!*live) return Loaded(refuse((*live).error()));
  auto& found = **live;
  auto assigned = assigned_roles(rows, dependencies.repositories, realm->realm.id, found.subject);
  if (!assigned) return refuse(assigned.error());
  Caller caller;
  caller.client = std::move(found.client);
  caller.user = std::move(found.subject.user);
  caller.session = token.sid();
  caller.assigned = std::move(*assigned);
  caller.realm = std::move(realm);
  return Loaded(std::move(caller));
}

Stored<AdminRoles> admin_roles(Rows& rows, const Dependencies& dependencies, const Caller& caller,
                               std::string_view target) {
  AdminRoles roles;
  const bool is_own = caller.realm->realm.name == target;
  if (!is_own && !caller.is_of_master()) return roles;
  const auto client_id = is_own ? std::string(admin_client_id(target)) : std::string(target) + "-realm";
  const auto client = dependencies.repositories.clients.find_by_client_id(rows, caller.realm->realm.id, client_id);
  if (!client) return refuse(client.error());
  if (!*client) return roles;
  const auto names = held_names(rows, dependencies, caller, (*client)->id);
  if (!names) return refuse(names.error());
  for (const auto& role : *names) roles.add(role);
  return roles;
}

Stored<std::map<std::string, AdminRoles>> admin_realms(Rows& rows, const Dependencies& dependencies,
                                                       const Caller& caller) {
  auto& roles = dependencies.repositories.roles;
  const auto& own = caller.realm->realm;
  const auto held = roles.client_roles_reached(rows, own.id, caller.assigned);
  if (!held) return refuse(held.error());
  std::optional<std::set<std::string>> let_through;  // ids
  if (!caller.client->client.full_scope_allowed) {
    const auto reached = roles.client_roles_reached(rows, own.id, scope_mappings(caller));
    if (!reached) return refuse(reached.error());
    let_through.emplace();
    for (const auto& role : *reached) let_through->insert(role.id.str());
  }
  constexpr std::string_view kEnd = "-realm";
  std::map<std::string, AdminRoles> realms;
  for (const auto& role : *held) {
    if (let_through && !let_through->contains(role.id.str())) continue;
    std::string name;
    if (role.client_name == admin_client_id(own.name)) {
      name = own.name;
    } else if (caller.is_of_master() && role.client_name.ends_with(kEnd)) {
      name = role.client_name.substr(0, role.client_name.size() - kEnd.size());
    }
    AdminRoles named;
    named.add(std::string_view(role.name));
    if (!name.empty() && !named.empty()) realms[name].add(std::string_view(role.name));
  }
  return realms;
}

Stored<std::vector<Realm>> find_admin_realms(Rows& rows, const Dependencies& dependencies, const Caller& caller,
                                             const RealmPage& page) {
  const auto& own = caller.realm->realm;
  if (caller.is_of_master()) {
    AdministeredQuery query;
    query.master = own.id;
    query.roles = caller.assigned;
    if (!caller.client->client.full_scope_allowed) query.through = scope_mappings(caller);
    query.names.assign(kAdminRoleNames.begin(), kAdminRoleNames.end());
    query.search = page.search;
    query.first = page.first;
    query.max = page.max;
    return dependencies.repositories.realms.administered(rows, query);
  }
  std::vector<Realm> found;
  const auto roles = admin_roles(rows, dependencies, caller, own.name);
  if (!roles) return refuse(roles.error());
  if (roles->empty() || page.first > 0 || page.max == 0) return found;
  if (!ascii_lower(own.name).contains(ascii_lower(page.search))) return found;
  found.push_back(own);
  return found;
}

Stored<bool> is_admin_somewhere(Rows& rows, const Dependencies& dependencies, const Caller& caller) {
  const auto administered = admin_realms(rows, dependencies, caller);
  if (!administered) return refuse(administered.error());
  for (const auto& [name, roles] : *administered) {
    const auto realm = dependencies.repositories.realms.find_by_name(rows, name);
    if (!realm) return refuse(realm.error());
    if (*realm) return true;
  }
  return false;
}

Stored<bool> may_create_realms(Rows& rows, const Dependencies& dependencies, const Caller& caller) {
  if (!caller.is_of_master()) return false;
  const auto names = held_names(rows, dependencies, caller, std::nullopt);
  if (!names) return refuse(names.error());
  return std::ranges::find(*names, "create-realm") != names->end();
}

}  // namespace cardea::admin
