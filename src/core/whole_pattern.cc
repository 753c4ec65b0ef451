#include "core/whole_pattern.h"

#include <re2/re2.h>

namespace cardea {
namespace {

constexpr std::int64_t kBytesMax = 1 << 20;  // memory of one compiled pattern
constexpr std::size_t kLooksMax = 32;
constexpr int kGroupsMax = 8;  // around all of it, one in another

using Compiled = std::shared_ptr<const re2::RE2>;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Compiled compile(std::string_view text) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kBytesMax);
  auto out = std::make_shared<const re2::RE2>(piece(text), options);
  return out->ok() ? out : nullptr;
}

/// Walks over a pattern by what counts for its groups: escapes and classes are one step. npos: it cannot be told where
/// the step ends. "\Q" quotes what follows, and a class in a class is Java's alone.
std::size_t step_over(std::string_view text, std::size_t at) {
  if (text[at] == '\\') return at + 1 < text.size() && text[at + 1] != 'Q' ? at + 2 : std::string_view::npos;
  if (text[at] != '[') return at + 1;
  ++at;
  if (at < text.size() && text[at] == '^') ++at;
  if (at < text.size() && text[at] == ']') ++at;
  while (at < text.size() && text[at] != ']') {
    if (text[at] == '[') return std::string_view::npos;
    at = text[at] == '\\' ? step_over(text, at) : at + 1;
    if (at == std::string_view::npos) return at;
  }
  return at < text.size() ? at + 1 : std::string_view::npos;
}

/// Where the group that begins at `open` ends, at its ")"; npos: nowhere.
std::size_t group_end(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (auto at = open; at < text.size();) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')' && --depth == 0) return at;
    at = step_over(text, at);
    if (at == std::string_view::npos) break;
  }
  return std::string_view::npos;
}

/// "a|b" outside of any group; also where it cannot be told.
bool may_branch(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '|') return true;
    if (text[at] == '(') at = group_end(text, at);
    if (at != std::string_view::npos) at = step_over(text, at);
    if (at == std::string_view::npos) return true;
  }
  return false;
}

/// Takes the anchors away, which say nothing where the whole must match, and a group around everything.
std::string_view unwrapped(std::string_view text) {
  for (int groups = 0;; ++groups) {
    if (text.starts_with('^')) text.remove_prefix(1);
    if (text.ends_with('$') && !text.ends_with("\\$")) text.remove_suffix(1);
    const std::size_t head = text.starts_with("(?:") ? 3 : text.starts_with('(') && !text.starts_with("(?") ? 1 : 0;
    if (head == 0 || groups == kGroupsMax || group_end(text, 0) != text.size() - 1) return text;
    text = text.substr(head, text.size() - head - 1);
  }
}

}  // namespace

std::optional<WholePattern> WholePattern::parse(std::string_view text) {
  WholePattern out;
  out.rest_ = compile(text);
  if (out.rest_) return out;
  auto rest = unwrapped(text);
  if (may_branch(rest)) return std::nullopt;  // a look-ahead would belong to one branch alone
  while (rest.starts_with("(?=") || rest.starts_with("(?!")) {
    const auto end = group_end(rest, 0);
    if (end == std::string_view::npos || out.looks_.size() == kLooksMax) return std::nullopt;
    auto look = compile(rest.substr(3, end - 3));
    if (!look) return std::nullopt;
    out.looks_.push_back({std::move(look), rest[2] == '='});
    rest.remove_prefix(end + 1);
    if (rest.starts_with('*') || rest.starts_with('+') || rest.starts_with('?') || rest.starts_with('{')) {
      return std::nullopt;  // a look-ahead that may be left out
    }
  }
  out.rest_ = compile(rest);
  if (!out.rest_) return std::nullopt;
  return out;
}

bool WholePattern::matches(std::string_view text) const {
  for (const auto& look : looks_) {
    const bool found = look.pattern->Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_START, nullptr, 0);
    if (found != look.must) return false;
  }
  return re2::RE2::FullMatch(piece(text), *rest_);
}

}  // namespace cardea
