// `cardea admin`: the verbs and flags of kcadm, so that scripts need a new first word and nothing else.
//
//   login | config credentials   keeps a session in ~/.cardea/admin.json (0600)
//   config truststore
//   help [VERB]
//   get | create | update | delete RESOURCE
//   set-password
//   get-roles | add-roles | remove-roles       role_commands.h
//
// RESOURCE is below the realm of -r ("users", "clients/ID"), or begins with realms or serverinfo.
#pragma once

#include <string>
#include <vector>

#include "tool/tool.h"

namespace cardea::tool {

/// `arguments` after the word `admin`.
[[nodiscard]] int run_admin(std::vector<std::string> arguments, const Dependencies& deps);

/// The path of a resource as kcadm reads it: "users" in realm demo is "/admin/realms/demo/users".
[[nodiscard]] std::string resource_path(std::string_view resource, std::string_view realm);

}  // namespace cardea::tool
