// A provider as the gate sees it: whose tokens are accepted, verified by which keys, and under which rules (guides.md
// G0.3, G1.3, G4.4; standards.md section 23). Immutable once it stands in a ProviderSet, but for its keys: a provider
// with a key set address gets new ones while the gate runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "jose/algorithm.h"
#include "jose/key_set.h"
#include "upstream/provider_keys.h"

namespace cardea::gate {

/// No provider's rules allow more on times in tokens: whoever remembers a token does so for this much longer.
inline constexpr seconds kLeewayMax{600};

/// How the name of the caller is written in the claim, and must be written for the application.
enum class NameForm {
  kAsIs,
  kNotes,        // full X.500 in Notes form, begins "CN="; anything else is refused
  kLdapToNotes,  // "cn=Ann,ou=R,o=Acme", made "CN=Ann/OU=R/O=Acme"
};

/// What a JWT must be to count as a bearer token. Refresh and logout tokens never do.
enum class TokenType {
  kAccess,     // no ID token, by all that tells one
  kAccessJwt,  // the header says at+jwt (RFC 9068 section 4)
  kId,         // an ID token, for applications whose clients send that alone
  kAny,        // either of the two
};

/// Whose people may come in, where one provider has several organizations.
struct TenantRule {
  std::vector<std::string> tenants;  // the claim must be one of them; empty: not asked
  std::string claim = "tid";
  std::vector<std::string> issuers;  // with {tenantid}: `iss` must be one of them with the token's tenant in it; empty:
                                     // not asked
};

/// What a token must say besides being signed.
struct TokenRules {
  std::vector<std::string> audiences;           // any one of them must be in `aud`, case counts; empty: not asked
  bool is_audience_text = false;                // `aud` must be one text: a list is refused, whatever stands in it
  std::vector<std::string> authorized_parties;  // `azp` or `appid` must be one of them; empty: not asked
  std::vector<std::string> required_claims;     // beyond those that other rules ask for
  TenantRule tenant;
  seconds leeway{30};  // on exp, nbf and iat (guides.md section 6)
  bool check_expiry = true;
  std::optional<seconds> lifetime_max;                    // bound on exp - iat; then iat is required
  std::vector<std::string> scope_claims{"scope", "scp"};  // the first one present counts
  std::vector<std::string> name_claims{"sub"};            // the first one that is a text counts
  NameForm name_form = NameForm::kAsIs;
  bool is_email_name = false;    // the address inside a guest's name, see email_of
  bool requires_key_id = false;  // a token that names no key is refused
  TokenType type = TokenType::kAccess;
  /// A token of another issuer is judged by key, signature and times before it is refused (refuse_foreign).
  bool judges_issuer_late = false;
};

struct ProviderSettings {
  std::string name;                  // of the settings entry, for logs and rules
  std::vector<std::string> issuers;  // `iss` must be one of them, compared exactly; empty: any that nobody claims
  std::vector<jose::Algorithm> algorithms;  // the allow-list; HMAC is never in it
  TokenRules rules;
};

class TokenProvider {
 public:
  /// Keys without `kid` that verify whatever a token names, as key files give them. Never changes.
  TokenProvider(ProviderSettings settings, std::vector<jose::VerificationKey> keys);
  /// Keys by `kid`, from a key set that `replace_keys` brings. Unavailable until then.
  explicit TokenProvider(ProviderSettings settings);

  [[nodiscard]] const ProviderSettings& settings() const { return settings_; }
  [[nodiscard]] bool has_issuer(std::string_view issuer) const;
  [[nodiscard]] bool allows(jose::Algorithm algorithm) const;

  /// Safe from any thread. Raises the version, so that verdicts remembered under the old keys are not used again.
  void replace_keys(jose::KeySet keys);
  /// The same with what the set says of whom each key signs for. Nothing happens when it is what is there already. `at`
  /// (steady): when it was read.
  void replace_keys(upstream::SharedKeys keys, std::chrono::nanoseconds at = {});
  /// Keys that were read before `oldest` verify nothing any more: their provider may have given them up long ago.
  void drop_keys_before(std::chrono::nanoseconds oldest);
  /// Null: not read yet.
  [[nodiscard]] upstream::SharedKeys keys_by_id() const;
  [[nodiscard]] const std::vector<jose::VerificationKey>& keys_without_id() const { return keys_without_id_; }
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  const ProviderSettings settings_;
  const std::vector<jose::VerificationKey> keys_without_id_;
  mutable std::mutex mutex_;
  upstream::SharedKeys keys_by_id_;      // guarded by mutex_
  std::chrono::nanoseconds read_at_{0};  // guarded by mutex_
  std::atomic<std::uint64_t> version_{1};
};

}  // namespace cardea::gate
