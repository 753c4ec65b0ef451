#include "admin/roles/role_handlers.h"

#include <algorithm>

#include "admin/groups/group_view.h"
#include "admin/roles/role_rights.h"
#include "admin/roles/role_view.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"
#include "domain/representation/role_json.h"

namespace cardea::admin {
namespace {

/// The client whose roles the path is about; absent: the realm's.
Or<std::optional<ClientId>> container(Call& call) {
  if (!call.operation_path_has("{clientUuid}")) return std::optional<ClientId>();
  const ClientId id(call.path("clientUuid"));
  CARDEA_TRY(client, call.repositories().clients.find(call.rows(), call.realm().id, id));
  if (!client) return refuse(not_found("Could not find client"));
  return std::optional(id);
}

/// What a role's container asks of callers: realm roles are part of the realm, client roles of the client.
Or<void> require_container(const Call& call, const Role& role, bool to_change) {
  if (role.client) {
    return to_change ? call.require({AdminRole::kManageClients})
                     : call.require({AdminRole::kViewClients, AdminRole::kManageClients});
  }
  return to_change ? call.require({AdminRole::kManageRealm})
                   : call.require({AdminRole::kViewRealm, AdminRole::kManageRealm});
}

/// The role of the path. To be changed, it must not reach an admin role that the caller lacks.
Or<Role> load_role(Call& call, bool to_change) {
  std::optional<Role> role;
  if (call.operation_path_has("{roleId}")) {
    CARDEA_TRY(found, call.repositories().roles.find(call.rows(), call.realm().id, RoleId(call.path("roleId"))));
    if (!found) return refuse(not_found("Could not find role with id"));
    role = std::move(found);
    CARDEA_DO(require_container(call, *role, to_change));
  } else {
    CARDEA_TRY(client, container(call));
    CARDEA_TRY(found, call.repositories().roles.find_by_name(call.rows(), call.realm().id, client, call.path("role")));
    if (!found) return refuse(not_found("Could not find role"));
    role = std::move(found);
  }
  if (to_change) CARDEA_DO(require_roles_covered(call, {role->id}));
  return std::move(*role);
}

Or<std::vector<Role>> composites_of(Call& call, const Role& role) {
  if (role.composites.empty()) return std::vector<Role>();
  CARDEA_TRY(roles, call.repositories().roles.find_all(call.rows(), call.realm().id, role.composites));
  return std::move(roles);
}

Or<std::vector<Role>> body_composites(Call& call) {
  return roles_of_body(call, {.client = {}, .any = true, .text = "Could not find composite role"});
}

/// The roles that a new one is made of, by name.
Or<std::vector<Role>> named_composites(Call& call, const RoleNames& names) {
  std::vector<Role> children;
  const auto add = [&](const std::optional<ClientId>& client, const std::vector<std::string>& of) -> Or<void> {
    for (const auto& name : of) {
      CARDEA_TRY(role, call.repositories().roles.find_by_name(call.rows(), call.realm().id, client, name));
      if (!role) return refuse(not_found("Could not find composite role"));
      children.push_back(std::move(*role));
    }
    return {};
  };
  CARDEA_DO(add(std::nullopt, names.realm));
  for (const auto& [client_id, of] : names.client) {
    CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, client_id));
    if (!client) return refuse(not_found("Could not find client"));
    CARDEA_DO(add(client->id, of));
  }
  return children;
}

/// A role reaches no more than the caller may give away.
Or<void> put_composites(Call& call, const RoleId& role, const std::vector<Role>& children) {
  std::vector<RoleId> ids;
  for (const auto& child : children) ids.push_back(child.id);
  CARDEA_DO(require_roles_covered(call, ids));
  for (const auto& id : ids) {
    CARDEA_DO(call.repositories().roles.add_composite(call.tx(), call.realm().id, role, id));
  }
  return {};
}

}  // namespace

Answer list_roles(Call& call) {
  CARDEA_TRY(client, container(call));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(roles, call.repositories().roles.list_of(call.rows(), call.realm().id, client));
  const auto search = ascii_lower(call.query("search"));
  std::erase_if(roles, [&](const Role& role) {
    return !ascii_lower(role.name).contains(search) && !ascii_lower(role.description).contains(search);
  });
  // As in Keycloak, pages are for searches and for those who say both.
  const bool has_pages = !search.empty() || (call.has_query("first") && call.has_query("max"));
  if (has_pages) {
    roles.erase(roles.begin(), roles.begin() + std::min<std::ptrdiff_t>(page.first, std::ssize(roles)));
    if (page.max >= 0 && std::ssize(roles) > page.max) roles.resize(static_cast<std::size_t>(page.max));
  }
  return ok(role_rows(roles, !call.flag("briefRepresentation", true)));
}

