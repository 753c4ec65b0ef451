#include "core/name_pattern.h"

#include <re2/re2.h>

namespace cardea {
namespace {

constexpr std::size_t kPatternBytesMax = 1024;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

bool fits_name_pattern(std::string_view pattern, std::string_view text) {
  if (pattern.size() > kPatternBytesMax) return false;
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(false);
  const RE2 compiled(piece(pattern), options);
  return compiled.ok() && RE2::FullMatch(piece(text), compiled);
}

}  // namespace cardea
