// Signing a person in: the pages between an authorization request and its answer (keycloak.md sections 1.16 and 10).
// `oidc` hands over a checked request (`start`), `login` proves who the person is, and hands back what was proven
// (`CompleteInteraction`). Neither module includes the other; app/wire joins them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "domain/interaction.h"
#include "web/base_url.h"
#include "web/outcome.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::login {

/// Ends an interaction: makes the session and the answer to the client. Called once nothing is left to prove or to do.
/// The request is the person's last POST; its answer is the redirect to the client.
using CompleteInteraction = std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>,
                                                       const AuthorizationRequest&, const Authentication&)>;

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const crypto::Sealer& sealer;
  web::Pages& pages;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  CompleteInteraction complete;
};

class Login {
 public:
  explicit Login(Dependencies dependencies);

  /// Opens an interaction and answers with the login page (200). `username_shown`: prompt=login in a live session; only
  /// that user may sign in. Writes nothing to the database; sets the cookie that binds the flow to this browser.
  [[nodiscard]] web::Outcome start(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                   AuthorizationRequest authorization, std::string username_shown);

  /// A person who is signed in already (single sign-on) but must still do something: the same pages, from a row.
  [[nodiscard]] web::Outcome require_actions(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                             AuthorizationRequest authorization, Authentication proven,
                                             std::vector<std::string> actions);

  /// Registers `/realms/{realm}/login-actions/...`.
  void add_routes(web::Router& router);

 private:
  Dependencies dependencies_;
};

}  // namespace cardea::login
