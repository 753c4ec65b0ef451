// What a person types reads as a code that reads back as itself, or not at all.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "oidc/device/user_code.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view typed(reinterpret_cast<const char*>(data), size);
  const auto code = cardea::oidc::parse_user_code(typed);
  if (!code) return 0;
  CARDEA_ASSERT(code->size() == 9 && (*code)[4] == '-');
  CARDEA_ASSERT(cardea::oidc::parse_user_code(*code) == code);
  return 0;
}
