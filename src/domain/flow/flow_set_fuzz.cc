// Flows of any realm document: read or refused, within bounds.
#include <cstddef>
#include <cstdint>

#include "base/json.h"
#include "domain/flow/flow_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = cardea::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  cardea::Realm realm;
  realm.extra = parsed->get_object();
  cardea::Client client;
  client.extra = parsed->get_object();
  std::vector<cardea::FlowProblem> problems;
  const auto flows = cardea::FlowSet::read(realm, problems);
  (void)flows.browser_flow(client);
  (void)flows.direct_grant_flow(client);
  return 0;
}
