// What reads as an interaction must be written and read as the same.
#include <cstdint>

#include "base/assert.h"
#include "domain/interaction_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto first = interaction_from_json({reinterpret_cast<const char*>(data), size});
  if (!first) return 0;
  const auto written = to_json(*first);
  const auto second = interaction_from_json(written);
  CARDEA_ASSERT(second.has_value());
  CARDEA_ASSERT(to_json(*second) == written);
  return 0;
}
