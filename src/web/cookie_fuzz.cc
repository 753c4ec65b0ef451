// Looks cookies up in any header; what is found lies inside the header and holds no separator.
#include <cstdint>

#include "base/assert.h"
#include "web/cookie.h"
#include "web/router.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view name : {"", "a", "AUTH_SESSION_ID", "__Host-x"}) {
    const auto value = cardea::web::find_cookie(text, name);
    if (!value) continue;
    CARDEA_ASSERT(value->find(';') == std::string_view::npos);
    CARDEA_ASSERT(value->empty() ||
                  (value->data() >= text.data() && value->data() + value->size() <= text.data() + size));
  }
  (void)cardea::web::is_canonical_path(text);
  return 0;
}
