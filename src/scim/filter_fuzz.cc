// Filters and PATCH paths of any bytes: what is read can be asked of a resource, at a bounded cost.
#include <cstddef>
#include <cstdint>

#include "scim/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const json::object kResource{
      {"userName", "uma"},
      {"active", true},
      {"emails", json::array{json::object{{"value", "uma@a.example"}, {"type", "work"}, {"primary", true}}}},
      {"meta", json::object{{"created", "2026-11-27T10:20:30.123Z"}}}};
  for (const auto* type : {&scim::user_type(), &scim::group_type()}) {
    if (const auto filter = scim::parse_filter(*type, text)) (void)scim::matches(*filter, kResource);
    if (const auto path = scim::parse_path(*type, text); path && path->values) {
      (void)scim::matches_value(*path->values, kResource.at("emails").at(0));
    }
  }
  return 0;
}
