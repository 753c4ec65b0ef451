// The gate: one handler for everything a proxy or a browser sends it. By the host of the request it finds the
// application, by the path what is wanted:
//
//   /gate/check            may this request pass: 200, 401 or 403 and nothing else (nginx auth_request)
//   /gate/forward          the same, answered in full: a redirect to sign in, a page, the application's own errors
//                          (Traefik and Caddy forward auth; nginx after a 401 or 403 of /gate/check)
//   /gate/envoy/...        the same for Envoy's ext_authz, which puts the application's path behind the prefix
//   the application's login, callback and logout paths
//   /gate/resources/...    what the gate's own pages need
//   /gate/keys             the key set of identity tokens (identity_token.h)
//
// A 200 carries who it is in headers, which the proxy hands on in place of any that the browser sent (attack class 19).
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gate/front/answers.h"
#include "gate/front/decide_access.h"
#include "gate/front/decisions.h"
#include "gate/front/explain.h"
#include "gate/front/identity_header.h"
#include "gate/front/identity_token.h"
#include "gate/front/original_request.h"
#include "gate/keep/overage.h"
#include "gate/keep_domino/endpoints.h"
#include "gate/people/owner.h"
#include "gate/people/people.h"
#include "gate/settings/gate_settings.h"
#include "gate/signin/sign_in.h"
#include "gate/token/lookup.h"
#include "gate/token/revoked_tokens.h"
#include "gate/token/verified_tokens.h"
#include "web/router.h"

namespace cardea::gate {

/// Headers of a 200, besides those of the application's own settings.
inline constexpr std::string_view kNameHeader = "X-Auth-Name";
inline constexpr std::string_view kSubjectHeader = "X-Auth-Subject";
inline constexpr std::string_view kProviderHeader = "X-Auth-Provider";
inline constexpr std::string_view kScopesHeader = "X-Auth-Scopes";
inline constexpr std::string_view kRoleHeader = "X-Auth-Role";

/// The query parameter of /gate/check and /gate/forward that names scopes of which the caller must have one, as the
/// proxy's configuration says it for one location. Empty, twice or unreadable it is a mistake there: nobody passes.
inline constexpr std::string_view kScopeParameter = "scope";

/// Settings with what belongs to them while they are in use; replaced whole by a reload.
struct GateState {
  /// `more`: a provider beside those of the settings; null: none.
  explicit GateState(GateSettings gate_settings, ProviderPtr more = nullptr);
  GateSettings settings;
  ProviderSet providers;
  VerifiedTokens verified;
  /// Null: no provider of this name reads its keys from somewhere.
  [[nodiscard]] const KeyAddress* address_of(std::string_view provider) const;
  /// What a 200 says at an application of these settings.
  [[nodiscard]] const std::vector<IdentityHeader>& said_of(const Application& application) const;

 private:
  std::vector<std::vector<IdentityHeader>> said_;  // of each application
};

/// The provider to which an application's opaque tokens are shown; null: they are refused.
[[nodiscard]] const LookupSettings* opaque_lookup(const GateState& state, const Application& application);

class Gate {
 public:
  /// Calls for keys that are under way at a time, of those that nobody waits for: many providers may live on one host,
  /// and requests need calls of their own.
  static constexpr std::size_t kRefreshTogether = 16;
  /// Wrong API keys from one address before 429.
  static constexpr int kWrongKeysMax = 20;
  static constexpr seconds kWrongKeysWindow{60};

  struct Parts {
    const upstream::Reach& reach;
    const crypto::Sealer& sealer;
    const web::Pages& pages;  // made for the base path "/gate"
    Random& random;
    const SecretBytes& keep_key;                // of KEEP's login tokens, see gate/store/shared_secrets.h
    const GateStore* store = nullptr;           // null: everything is in memory
    const SecretBytes* identity_key = nullptr;  // of identity tokens, as keep_key; null: a fresh one
  };
  Gate(const Parts& parts, GateSettings settings);

  /// False: the host is no application's, and the path is not the gate's own.
  [[nodiscard]] bool serves(const web::Request& request) const;
  [[nodiscard]] web::Outcome handle(web::Request& request);

  struct WhatIf {
    std::string host;  // may be empty where there is one application
    std::string method, target, token;
    std::string remote_address = {};  // of who asks, who pays for searches
  };
  /// 200 with the lines of explain.h: what the gate would say, and why. Asks all that a request is asked, and keeps
  /// nothing. 400 and 404 name what is wrong with the question.
  [[nodiscard]] web::Outcome explain(const WhatIf& what);
  /// The last refusals, with the same lines.
  [[nodiscard]] const Decisions& decisions() const { return decisions_; }

  /// Takes over settings that were checked (SIGHUP). Sessions stay; verdicts are made anew.
  void replace(GateSettings settings);
  [[nodiscard]] std::shared_ptr<GateState> state() const;
  /// Tells of client secrets that end soon. Reads the keys of every provider anew that is due, and drops those of
  /// providers that were away for too long; run about every ten minutes.
  void refresh_keys(web::Fetcher& fetcher);
  /// Forgets what has ended.
  void purge();
  /// Reads what other nodes logged out, writes which sessions were used; run every second, beside requests.
  /// False: the database does not say what was logged out; a gate that starts must not go on then.
  bool synchronise();
  [[nodiscard]] People& people() { return people_; }
  [[nodiscard]] std::size_t sessions() { return sign_in_.sessions().size(); }

