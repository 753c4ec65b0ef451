#include "domain/representation/mapper_json.h"

#include "domain/representation/members.h"
#include "domain/representation/object_reader.h"

namespace cardea {

ProtocolMapper parse_mapper(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                            ProtocolMapper base) {
  ObjectReader reader(object, at, problems);
  reader.text("id", base.id);
  reader.text("name", base.name);
  reader.text("protocol", base.protocol);
  reader.text("protocolMapper", base.provider);
  reader.text_map("config", base.config);
  if (base.name.empty()) reader.add_problem("name", "expected a name");
  if (base.provider.empty()) reader.add_problem("protocolMapper", "expected the provider's id");
  return base;
}

json::object to_json(const ProtocolMapper& mapper) {
  json::object out;
  set_unless_empty(out, "id", mapper.id);
  out["name"] = mapper.name;
  out["protocol"] = mapper.protocol;
  out["protocolMapper"] = mapper.provider;
  out["consentRequired"] = false;
  out["config"] = to_json(mapper.config);
  return out;
}

json::array to_json(const std::vector<ProtocolMapper>& mappers) {
  json::array list;
  list.reserve(mappers.size());
  for (const auto& mapper : mappers) list.push_back(to_json(mapper));
  return list;
}

}  // namespace cardea
