#include "core/changes/role_by_path.h"

namespace cardea {

Stored<std::optional<Role>> find_role_by_path(Rows& rows, const Repositories& repositories, const RealmId& realm,
                                              std::string_view path) {
  for (auto dot = path.rfind('.'); dot != std::string_view::npos && dot > 0; dot = path.rfind('.', dot - 1)) {
    const auto client = repositories.clients.find_by_client_id(rows, realm, path.substr(0, dot));
    if (!client) return refuse(client.error());
    if (!*client) continue;
    auto role = repositories.roles.find_by_name(rows, realm, (*client)->id, path.substr(dot + 1));
    if (!role || *role) return role;
  }
  return repositories.roles.find_by_name(rows, realm, std::nullopt, path);
}

}  // namespace cardea
