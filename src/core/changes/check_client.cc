#include "core/changes/check_client.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"
#include "core/client_urls.h"
#include "core/token/issue_token.h"
#include "jose/key_management.h"

namespace cardea {
namespace {

/// What would protect a client in Keycloak and is not done here: nobody shall believe that it is.
constexpr std::string_view kProtectionsNotThere[] = {"x509.casubjectdn"};

/// Attributes that end in `.alg` and `.enc`: what we encrypt for a client, and what it encrypts for us.
constexpr std::string_view kEncryptedByUs[] = {"id.token.encrypted.response", "user.info.encrypted.response",
                                               "authorization.encrypted.response"};
constexpr std::string_view kEncryptedByClient = "request.object.encryption";

/// Where pages lead people to.
constexpr std::pair<std::string_view, std::string_view> kShownUrls[] = {
    {"logoUri", "Logo URL"}, {"policyUri", "Policy URL"}, {"tosUri", "Terms of service URL"}};

bool asks_for_nothing(std::string_view value) { return value.empty() || value == "false" || value == "any"; }

/// An absolute http URL, a path of ours, or what Keycloak's own clients have.
bool is_url(std::string_view text) {
  if (text.empty() || text.starts_with('/') || text.starts_with("${")) return true;
  const auto uri = parse_uri(text);
  return uri && uri->is_http();
}

}  // namespace

std::vector<std::string> unknown_encryption(const Client& client) {
  std::vector<std::string> unknown;
  const auto check = [&](std::string_view attribute, bool is_ours) {
    const auto alg = std::string(attribute) + ".alg", enc = std::string(attribute) + ".enc";
    const auto is_open = [&](std::string_view value) { return value.empty() || (!is_ours && value == "any"); };
    const auto management = jose::parse_key_management(client.attribute(alg));
    const bool is_run = management && (is_ours || !jose::is_agreement(*management));
    if (!is_open(client.attribute(alg)) && !is_run) unknown.push_back(alg);
    if (!is_open(client.attribute(enc)) && !jose::parse_content_encryption(client.attribute(enc)))
      unknown.push_back(enc);
  };
  for (const auto attribute : kEncryptedByUs) check(attribute, true);
  check(kEncryptedByClient, false);
  return unknown;
}

bool is_redirect_refused_by_policy(const Client& client, std::string_view pattern) {
  if (client.policy() == ClientPolicy::kClassic) return false;
  const auto uri = parse_uri(absolute_url(client, pattern, "https://server"));
  return uri && !is_safe_redirect(*uri);
}

std::vector<std::string> client_problems(const Client& client, bool production) {
  std::vector<std::string> problems;
  const auto add = [&](std::string text) {
    if (std::ranges::find(problems, text) == problems.end()) problems.push_back(std::move(text));
  };
  if (check_name(client.client_id)) add("The client ID must be 1 to 255 characters");
  if (!is_url(client.root_url)) add("Root URL is not a valid URL");
  if (!is_url(client.base_url)) add("Base URL is not a valid URL");
  if (!is_url(client.admin_url)) add("Admin URL is not a valid URL");
  for (const auto& uri : client.redirect_uris) {
    if (!check_redirect_uri(uri)) continue;
    add(uri.contains('#') ? "A redirect URI must not contain an URL fragment"
                          : "A redirect URI uses an illegal scheme");
  }
  const auto is_refused = [&](const std::string& uri) { return is_redirect_refused_by_policy(client, uri); };
  if (production && std::ranges::any_of(client.redirect_uris, is_refused))
    add("A redirect URI of a client with cardea.policy must use https, an address of this machine, or an app's own "
        "scheme with a dot");
  if (client.protocol != "openid-connect" && client.protocol != "saml") add("Unknown protocol");
  for (const std::string_view key : {"backchannel.logout.url", "frontchannel.logout.url", "jwks.url",
                                     "ciba.backchannel.client.notification.endpoint"}) {
    const auto url = client.attribute(key);
    const auto parsed = parse_uri(url);
    if (!url.empty() && (!parsed || !parsed->is_http())) add(std::string(key).append(" is not a valid URL"));
  }
  for (const auto& [key, name] : kShownUrls) {
    if (!is_url(client.attribute(key))) add(std::string(name).append(" is not a valid URL"));
  }
  for (const auto uri : split(client.attribute("post.logout.redirect.uris"), "##")) {
    if (const auto text = trim(uri); !text.empty() && check_redirect_uri(text)) {
      add(text.contains('#') ? "A post-logout redirect URI must not contain an URL fragment"
                             : "A post-logout redirect URI uses an illegal scheme");
    }
  }
  for (const auto key : kProtectionsNotThere) {
    if (!asks_for_nothing(client.attribute(key))) add(std::string(key).append(" is not supported by this server"));
  }
  for (const auto& key : unknown_encryption(client)) add(key + " is not supported by this server");
  if (const auto back = client.attribute(kBackdateAttribute); !back.empty()) {
    const auto number = parse_integer<std::int64_t>(back);
    if (!number || *number < 0 || *number > kBackdateMax.count())
      add(std::string(kBackdateAttribute).append(" is a number from 0 to 30"));
  }
  return problems;
}

}  // namespace cardea
