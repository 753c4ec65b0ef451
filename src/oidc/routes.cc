#include "oidc/routes.h"

#include "oidc/authentik_paths.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/pushed_request.h"
#include "oidc/ciba/ciba.h"
#include "oidc/cors.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/introspect/introspection.h"
#include "oidc/logout/logout_endpoint.h"
#include "oidc/metadata/certs.h"
#include "oidc/metadata/discovery.h"
#include "oidc/metadata/realm_info.h"
#include "oidc/registration/registration_endpoint.h"
#include "oidc/revoke/revocation.h"
#include "oidc/status/status_endpoints.h"
#include "oidc/token/token_endpoint.h"
#include "oidc/userinfo/userinfo_endpoint.h"
#include "web/form.h"

namespace cardea::oidc {
namespace {

using Endpoint = web::Outcome (*)(const Dependencies&, const web::Request&);

constexpr std::string_view kReadMethods = "GET, HEAD, OPTIONS";
constexpr std::string_view kPostMethods = "POST, OPTIONS";

class Routes {
 public:
  Routes(web::Router& router, const Dependencies& dependencies) : router_(router), dependencies_(dependencies) {}

  void get(std::string_view pattern, Endpoint endpoint) { router_.get(pattern, bound(endpoint)); }
  void post(std::string_view pattern, Endpoint endpoint) { router_.post(pattern, bound(endpoint)); }
  void get_and_post(std::string_view pattern, Endpoint endpoint) {
    get(pattern, endpoint);
    post(pattern, endpoint);
  }
  /// The same at authentik's address.
  void get_at_source(std::string_view pattern, RealmEndpoint endpoint) {
    router_.get(pattern, at_source(std::move(endpoint)));
  }
  void post_at_source(std::string_view pattern, RealmEndpoint endpoint) {
    router_.post(pattern, at_source(std::move(endpoint)));
  }
  [[nodiscard]] RealmEndpoint endpoint(Endpoint endpoint) const {
    return [endpoint, &dependencies = dependencies_](const web::Request& request) {
      return endpoint(dependencies, request);
    };
  }
  /// Browsers at authentik's address go to `path` below the realm.
  void lead_to_realm(std::string_view pattern, std::string_view path) {
    const auto lead = [path, &dependencies = dependencies_](const web::Request& request) {
      return go_to_source_realm(dependencies, request, path);
    };
    router_.get(pattern, lead);
    router_.post(pattern, lead);
  }
  /// Pages of other origins may call it: answers their preflight requests.
  void shared(std::string_view pattern, std::string_view methods) {
    router_.options(pattern,
                    [methods](const web::Request& request) -> web::Outcome { return preflight(request, methods); });
  }

 private:
  [[nodiscard]] web::Handler at_source(RealmEndpoint endpoint) const {
    return [endpoint = std::move(endpoint), &dependencies = dependencies_](const web::Request& request) {
      return at_source_realm(dependencies, request, endpoint);
    };
  }
  web::Handler bound(Endpoint endpoint) const {
    return [endpoint, &dependencies = dependencies_](const web::Request& request) {
      return endpoint(dependencies, request);
    };
  }

