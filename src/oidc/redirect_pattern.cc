#include "oidc/redirect_pattern.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/client_urls.h"

namespace cardea::oidc {
namespace {

constexpr std::array<std::string_view, 5> kScriptingSchemes = {"javascript", "data", "vbscript", "blob", "file"};

/// Names of our answer to a client; a redirect URI that brings its own could forge one.
constexpr std::array<std::string_view, 13> kAnswerParameters = {
    "code",  "id_token",          "access_token",  "token_type", "expires_in", "state",           "iss",
    "error", "error_description", "session_state", "response",   "kc_action",  "kc_action_status"};

/// Encodings are undone this often while looking for ".."; what still changes then is refused.
constexpr int kDecodingRounds = 4;

bool has_answer_parameter(std::string_view parameters) {
  return std::ranges::any_of(split(parameters, '&'), [](std::string_view pair) {
    const auto name = percent_decode(pair.substr(0, pair.find('=')));
    return !name || std::ranges::find(kAnswerParameters, *name) != kAnswerParameters.end();
  });
}

/// True when a segment is "..", also with path parameters behind it ("..;x") as some servers read them.
bool has_dot_dot(std::string_view path) {
  return std::ranges::any_of(split(path, '/'),
                             [](std::string_view segment) { return segment.substr(0, segment.find(';')) == ".."; });
}

bool can_leave_folder(std::string_view path) {
  std::string text(path);
  for (int round = 0; round < kDecodingRounds; ++round) {
    std::ranges::replace(text, '\\', '/');
    if (has_dot_dot(text)) return true;
    auto decoded = percent_decode(text);
    if (!decoded) return round == 0;  // later rounds may meet a plain '%'
    if (*decoded == text) return false;
    text = std::move(*decoded);
  }
  return true;
}

bool is_same_place(const Uri& left, const Uri& right) {
  return left.scheme == right.scheme && left.has_authority == right.has_authority && left.host == right.host &&
         left.port == right.port && !left.userinfo && !right.userinfo;
}

bool matches_prefix(std::string_view prefix, const RedirectCandidate& candidate) {
  const auto pattern = parse_uri(prefix);
  if (!pattern || !candidate.wildcards_apply) return false;
  if (!pattern->is_http() && pattern->host.empty() &&
      pattern->path.empty()) {  // "app:" or "app://": the scheme is the app's
    return candidate.uri.scheme == pattern->scheme && (!pattern->has_authority || !candidate.uri.host.empty());
  }
  if (!is_same_place(*pattern, candidate.uri)) return false;
  const std::string_view path = candidate.uri.path, begin = pattern->path;
  if (path.starts_with(begin)) return true;
  return begin.ends_with('/') && path == begin.substr(0, begin.size() - 1);
}

/// The candidate with another port; the rest of its text is kept byte for byte.
std::optional<RedirectCandidate> without_port(const RedirectCandidate& candidate) {
  if (!candidate.uri.port || !candidate.uri.is_loopback() || candidate.uri.userinfo) return std::nullopt;
  RedirectCandidate other = candidate;
  const auto digits = ":" + std::to_string(*candidate.uri.port);
  const auto at = candidate.uri.scheme.size() + 3 + candidate.uri.host.size();
  if (candidate.text.substr(at, digits.size()) != digits) return std::nullopt;
  other.text.erase(at, digits.size());
  other.uri.port.reset();
  return other;
}

/// On loopback an empty path is the same as "/": native applications write either.
bool is_same_loopback_root(std::string_view pattern, const RedirectCandidate& candidate) {
  if (!candidate.uri.is_loopback() || candidate.uri.userinfo) return false;
  return (candidate.uri.path.empty() && pattern == candidate.text + "/" && !candidate.uri.query &&
          !candidate.uri.fragment) ||
         (candidate.uri.path == "/" && candidate.text == std::string(pattern) + "/");
}

bool matches_one(std::string_view pattern, const RedirectCandidate& candidate) {
  if (pattern == "*") return candidate.uri.is_http() && candidate.wildcards_apply;
  if (const auto prefix = wildcard_prefix(pattern)) return matches_prefix(*prefix, candidate);
  return pattern == candidate.text || is_same_loopback_root(pattern, candidate);
}

bool is_loopback_address(const Uri& uri) {
  return uri.is_loopback() && (uri.host == "127.0.0.1" || uri.host == "[::1]");
}

}  // namespace

std::optional<RedirectCandidate> read_redirect_candidate(std::string_view text) {
  auto uri = parse_uri(text);
  if (!uri) return std::nullopt;
  const auto scheme = ascii_lower(uri->scheme);
  if (std::ranges::find(kScriptingSchemes, scheme) != kScriptingSchemes.end()) return std::nullopt;
  if (uri->query && has_answer_parameter(*uri->query)) return std::nullopt;
  if (uri->fragment && has_answer_parameter(*uri->fragment)) return std::nullopt;
  RedirectCandidate candidate{.text = std::string(text), .uri = std::move(*uri)};
  candidate.wildcards_apply = !candidate.uri.userinfo && !can_leave_folder(candidate.uri.path);
  return candidate;
}

bool matches_classic(std::string_view pattern, const RedirectCandidate& candidate) {
  if (matches_one(pattern, candidate)) return true;
  const auto other = without_port(candidate);
  return other && matches_one(pattern, *other);
}

bool matches_exactly(std::string_view pattern, const RedirectCandidate& candidate) {
  if (candidate.uri.fragment || candidate.uri.userinfo) return false;
  if (pattern == candidate.text || is_same_loopback_root(pattern, candidate)) return true;
  if (!is_loopback_address(candidate.uri)) return false;
  const auto registered = read_redirect_candidate(pattern);
  if (!registered || !is_loopback_address(registered->uri)) return false;
  const auto left = without_port(*registered).value_or(*registered);
  const auto right = without_port(candidate).value_or(candidate);
  return left.text == right.text || is_same_loopback_root(left.text, right);
}

}  // namespace cardea::oidc
