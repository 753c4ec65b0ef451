#include "oidc/redirect_uri.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "oidc/redirect_pattern.h"

namespace cardea::oidc {
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

std::string resolved(const Client& client, std::string_view pattern, std::string_view server_base) {
  if (!pattern.starts_with('/')) return std::string(pattern);
  return std::string(root_of(client, server_base)).append(pattern);
}

bool is_allowed(const Client& client, const std::vector<std::string>& patterns, std::string_view text,
                std::string_view server_base) {
  const auto candidate = read_redirect_candidate(text);
  if (!candidate) return false;
  const bool is_classic = client.policy() == ClientPolicy::kClassic;
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    const auto absolute = resolved(client, pattern, server_base);
    return is_classic ? matches_classic(absolute, *candidate) : matches_exactly(absolute, *candidate);
  });
}

std::vector<std::string> post_logout_patterns(const Client& client) {
  const auto list = client.attribute("post.logout.redirect.uris");
  if (list.empty()) return client.redirect_uris;
  std::vector<std::string> patterns;
  for (const auto element : split(list, "##")) {
    if (element == "+") {
      patterns.insert(patterns.end(), client.redirect_uris.begin(), client.redirect_uris.end());
    } else if (element != "-" && !element.empty()) {
      patterns.emplace_back(element);
    }
  }
  return patterns;
}

/// Origin of a registered redirect URI, with or without wildcard; empty when it has none.
std::string origin_of_pattern(const std::string& absolute) {
  const auto uri = parse_uri(wildcard_prefix(absolute).value_or(absolute));
  return uri ? uri->origin() : std::string();
}

void add_new(std::vector<std::string>& list, std::string value) {
  if (!value.empty() && std::ranges::find(list, value) == list.end()) list.push_back(std::move(value));
}

}  // namespace

bool is_redirect_allowed(const Client& client, std::string_view candidate, std::string_view server_base) {
  return is_allowed(client, client.redirect_uris, candidate, server_base);
}

bool is_post_logout_redirect_allowed(const Client& client, std::string_view candidate, std::string_view server_base) {
  return is_allowed(client, post_logout_patterns(client), candidate, server_base);
}

std::optional<std::string> only_redirect_uri(const Client& client, std::string_view server_base) {
  if (client.redirect_uris.size() != 1 || client.redirect_uris.front().ends_with('*')) return std::nullopt;
  auto absolute = resolved(client, client.redirect_uris.front(), server_base);
  if (!is_redirect_allowed(client, absolute, server_base)) return std::nullopt;
  return absolute;
}

std::vector<std::string> web_origins(const Client& client, std::string_view server_base) {
  std::vector<std::string> origins;
  for (const auto& origin : client.web_origins) {
    if (origin != "+") {
      add_new(origins, origin);
      continue;
    }
    for (const auto& pattern : client.redirect_uris) {
      add_new(origins, origin_of_pattern(resolved(client, pattern, server_base)));
    }
  }
  return origins;
}

std::optional<std::string> home_url(const Client& client, std::string_view server_base) {
  if (client.base_url.empty()) return std::nullopt;
  auto absolute = resolved(client, client.base_url, server_base);
  const auto uri = parse_uri(absolute);
  if (!uri || !uri->is_http()) return std::nullopt;
  return absolute;
}

}  // namespace cardea::oidc
