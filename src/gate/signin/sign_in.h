// Signing a person in at an application's provider, by the code flow with state, nonce and PKCE, all three bound to the
// browser (OpenID Connect Core section 3.1, RFC 7636, RFC 9207; guides.md G0.2, G3.2): the way there, the callback, the
// session, its refresh behind the person's back, and every way it ends.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/attempt_limit.h"
#include "base/clock_map.h"
#include "base/log.h"
#include "base/random.h"
#include "crypto/seal.h"
#include "gate/settings/gate_settings.h"
#include "gate/signin/kept_sessions.h"
#include "gate/signin/login_state.h"
#include "upstream/code_flow.h"
#include "upstream/logout_token.h"
#include "upstream/memory.h"
#include "web/outcome.h"
#include "web/page.h"

namespace cardea::gate {

class SignIn {
 public:
  /// From one address in kAddressWindow: ways to the provider, each of which costs a sealed cookie, and callbacks that
  /// came to nothing, each of which costs a call. Many people may share one.
  static constexpr int kStartsMax = 600;
  static constexpr int kFailedCallbacksMax = 60;
  static constexpr int kMissesMax = 600;  // handles and session ids that are nobody's, each of which costs a look
  static constexpr seconds kAddressWindow{60};

  struct Parts {
    const upstream::Reach& reach;
    const crypto::Sealer& sealer;
    const web::Pages& pages;
    Random& random;
    const GateStore* store;  // null: sessions live in memory
  };
  explicit SignIn(const Parts& parts)
      : parts_(parts), sessions_({parts.random, parts.reach.clock, parts.reach.log, parts.store}) {}

  /// Redirects to the provider; `target` is a path at the application. 503 with a page when the provider is away.
  /// `application` has `sign_in` here and below, and outlives the Outcome, as `request` does.
  [[nodiscard]] web::Outcome start(const web::Request& request, std::shared_ptr<const Application> application,
                                   std::string target);
  [[nodiscard]] web::Outcome callback(const web::Request& request, std::shared_ptr<const Application> application);
  /// Ends the session here and at the provider, when the person asks for it on a page of the application; when another
  /// site sent them, a page asks first. Without a session: the page that says so.
  [[nodiscard]] web::Outcome logout(const web::Request& request, std::shared_ptr<const Application> application);
  /// OpenID Connect Back-Channel Logout 1.0 section 2.5.
  [[nodiscard]] web::Outcome backchannel_logout(const web::Request& request,
                                                std::shared_ptr<const Application> application);
  /// OpenID Connect Front-Channel Logout 1.0: `sid`, with or without `iss`.
  [[nodiscard]] web::Outcome frontchannel_logout(const web::Request& request,
                                                 std::shared_ptr<const Application> application);

  /// The session of this request, refreshed when its tokens have ended; then goes on with `next`. Null: nobody. An
  /// error: the database cannot say.
  using WithSession = NextStored<SessionPtr>;
  [[nodiscard]] web::Outcome with_session(const web::Request& request, std::shared_ptr<const Application> application,
                                          WithSession next);

  [[nodiscard]] KeptSessions& sessions() { return sessions_; }

 private:
  using AppPtr = std::shared_ptr<const Application>;
  using MetadataPtr = std::shared_ptr<const upstream::Metadata>;
  using WithMetadata = std::function<web::Outcome(MetadataPtr)>;

