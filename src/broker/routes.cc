#include "broker/broker.h"
#include "broker/callback.h"
#include "broker/confirm.h"
#include "broker/source.h"
#include "broker/start.h"
#include "broker/stored_token.h"
#include "broker/upstream_logout.h"
#include "web/cors.h"

namespace cardea::broker {
namespace {

using Handler = web::Outcome (*)(const Dependencies&, const web::Request&);

}  // namespace

void add_routes(web::Router& router, const Dependencies& dependencies) {
  const auto handled = [&dependencies](Handler handler) -> web::Handler {
    return [&dependencies, handler](const web::Request& request) { return handler(dependencies, request); };
  };
  router.get("/realms/{realm}/broker/{alias}/login", handled(start_upstream_login));
  router.get("/realms/{realm}/broker/{alias}/endpoint", handled(take_callback));
  router.post("/realms/{realm}/broker/{alias}/endpoint", handled(take_callback_post));
  router.get("/realms/{realm}/broker/{alias}/token", handled(give_stored_token));
  router.options("/realms/{realm}/broker/{alias}/token", [](const web::Request& request) -> web::Outcome {
    return web::cors_preflight(request, "GET, OPTIONS");
  });
  router.post("/realms/{realm}/login-actions/first-broker-login", handled(confirm_link));
  router.post("/realms/{realm}/broker/{alias}/endpoint/backchannel-logout", handled(take_backchannel_logout));
  router.post("/realms/{realm}/protocol/openid-connect/logout/backchannel-logout",
              handled(take_realms_backchannel_logout));
  router.get("/realms/{realm}/broker/{alias}/endpoint/frontchannel-logout", handled(take_frontchannel_logout));
  router.get("/realms/{realm}/broker/{alias}/endpoint/logout_response", handled(take_logout_response));
  router.get("/source/oauth/login/{alias}", handled(start_source));
  router.get("/source/oauth/callback/{alias}", handled(take_source_callback));
  router.post("/source/oauth/callback/{alias}", handled(take_callback_post));
}

}  // namespace cardea::broker
