// From the bytes of a bearer token to a caller: the one place in the gate that accepts a token (guides.md G0.3, G1.8;
// standards.md GW-3 to GW-5; attack classes 11, 12, 14). A pure function of its inputs and `now`.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "gate/token/provider_set.h"
#include "jose/jws.h"
#include "jose/jwt.h"

namespace cardea::gate {

enum class TokenRefusal {
  kMalformed,        // no signed JWT in compact form, or an algorithm that is none of ours ("none" among them)
  kUnknownIssuer,    // nobody claims its issuer and no provider without issuer could have made it
  kTooManySearches,  // the same, and not looked for again so soon
  kNeedsSearch,      // the same, and not looked for yet: among so many keys only where Search says so
  kKeysUnavailable,  // its provider has no keys yet: the provider could not be reached
  kUnknownKey,       // its provider has no such key; it may have new ones
  kNoKeyId,          // it names no key, and must
  kForeignKey,       // the key says that it signs for another issuer
  kWrongAlgorithm,   // not among the provider's
  kBadSignature,
  kBadClaim,  // a claim of the wrong type
  kExpired,
  kNotYetValid,
  kTooLong,       // exp - iat beyond lifetime_max
  kMissingClaim,  // exp, iat or one that the rules require
  kWrongAudience,
  kWrongParty,  // azp or appid
  kWrongTenant,
  kWrongKind,  // an ID, refresh or logout token, which is no bearer token
  kUsed,       // it counts once, and did
  kRevoked,    // logged out, or said by its provider to be good no more
  kNoName,     // none of the name claims, or not in the form it must have
};
/// snake_case, for logs and `explain`.
[[nodiscard]] std::string_view describe(TokenRefusal refusal);

/// Who calls, proven.
struct Caller {
  std::string provider;
  std::string name;
  std::string name_claim;                          // where it stood
  std::vector<std::string> scopes;                 // in the token's order
  std::string scope_claim;                         // where they stood; empty: the token has none
  std::shared_ptr<const jose::VerifiedJwt> token;  // null: a proxy or an API key vouches, or a stored session
  std::shared_ptr<const json::object> looked_up;   // claims in place of the token's: with groups asked elsewhere
  std::string fixed_role;                          // of an API key; empty: the rules decide
  bool is_owner = false;                           // of the application that is asked for (people/owner.h)
  std::uint64_t provider_version = 0;
  /// From when on the rules refuse the token, whatever leeway they come to have: until then a use or a logout of it is
  /// remembered. Far away where expiry is not checked.
  TimePoint over_at{};

  /// What rules on claims look at.
  [[nodiscard]] const json::object& claims() const { return looked_up ? *looked_up : token->claims(); }
};

/// The same caller, with `claims` for the rules to look at.
[[nodiscard]] std::shared_ptr<const Caller> with_claims(const Caller& caller, json::object claims);

/// Whom a refused token concerns, for the log. `provider` is empty when none was found, `detail` names the claim or is
/// empty.
struct RefusedToken {
  TokenRefusal reason;
  std::string provider = {};
  std::string detail = {};
};

[[nodiscard]] Result<jose::UnverifiedJws, RefusedToken> parse_token(std::string_view compact);

/// kShort: a search among many keys, which is longer than other requests can wait behind it, is not begun.
enum class Search { kShort, kAny };

/// Whose tokens count where the token was presented; empty: everybody's.
using TakesTokensOf = std::function<bool(std::string_view provider)>;

/// Keys and hints of `providers` are read; a first success among providers without issuer is remembered there.
/// `remote_address`: where the token came from, which pays for searches that find nothing. `takes`: which of several
/// providers of one issuer may vouch; when it takes none of them, the caller is another one's, for the caller to
/// refuse.
[[nodiscard]] Result<Caller, RefusedToken> check_token(ProviderSet& providers, const jose::UnverifiedJws& jws,
                                                       TimePoint now, std::string_view remote_address = {},
                                                       Search how = Search::kAny, const TakesTokensOf& takes = {});
/// With parse_token before it.
[[nodiscard]] Result<Caller, RefusedToken> check_token(ProviderSet& providers, std::string_view compact, TimePoint now,
                                                       std::string_view remote_address = {});

/// Why a token is refused whose issuer is none of `provider`'s, in the order of Keep's backend, which comes to the
/// issuer after key, signature and times (guides.md G0.3). Whatever that says, it stays refused.
[[nodiscard]] RefusedToken refuse_foreign(const TokenProvider& provider, const jose::UnverifiedJws& jws, TimePoint now);

/// The rules alone, for a token that one of the provider's keys has verified.
[[nodiscard]] Result<Caller, RefusedToken> check_rules(const TokenProvider& provider,
                                                       std::shared_ptr<const jose::VerifiedJwt> token, TimePoint now);

}  // namespace cardea::gate
