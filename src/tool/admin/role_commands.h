// `cardea admin get-roles | add-roles | remove-roles`: the roles of a realm or a client, and who has them, as kcadm's
// commands of those names name both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tool/api/admin_api.h"

namespace CLI {
class App;
}

namespace cardea::tool {

/// Whose roles are meant, and which.
struct RoleFlags {
  std::string username, user_id;                 // a person: --uusername, --uid
  std::string group_name, group_path, group_id;  // a group: --gname, --gpath, --gid
  std::string role_name, role_id;                // a role that holds others: --rname, --rid
  std::string client_id, client_uuid;            // roles of this client, and not of the realm: --cclientid, --cid
  std::vector<std::string> names, ids;           // the roles themselves: --rolename, --roleid
  bool available = false, effective = false, all = false;
};

/// The flags above; those that say how a list is shown only for `get-roles`.
void add_role_flags(CLI::App& verb, RoleFlags& flags, bool is_list);

/// Reads the list that is shown in the end, with what the command line asks of that request. The error is a sentence.
using ReadList = std::function<Result<json::value, std::string>(const std::string& path)>;

/// `realm` is a path: "/admin/realms/demo". The error is a sentence for the operator.
[[nodiscard]] Result<json::value, std::string> get_roles(AdminApi& api, const std::string& realm,
                                                         const RoleFlags& flags, const ReadList& read_list);
[[nodiscard]] Result<void, std::string> add_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags);
[[nodiscard]] Result<void, std::string> remove_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags);

}  // namespace cardea::tool
