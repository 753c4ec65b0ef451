#include "account/account.h"
#include "account/api.h"
#include "account/console.h"
#include "account/start_page.h"
#include "account/texts.h"

namespace cardea::account {
namespace {

constexpr std::string_view kBase = "/realms/{realm}/account";

void add_console_routes(web::Router& router, const Dependencies& dependencies) {
  const auto page = [&dependencies](const web::Request& request) {
    return with_path_realm(dependencies, request, [&dependencies, &request](RealmPtr realm) -> web::Outcome {
      if (wants_api(request)) return web::json_error(404, "HTTP 404 Not Found");
      return show_console(dependencies, request, std::move(realm));
    });
  };
  // The console's own router shows /account/account-security/signing-in and the like.
  for (const auto* below : {"/{page}", "/{page}/{part}"}) router.get(std::string(kBase).append(below), page);
}

}  // namespace

void add_routes(web::Router& router, const Dependencies& dependencies) {
  add_api_routes(router, dependencies);
  add_console_routes(router, dependencies);
  router.get("/resources/{realm}/{theme}/{locale}",
             [&dependencies](const web::Request& request) { return show_texts(dependencies, request); });
  router.get("/", [&dependencies](const web::Request& request) -> web::Outcome {
    return show_start_page(dependencies, request);
  });
}

}  // namespace cardea::account
