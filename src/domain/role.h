// A realm role or a client role; a composite includes others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"

namespace cardea {

struct Role {
  RoleId id;
  RealmId realm;
  std::optional<ClientId> client;  // absent: a realm role
  std::string client_name;         // the client's client_id for client roles; filled in when read
  std::string name;
  std::string description;
  std::vector<RoleId> composites;
  std::map<std::string, std::vector<std::string>> attributes;
  json::object extra;
};

}  // namespace cardea
