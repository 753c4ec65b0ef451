// What KEEP itself serves beside its resources (guides.md G1.6): /api/v1/auth turns a name and a password into a token
// of KEEP's shape, /api/v1/auth/logout ends any accepted token before its time, /api/v1/userinfo says who is called,
// and /oauth/authorization and /oauth/token lead to the provider's own, so that clients written for KEEP's built-in one
// work.
//
// Names and passwords are proven by the application's provider (RFC 6749 section 4.3), which also counts wrong ones.
// The tokens are signed by a key that the gates of one database share; without a database they end with the process, as
// KEEP's own do.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/attempt_limit.h"
#include "base/random.h"
#include "gate/front/answers.h"
#include "gate/settings/gate_settings.h"
#include "gate/token/check_token.h"
#include "gate/token/revoked_tokens.h"
#include "jose/signing_key.h"
#include "upstream/code_flow.h"
#include "upstream/memory.h"
#include "web/outcome.h"

namespace cardea::gate {

/// What `iss` says in tokens of /api/v1/auth, and the name of their provider.
inline constexpr std::string_view kKeepIssuer = "urn:cardea:gate:keep";
/// The claim of its tokens that names the application where somebody signed in; they count nowhere else.
inline constexpr std::string_view kKeepApplicationClaim = "application";

/// The paths below the application's host that `handle` answers: some only where people can sign in.
[[nodiscard]] std::vector<std::string> keep_domino_paths(bool has_sign_in);

class KeepEndpoints {
 public:
  /// Wrong passwords for one name from one address, or from one address, before 429. A name alone locks nobody out
  /// here: whoever knows it could keep its owner away; the provider counts those.
  static constexpr int kAttemptsMax = 5;
  static constexpr int kAddressAttemptsMax = 50;
  static constexpr seconds kAttemptWindow{60};

  struct Parts {
    const upstream::Reach& reach;
    RevokedTokens& revoked;
    Random& random;
    const SecretBytes& key;  // PEM of an EC key on P-256
  };
  explicit KeepEndpoints(const Parts& parts);

  /// The provider of the tokens made here, to stand among those of the gate.
  [[nodiscard]] ProviderPtr provider() const { return provider_; }

  using AppPtr = std::shared_ptr<const Application>;
  /// Whose token a request carries, as the gate judges it at this application, its provider asked where the settings
  /// say so.
  using WithCaller = std::function<web::Outcome(const Result<std::shared_ptr<const Caller>, RefusedToken>&)>;
  using CallerOf = std::function<web::Outcome(std::string token, WithCaller next)>;
  /// Absent: not one of these paths.
  [[nodiscard]] std::optional<web::Outcome> handle(const web::Request& request, const AppPtr& application,
                                                   const CallerOf& caller_of);

 private:
  struct Login {
    std::string username;
    SecretBytes password;
    std::string scope;
  };
  web::Outcome sign_in(const web::Request& request, const AppPtr& application);
  web::Outcome ask_provider(const web::Request& request, AppPtr application, Login login);
  web::Response signed_in(const web::Request& request, const Application& application, const Login& login,
                          std::string name);
  web::Outcome userinfo(const web::Request& request, const AppPtr& application, const CallerOf& caller_of);
  static std::string name_key(const Login& login, std::string_view address);
  void log_refusal(const web::Request& request, const Application& application, const Refusal& refusal);
  web::Response refused(const web::Request& request, const Application& application, const Refusal& refusal);
  /// In the words of RFC 6749 section 5.2.
  web::Response refused_grant(const web::Request& request, const Application& application, int status,
                              std::string_view error);
  web::Response wrong(const web::Request& request, const Login& login, std::string_view reason);
  web::Outcome log_out(const web::Request& request, const AppPtr& application, const CallerOf& caller_of);
  web::Outcome logged_out(const web::Request& request, const AppPtr& application, const std::string& token,
                          const Caller& caller);
  web::Outcome to_authorization(const web::Request& request, const AppPtr& application);
  web::Outcome to_token(const web::Request& request, const AppPtr& application);

  const Parts parts_;
  jose::SigningKey key_;
  ProviderPtr provider_;
  AttemptLimit by_name_{kAttemptsMax, kAttemptWindow};  // name and address
  AttemptLimit by_address_{kAddressAttemptsMax, kAttemptWindow};
};

}  // namespace cardea::gate
