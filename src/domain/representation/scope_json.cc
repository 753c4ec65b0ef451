#include "domain/representation/scope_json.h"

#include <array>

#include "domain/representation/mapper_json.h"
#include "domain/representation/members.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 6> kOrder = {"id",       "name",       "description",
                                                    "protocol", "attributes", "protocolMappers"};

}  // namespace

ClientScope parse_scope(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                        ClientScope base) {
  ObjectReader reader(object, at, problems);
  std::string id;
  if (reader.text("id", id)) base.id = ScopeId(std::move(id));
  reader.text("name", base.name);
  reader.text("description", base.description);
  reader.text("protocol", base.protocol);
  reader.text_map("attributes", base.attributes);
  std::vector<ProtocolMapper> mappers;
  const auto read_mapper = [&](const json::object& item, const JsonPath& here) {
    mappers.push_back(parse_mapper(item, here, problems));
  };
  if (reader.objects("protocolMappers", read_mapper)) base.mappers = std::move(mappers);
  reader.skip({"type"});  // the console sends it; the realm's lists say it
  reader.take_extra(base.extra);
  if (base.name.empty()) reader.add_problem("name", "expected a name");
  return base;
}

json::object to_json(const ClientScope& scope) {
  auto out = scope.extra;
  set_unless_empty(out, "id", scope.id.str());
  out["name"] = scope.name;
  set_unless_empty(out, "description", scope.description);
  out["protocol"] = scope.protocol;
  out["attributes"] = to_json(scope.attributes);
  if (!scope.mappers.empty()) out["protocolMappers"] = to_json(scope.mappers);
  return in_order(std::move(out), kOrder);
}

}  // namespace cardea
