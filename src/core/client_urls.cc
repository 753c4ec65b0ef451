#include "core/client_urls.h"

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

std::string_view origin_part(std::string_view base) {
  const auto authority = base.find("://");
  return authority == std::string_view::npos ? base : base.substr(0, base.find('/', authority + 3));
}

/// What a pattern that starts with '/' is put behind.
std::string_view root_of(const Client& client, std::string_view server_base) {
  if (client.root_url.empty()) return origin_part(server_base);
  if (client.root_url == "${authBaseUrl}" || client.root_url == "${authAdminUrl}") return server_base;
  return client.root_url;
}

/// Origin of a registered redirect URI, with or without wildcard; empty when it has none or is of an app's own scheme.
std::string origin_of_pattern(const std::string& absolute) {
  const auto uri = parse_uri(wildcard_prefix(absolute).value_or(absolute));
  return uri && uri->is_http() ? uri->origin() : std::string();
}

void add_new(std::vector<std::string>& list, std::string value) {
  if (!value.empty() && std::ranges::find(list, value) == list.end()) list.push_back(std::move(value));
}

}  // namespace

std::string absolute_url(const Client& client, std::string_view url, std::string_view server_base) {
  if (!url.starts_with('/')) return std::string(url);
  return std::string(root_of(client, server_base)).append(url);
}

std::optional<std::string> wildcard_prefix(std::string_view pattern) {
  if (!pattern.ends_with('*') || pattern.find_first_of("?#") != std::string_view::npos) return std::nullopt;
  std::string prefix(pattern.substr(0, pattern.size() - 1));
  const auto authority = prefix.find("://");
  if (authority == std::string::npos || authority + 3 == prefix.size()) return prefix;
  if (prefix.find('/', authority + 3) == std::string::npos) prefix += '/';
  return prefix;
}

bool is_safe_redirect(const Uri& uri) {
  if (uri.is_http()) return equal_ignoring_ascii_case(uri.scheme, "https") || uri.is_loopback();
  return uri.scheme.contains('.');
}

std::vector<std::string> web_origins(const Client& client, std::string_view server_base) {
  std::vector<std::string> origins;
  for (const auto& origin : client.web_origins) {
    if (origin != "+") {
      add_new(origins, origin);
      continue;
    }
    for (const auto& pattern : client.redirect_uris) {
      add_new(origins, origin_of_pattern(absolute_url(client, pattern, server_base)));
    }
  }
  return origins;
}

}  // namespace cardea
