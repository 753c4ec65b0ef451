// Whatever a provider says of a token: who comes out of it has a name and came by a bearer token, and an end that can
// be reckoned with.
#include <cstdint>

#include "base/assert.h"
#include "base/text.h"
#include "gate/token/opaque.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto document = parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!document || !document->is_object()) return 0;
  gate::ProviderSettings settings{.name = "id", .issuers = {"https://id.example"}, .algorithms = {}, .rules = {}};
  settings.rules.name_claims = {"username", "email", "sub"};
  const gate::TokenProvider provider(settings);
  const auto now = from_epoch_seconds(1'800'000'000);
  const auto caller = gate::check_introspected(provider, document->get_object(), now);
  if (!caller) return 0;
  CARDEA_ASSERT(!caller->name.empty());
  CARDEA_ASSERT(caller->token == nullptr && caller->looked_up != nullptr);
  CARDEA_ASSERT(equal_ignoring_ascii_case(string_or(caller->claims(), "token_type", ""), "Bearer"));
  CARDEA_ASSERT(caller->over_at >= now - settings.rules.leeway);
  return 0;
}
