// Which paths of an application a rule is about: literal segments, "*" for one segment, "**" at the end for all that
// follows, as "/api/v1/flows/**". Compared segment by segment on the decoded path, exactly and with case: a path that
// proxies read in two ways never gets here (attack class 20).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardea::gate {

class PathPattern {
 public:
  static constexpr std::size_t kBytesMax = 1024;

  /// Refuses what does not begin with "/", has a query, an empty or dot segment, "*" inside a segment, or "**" before
  /// the end.
  [[nodiscard]] static std::optional<PathPattern> parse(std::string_view text);

  /// `path` is canonical (web::is_canonical_path). "/a/**" matches "/a", "/a/" and "/a/b/c"; "/a" matches "/a/" as
  /// well.
  [[nodiscard]] bool matches(std::string_view path) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string> segments_;
  bool has_rest_ = false;
};

}  // namespace cardea::gate
