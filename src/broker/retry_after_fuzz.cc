// What a provider says of how long to wait is a time that is not negative, or nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "broker/retry_after.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto wait = broker::retry_after({reinterpret_cast<const char*>(data), size}, from_epoch_seconds(1'767'225'600));
  CARDEA_ASSERT(!wait || *wait >= seconds{0});
  return 0;
}