 private:
  using StatePtr = std::shared_ptr<GateState>;
  using AppPtr = std::shared_ptr<const Application>;
  enum class Form { kStatusOnly, kFull };

  /// Everything one question needs while it is answered.
  struct Question {
    StatePtr state;
    AppPtr application;
    OriginalRequest original;
    Form form;
    std::string token;  // empty: none, or not of its own
  };
  using Asked = std::shared_ptr<const Question>;
  web::Outcome own_path(const web::Request& request, const StatePtr& state, const AppPtr& application);
  web::Response no_such_path(const web::Request& request, const Application& application, int status,
                             std::string_view reason) const;
  web::Response no_such_method(const web::Request& request, const Application& application) const;
  web::Outcome back_from_logout(const web::Request& request, const AppPtr& application);
  web::Outcome sign_in_path(const web::Request& request, const AppPtr& application);
  web::Outcome question(const web::Request& request, const StatePtr& state, const AppPtr& application, Form form);
  web::Outcome by_token(const web::Request& request, Asked question);
  web::Outcome by_api_key(const web::Request& request, const Asked& question, std::string_view key);
  /// A token where it came from, and at which application it must count.
  struct Presented {
    StatePtr state;
    AppPtr application;
    std::shared_ptr<const std::string> token;
    std::string address;  // the remote address
  };
  /// Whose token it is: checked, if need be after a look for new keys, and asked about where the settings say so.
  web::Outcome with_caller(Presented presented, KeepEndpoints::WithCaller next);
  web::Outcome with_introspected(const Presented& presented, const LookupSettings& lookup,
                                 KeepEndpoints::WithCaller next);
  web::Outcome with_standing(const Presented& presented, const std::shared_ptr<const Caller>& caller,
                             const KeepEndpoints::WithCaller& next);
  web::Outcome by_session(const web::Request& request, Asked question);
  using CallerPtr = std::shared_ptr<const Caller>;
  using Checked = Result<CallerPtr, RefusedToken>;
  /// From memory. Absent: it has to be looked at.
  [[nodiscard]] std::optional<Checked> known(const Presented& presented, const TokenDigest& digest) const;
  /// Absent: to be checked as everywhere. Else the application's only provider judges the tokens of strangers itself.
  [[nodiscard]] static std::optional<RefusedToken> refuse_as_its_provider(
      const Presented& presented, const Result<jose::UnverifiedJws, RefusedToken>& jws, TimePoint now);
  [[nodiscard]] Checked check(const Presented& presented, const TokenDigest& digest,
                              const Result<jose::UnverifiedJws, RefusedToken>& jws, Search how) const;
  web::Outcome with_checked(Presented presented, Checked checked, KeepEndpoints::WithCaller next);
  /// With groups looked up where the token has too many for itself, then with what is known of the person, then judged.
  web::Outcome judge(const web::Request& request, const Asked& question, const CallerPtr& caller);
  web::Outcome judge_groups(const web::Request& request, const Asked& question, const CallerPtr& caller);
  web::Outcome judge_known(const web::Request& request, const Asked& question, const CallerPtr& caller);
  web::Outcome judge_access(const web::Request& request, const Asked& question, const CallerPtr& caller, Access access);
  [[nodiscard]] std::string identity_token(const web::Request& request, const Application& application,
                                           const Caller& caller, const Access* access) const;
  web::Response pass(const web::Request& request, const Question& question, const Caller* caller,
                     const Access* access) const;
  web::Response refuse_with(const web::Request& request, const Question& question, const Refusal& refusal,
                            const Caller* caller) const;
  web::Response denied_page(const web::Request& request, const Question& question, const Refusal& refusal,
                            const Caller* caller) const;

  web::Outcome explain_overage(const Asked& question, const CallerPtr& caller);
  web::Outcome explain_people(const Asked& question, const CallerPtr& caller, Learnt learnt);
  web::Outcome explain_owner(const Asked& question, const CallerPtr& caller, Learnt learnt);
  void keep_refusal(const web::Request& request, const Question& question, const Refusal& refusal,
                    const Caller* caller) const;
  void warn_of_secrets();
  struct Refresh {
    explicit Refresh(StatePtr current) : state(std::move(current)) {}
    const StatePtr state;
    std::atomic<std::size_t> next{0};
  };
  web::Outcome refresh_next(const std::shared_ptr<Refresh>& refresh);

  const Parts parts_;
  std::map<std::string, int> secrets_told_;  // days that were told last, by application; of refresh_keys alone
  SignIn sign_in_;
  RevokedTokens revoked_;
  KeepEndpoints keep_domino_;
  Lookups lookups_;
  People people_;
  Owners owners_;
  const IdentityTokens identity_tokens_;
  Overage overage_;
  web::Router assets_;
  mutable Decisions decisions_;
  mutable AttemptLimit scopes_warnings_{1, seconds{86'400}};  // by issuer
  AttemptLimit wrong_keys_{kWrongKeysMax, kWrongKeysWindow};  // by address
  mutable std::mutex mutex_;
  StatePtr state_;  // guarded by mutex_
};

}  // namespace cardea::gate
