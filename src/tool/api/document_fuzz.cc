#include <cstdint>

#include "tool/api/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)cardea::tool::read_document({reinterpret_cast<const char*>(data), size});
  return 0;
}
