#include "core/import/realm_plan.h"

#include "domain/group_path.h"

namespace cardea {
namespace {

template <class Record, class Index>
Record* find_in(std::vector<Record>& records, const Index& index, const std::string& name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &records[found->second];
}

std::string role_key(std::string_view client_id, std::string_view name) {
  return std::string(client_id).append("\x1f").append(name);
}

}  // namespace

Client* RealmPlan::find_client(std::string_view client_id) {
  return find_in(clients, clients_by_name_, std::string(client_id));
}
ClientScope* RealmPlan::find_scope(std::string_view name) {
  return find_in(scopes, scopes_by_name_, std::string(name));
}
Group* RealmPlan::find_group(std::string_view path) { return find_in(groups, groups_by_path_, std::string(path)); }
Role* RealmPlan::find_role(std::string_view client_id, std::string_view name) {
  return find_in(roles, roles_by_name_, role_key(client_id, name));
}

bool RealmPlan::add(ClientScope scope) {
  if (scopes_by_name_.contains(scope.name) || !ids_.insert(scope.id.str()).second) return false;
  scopes_by_name_.emplace(scope.name, scopes.size());
  scopes.push_back(std::move(scope));
  return true;
}

bool RealmPlan::add(Client client) {
  if (clients_by_name_.contains(client.client_id) || !ids_.insert(client.id.str()).second) return false;
  clients_by_name_.emplace(client.client_id, clients.size());
  clients.push_back(std::move(client));
  return true;
}

bool RealmPlan::add(Role role) {
  const auto key = role_key(role.client_name, role.name);
  if (roles_by_name_.contains(key) || !ids_.insert(role.id.str()).second) return false;
  roles_by_name_.emplace(key, roles.size());
  role.realm = realm.id;
  roles.push_back(std::move(role));
  return true;
}

bool RealmPlan::add(Group group) {
  const auto* parent = group.parent ? find_in(groups, groups_by_id_, group.parent->str()) : nullptr;
  group.path = group_path(parent == nullptr ? std::string_view() : parent->path, group.name);
  if (groups_by_path_.contains(group.path) || !ids_.insert(group.id.str()).second) return false;
  groups_by_path_.emplace(group.path, groups.size());
  groups_by_id_.emplace(group.id.str(), groups.size());
  group.realm = realm.id;
  groups.push_back(std::move(group));
  return true;
}

}  // namespace cardea
