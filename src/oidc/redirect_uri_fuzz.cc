// Attack class 1: an allowed candidate parses, and its scheme, host and port are those of a registered pattern. With
// policy `oauth21` it is one of the patterns and outside start-dev safe.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "base/uri.h"
#include "core/client_urls.h"
#include "oidc/redirect_uri.h"

namespace {

using cardea::Client;
using cardea::Uri;

bool is_loopback_pair(const Uri& candidate, const Uri& pattern) {
  return candidate.is_loopback() && candidate.host == pattern.host;
}

bool covers(std::string_view pattern, const Uri& candidate) {
  if (pattern == "*") return candidate.is_http() && !candidate.userinfo;
  auto registered = cardea::parse_uri(pattern);
  if (!registered && pattern.ends_with('*')) registered = cardea::parse_uri(pattern.substr(0, pattern.size() - 1));
  if (!registered || registered->scheme != candidate.scheme) return false;
  if (!registered->is_http() && (registered->host.empty() || registered->host == "*"))
    return true;  // an app's own scheme
  auto host = registered->host;
  if (registered->path.empty() && pattern.ends_with('*') && host.ends_with('*')) host.pop_back();
  return (host == candidate.host && registered->port == candidate.port) || is_loopback_pair(candidate, *registered);
}

}  // namespace

// Input: registered URIs one a line, then an empty line, then the candidate.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = text.find("\n\n");
  if (end == std::string_view::npos) return 0;
  Client client;
  for (const auto line : cardea::split(text.substr(0, end), '\n')) client.redirect_uris.emplace_back(line);
  const auto candidate = text.substr(end + 2);
  for (const auto* policy : {"", "oauth21"}) {
    client.attributes["cardea.policy"] = policy;
    if (!cardea::oidc::is_redirect_allowed(client, candidate, "https://id.example")) continue;
    const auto uri = cardea::parse_uri(candidate);
    if (!uri) std::abort();
    bool is_covered = false;
    for (const auto& pattern : client.redirect_uris) {
      is_covered = is_covered || covers(pattern.starts_with('/') ? "https://id.example" + pattern : pattern, *uri);
    }
    if (!is_covered) std::abort();
    if (policy[0] != '\0' && !cardea::is_safe_redirect(*uri)) std::abort();
  }
  return 0;
}
