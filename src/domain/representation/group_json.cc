#include "domain/representation/group_json.h"

#include <array>

#include "domain/representation/members.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 9> kOrder = {"id",        "name",       "description", "path",       "parentId",
                                                    "subGroups", "attributes", "realmRoles",  "clientRoles"};

}  // namespace

GroupRepresentation parse_group(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                                GroupRepresentation base) {
  ObjectReader reader(object, at, problems);
  std::string id;
  if (reader.text("id", id)) base.group.id = GroupId(std::move(id));
  reader.text("name", base.group.name);
  reader.text("description", base.group.description);
  reader.texts_map("attributes", base.group.attributes);
  read_role_names(reader, base.roles);
  std::vector<GroupRepresentation> subgroups;
  const auto read_subgroup = [&](const json::object& item, const JsonPath& here) {
    subgroups.push_back(parse_group(item, here, problems));
  };
  if (reader.objects("subGroups", read_subgroup)) base.subgroups = std::move(subgroups);
  reader.skip({"path", "parentId", "subGroupCount", "access"});
  reader.take_extra(base.group.extra);
  if (base.group.name.empty()) reader.add_problem("name", "expected a name");
  return base;
}

json::object to_json(const GroupRepresentation& representation) {
  const auto& group = representation.group;
  auto out = group.extra;
  set_unless_empty(out, "id", group.id.str());
  out["name"] = group.name;
  set_unless_empty(out, "description", group.description);
  set_unless_empty(out, "path", group.path);
  if (group.parent) out["parentId"] = group.parent->str();
  json::array subgroups;
  for (const auto& subgroup : representation.subgroups) subgroups.push_back(to_json(subgroup));
  out["subGroups"] = std::move(subgroups);
  out["attributes"] = to_json(group.attributes);
  write_role_names(out, representation.roles);
  return in_order(std::move(out), kOrder);
}

}  // namespace cardea
