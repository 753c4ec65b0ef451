#include "oidc/status/status_endpoints.h"

#include <algorithm>

#include "base/uri.h"
#include "core/client_urls.h"
#include "oidc/endpoint.h"
#include "oidc/redirect_uri.h"
#include "oidc/status/status_page.h"
#include "web/form.h"

namespace cardea::oidc {
namespace {

/// The page, once the realm is known to be there. `version` is Keycloak's way to let the page be cached; we have none.
web::Outcome show(const Dependencies& dependencies, const web::Request& request, const StatusPage& page) {
  return with_path_realm(dependencies, request,
                         [&request, &page](const std::shared_ptr<const RealmEntry>&) -> web::Outcome {
                           const auto query = web::Form::parse(request.query);
                           if (!query || query->value("version")) return web::empty_response(404);
                           return page.response();
                         });
}

}  // namespace

bool may_ask_login_status(const Client& client, std::string_view origin, std::string_view server_base) {
  if (!client.enabled || origin.empty()) return false;
  const auto server = parse_uri(server_base);
  if (server && server->origin() == origin) return true;
  const auto origins = web_origins(client, server_base);
  return std::ranges::any_of(origins, [&](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

web::Outcome login_status_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return show(dependencies, request, login_status_page());
}

web::Outcome third_party_cookies_step1_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return show(dependencies, request, third_party_cookies_step1_page());
}

web::Outcome third_party_cookies_step2_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return show(dependencies, request, third_party_cookies_step2_page());
}

web::Outcome login_status_init_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const auto query = web::Form::parse(request.query);
        const std::string client_id(query ? query->value_or("client_id", "") : "");
        const std::string origin(query ? query->value_or("origin", "") : "");
        if (client_id.empty() || origin.empty()) return web::empty_response(403);
        return with_client_entry(
            dependencies, request, realm, client_id,
            [&dependencies, &request, origin, realm](const std::shared_ptr<const ClientEntry>& client) {
              const bool may_ask = client != nullptr &&
                                   may_ask_login_status(client->client, origin,
                                                        dependencies.base_url.of_realm(
                                                            request, address_realm(client->client, realm->realm.name)));
              auto response = web::empty_response(may_ask ? 204 : 403);
              response.add("Cache-Control", "no-store");
              return web::Outcome(std::move(response));
            });
      });
}

}  // namespace cardea::oidc
