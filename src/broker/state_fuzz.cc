// Whatever stands in the cookie of a paused login: no crash, and what is read writes back the same.
#include "base/assert.h"
#include "broker/state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto paused = broker::decode_paused(text);
  if (paused) CARDEA_ASSERT(broker::encode_paused(*paused) == text);
  return 0;
}
