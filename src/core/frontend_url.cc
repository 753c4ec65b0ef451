#include "core/frontend_url.h"

#include <algorithm>

#include "base/uri.h"

namespace cardea {

namespace {

/// A name or an address and nothing else: it goes into headers as it stands (Content-Security-Policy).
bool is_plain_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == ':';
  });
}

}  // namespace

std::optional<std::string> parse_frontend_url(std::string_view text) {
  const auto uri = parse_uri(text);
  if (!uri || !uri->is_http() || uri->userinfo || uri->query || uri->fragment) return std::nullopt;
  if (!is_plain_host(uri->host)) return std::nullopt;
  // It becomes the path of cookies and the start of every redirect: read by all in the same way.
  const bool is_plain = uri->path.find_first_of("%;,\"*'") == std::string::npos &&
                        uri->path.find("//") == std::string::npos && uri->path.find("/.") == std::string::npos;
  if (!is_plain) return std::nullopt;
  std::string url(text);
  if (url.ends_with('/')) url.pop_back();
  return url;
}

std::string frontend_url(const Realm& realm) {
  const auto found = realm.attributes.find(std::string(kFrontendUrl));
  if (found == realm.attributes.end() || found->second.empty()) return {};
  return parse_frontend_url(found->second).value_or(std::string());
}

}  // namespace cardea
