// The first line is a document, the rest an expression about it: it ends within its limits, whatever it says.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/expression/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find('\n');
  const auto document = cardea::parse_json(text.substr(0, end)).value_or(cardea::json::object());
  const auto claims = document.is_object() ? document.get_object() : cardea::json::object{{"it", document}};
  const auto source = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  (void)cardea::why_not_readable(source);
  (void)cardea::evaluate_expression(source, {{"claims", &claims}},
                                    {.instructions = 5'000, .bytes_held = 256 * 1024, .bytes_asked = 1024 * 1024});
  return 0;
}
