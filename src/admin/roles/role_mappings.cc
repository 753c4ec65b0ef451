#include "admin/roles/role_mappings.h"

#include <algorithm>
#include <map>

#include "admin/groups/group_view.h"
#include "admin/roles/role_rights.h"
#include "admin/roles/role_view.h"
#include "admin/users/user_view.h"

namespace cardea::admin {
namespace {

bool is_among(const std::vector<RoleId>& ids, const RoleId& id) { return std::ranges::find(ids, id) != ids.end(); }

/// The client of {clientUuid}; absent when the path has none.
Or<std::optional<ClientId>> path_client(Call& call) {
  if (!call.operation_path_has("{clientUuid}")) return std::optional<ClientId>();
  const ClientId id(call.path("clientUuid"));
  CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, id));
  if (!client) return refuse(not_found("Client not found"));
  return std::optional(id);
}

Or<std::vector<Role>> load_roles(Call& call, const std::vector<RoleId>& ids) {
  if (ids.empty()) return std::vector<Role>();
  CARDEA_TRY(roles, call.repositories().roles.find_all(call.rows(), call.realm().id, ids));
  return std::move(roles);
}

Or<std::vector<Role>> available_roles(Call& call, const RoleHolder& holder, const std::optional<ClientId>& client) {
  CARDEA_TRY(all, call.repositories().roles.list_of(call.rows(), call.realm().id, client));
  std::erase_if(all, [&](const Role& role) { return is_among(holder.direct, role.id); });
  return covered_roles(call, std::move(all));
}

}  // namespace

Or<RoleHolder> user_holder(Call& call, bool to_change) {
  CARDEA_TRY(user, to_change ? load_user_to_change(call) : load_user(call));
  CARDEA_TRY(subject, call.repositories().subjects.load(call.rows(), call.realm().id, user.id));
  if (!subject) return refuse(not_found("User not found"));
  CARDEA_TRY(effective, assigned_roles(call, user.id));
  RoleHolder holder{.direct = subject->roles, .effective = std::move(effective), .set = {}};
  holder.set = [&call, id = user.id, before = subject->roles](const std::vector<RoleId>& after) -> Or<void> {
    auto& users = call.repositories().users;
    for (const auto& role : after) {
      if (!is_among(before, role)) CARDEA_DO(users.add_role(call.tx(), id, role));
    }
    for (const auto& role : before) {
      if (!is_among(after, role)) CARDEA_DO(users.remove_role(call.tx(), id, role));
    }
    return {};
  };
  return holder;
}

Or<RoleHolder> group_holder(Call& call, bool) {
  CARDEA_TRY(group, load_group(call));
  RoleHolder holder{.direct = group.roles, .effective = group.roles, .set = {}};
  holder.set = [&call, group](const std::vector<RoleId>& after) mutable -> Or<void> {
    group.roles = after;
    CARDEA_DO(call.repositories().groups.update(call.tx(), group));
    return {};
  };
  return holder;
}

Or<RoleHolder> client_scope_holder(Call& call, bool) {
  const ClientId id(call.path("holderId", "id"));
  CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, id));
  if (!client) return refuse(not_found("Could not find client"));
  RoleHolder holder{.direct = client->role_mappings,
                    .effective = client->role_mappings,
                    .set = {},
                    .has_all = client->full_scope_allowed,
                    .own = client->id};
  auto shared = std::make_shared<Client>(std::move(*client));
  holder.set = [&call, shared](const std::vector<RoleId>& after) -> Or<void> {
    shared->role_mappings = after;
    CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, *shared));
    return {};
  };
  return holder;
}

Or<RoleHolder> scope_scope_holder(Call& call, bool) {
  const ScopeId id(call.path("holderId", "id"));
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  const auto found = std::ranges::find(scopes, id, &ClientScope::id);
  if (found == scopes.end()) return refuse(not_found("Could not find client scope"));
  RoleHolder holder{.direct = found->role_mappings, .effective = found->role_mappings, .set = {}};
  holder.set = [&call, scope = *found](const std::vector<RoleId>& after) mutable -> Or<void> {
    scope.role_mappings = after;
    CARDEA_DO(call.repositories().scopes.update(call.tx(), call.realm().id, scope));
    return {};
  };
  return holder;
}

