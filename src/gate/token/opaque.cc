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

struct Times {
  std::optional<TimePoint> exp, nbf, iat;
};

/// Absent: one of them is no number, or beyond the bound.
std::optional<Times> read_times(const json::object& claims) {
  Times times;
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

Refused refuse_times(const TokenRules& rules, const Times& times, TimePoint now) {
  if (rules.lifetime_max && !times.exp) return because(TokenRefusal::kMissingClaim, "exp");
  if (rules.lifetime_max && !times.iat) return because(TokenRefusal::kMissingClaim, "iat");
  if (times.exp && now > *times.exp + rules.leeway) return because(TokenRefusal::kExpired);
  if (times.nbf && *times.nbf > now + rules.leeway) return because(TokenRefusal::kNotYetValid);
  if (times.iat && *times.iat > now + rules.leeway) return because(TokenRefusal::kNotYetValid);
  if (rules.lifetime_max && *times.exp - *times.iat > *rules.lifetime_max) return because(TokenRefusal::kTooLong);
  return std::nullopt;
}

Refused refuse_kind(const json::object& claims) {
  if (!equal_ignoring_ascii_case(string_or(claims, "token_type", ""), "Bearer"))
    return because(TokenRefusal::kWrongKind, "token_type");
  const auto use = string_or(claims, "token_use", "access_token");
  if (use != "access_token" && use != "access") return because(TokenRefusal::kWrongKind, "token_use");
  const auto typ = string_or(claims, "typ", "Bearer");
  if (!equal_ignoring_ascii_case(typ, "Bearer")) return because(TokenRefusal::kWrongKind, "typ");
  if (claims.contains("cnf")) return because(TokenRefusal::kWrongKind, "cnf");
  return std::nullopt;
}

bool has_audience(const json::object& claims, std::string_view audience) {
  const auto* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (const auto* text = value->if_string()) return *text == audience;
  const auto* list = value->if_array();
  return list != nullptr && std::ranges::any_of(*list, [&](const json::value& each) {
           const auto* text = each.if_string();
           return text != nullptr && *text == audience;
         });
}

Refused refuse_receiver(const TokenRules& rules, const json::object& claims) {
  if (!rules.authorized_parties.empty()) {
    const auto party = string_or(claims, "azp", string_or(claims, "appid", string_or(claims, "client_id", "")));
    if (party.empty()) return because(TokenRefusal::kMissingClaim, "client_id");
    if (std::ranges::find(rules.authorized_parties, party) == rules.authorized_parties.end())
      return because(TokenRefusal::kWrongParty, party);
  }
  const auto is_meant = [&](const std::string& audience) { return has_audience(claims, audience); };
  if (!rules.audiences.empty() && std::ranges::none_of(rules.audiences, is_meant))
    return because(TokenRefusal::kWrongAudience);
  return std::nullopt;
}

Refused refuse_claims(const TokenProvider& provider, const json::object& claims) {
  const auto& rules = provider.settings().rules;
  if (claims.contains("iss") && !provider.settings().issuers.empty() &&
      !provider.has_issuer(string_or(claims, "iss", ""))) {
    return because(TokenRefusal::kUnknownIssuer, string_or(claims, "iss", ""));
  }
  if (auto refused = refuse_kind(claims)) return refused;
  if (auto refused = refuse_receiver(rules, claims)) return refused;
  for (const auto& claim : rules.required_claims)
    if (!claims.contains(claim)) return because(TokenRefusal::kMissingClaim, claim);
  return std::nullopt;
}

}  // namespace

bool is_opaque(std::string_view token) { return std::ranges::count(token, '.') != 2; }

Result<Caller, RefusedToken> check_introspected(const TokenProvider& provider, json::object claims, TimePoint now) {
  const auto& rules = provider.settings().rules;
  const auto with_name = [&](RefusedToken refusal) {
    refusal.provider = provider.settings().name;
    return refuse(std::move(refusal));
  };
  const auto times = read_times(claims);
  if (!times) return with_name(because(TokenRefusal::kBadClaim, "exp, nbf or iat"));
  if (auto refused = refuse_times(rules, *times, now)) return with_name(std::move(*refused));
  if (auto refused = refuse_claims(provider, claims)) return with_name(std::move(*refused));
  auto name = read_name(rules, claims);
  if (!name) return with_name(because(TokenRefusal::kNoName));
  auto scopes = read_scopes(rules, claims);
  Caller caller;
  caller.over_at = times->exp ? *times->exp + kLeewayMax + seconds{1} : kNeverOver;
  caller.provider = provider.settings().name;
  caller.name = std::move(name->name);
  caller.name_claim = std::move(name->claim);
  caller.scopes = std::move(scopes.names);
  caller.scope_claim = std::move(scopes.claim);
  caller.looked_up = std::make_shared<const json::object>(std::move(claims));
  return caller;
}

}  // namespace cardea::gate
