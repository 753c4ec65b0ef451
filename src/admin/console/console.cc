#include "admin/console/console.h"

#include "base/json.h"
#include "base/uri.h"
#include "core/realm_defaults.h"
#include "core/store_failure.h"
#include "core/with_settings.h"
#include "web/console_page.h"

namespace cardea::admin {
namespace {

using RealmPtr = std::shared_ptr<const RealmEntry>;

constexpr std::string_view kClientId = "security-admin-console";

web::Outcome page(const ConsoleDependencies& dependencies, const web::Request& request, const Realm& realm) {
  const auto server = dependencies.base_url.of(request);
  const auto sign_in = dependencies.base_url.of_realm(request, realm.name);  // where its people and tokens are
  const auto base_path = dependencies.base_url.relative_path(request);
  std::string environment;
  JsonWriter json(environment);
  json.begin_object().member("serverBaseUrl", sign_in).member("adminBaseUrl", server);
  json.member("authUrl", sign_in).member("authServerUrl", sign_in);
  json.member("realm", realm.name).member("clientId", kClientId);
  json.member("resourceUrl", base_path + dependencies.consoles.base_url() + "/admin");
  json.member("logo", "").member("logoUrl", "").member("darkMode", true);
  json.member("consoleBaseUrl", base_path + "/admin/" + percent_encode(realm.name) + "/console/");
  json.member("masterRealm", kMasterRealm).member("resourceVersion", dependencies.consoles.version);
  json.end_object();
  return web::console_page(dependencies.consoles, {.console = "admin",
                                                   .title = "Cardea administration",
                                                   .language = "en",
                                                   .environment = environment,
                                                   .base_path = base_path,
                                                   .server_base = sign_in});
}

web::Outcome show(const ConsoleDependencies& dependencies, const web::Request& request) {
  const auto failed = [&dependencies, &request](StoreError error) -> web::Outcome {
    dependencies.log.write(level_of(error), "console_failed",
                           {{"reason", describe(error)}, {"correlation_id", request.correlation_id}});
    auto response = web::json_error(503, "temporarily_unavailable", "The database does not answer. Try again.");
    response.add("Retry-After", "1");
    return response;
  };
  const auto defer = [&dependencies](auto step) {
    return web::then(dependencies.reads_block ? web::Lane::kStore : web::Lane::kInline, std::move(step));
  };
  return with_realm(Asking{dependencies.settings, request.remote_address, request.correlation_id,
                           dependencies.clock.now(), defer, failed},
                    request.path_parameter("realm"), [&dependencies, &request](const RealmPtr& realm) -> web::Outcome {
                      if (realm == nullptr) return web::json_error(404, "Realm not found.  Did you type in a bad URL?");
                      return page(dependencies, request, realm->realm);
                    });
}

}  // namespace

void add_console_routes(web::Router& router, const ConsoleDependencies& dependencies) {
  router.get("/admin/{realm}/console", [&dependencies](const web::Request& request) -> web::Outcome {
    // The redirect URI of the console's client ends in a slash.
    if (!request.path.ends_with('/')) {
      return web::redirect(dependencies.base_url.relative_path(request) + request.path + "/");
    }
    return show(dependencies, request);
  });
  router.get("/admin", [&dependencies](const web::Request& request) -> web::Outcome {
    return web::redirect(dependencies.base_url.relative_path(request) + "/admin/" + std::string(kMasterRealm) +
                         "/console/");
  });
}

}  // namespace cardea::admin