  [[nodiscard]] static KeptSessions::Handle handle_of(const web::Request& request, const Application& application);
  /// The session of this handle, looked for in the database for so many made-up ones of an address and no more.
  web::Outcome look_up(const web::Request& request, const KeptSessions::Handle& handle, WithSession next);
  void log_unknown_sessions(const web::Request& request, std::string_view application);
  web::Outcome with_provider(const AppPtr& application, WithMetadata next);
  web::Response go_to_provider(const web::Request& request, const Application& application,
                               const upstream::Metadata& metadata, std::string target);
  web::Outcome redeem(const web::Request& request, AppPtr application, LoginState state, upstream::Callback callback,
                      MetadataPtr metadata);
  web::Outcome check_tokens(const web::Request& request, AppPtr application, MetadataPtr metadata,
                            upstream::TokenAnswer answer, LoginState state);
  /// A refresh under way.
  struct Refresh {
    const web::Request& request;
    AppPtr application;
    KeptSessions::Handle handle;
    SessionPtr session;
    WithSession next;
    bool is_late;  // the provider was away for longer than a session may go on without it
  };
  using RefreshPtr = std::shared_ptr<const Refresh>;
  web::Outcome refresh(const RefreshPtr& asked);
  web::Outcome provider_is_away(const RefreshPtr& asked);
  web::Outcome refresh_answered(const RefreshPtr& asked, const MetadataPtr& metadata, const web::OutboundUrl& jwks,
                                const web::Fetched& fetched);
  web::Outcome refresh_checked(const RefreshPtr& asked, Result<Session, std::string> fresh);
  /// Remembers what the provider wants proven besides, for the sign-in that follows (guides.md G0-33).
  void note_challenge(const KeptSessions::Handle& handle, const web::Fetched& fetched);
  [[nodiscard]] std::string take_challenge(const web::Request& request, const Application& application);
  /// Ends the session for good and goes on with nobody.
  web::Outcome end_session(const KeptSessions::Handle& handle, const WithSession& next);
  web::Outcome signed_in(const web::Request& request, AppPtr application, Session session, LoginState state);
  web::Response refused_tokens(const web::Request& request, const Application& application, std::string_view reason,
                               std::string_view id_token);
  web::Response signed_in_answer(const web::Request& request, const Application& application, const LoginState& state,
                                 const Stored<std::string>& handle);
  web::Outcome log_out_at_provider(const web::Request& request, AppPtr application, SessionPtr session);
  web::Response failed(const web::Request& request, const Application& application, int status, std::string_view reason,
                       std::string_view detail, std::string_view message);
  /// Why a provider's word that somebody is signed out was not followed.
  struct LogoutRefusal {
    int status;
    std::string_view error, text;     // for the provider
    std::string_view reason, detail;  // for the log
  };
  web::Response logout_refused(const web::Request& request, const Application& application,
                               const LogoutRefusal& refusal);
  web::Outcome obey_logout(const web::Request& request, const AppPtr& application, const upstream::LogoutToken& order);
  web::Response signed_out_by_provider(const web::Request& request, const Application& application,
                                       const Stored<int>& ended);
  web::Response signed_out_page(const web::Request& request, const Application& application) const;
  web::Response ask_to_log_out(const Application& application) const;
  web::Response too_many(const web::Request& request, const Application& application, std::string_view what);

  const Parts parts_;
  KeptSessions sessions_;
  AttemptLimit used_states_{1, kLoginStateLife};
  AttemptLimit used_logouts_{1, upstream::kLogoutTokenLifeMax + kLeewayMax};
  std::mutex mutex_;
  ClockMap<std::string> challenges_{10'000};  // by the hash of a session's handle; guarded by mutex_
  AttemptLimit misses_{kMissesMax, kAddressWindow};
  AttemptLimit starts_{kStartsMax, kAddressWindow};
  AttemptLimit failed_callbacks_{kFailedCallbacksMax, kAddressWindow};
};

/// How the application proves itself at its provider: by Basic where the discovery document offers it or is silent, in
/// the body else, never both (guides.md G3-22).
[[nodiscard]] upstream::ClientProof client_proof(const SignInSettings& sign_in, const upstream::Metadata& metadata);

/// "https://app.example.com": where this request reached the application, as the trusted proxy says.
[[nodiscard]] std::string application_base(const web::Request& request);

/// `__Host-cardea-gate-NAME` on https, without the prefix on plain http, which guides print.
[[nodiscard]] std::string cookie_name(const web::Request& request, const Application& application,
                                      std::string_view kind);

}  // namespace cardea::gate