  web::Router& router_;
  const Dependencies& dependencies_;
};

std::string protocol(std::string_view path) {
  return std::string("/realms/{realm}/protocol/openid-connect").append(path);
}

void add_metadata(Routes& routes, web::Router& router, const Dependencies& dependencies) {
  routes.get("/realms/{realm}", &realm_info_endpoint);
  routes.shared("/realms/{realm}", kReadMethods);
  routes.get(protocol("/certs"), &certs_endpoint);
  routes.shared(protocol("/certs"), "GET");
  auto documents = std::make_shared<DocumentCache>([&dependencies](const RealmEntry& realm, std::string_view base_url) {
    return discovery_json(realm, base_url, {!dependencies.channel.url.empty(), dependencies.client_certificates});
  });
  for (const std::string_view name : {"openid-configuration", "oauth-authorization-server"}) {
    const auto below_realm = std::string("/realms/{realm}/.well-known/").append(name);
    const auto below_root = std::string("/.well-known/").append(name).append("/realms/{realm}");
    for (const auto& pattern : {below_realm, below_root}) {
      router.get(pattern, [documents, &dependencies](const web::Request& request) {
        return discovery_endpoint(dependencies, *documents, request);
      });
      routes.shared(pattern, "GET");
    }
  }
  const std::string app = "/application/o/{app}";
  routes.get_at_source(app + "/.well-known/openid-configuration",
                       [documents, &dependencies](const web::Request& request) {
                         return discovery_endpoint(dependencies, *documents, request);
                       });
  routes.get_at_source(app + "/jwks", routes.endpoint(&certs_endpoint));
  routes.shared(app + "/.well-known/openid-configuration", "GET");
  routes.shared(app + "/jwks", "GET");
}

void add_client_endpoints(Routes& routes) {
  routes.post(protocol("/token"), &token_endpoint);
  routes.shared(protocol("/token"), kPostMethods);
  routes.post("/application/o/token", &authentik_token_endpoint);
  routes.shared("/application/o/token", kPostMethods);
  routes.post(protocol("/token/introspect"), &introspection_endpoint);
  routes.post(protocol("/revoke"), &revocation_endpoint);
  routes.shared(protocol("/revoke"), kPostMethods);
  routes.post(protocol("/ext/par/request"), &pushed_request_endpoint);
  routes.shared(protocol("/ext/par/request"), kPostMethods);
  routes.get_and_post(protocol("/userinfo"), &userinfo_endpoint);
  routes.shared(protocol("/userinfo"), kReadMethods);
  routes.post_at_source("/application/o/introspect", routes.endpoint(&introspection_endpoint));
  routes.post_at_source("/application/o/revoke", routes.endpoint(&revocation_endpoint));
  routes.shared("/application/o/revoke", kPostMethods);
  routes.get_at_source("/application/o/userinfo", routes.endpoint(&userinfo_endpoint));
  routes.post_at_source("/application/o/userinfo", routes.endpoint(&userinfo_endpoint));
  routes.shared("/application/o/userinfo", kReadMethods);
}

void add_browser_endpoints(Routes& routes) {
  routes.get_and_post(protocol("/auth"), &authorize_endpoint);  // no CORS at all (GEN-13)
  routes.get_and_post(protocol("/registrations"), &authorize_endpoint);
  routes.lead_to_realm("/application/o/authorize", "/protocol/openid-connect/auth");
  routes.lead_to_realm("/application/o/{app}/end-session", "/protocol/openid-connect/logout");
  routes.get_and_post(protocol("/logout"), &logout_endpoint);
  routes.shared(protocol("/logout"), kPostMethods);  // the form with a refresh token is sent by pages
  routes.get(protocol("/logout/logout-confirm"), &logout_endpoint);
  routes.post(protocol("/logout/logout-confirm"), &logout_confirm_endpoint);
  routes.get(protocol("/login-status-iframe.html"), &login_status_endpoint);
  routes.get(protocol("/login-status-iframe.html/init"), &login_status_init_endpoint);
  routes.get(protocol("/3p-cookies/step1.html"), &third_party_cookies_step1_endpoint);
  routes.get(protocol("/3p-cookies/step2.html"), &third_party_cookies_step2_endpoint);
}

/// A device asks at P/auth/device; people come to /realms/{realm}/device. Keycloak mounts one resource at both, so each
/// path answers both: a form with the person's code is a page, any other a client's request.
void add_device_endpoints(Routes& routes, web::Router& router, const Dependencies& dependencies) {
  auto limits = std::make_shared<DeviceLimits>();
  const std::string page = "/realms/{realm}/device";
  for (const auto& pattern : {page, protocol("/auth/device")}) {
    router.get(pattern, [limits, &dependencies](const web::Request& request) {
      return device_page_endpoint(dependencies, *limits, request);
    });
    router.post(pattern, [limits, &dependencies](const web::Request& request) {
      const auto form = web::Form::parse(request.body);
      const bool is_page = form && form->raw("device_user_code");
      return is_page ? device_page_endpoint(dependencies, *limits, request)
                     : device_authorization_endpoint(dependencies, *limits, request);
    });
    routes.shared(pattern, kPostMethods);
  }
  router.post(page + "/confirm", [limits, &dependencies](const web::Request& request) {
    return device_confirm_endpoint(dependencies, *limits, request);
  });
  routes.get(page + "/status", &device_status_endpoint);
  routes.post_at_source("/application/o/device", [limits, &dependencies](const web::Request& request) {
    return device_authorization_endpoint(dependencies, *limits, request);
  });
  routes.shared("/application/o/device", kPostMethods);
}

void add_ciba_endpoints(Routes& routes, web::Router& router, const Dependencies& dependencies) {
  auto prompts = std::make_shared<PromptLimit>();
  router.post(protocol("/ext/ciba/auth"), [prompts, &dependencies](const web::Request& request) {
    return backchannel_authentication_endpoint(dependencies, *prompts, request);
  });
  routes.post(protocol("/ext/ciba/auth/callback"), &ciba_callback_endpoint);
}

}  // namespace

void add_routes(web::Router& router, const Dependencies& dependencies) {
  Routes routes(router, dependencies);
  add_metadata(routes, router, dependencies);
  add_client_endpoints(routes);
  add_browser_endpoints(routes);
  add_device_endpoints(routes, router, dependencies);
  add_ciba_endpoints(routes, router, dependencies);
  add_registration_routes(router, dependencies);
}

}  // namespace cardea::oidc
