// Whatever the bytes: no crash; what is accepted survives a round trip, and the writer's output is accepted again.
#include "base/json.h"

#include "base/assert.h"

namespace {

// Boost reads fractions to the nearest double but one, so their text may change on the way.
bool has_double(const cardea::json::value& value) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (has_double(member.value())) return true;
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& entry : *array) {
      if (has_double(entry)) return true;
    }
  }
  return value.is_double();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string quoted;
  cardea::append_json_string(quoted, text);
  CARDEA_ASSERT(cardea::parse_json(quoted, {.bytes_max = quoted.size()}).has_value());

  const auto value = cardea::parse_json(text);
  if (!value) return 0;
  const auto written = cardea::json::serialize(*value);
  const auto again = cardea::parse_json(written, {.bytes_max = written.size()});
  CARDEA_ASSERT(again.has_value() && again->kind() == value->kind());
  CARDEA_ASSERT(has_double(*value) || cardea::json::serialize(*again) == written);
  const auto safe = cardea::json_for_html(written);
  CARDEA_ASSERT(safe.find_first_of("<>&") == std::string::npos);
  CARDEA_ASSERT(cardea::parse_json(safe, {.bytes_max = safe.size()}).has_value());
  return 0;
}
