// A pattern is written by an administrator, a text by anyone: reading and matching never fail. A group around all of it
// changes nothing, and neither does a look-ahead that anything passes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "core/whole_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cardea::WholePattern;
  if (size > 4096) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto middle = input.find('\n');
  const std::string pattern(input.substr(0, middle));
  const auto text = middle == std::string_view::npos ? std::string_view() : input.substr(middle + 1);
  const auto parsed = WholePattern::parse(pattern);
  if (!parsed || pattern.contains("\\Q")) return 0;  // which would quote the end of the group, too
  const bool matches = parsed->matches(text);
  if (const auto grouped = WholePattern::parse("(?:" + pattern + ")")) CARDEA_ASSERT(grouped->matches(text) == matches);
  if (const auto looked = WholePattern::parse("(?=)(?:" + pattern + ")")) {
    CARDEA_ASSERT(looked->matches(text) == matches);
  }
  return 0;
}
