// A group in the realm's tree. Its roles reach every member and every member of its subgroups.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
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

  /// The first value; empty when absent.
  [[nodiscard]] std::string_view attribute(std::string_view attribute_name) const {
    const auto found = attributes.find(std::string(attribute_name));
    return found == attributes.end() || found->second.empty() ? std::string_view()
                                                              : std::string_view(found->second.front());
  }
};

/// A group as its source knows it.
struct SourcedGroup {
  GroupId id;
  std::string source_id;  // empty: the one that stands above all others of the source
  std::string name;
  bool shares_name = false;  // another group of the realm, of no source, is called the same
};

}  // namespace cardea
