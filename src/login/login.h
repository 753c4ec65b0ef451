// Signing a person in: the pages between an authorization request and its answer (keycloak.md sections 1.16 and 10).
// `oidc` hands over a checked request (`start`), `login` proves who the person is, and hands back what was proven
// (`CompleteInteraction`). Neither module includes the other; app/wire joins them.
//
// Where a run stands is an Interaction: sealed in the form's URL until the password is proven, then in a row until the
// required actions are done. Both are bound to the browser by a cookie (flow_cookie.h), and both are the CSRF token of
// their form. A GET proves nothing and ends nothing; where a live session must still do something it opens a row, and
// may send a mail, as often as mail_limits.h allows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/login_guard.h"
#include "core/mail/mailer.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "domain/interaction.h"
#include "domain/upstream_login.h"
#include "web/base_url.h"
#include "web/outcome.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::login {

/// Ends an interaction: makes the session and the answer to the client. Called once nothing is left to prove or to do.
/// The request is the person's last POST; its answer is the redirect to the client.
using CompleteInteraction = std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>,
                                                       const AuthorizationRequest&, const Authentication&)>;

/// Ends an interaction without success: tells the client that the person said no (access_denied, RFC 6749
/// section 4.1.2.1), once client and redirect URI are found good again.
using DenyInteraction =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, const AuthorizationRequest&)>;

/// Why the client may not go on with a request that was checked when it came: what it was allowed then may be gone.
/// `oidc`'s rule, the same at each step and at the end; a reason for the log. `client` may be null.
using WhyClientMayNot = std::function<std::optional<std::string>(const ClientEntry* client, const AuthorizationRequest&,
                                                                 std::string_view server_base)>;

/// Is the redirect URI still one of the client's? `oidc`'s rule (keycloak.md section 1.6); `server_base` is our base
/// URL.
using IsRedirectAllowed =
    std::function<bool(const Client&, std::string_view redirect_uri, std::string_view server_base)>;

/// Sends an error to the client of a request whose redirect URI was checked: `oidc`'s rule for every response mode.
using AnswerWithError =
    std::function<web::Response(const web::Request&, const RealmEntry&, const Client&, const AuthorizationRequest&,
                                std::string_view error, std::string_view description)>;

/// Links what an upstream provider proved before (AuthorizationRequest::link_handle) to the account that has just
/// signed in, and calls `next`; or refuses. `broker` does it.
using LinkUpstream =
    std::function<web::Outcome(const web::Request&, std::shared_ptr<const RealmEntry>, const std::string& handle,
                               const UserId&, std::move_only_function<web::Outcome()> next)>;

/// A login that waits for a provider's answer, and the request it began with.
using PausedNext = std::move_only_function<web::Outcome(PausedLogin, const AuthorizationRequest&)>;

/// Why a provider's answer leads to no login: a word for the log, and what the page says.
struct UpstreamFailure {
  std::string reason;
  std::string message;
};

class MailLimits;
/// mail_limits.h, theme_mailer.h; apart, so that this header stays small.
[[nodiscard]] std::shared_ptr<MailLimits> make_mail_limits();
[[nodiscard]] std::shared_ptr<const Mailer> make_theme_mailer();

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const crypto::Sealer& sealer;
  web::Pages& pages;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  LoginGuard& login_guard;
  CompleteInteraction complete;
  DenyInteraction deny;
  WhyClientMayNot why_client_may_not;
  IsRedirectAllowed is_redirect_allowed;
  AnswerWithError answer_with_error;
  std::shared_ptr<const Mailer> mailer = make_theme_mailer();
  std::shared_ptr<MailLimits> mail_limits = make_mail_limits();
  LinkUpstream link_upstream = {};
};

/// Actions for somebody who followed a link from a mail; the link was checked by the caller.
struct MailedActions {
  UserId user;
  ClientId client;  // named in the link, or the realm's own account client
  std::string client_id;
  std::string redirect_uri;          // where the last page leads, registered for the client; empty: nowhere
  std::vector<std::string> actions;  // aliases, at least one
  std::optional<std::int64_t> credential_stamp = {};  // as Authentication's: what the link was found good with
  /// Uses the link up, in the transaction that stores what it pays for; kConflict, when it was used before, is answered
  /// by `used_before`. Runs maybe twice.
  std::function<Stored<void>(Tx&)> redeem = {};
  std::function<web::Outcome()> used_before = {};
};

/// Safe from any thread. Must outlive the router and every Outcome it gave.
class Login {
 public:
  explicit Login(Dependencies dependencies);
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

  /// Opens an interaction and answers with the login page (200). `username_shown`: prompt=login in a live session; only
  /// that user may sign in. `steps_up`: that session, when it lives and reached too low a level: what it proved is not
  /// asked again. Writes nothing to the database; sets the cookie that binds the flow to this browser.
  [[nodiscard]] web::Outcome start(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                   AuthorizationRequest authorization, std::string username_shown,
                                   std::optional<SessionId> steps_up = std::nullopt);

  /// A person who is signed in already (single sign-on) but must still do something: the same pages, from a row.
  /// `actions` as `pending_actions` (core/required_actions.h) gives them; with none the interaction is completed.
  [[nodiscard]] web::Outcome require_actions(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                             AuthorizationRequest authorization, Authentication proven,
                                             std::vector<std::string> actions);

  /// The same pages without a client's request: they end on our own page, and nobody is signed in by them.
  [[nodiscard]] web::Outcome run_mailed_actions(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                                MailedActions mailed);

  // For upstream providers (domain/upstream_login.h). Each checks that the login belongs to this browser.

  /// The login in the query of this request, when its flow lets the person go to a provider now.
  [[nodiscard]] web::Outcome pause(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                   PausedNext next);
  /// The same for one that was paused before.
  [[nodiscard]] web::Outcome check_paused(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                          PausedLogin paused, PausedNext next);
  /// Goes on with the flow: the provider's step is passed by this user.
  [[nodiscard]] web::Outcome resume(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                    PausedLogin paused, UpstreamSignIn signed_in);
  /// The login's page again, with what went wrong.
  [[nodiscard]] web::Outcome show_paused(const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                         PausedLogin paused, UpstreamFailure failure);

  /// Registers `/realms/{realm}/login-actions/...`.
  void add_routes(web::Router& router);

 private:
  Dependencies dependencies_;
};

}  // namespace cardea::login
