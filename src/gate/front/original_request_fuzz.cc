// Whatever a proxy says was asked, what is taken has one reading: a canonical path, and a query without line breaks.
#include <cstdint>

#include "base/assert.h"
#include "gate/front/original_request.h"
#include "web/router.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  cardea::web::Request request;
  request.path = "/gate/check";
  request.headers = {{"X-Forwarded-Method", "GET"}, {"X-Forwarded-Uri", text}};
  if (const auto original = cardea::gate::read_original(request)) {
    CARDEA_ASSERT(cardea::web::is_canonical_path(original->path));
    CARDEA_ASSERT(original->query.find_first_of("\r\n#") == std::string::npos);
    CARDEA_ASSERT(original->target() == text || original->target() + "?" == text);
  }
  return 0;
}
