// The playground of start-dev: a page that signs in as any public client with PKCE and shows the tokens, decoded and
// explained. It is a client like any other: all it does goes through the public endpoints. Never part of `start`.
#pragma once

#include <functional>

#include "base/random.h"
#include "domain/client.h"
#include "domain/realm.h"
#include "web/base_url.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::login {

struct PlaygroundDependencies {
  const web::Pages& pages;
  const web::BaseUrl& base_url;
};

/// Registers GET /playground and /playground/callback. Keeps the references.
void add_playground_routes(web::Router& router, PlaygroundDependencies dependencies);

/// The client the page offers first: public, code flow with S256 only, its own callback as the only redirect URI, the
/// realm's default scopes. start-dev stores it in the realm `master` when it makes that realm; a server that was
/// started for production never has it.
[[nodiscard]] Client playground_client(const Realm& realm, Random& random);

}  // namespace cardea::login