Answer create_role(Call& call) {
  CARDEA_TRY(client, container(call));
  CARDEA_TRY(body, call.body_object());
  if (string_or(*body, "name", "").empty()) return refuse(error(400, "role has no name"));
  RepresentationProblems problems;
  auto read = parse_role(*body, JsonPath(), problems);
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  auto& role = read.role;
  if (check_name(role.name)) return refuse(error(400, "invalid_request", "Bad role name"));
  role.id = RoleId(call.new_id());
  role.realm = call.realm().id;
  role.client = client;
  role.composites.clear();
  role.extra = {};
  CARDEA_TRY(holder, call.repositories().roles.find_by_name(call.rows(), call.realm().id, client, role.name));
  if (holder) return refuse(error_message(409, "Role with name " + role.name + " already exists"));
  CARDEA_TRY(children, named_composites(call, read.composites));
  CARDEA_DO(call.repositories().roles.insert(call.tx(), role));
  CARDEA_DO(put_composites(call, role.id, children));
  for (const auto& child : children) role.composites.push_back(child.id);
  call.note_after(role_json(role, true));
  return call.created(role.name);
}

Answer get_role(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  return ok(role_json(role, true));
}

Answer update_role(Call& call) {
  CARDEA_TRY(before, load_role(call, true));
  CARDEA_TRY(body, call.body_object());
  if (string_or(*body, "name", "").empty()) return refuse(error(400, "role has no name"));
  RepresentationProblems problems;
  RoleRepresentation base;
  base.role = before;
  auto read = parse_role(*body, JsonPath(), problems, std::move(base));
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  auto& role = read.role;
  if (check_name(role.name)) return refuse(error(400, "invalid_request", "Bad role name"));
  role.id = before.id;
  role.client = before.client;
  role.extra = before.extra;
  if (role.name != before.name) {
    CARDEA_TRY(holder, call.repositories().roles.find_by_name(call.rows(), call.realm().id, role.client, role.name));
    if (holder) return refuse(error_message(409, "Role with name " + role.name + " already exists"));
    // A role must not take the name of an admin right beside those that give it.
    AdminRoles named;
    named.add(role.name);
    if (!named.empty() && !call.may_any(named)) return refuse(forbidden());
  }
  call.note_before(role_json(before, true));
  call.note_after(role_json(role, true));
  CARDEA_DO(call.repositories().roles.update(call.tx(), role));
  return no_content();
}

Answer delete_role(Call& call) {
  CARDEA_TRY(role, load_role(call, true));
  if (role.id == call.realm().default_role) {
    return refuse(error_message(400, role.name + " is default role of the realm and cannot be removed."));
  }
  call.note_before(role_json(role, true));
  CARDEA_DO(call.repositories().roles.remove(call.tx(), call.realm().id, role.id));
  return no_content();
}

Answer list_role_users(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers}));
  CARDEA_TRY(page, call.page());
  UserQuery query;
  query.role = role.id;
  query.with_service_accounts = true;
  query.first = page.first;
  query.max = page.max;
  CARDEA_TRY(users, call.repositories().users.search(call.rows(), call.realm().id, query));
  CARDEA_TRY(list, user_rows(call, users, call.flag("briefRepresentation") ? UserView::kBrief : UserView::kRow));
  return ok(list);
}

Answer list_role_groups(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers, AdminRole::kQueryGroups}));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
  std::erase_if(groups,
                [&](const Group& group) { return std::ranges::find(group.roles, role.id) == group.roles.end(); });
  CARDEA_TRY(list, group_rows(call, page_of(groups, page),
                              call.flag("briefRepresentation", true) ? GroupView::kBrief : GroupView::kFull));
  return ok(list);
}

Answer list_composites(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(roles, composites_of(call, role));
  const auto search = ascii_lower(call.query("search"));
  std::erase_if(roles, [&](const Role& child) { return !ascii_lower(child.name).contains(search); });
  std::ranges::sort(roles, {}, &Role::name);
  roles.erase(roles.begin(), roles.begin() + std::min<std::ptrdiff_t>(page.first, std::ssize(roles)));
  if (page.max >= 0 && std::ssize(roles) > page.max) roles.resize(static_cast<std::size_t>(page.max));
  return ok(role_rows(roles));
}

Answer list_realm_composites(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  CARDEA_TRY(roles, composites_of(call, role));
  std::erase_if(roles, [](const Role& child) { return child.client.has_value(); });
  return ok(role_rows(roles));
}

Answer list_client_composites(Call& call) {
  CARDEA_TRY(role, load_role(call, false));
  const ClientId client(call.path("compositeClient"));
  CARDEA_TRY(known, call.repositories().clients.find(call.rows(), call.realm().id, client));
  if (!known) return refuse(not_found("Could not find client"));
  CARDEA_TRY(roles, composites_of(call, role));
  std::erase_if(roles, [&](const Role& child) { return child.client != client; });
  return ok(role_rows(roles));
}

Answer add_composites(Call& call) {
  CARDEA_TRY(role, load_role(call, true));
  CARDEA_TRY(children, body_composites(call));
  CARDEA_DO(put_composites(call, role.id, children));
  call.note_after(role_rows(children));
  return no_content();
}

Answer remove_composites(Call& call) {
  CARDEA_TRY(role, load_role(call, true));
  CARDEA_TRY(children, body_composites(call));
  for (const auto& child : children) {
    CARDEA_DO(call.repositories().roles.remove_composite(call.tx(), call.realm().id, role.id, child.id));
  }
  call.note_before(role_rows(children));
  return no_content();
}

}  // namespace cardea::admin
