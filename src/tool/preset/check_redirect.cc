#include "tool/preset/check_redirect.h"

#include "base/uri.h"
#include "upstream/entra_cloud.h"

namespace cardea::tool {
namespace {

std::string setting(const json::object& provider, std::string_view name) {
  const auto* config = provider.if_contains("config");
  return config != nullptr && config->is_object() ? std::string(string_or(config->get_object(), name, ""))
                                                  : std::string();
}

/// Empty: the record does not say.
std::string authorization_url_of(const json::object& provider) {
  if (auto written = setting(provider, "authorizationUrl"); !written.empty()) return written;
  const auto kind = string_or(provider, "providerId", "");
  if (kind != "entra" && kind != "microsoft") return {};
  const std::string base(upstream::entra_cloud(setting(provider, "cloud")).login);
  const auto tenant = setting(provider, "tenantId");
  return base + "/" + (tenant.empty() ? std::string("common") : percent_encode(tenant)) + "/oauth2/v2.0/authorize";
}

}  // namespace

std::string redirect_uri_of(const json::object& provider, std::string_view realm_url) {
  const auto alias = percent_encode(string_or(provider, "alias", ""));
  if (setting(provider, "callbackPath") != "source") {
    return std::string(realm_url) + "/broker/" + alias + "/endpoint";
  }
  return std::string(realm_url.substr(0, realm_url.rfind("/realms/"))) + "/source/oauth/callback/" + alias + "/";
}

std::optional<std::string> check_redirect(const json::object& provider, std::string_view realm_url,
                                          const Dependencies& deps) {
  auto address = authorization_url_of(provider);
  if (address.empty()) return std::nullopt;
  const auto redirect_uri = redirect_uri_of(provider, realm_url);
  append_query(address, "client_id", setting(provider, "clientId"));
  append_query(address, "redirect_uri", redirect_uri);
  append_query(address, "response_type", "code");
  append_query(address, "scope", "openid");
  append_query(address, "state", "cardea-check");
  const auto url = web::ConfiguredUrl::parse(address);
  const auto answer = url ? deps.call(web::get_request(*url, "text/html")) : web::Fetched();
  if (!answer) return std::nullopt;
  const bool is_entras_word = answer->body.find("AADSTS50011") != std::string::npos;
  const bool is_keycloaks_word = answer->status == 400 && answer->body.find("redirect_uri") != std::string::npos;
  if (!is_entras_word && !is_keycloaks_word) return std::nullopt;
  return "identity provider " + std::string(string_or(provider, "alias", "")) +
         ": the redirect URI is not registered there" + (is_entras_word ? " (AADSTS50011)" : "") + "; register " +
         redirect_uri;
}

}  // namespace cardea::tool
