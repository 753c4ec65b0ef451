#include "domain/representation/role_json.h"

#include <array>

#include "base/text.h"
#include "domain/representation/members.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 8> kOrder = {"id",         "name",       "description", "composite",
                                                    "composites", "clientRole", "containerId", "attributes"};

void trim_all(std::vector<std::string>& names) {
  for (auto& name : names) name = std::string(trim(name));
}

void read_composites(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                     RoleNames& names) {
  ObjectReader reader(object, at, problems);
  reader.texts("realm", names.realm);
  if (!reader.texts_map("client", names.client)) reader.texts_map("application", names.client);  // before Keycloak 2
}

json::object composites_json(const RoleNames& names) {
  json::object out;
  if (!names.realm.empty()) out["realm"] = to_json(names.realm);
  if (!names.client.empty()) out["client"] = to_json(names.client);
  return out;
}

}  // namespace

RoleRepresentation parse_role(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                              RoleRepresentation base) {
  ObjectReader reader(object, at, problems);
  std::string id;
  if (reader.text("id", id)) base.role.id = RoleId(std::move(id));
  reader.text("name", base.role.name);
  reader.text("description", base.role.description);
  reader.texts_map("attributes", base.role.attributes);
  if (const auto* composites = reader.object("composites")) {
    base.composites = {};
    read_composites(*composites, JsonPath(at, "composites"), problems, base.composites);
  }
  reader.skip({"composite", "clientRole", "containerId"});
  reader.take_extra(base.role.extra);
  if (base.role.name.empty()) reader.add_problem("name", "expected a name");
  return base;
}

json::object to_json(const RoleRepresentation& representation, bool with_attributes) {
  const auto& role = representation.role;
  auto out = role.extra;
  set_unless_empty(out, "id", role.id.str());
  out["name"] = role.name;
  set_unless_empty(out, "description", role.description);
  out["composite"] = !representation.composites.empty() || !role.composites.empty();
  if (!representation.composites.empty()) out["composites"] = composites_json(representation.composites);
  out["clientRole"] = role.client.has_value();
  set_unless_empty(out, "containerId", role.client ? role.client->str() : role.realm.str());
  if (with_attributes) out["attributes"] = to_json(role.attributes);
  return in_order(std::move(out), kOrder);
}

void read_role_names(ObjectReader& reader, RoleNames& names) {
  if (reader.texts("realmRoles", names.realm)) trim_all(names.realm);
  if (reader.texts_map("clientRoles", names.client) || reader.texts_map("applicationRoles", names.client)) {
    for (auto& [client, roles] : names.client) trim_all(roles);
  }
}

void write_role_names(json::object& out, const RoleNames& names) {
  if (!names.realm.empty()) out["realmRoles"] = to_json(names.realm);
  if (!names.client.empty()) out["clientRoles"] = to_json(names.client);
}

}  // namespace cardea