Answer get_mappings(Call& call, LoadHolder load) {
  CARDEA_TRY(holder, load(call, false));
  CARDEA_TRY(roles, load_roles(call, holder.direct));
  json::array realm;
  std::map<std::string, std::vector<Role>> clients;
  for (auto& role : roles) {
    if (!role.client) {
      realm.push_back(role_json(role, false));
    } else {
      clients[role.client_name].push_back(std::move(role));
    }
  }
  json::object out;
  if (!realm.empty()) out["realmMappings"] = std::move(realm);
  if (!clients.empty()) {
    json::object by_client;
    for (const auto& [name, mapped] : clients) {
      json::object row;
      row["id"] = mapped.front().client->str();
      row["client"] = name;
      row["mappings"] = role_rows(mapped);
      by_client[name] = std::move(row);
    }
    out["clientMappings"] = std::move(by_client);
  }
  return ok(out);
}

Answer list_mappings(Call& call, LoadHolder load, MappingView view) {
  CARDEA_TRY(holder, load(call, false));
  CARDEA_TRY(client, path_client(call));
  if (view == MappingView::kAvailable) {
    CARDEA_TRY(available, available_roles(call, holder, client));
    return ok(role_rows(available));
  }
  std::vector<Role> roles;
  if (view == MappingView::kComposite && (holder.has_all || (client && client == holder.own))) {
    CARDEA_TRY(all, call.repositories().roles.list_of(call.rows(), call.realm().id, client));
    roles = std::move(all);
  } else if (view == MappingView::kComposite) {
    CARDEA_TRY(reached, call.repositories().roles.reached(call.rows(), call.realm().id, holder.effective));
    roles = std::move(reached);
  } else {
    CARDEA_TRY(direct, load_roles(call, holder.direct));
    roles = std::move(direct);
  }
  std::erase_if(roles, [&](const Role& role) { return role.client != client; });
  const bool with_attributes = view == MappingView::kComposite && !call.flag("briefRepresentation", true);
  return ok(role_rows(roles, with_attributes));
}

Answer add_mappings(Call& call, LoadHolder load) {
  CARDEA_TRY(holder, load(call, true));
  CARDEA_TRY(client, path_client(call));
  CARDEA_TRY(roles, roles_of_body(call, {.client = client}));
  auto after = holder.direct;
  std::vector<RoleId> given;
  for (const auto& role : roles) {
    given.push_back(role.id);
    if (!is_among(after, role.id)) after.push_back(role.id);
  }
  CARDEA_DO(require_roles_covered(call, given));
  call.note_after(role_rows(roles));
  CARDEA_DO(holder.set(after));
  return no_content();
}

Answer remove_mappings(Call& call, LoadHolder load) {
  CARDEA_TRY(holder, load(call, true));
  CARDEA_TRY(client, path_client(call));
  std::vector<Role> roles;
  if (call.request().body.empty()) {  // all of them
    CARDEA_TRY(direct, load_roles(call, holder.direct));
    for (auto& role : direct) {
      if (role.client == client) roles.push_back(std::move(role));
    }
  } else {
    CARDEA_TRY(read, roles_of_body(call, {.client = client}));
    roles = std::move(read);
  }
  std::vector<RoleId> taken;
  for (const auto& role : roles) taken.push_back(role.id);
  CARDEA_DO(require_roles_covered(call, taken));
  auto after = holder.direct;
  std::erase_if(after, [&](const RoleId& id) { return is_among(taken, id); });
  call.note_before(role_rows(roles));
  CARDEA_DO(holder.set(after));
  return no_content();
}

}  // namespace cardea::admin
