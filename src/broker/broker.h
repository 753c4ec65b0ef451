// Signing people in at other providers (keycloak.md section 1.17; guides.md G2). `login` hands over a login on its way
// (`pause`), the person goes to the provider and comes back to our callback; what the provider proved is checked
// (`upstream`), matched with an account (decide.h), and the login goes on (`resume`). Neither module includes the
// other.
//
// What binds a callback to the browser that left: the sealed state, which names a cookie by its hash, which holds the
// login, which is bound to the flow's cookie (state.h). Each state is good for one login.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "broker/graph_pause.h"
#include "broker/source_paths.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "domain/identity_provider.h"
#include "domain/session.h"
#include "domain/upstream_login.h"
#include "upstream/memory.h"
#include "web/base_url.h"
#include "web/outcome.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::broker {

using RealmPtr = std::shared_ptr<const RealmEntry>;
using PausedNext = std::move_only_function<web::Outcome(PausedLogin, const AuthorizationRequest&)>;

/// What `login` does for us; each checks that the login belongs to this browser.
struct LoginSide {
  std::function<web::Outcome(const web::Request&, RealmPtr, PausedNext)> pause;
  std::function<web::Outcome(const web::Request&, RealmPtr, PausedLogin, PausedNext)> check_paused;
  std::function<web::Outcome(const web::Request&, RealmPtr, PausedLogin, UpstreamSignIn)> resume;
  /// The login's page again: a reason for the log, a message for the person.
  std::function<web::Outcome(const web::Request&, RealmPtr, PausedLogin, std::string reason, std::string message)> show;
  /// A fresh login for the same request, in which only this user may sign in.
  std::function<web::Outcome(const web::Request&, RealmPtr, AuthorizationRequest, std::string username)> start;
};

/// Callbacks of one address, and of one state. A login that was completed uses nothing up.
inline constexpr LoginRates kCallbackRates{.address = {64, seconds{1}}, .account = {5, seconds{600}}};

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const crypto::Sealer& sealer;
  web::Pages& pages;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  LoginSide login;
  /// What frames every page of a realm.
  std::function<web::PageFrame(const web::Request&, const Realm&)> frame = [](const web::Request&, const Realm& realm) {
    return web::PageFrame{.name = display_name(realm)};
  };
  std::shared_ptr<upstream::Memory> memory = std::make_shared<upstream::Memory>();
  std::shared_ptr<SourcePaths> source_paths = std::make_shared<SourcePaths>();
  /// Runs a function, and the steps of what it gives, beside the requests, on threads that may wait. False: too many
  /// wait already, and it was not taken. Empty: there is no such place, and whoever signs in waits instead.
  std::function<bool(std::move_only_function<web::Outcome()>)> in_background = {};
  std::shared_ptr<GraphPause> graph_pause = std::make_shared<GraphPause>();
  /// Codes that may be brought here: each costs a request with our secret at the provider.
  std::shared_ptr<LoginGuard> callback_guard = std::make_shared<LoginGuard>(clock, random, kCallbackRates);

  /// What is remembered for this configuration of the provider: whoever changes it sees what is there now.
  [[nodiscard]] upstream::Reach reach(const IdentityProvider& provider) const;
};

/// `/realms/{realm}/broker/{alias}/...`, `login-actions/first-broker-login`, and authentik's `/source/oauth/...`.
/// `dependencies` outlive the router and every Outcome it gave.
void add_routes(web::Router& router, const Dependencies& dependencies);

/// For `admin`, when a provider's record changes: whose word its links rest on, as far as the record alone says: an
/// issuer, maybe a template; of plain OAuth 2.0 who is asked about people; else where the issuer's document is. Empty:
/// it names nobody.
[[nodiscard]] std::string issuer_of_links(const IdentityProvider& provider);

/// For `login`: links what a provider proved before (AuthorizationRequest::link_handle) to the account that has signed
/// in now. Refuses another account than the one it was proven for.
[[nodiscard]] web::Outcome link_upstream(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                         const std::string& handle, const UserId& user,
                                         std::move_only_function<web::Outcome()> next);

/// For logout here: where the browser signs out at the provider that vouched for `session` and comes back to `target`
/// from (empty: our own page), as the provider's record says: `logoutUrl`, or `logoutAtProvider` = `true`. Empty: it
/// does not, or the provider was told without it (`backchannelSupported`). Whose session it was is said there only
/// while it has the note kUpstreamSubjectNote.
using UpstreamLogoutNext = std::move_only_function<web::Outcome(const std::string& url)>;
[[nodiscard]] web::Outcome upstream_logout_url(const Dependencies& dependencies, const web::Request& request,
                                               RealmPtr realm, const UserSession& session, std::string target,
                                               UpstreamLogoutNext next);

/// For a session that is used: does the provider that vouched for it still stand by the person? Asks it as often as its
/// record says (upstream_check.h), else never. False: they must sign in again, and where the provider said so their
/// sessions have ended.
using UpstreamCheckNext = std::move_only_function<web::Outcome(bool is_vouched_for)>;
[[nodiscard]] web::Outcome check_upstream(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                          const UserSession& session, UpstreamCheckNext next);

}  // namespace cardea::broker
