// Client secrets at Entra ID that renew themselves (guides.md G2-29; entra.md section 13): before one ends, a new one
// is added through Graph, tried, stored, and the old one taken away once nobody can be using it any more. Opt-in,
// `clientSecretRotation` = "true" in the provider's record, and the application at Entra ID owns itself there
// (Application.ReadWrite.OwnedBy). Where it cannot be done the log says why (upstream_secret_rotation_failed), and the
// warnings of secret_watch.h go on.
//
// In the record, all written here: `clientSecret`, `clientSecretId` (Graph's keyId), `clientSecretEnds`; of the secret
// before, `clientSecretBefore` (its keyId) and `clientSecretBeforeUntil` (seconds since 1970); and while a new one is
// on its way, `clientSecretPending` (its name at Entra ID, written before it is made, so that whoever comes after a
// crash knows which to take away) and `clientSecretPendingUntil`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
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
inline constexpr seconds kPendingFor{3'600};       // then the node that made it is taken for dead
inline constexpr seconds kOneRotationEach{3'600};  // of all nodes together
/// Ticks on end at which a new secret worked: Entra ID has many replicas, and one of them knows it first.
inline constexpr int kProofsNeeded = 3;
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
  /// Names of the realms with a provider of which a new secret was added and is not in use yet: look again soon.
  [[nodiscard]] std::set<std::string> realms_under_way();
  [[nodiscard]] bool is_under_way(const Realm& realm, const IdentityProvider& provider) const;

 private:
  struct Site;    // the provider and where its calls go
  struct Added {  // at Graph, and not stored yet
    std::string realm;
    std::string name;
    std::string key_id;
    SecretBytes secret;
    SecretBytes instead_of;
    std::string ends;
    std::string before;  // keyId of the one in use
    TimePoint give_up_at;
    int proofs = 0;  // ticks on end at which it worked
  };
  /// What Graph says of the application's secrets.
  struct Listed;
  /// False: the record is not what it was taken for, and stays.
  using Change = std::function<bool(json::object& config)>;

  [[nodiscard]] std::optional<Listed> list(const Site& site, std::string token);
  void remove_pending(const Site& site, const Listed& listed);
  void remove_old(const Site& site, const Listed& listed);
  void forget_old(const Site& site, const Change& more);
  void renew(const Site& site, const Listed& listed);
  void add(const Site& site, const Listed& listed, const std::string& name);
  void try_out(const Site& site, Added& added);
  void give_up(const Site& site, std::string_view step, std::string_view reason);
  [[nodiscard]] bool write_pending(const Site& site, const std::string& name);
  void erase_pending(const Site& site, const std::string& name);
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
  std::map<std::string, int> proofs_;   // of a secret that has one before it: ticks on end at which it worked
};

}  // namespace cardea::broker
