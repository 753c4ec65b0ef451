#include "oidc/redirect_uri.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "core/client_urls.h"
#include "oidc/redirect_pattern.h"

namespace cardea::oidc {
namespace {

bool is_allowed(const Client& client, const std::vector<std::string>& patterns, std::string_view text,
                std::string_view server_base) {
  const auto candidate = read_redirect_candidate(text);
  if (!candidate) return false;
  const bool is_classic = client.policy() == ClientPolicy::kClassic;
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    const auto absolute = absolute_url(client, pattern, server_base);
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

}  // namespace

bool is_redirect_allowed(const Client& client, std::string_view candidate, std::string_view server_base,
                         bool production) {
  if (!is_allowed(client, client.redirect_uris, candidate, server_base)) return false;
  if (client.policy() == ClientPolicy::kClassic || !production) return true;
  const auto uri = parse_uri(candidate);
  return uri && is_safe_redirect(*uri);
}

bool is_post_logout_redirect_allowed(const Client& client, std::string_view candidate, std::string_view server_base) {
  return is_allowed(client, post_logout_patterns(client), candidate, server_base);
}

std::optional<std::string> only_redirect_uri(const Client& client, std::string_view server_base, bool production) {
  if (client.redirect_uris.size() != 1 || client.redirect_uris.front().ends_with('*')) return std::nullopt;
  auto absolute = absolute_url(client, client.redirect_uris.front(), server_base);
  if (!is_redirect_allowed(client, absolute, server_base, production)) return std::nullopt;
  return absolute;
}

bool is_same_redirect_uri(std::string_view sent, std::string_view authorized) {
  if (sent == authorized) return true;
  const auto left = parse_uri(sent);
  const auto right = parse_uri(authorized);
  if (!left || !right || !left->is_loopback() || !right->is_loopback()) return false;
  const auto& shorter = sent.size() < authorized.size() ? *left : *right;
  const auto& longer = sent.size() < authorized.size() ? *right : *left;
  // All else must be the same text: one character more, which is the path.
  const bool one_more = std::max(sent.size(), authorized.size()) - std::min(sent.size(), authorized.size()) == 1;
  return one_more && shorter.path.empty() && longer.path == "/" && shorter.scheme == longer.scheme &&
         shorter.userinfo == longer.userinfo && shorter.host == longer.host && shorter.port == longer.port &&
         shorter.query == longer.query && shorter.fragment == longer.fragment;
}

std::optional<std::string> home_url(const Client& client, std::string_view server_base) {
  if (client.base_url.empty()) return std::nullopt;
  auto absolute = absolute_url(client, client.base_url, server_base);
  const auto uri = parse_uri(absolute);
  if (!uri || !uri->is_http()) return std::nullopt;
  return absolute;
}

}  // namespace cardea::oidc
