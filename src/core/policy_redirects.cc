#include "core/policy_redirects.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "core/client_urls.h"
#include "core/name_pattern.h"
#include "core/policy_settings.h"

namespace cardea {
namespace {

constexpr std::size_t kDomainsMax = 100;

/// The pattern behind the client's root URL; empty: an address of this server.
std::string absolute(const Client& client, std::string_view pattern) { return absolute_url(client, pattern, ""); }

bool is_own(const std::string& absolute) { return absolute.empty() || absolute.starts_with('/'); }

bool is_https(std::string_view text) {
  const auto uri = parse_uri(text);
  return uri && equal_ignoring_ascii_case(uri->scheme, "https");
}

bool is_secure_redirect(const Client& client, const std::string& pattern) {
  const auto address = absolute(client, pattern);
  return is_own(address) || (is_https(address) && !address.contains('*'));
}

/// A text that is an address, and may be missing.
bool is_secure(std::string_view text) {
  return text.empty() || text.starts_with('/') || text.starts_with("${") || is_https(text);
}

constexpr std::string_view kAddresses[] = {
    "jwks.url", "backchannel.logout.url", "frontchannel.logout.url", "logoUri", "policyUri", "tosUri"};

bool is_permitted_host(const json::object& settings, std::string_view host) {
  const auto* list = settings.if_contains("allow-permitted-domains");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return true;
  const auto& domains = list->get_array();
  return std::any_of(domains.begin(),
                     domains.begin() + static_cast<std::ptrdiff_t>(std::min(kDomainsMax, domains.size())),
                     [&](const json::value& domain) {
                       return domain.is_string() && fits_name_pattern(std::string_view(domain.get_string()), host);
                     });
}

bool is_allowed_scheme(const json::object& settings, const Uri& uri) {
  if (!uri.is_http()) return uri.scheme.contains('.') && is_on(settings, "allow-private-use-uri-scheme");
  if (equal_ignoring_ascii_case(uri.scheme, "https")) return is_permitted_host(settings, uri.host);
  if (uri.host == "127.0.0.1" && is_on(settings, "allow-ipv4-loopback-address")) return true;
  if ((uri.host == "::1" || uri.host == "[::1]") && is_on(settings, "allow-ipv6-loopback-address")) return true;
  const bool is_by_name_on_this_machine = uri.host == "localhost" && is_on(settings, "oauth-2-1-compliant");
  return is_on(settings, "allow-http-scheme") && !is_by_name_on_this_machine && is_permitted_host(settings, uri.host);
}

bool is_allowed_redirect(const json::object& settings, const Client& client, const std::string& pattern) {
  const auto address = absolute(client, pattern);
  if (is_own(address)) return true;
  const auto prefix = wildcard_prefix(address);
  if (address.contains('*')) {
    const bool is_only_last = prefix && !prefix->contains('*') && prefix->ends_with('/');
    if (!is_only_last || !is_on(settings, "allow-wildcard-context-path") || is_on(settings, "oauth-2-1-compliant"))
      return false;
  }
  const auto uri = parse_uri(prefix.value_or(address));
  return uri && is_allowed_scheme(settings, *uri);
}

}  // namespace

bool has_secure_uris(const Client& client) {
  const auto is_secure_attribute = [&](std::string_view name) { return is_secure(client.attribute(name)); };
  const auto is_secure_origin = [](const std::string& origin) { return origin == "+" || is_https(origin); };
  return is_secure(client.root_url) && is_secure(client.base_url) && is_secure(client.admin_url) &&
         std::ranges::all_of(client.redirect_uris, [&](const auto& uri) { return is_secure_redirect(client, uri); }) &&
         std::ranges::all_of(client.web_origins, is_secure_origin) &&
         std::ranges::all_of(kAddresses, is_secure_attribute);
}

void keep_secure_redirects(Client& client) {
  auto kept = client.redirect_uris;
  std::erase_if(kept, [&](const std::string& uri) { return !is_secure_redirect(client, uri); });
  client.redirect_uris = std::move(kept);
}

bool has_allowed_redirects(const json::object& settings, const Client& client) {
  return std::ranges::all_of(client.redirect_uris,
                             [&](const auto& uri) { return is_allowed_redirect(settings, client, uri); });
}

void keep_allowed_redirects(const json::object& settings, Client& client) {
  auto kept = client.redirect_uris;
  std::erase_if(kept, [&](const std::string& uri) { return !is_allowed_redirect(settings, client, uri); });
  client.redirect_uris = std::move(kept);
}

}  // namespace cardea
