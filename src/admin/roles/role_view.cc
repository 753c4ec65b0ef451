#include "admin/roles/role_view.h"

#include "domain/representation/role_json.h"

namespace cardea::admin {

json::object role_json(const Role& role, bool with_attributes) {
  RoleRepresentation shown;
  shown.role = role;
  return to_json(shown, with_attributes);
}

json::array role_rows(const std::vector<Role>& roles, bool with_attributes) {
  json::array list;
  for (const auto& role : roles) list.push_back(role_json(role, with_attributes));
  return list;
}

Or<std::vector<Role>> roles_of_body(Call& call, const RoleBodyRule& rule) {
  CARDEA_TRY(body, call.body_array());
  std::vector<Role> roles;
  for (const auto& item : *body) {
    const auto* object = item.if_object();
    if (object == nullptr) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    const auto id = string_or(*object, "id", "");
    const auto name = string_or(*object, "name", "");
    std::optional<Role> role;
    if (!id.empty()) {
      CARDEA_TRY(found, call.repositories().roles.find(call.rows(), call.realm().id, RoleId(id)));
      role = std::move(found);
    } else if (!rule.any) {
      CARDEA_TRY(found, call.repositories().roles.find_by_name(call.rows(), call.realm().id, rule.client, name));
      role = std::move(found);
    }
    const bool fits = role && (rule.any || role->client == rule.client) && (name.empty() || role->name == name);
    if (!fits) return refuse(not_found(rule.text));
    roles.push_back(std::move(*role));
  }
  return roles;
}

}  // namespace cardea::admin
