#include "gate/token/check_token.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gate/token/token_rules.h"
#include "gate/token/verify.h"

namespace cardea::gate {
namespace {

/// Keys that are tried where the request is: ten take about half a millisecond (ES256).
constexpr std::size_t kSearchInline = 10;

struct Proof {
  ProviderPtr provider;
  Verified token;
  std::uint64_t version;
};

RefusedToken refused(TokenRefusal reason, const TokenProvider& provider) {
  return {.reason = reason, .provider = provider.settings().name};
}

struct Sender {
  std::string_view remote_address;
  TimePoint now;
  Search how;
};

/// A search among `candidates` keys is not begun where others would wait for it, and not by whoever has searched in
/// vain.
std::optional<TokenRefusal> why_not_searched(ProviderSet& providers, std::size_t candidates, const Sender& sender) {
  const auto address = address_key(sender.remote_address);
  if (sender.how == Search::kShort && candidates > kSearchInline) {
    // Whoever has no search left takes no place in the queue either. This takes none: nothing is tried here.
    const bool may = providers.take_search(address, 0, sender.now);
    return may ? TokenRefusal::kNeedsSearch : TokenRefusal::kTooManySearches;
  }
  if (!providers.take_search(address, candidates, sender.now)) return TokenRefusal::kTooManySearches;
  return std::nullopt;
}

/// New keys may change this answer, so that it is told rather than another provider's.
bool is_about_keys(TokenRefusal reason) {
  return reason == TokenRefusal::kUnknownKey || reason == TokenRefusal::kKeysUnavailable;
}

/// Those of them whose tokens count where this one was presented, or all when none does.
std::vector<ProviderPtr> those_taken(const std::vector<ProviderPtr>& candidates, const TakesTokensOf& takes) {
  std::vector<ProviderPtr> taken;
  for (const auto& provider : candidates) {
    if (!takes || takes(provider->settings().name)) taken.push_back(provider);
  }
  return taken.empty() ? candidates : taken;
}

/// Two providers may claim one issuer (two applications of one Keycloak): their keys are the issuer's, so the first
/// that verifies and whose rules hold is the one.
Result<Caller, RefusedToken> check_claimed(ProviderSet& providers, const std::vector<ProviderPtr>& candidates,
                                           const jose::UnverifiedJws& jws, const Sender& sender) {
  const bool is_search = candidates.size() > kSearchInline;  // each of them may cost a verification
  if (is_search) {
    if (const auto refusal = why_not_searched(providers, candidates.size(), sender)) {
      return refuse(RefusedToken{.reason = *refusal});
    }
  }
  std::optional<RefusedToken> told;
  for (const auto& provider : candidates) {
    const auto version = provider->version();
    auto token = verify_by(*provider, jws);
    auto caller = token ? check_rules(*provider, std::move(*token), sender.now)
                        : Result<Caller, RefusedToken>(refuse(refused(token.error(), *provider)));
    if (caller) {
      caller->provider_version = version;
      return caller;
    }
    const auto& error = caller.error();
    if (!told || (is_about_keys(error.reason) && !is_about_keys(told->reason))) told = std::move(caller.error());
  }
  if (is_search) providers.note_failed_search(address_key(sender.remote_address), candidates.size(), sender.now);
  return refuse(std::move(*told));
}

Result<Proof, RefusedToken> search(ProviderSet& providers, const jose::UnverifiedJws& jws, std::string_view issuer,
                                   const Sender& sender) {
  const auto hint = providers.hint(issuer, jws.kid());
  if (hint) {
    const auto version = hint->version();
    if (auto token = verify_by(*hint, jws)) return Proof{hint, std::move(*token), version};
  }
  const auto candidates = providers.unclaimed(jws.algorithm(), jws.signature_bytes(), jws.kid());
  if (candidates.size() == 0) return refuse(RefusedToken{.reason = TokenRefusal::kUnknownIssuer});
  if (const auto refusal = why_not_searched(providers, candidates.size(), sender)) {
    return refuse(RefusedToken{.reason = *refusal});
  }
  for (const auto* some : {candidates.named, candidates.others}) {
    for (const auto& provider : *some) {
      if (provider == hint) continue;
      const auto version = provider->version();
      auto token = verify_by(*provider, jws);
      if (!token) continue;
      providers.remember(issuer, jws.kid(), provider);
      return Proof{provider, std::move(*token), version};
    }
  }
  providers.note_failed_search(address_key(sender.remote_address), candidates.size(), sender.now);
  return refuse(RefusedToken{.reason = TokenRefusal::kBadSignature});
}

}  // namespace

std::shared_ptr<const Caller> with_claims(const Caller& caller, json::object claims) {
  auto more = std::make_shared<Caller>(caller);
  more->looked_up = std::make_shared<const json::object>(std::move(claims));
  return more;
}

std::string_view describe(TokenRefusal refusal) {
  switch (refusal) {
    case TokenRefusal::kMalformed:
      return "malformed_token";
    case TokenRefusal::kUnknownIssuer:
      return "unknown_issuer";
    case TokenRefusal::kTooManySearches:
      return "too_many_searches";
    case TokenRefusal::kNeedsSearch:
      return "needs_search";
    case TokenRefusal::kKeysUnavailable:
      return "keys_unavailable";
    case TokenRefusal::kUnknownKey:
      return "unknown_key";
    case TokenRefusal::kNoKeyId:
      return "no_key_id";
    case TokenRefusal::kForeignKey:
      return "foreign_key";
    case TokenRefusal::kWrongAlgorithm:
      return "wrong_algorithm";
    case TokenRefusal::kBadSignature:
      return "bad_signature";
    case TokenRefusal::kBadClaim:
      return "bad_claim";
    case TokenRefusal::kExpired:
      return "expired";
    case TokenRefusal::kNotYetValid:
      return "not_yet_valid";
    case TokenRefusal::kTooLong:
      return "lifetime_too_long";
    case TokenRefusal::kMissingClaim:
      return "missing_claim";
    case TokenRefusal::kWrongAudience:
      return "wrong_audience";
    case TokenRefusal::kWrongParty:
      return "wrong_authorized_party";
    case TokenRefusal::kWrongTenant:
      return "wrong_tenant";
    case TokenRefusal::kWrongKind:
      return "no_access_token";
    case TokenRefusal::kUsed:
      return "token_used_already";
    case TokenRefusal::kRevoked:
      return "revoked";
    case TokenRefusal::kNoName:
      return "no_name";
  }
  return "refused";
}

Result<jose::UnverifiedJws, RefusedToken> parse_token(std::string_view compact) {
  auto jws = jose::UnverifiedJws::parse(compact);
  if (!jws) return refuse(RefusedToken{.reason = refusal_of(jws.error())});
  return std::move(*jws);
}

Result<Caller, RefusedToken> check_token(ProviderSet& providers, const jose::UnverifiedJws& jws, TimePoint now,
                                         std::string_view remote_address, Search how, const TakesTokensOf& takes) {
  const Sender sender{remote_address, now, how};
  const auto issuer = jws.claimed_issuer();
  const auto& claimed = providers.of_issuer(issuer);
  if (claimed.size() == 1) return check_claimed(providers, claimed, jws, sender);
  if (!claimed.empty()) return check_claimed(providers, those_taken(claimed, takes), jws, sender);
  auto proof = search(providers, jws, issuer, sender);
  if (!proof) return refuse(std::move(proof.error()));
  auto caller = check_rules(*proof->provider, std::move(proof->token), now);
  if (caller) caller->provider_version = proof->version;
  return caller;
}

// No provider in the answers: nothing that a token of a stranger says is a reason to read keys anew.
RefusedToken refuse_foreign(const TokenProvider& provider, const jose::UnverifiedJws& jws, TimePoint now) {
  const auto& rules = provider.settings().rules;
  const auto token = verify_signature(provider, jws);
  if (!token) return {.reason = token.error()};
  if (auto refusal = refuse_missing(rules, (*token)->claims())) return std::move(*refusal);
  if (auto refusal = refuse_times(rules, times_of(**token), now)) return std::move(*refusal);
  return {.reason = TokenRefusal::kUnknownIssuer};
}

Result<Caller, RefusedToken> check_token(ProviderSet& providers, std::string_view compact, TimePoint now,
                                         std::string_view remote_address) {
  const auto jws = parse_token(compact);
  if (!jws) return refuse(jws.error());
  return check_token(providers, *jws, now, remote_address);
}

}  // namespace cardea::gate
