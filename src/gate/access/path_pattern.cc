#include "gate/access/path_pattern.h"

#include "base/text.h"
#include "base/uri.h"

namespace cardea::gate {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() ? std::vector<std::string_view>() : split(path, '/');
}

}  // namespace

std::optional<PathPattern> PathPattern::parse(std::string_view text) {
  if (!text.starts_with('/') || text.size() > kBytesMax) return std::nullopt;
  if (text.find_first_of("?#%\\;") != std::string_view::npos) return std::nullopt;
  PathPattern pattern;
  pattern.text_ = text;
  for (const auto segment : segments_of(text)) {
    if (pattern.has_rest_ || segment.empty() || segment == "." || segment == "..") return std::nullopt;
    if (segment == "**") {
      pattern.has_rest_ = true;
      continue;
    }
    if (segment != "*" && segment.find('*') != std::string_view::npos) return std::nullopt;
    pattern.segments_.emplace_back(segment);
  }
  return pattern;
}

bool PathPattern::matches(std::string_view path) const {
  const auto asked = segments_of(path);
  if (asked.size() < segments_.size() || (asked.size() > segments_.size() && !has_rest_)) return false;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i] == "*") continue;
    const auto decoded = percent_decode(asked[i]);
    if (!decoded || *decoded != segments_[i]) return false;
  }
  return true;
}

}  // namespace cardea::gate
