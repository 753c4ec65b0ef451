#include "core/changes/pattern.h"

#include <re2/re2.h>

namespace cardea {

bool matches_pattern(std::string_view pattern, std::string_view text) { return Pattern(pattern).matches(text); }

Pattern::Pattern(std::string_view pattern)
    : compiled_(std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet)) {}

bool Pattern::matches(std::string_view text) const {
  return compiled_->ok() && re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace cardea
