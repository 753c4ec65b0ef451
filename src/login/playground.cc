#include "login/playground.h"

namespace cardea::login {

void add_playground_routes(web::Router& router, PlaygroundDependencies dependencies) {
  const auto page = [dependencies](const web::Request& request) -> web::Outcome {
    web::PageData data;
    data.text("title", "Playground").text("server", dependencies.base_url.of(request)).flag("wide", true);
    return dependencies.pages.render("playground", 200, data,
                                     {.form_targets = {}, .script = true, .connect_self = true});
  };
  router.get("/playground", page);
  router.get("/playground/callback", page);
}

Client playground_client(const Realm& realm, Random& random) {
  Client client;
  client.id = ClientId(random_uuid(random));
  client.client_id = "playground";
  client.name = "Playground";
  client.description = "The page /playground of a development server";
  client.public_client = true;
  client.direct_access_grants_enabled = false;
  client.redirect_uris = {"/playground/callback"};
  client.attributes = {{"pkce.code.challenge.method", "S256"}, {"post.logout.redirect.uris", "/playground"}};
  client.default_scopes = realm.default_scopes;
  client.optional_scopes = realm.optional_scopes;
  return client;
}

}  // namespace cardea::login
