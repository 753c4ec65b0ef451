// Bodies and PATCH messages of any bytes: what is taken can be read again as a whole resource.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "scim/body.h"
#include "scim/patch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const auto body = scim::parse_body({reinterpret_cast<const char*>(data), size});
  if (!body) return 0;
  static const json::object kUser{{"userName", "uma"},
                                  {"emails", json::array{json::object{{"value", "a@x"}, {"type", "work"}}}}};
  for (const auto* type : {&scim::user_type(), &scim::group_type()}) {
    (void)scim::read_resource(*type, *body);
    const auto patched = scim::apply_patch(*type, kUser, *body);
    if (!patched) continue;
    const auto again = scim::read_resource(*type, patched->resource);
    CARDEA_ASSERT(again && (type->name != "User" || *again == patched->resource));
  }
  return 0;
}
