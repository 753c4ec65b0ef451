#include "gate/token/opaque.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/token/token_rules.h"

namespace cardea::gate {
namespace {

using Refused = std::optional<RefusedToken>;

RefusedToken because(TokenRefusal reason, std::string_view detail = {}) {
  return {.reason = reason, .provider = {}, .detail = std::string(detail)};
}

/// A bound keeps sums with leeways within what a time can hold.
constexpr double kTimeMax = 253'402'300'799;  // the end of the year 9999

/// Absent: one of them is no number, or beyond the bound. `exp` is optional (RFC 7662 section 2.2).
std::optional<TokenTimes> read_times(const json::object& claims) {
  TokenTimes times{.exp = {}, .nbf = {}, .iat = {}, .must_end = false};
  for (const auto& [name, time] : {std::pair{"exp", &times.exp}, {"nbf", &times.nbf}, {"iat", &times.iat}}) {
    const auto* value = claims.if_contains(name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_number()) return std::nullopt;
    const auto number = value->is_double()  ? value->get_double()
                        : value->is_int64() ? static_cast<double>(value->get_int64())
                                            : static_cast<double>(value->get_uint64());
    if (!(number >= 0 && number <= kTimeMax)) return std::nullopt;
    *time = from_epoch_seconds(static_cast<std::int64_t>(number));
  }
  return times;
}

Refused refuse_kind(const json::object& claims) {
  if (!equal_ignoring_ascii_case(string_or(claims, "token_type", ""), "Bearer"))
    return because(TokenRefusal::kWrongKind, "token_type");
  const auto use = string_or(claims, "token_use", "access_token");
  if (use != "access_token" && use != "access") return because(TokenRefusal::kWrongKind, "token_use");
  const auto typ = string_or(claims, "typ", "Bearer");
  if (!equal_ignoring_ascii_case(typ, "Bearer")) return because(TokenRefusal::kWrongKind, "typ");
  return std::nullopt;
}

bool is_of_provider(const TokenProvider& provider, const json::object& claims) {
  return !claims.contains("iss") || provider.settings().issuers.empty() ||
         provider.has_issuer(string_or(claims, "iss", ""));
}

}  // namespace

bool is_opaque(std::string_view token) { return std::ranges::count(token, '.') != 2; }

Result<Caller, RefusedToken> check_introspected(const TokenProvider& provider, json::object claims, TimePoint now) {
  const auto with_name = [&](RefusedToken refusal) {
    refusal.provider = provider.settings().name;
    return refuse(std::move(refusal));
  };
  const auto times = read_times(claims);
  if (!times) return with_name(because(TokenRefusal::kBadClaim, "exp, nbf or iat"));
  if (!is_of_provider(provider, claims))
    return with_name(because(TokenRefusal::kUnknownIssuer, string_or(claims, "iss", "")));
  if (provider.settings().rules.type == TokenType::kId)
    return with_name(because(TokenRefusal::kWrongKind, "no ID token"));
  auto caller = check_claims(provider, {.claims = claims, .times = *times, .wrong_kind = refuse_kind(claims)}, now);
  if (caller) caller->looked_up = std::make_shared<const json::object>(std::move(claims));
  return caller;
}

}  // namespace cardea::gate
