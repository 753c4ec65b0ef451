// The OpenID provider's endpoints (keycloak.md section 1). One folder per endpoint, each a plain function from a
// request to its Outcome; `add_routes` registers them all. They share one struct of what they are given: an endpoint
// can reach more than it uses, and what it does use its own code says.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "domain/authorization.h"
#include "domain/foreign_jwt.h"
#include "web/base_url.h"
#include "web/outcome.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::oidc {

class ClientKeys;
/// keys_at_address.h; apart, so that this header stays small.
[[nodiscard]] std::shared_ptr<ClientKeys> make_client_keys();

/// Shows the login page for a checked request; `login` does it, app/wire joins them. `steps_up`: a live session of
/// `username_shown` that reached too low a level; only what is missing is asked.
using StartLogin =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, AuthorizationRequest,
                               std::string username_shown, std::optional<SessionId> steps_up)>;
/// Runs required actions of a person who is signed in already.
using RequireActions =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, AuthorizationRequest,
                               Authentication, std::vector<std::string> actions)>;

/// Checks a token of one of the realm's providers that a client shows as its proof; `broker` does it. Calls `next` on
/// the inline lane.
using CheckForeignJwt =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, const Client&, std::string token,
                               std::move_only_function<web::Outcome(Result<ForeignJwt, ForeignJwtRefusal>)> next)>;

/// The same for a token that is a provider's word for somebody (RFC 7523 section 2.1, RFC 8693).
using CheckGrantJwt = CheckForeignJwt;

/// Calls `next` with the name of the realm that has authentik's paths, which name none; empty: none has. `broker`
/// knows.
using WithSourceRealm =
    std::function<web::Outcome(const web::Request&, std::move_only_function<web::Outcome(const std::string&)> next)>;

/// Calls `next` with where the browser signs out at the provider that vouched for a session, to come back to `target`
/// (empty: to a page of ours); empty: nowhere. `broker` knows.
using UpstreamLogoutUrl =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, const UserSession&,
                               std::string target, std::move_only_function<web::Outcome(const std::string&)> next)>;

/// For a session that is used: calls `next` with whether the provider that vouched for it still stands by the person.
/// `broker` knows.
using CheckUpstream =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, const UserSession&,
                               std::move_only_function<web::Outcome(bool is_vouched_for)> next)>;

/// How people are asked on a device of theirs (OpenID CIBA Core; ciba/ciba.h). Without it there is no such grant.
struct AuthenticationChannel {
  std::string url;                         // of whatever reaches the device; empty: none
  const crypto::Sealer* sealer = nullptr;  // seals what comes back with the answer; set where `url` is
};

/// What frames every page of a realm: name, language, look; `login` knows.
using FrameFor = std::function<web::PageFrame(const web::Request&, const Realm&)>;

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  web::Pages& pages;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  LoginGuard& login_guard;
  StartLogin start_login;
  RequireActions require_actions;
  FrameFor frame = [](const web::Request&, const Realm& realm) { return web::PageFrame{.name = display_name(realm)}; };
  bool client_certificates = true;  // they reach us: by our own TLS, or by a proxy's header
  bool legacy_logout = false;       // logout by `redirect_uri` asks nobody
  bool production = true;           // start rather than start-dev: certs are cacheable for long
  std::shared_ptr<ClientKeys> client_keys = make_client_keys();
  AuthenticationChannel channel = {};
  CheckForeignJwt check_foreign_jwt = {};
  CheckGrantJwt check_grant_jwt = {};
  WithSourceRealm with_source_realm = {};
  UpstreamLogoutUrl upstream_logout_url = {};
  CheckUpstream check_upstream = {};
};

}  // namespace cardea::oidc
