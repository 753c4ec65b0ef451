// Client secrets at Entra ID that renew themselves (guides.md G2-29; entra.md section 13): before one ends, a new one
// is added through Graph, tried, stored, and the old one taken away once nobody can be using it any more. Opt-in,
// `clientSecretRotation` = "true" in the provider's record, and the application at Entra ID owns itself there
// (Application.ReadWrite.OwnedBy). Where it cannot be done the log says why (upstream_secret_rotation_failed), and the
// warnings of secret_watch.h go on.
//
// In the record, all written here: `clientSecret`, `clientSecretId` (Graph's keyId), `clientSecretEnds`, and of the
// secret before `clientSecretBefore` (its keyId) and `clientSecretBeforeUntil` (seconds since 1970).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "domain/identity_provider.h"
#include "domain/repository/repositories.h"
#include "web/fetch.h"

namespace cardea::broker {

inline constexpr std::string_view kSecretRotationSetting = "clientSecretRotation";
inline constexpr std::int64_t kRotateDaysAhead = 30;
inline constexpr std::chrono::days kNewSecretLife{180};
inline constexpr seconds kOldSecretGrace{86'400};  // every node has read the new one long before
inline constexpr seconds kTryNewSecretFor{1'800};  // a new one takes some minutes to work everywhere
inline constexpr seconds kOneRotationEach{3'600};  // of all nodes together
inline constexpr std::size_t kPasswordsMax = 200;  // of one application, that are read

class SecretRotation {
 public:
  /// Sends and waits, at most as long as the request may take.
  using Call = std::function<web::Fetched(web::FetchRequest)>;
  SecretRotation(const Repositories& repositories, const Clock& clock, Log& log, Call call)
      : repositories_(repositories), clock_(clock), log_(log), call_(std::move(call)) {}

  [[nodiscard]] static bool is_on(const IdentityProvider& provider);
  /// Does what is next for this provider, with the calls that takes. Called by one thread.
  void look_at(const Realm& realm, const IdentityProvider& provider);
  /// A new secret was added and does not work yet: look again soon.
  [[nodiscard]] bool is_under_way();

 private:
  struct Site;    // the provider and where its calls go
  struct Added {  // at Graph, and not stored yet
    std::string key_id;
    SecretBytes secret;
    SecretBytes instead_of;
    std::string ends;
    std::string before;  // keyId of the one in use
    TimePoint give_up_at;
  };
  using Change = std::function<void(json::object& config)>;

  void add(const Site& site, const std::string& token, const std::string& before);
  void try_out(const Site& site, Added& added);
  void give_up(const Site& site, std::string_view step, std::string_view reason);
  void remove_old(const Site& site);
  [[nodiscard]] Result<std::string, std::string> graph_token(const Site& site, std::string_view secret);
  [[nodiscard]] bool remove_password(const Site& site, const std::string& token, const std::string& key_id);
  [[nodiscard]] bool take_turn(const Site& site);
  /// kOther: the record is another's by now. kFailed: the store did not say whether it is done.
  enum class Changed { kDone, kOther, kFailed };
  [[nodiscard]] Changed change_record(const Site& site, const Change& change);
  void failed(const Site& site, std::string_view step, std::string_view reason);

  Repositories repositories_;
  const Clock& clock_;
  Log& log_;
  Call call_;
  std::map<std::string, Added> added_;  // by realm and alias
};

}  // namespace cardea::broker
