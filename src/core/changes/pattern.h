// Patterns that an administrator writes, matched in linear time (RE2).
#pragma once

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace cardea {

/// True when `pattern` can be read and matches the whole of `text`.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

/// The same for many texts: read once. A pattern that cannot be read matches nothing.
class Pattern {
 public:
  explicit Pattern(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace cardea
