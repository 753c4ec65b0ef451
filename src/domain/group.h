// A group in the realm's tree. Its roles reach every member and every member of its subgroups.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"

namespace cardea {

struct Group {
  GroupId id;
  RealmId realm;
  std::optional<GroupId> parent;
  std::string name;
  std::string path;  // "/parent/name"; filled in when read, '/' inside names escaped as "~/"
  std::string description;
  std::map<std::string, std::vector<std::string>> attributes;
  std::vector<RoleId> roles;
  json::object extra;
};

}  // namespace cardea
