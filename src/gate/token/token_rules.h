// What a provider's rules say of a token, one small decision each. Internal to check_token and opaque.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/token/check_token.h"

namespace cardea::gate {

/// Of a caller whose token does not end.
inline constexpr TimePoint kNeverOver = from_epoch_seconds(253'402'300'799);  // the end of the year 9999

struct TokenTimes {
  std::optional<TimePoint> exp, nbf, iat;
  bool must_end = true;  // one without exp is refused
};
/// Absent: they hold.
[[nodiscard]] std::optional<RefusedToken> refuse_times(const TokenRules& rules, const TokenTimes& times, TimePoint now);
[[nodiscard]] TokenTimes times_of(const jose::VerifiedJwt& token);
/// One of the required claims.
[[nodiscard]] std::optional<RefusedToken> refuse_missing(const TokenRules& rules, const json::object& claims);
[[nodiscard]] std::optional<RefusedToken> refuse_receiver(const TokenRules& rules, const json::object& claims);

/// People of organizations that the rule does not list.
[[nodiscard]] std::optional<RefusedToken> refuse_tenant(const TenantRule& rule, const json::object& claims);

/// Tokens of the same keys that were made for something else (RFC 8725 section 3.11): refresh and logout tokens ever,
/// ID tokens where the rules do not say otherwise, and what is no such token where they ask for one.
[[nodiscard]] std::optional<RefusedToken> refuse_kind(const TokenRules& rules, const jose::VerifiedJwt& token);

struct Scopes {
  std::vector<std::string> names;
  std::string claim;
};
/// The first of the scope claims that is there: a text of words, or an array of texts.
[[nodiscard]] Scopes read_scopes(const TokenRules& rules, const json::object& claims);

/// The address of a guest of Entra ID: "live.com#joe@x.org" and "joe_x.org#EXT#@t.example" are both joe@x.org
/// (guides.md G0.3 step 10, G0-29). Anything else stands for itself.
[[nodiscard]] std::string email_of(std::string_view name);

/// Who it is, whatever they are called now: `sub`, and for Entra ID, whose `sub` is another one at each application,
/// the person's object id with their tenant (guides.md G0-29). Empty: the claims do not say.
[[nodiscard]] std::string subject_of(const json::object& claims);

struct CallerName {
  std::string name;
  std::string claim;
};
/// The first of the name claims that is a text which is not empty, in the form the rules ask for. Absent: nobody. An
/// `email` that the provider itself calls unverified names nobody: its owner wrote it there (attack class 7).
[[nodiscard]] std::optional<CallerName> read_name(const TokenRules& rules, const json::object& claims);

/// What a signed token says, or what its provider says of one that nobody else can read.
struct ClaimsToCheck {
  const json::object& claims;
  TokenTimes times;
  std::optional<RefusedToken> wrong_kind;  // absent: it is a bearer token
};
/// The one place where a provider's rules judge claims. `token` and `looked_up` of the caller are left to be set.
[[nodiscard]] Result<Caller, RefusedToken> check_claims(const TokenProvider& provider, const ClaimsToCheck& said,
                                                        TimePoint now);

}  // namespace cardea::gate
