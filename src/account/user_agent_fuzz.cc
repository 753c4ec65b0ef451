// read_user_agent on any bytes: bounded, and never empty.
#include <cstddef>
#include <cstdint>

#include "account/user_agent.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto device = cardea::account::read_user_agent({reinterpret_cast<const char*>(data), size});
  CARDEA_ASSERT(!device.browser.empty() && device.browser.size() < 64 && !device.system.empty());
  return 0;
}
