// A regular expression for a whole text, as realm files written for Keycloak have them (Java's), matched in linear time
// by RE2. RE2 knows no look-ahead, and "^(?=.*[a-z])(?=.*[0-9]).{8,}$" is how most people write a rule for passwords:
// look-aheads at the beginning are taken apart into patterns of their own. Others cannot be read.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace cardea {

class WholePattern {
 public:
  /// Absent: no regular expression that RE2 knows, or look-aheads in another place than the beginning.
  [[nodiscard]] static std::optional<WholePattern> parse(std::string_view text);
  /// Does it match from the first to the last byte?
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Look {
    std::shared_ptr<const re2::RE2> pattern;  // must match at the beginning, or must not
    bool must = true;
  };
  std::vector<Look> looks_;
  std::shared_ptr<const re2::RE2> rest_;
};

}  // namespace cardea
