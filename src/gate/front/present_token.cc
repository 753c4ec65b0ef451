// From a bearer token to whose it is: remembered, checked, with new keys, and with what its provider says; a part of
// Gate.
#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "gate/front/gate.h"
#include "gate/keys/load_keys.h"
#include "gate/token/opaque.h"
#include "gate/token/verify.h"
#include "jose/jws.h"
#include "upstream/id_token.h"

namespace cardea::gate {
namespace {

/// Both strings, which differ in a letter as a rule (guides.md G4-13).
std::string issuer_difference(std::string_view token, const GateState& state, const Application& application) {
  constexpr std::size_t kNamedMax = 5;
  const auto jws = jose::UnverifiedJws::parse(token);
  std::string text = "the token says " + (jws ? jws->claimed_issuer() : std::string()) + ", expected:";
  std::size_t named = 0;
  for (const auto& provider : state.settings.providers) {
    if (!application.takes_tokens_of(provider->settings().name)) continue;
    for (const auto& issuer : provider->settings().issuers)
      if (++named <= kNamedMax) text.append(" ").append(issuer);
  }
  return text;
}

/// A provider whose keys may have changed: worth a look before the token is refused.
bool may_help(TokenRefusal reason) {
  return reason == TokenRefusal::kUnknownKey || reason == TokenRefusal::kKeysUnavailable;
}

/// Whose rules come to a token's issuer last (guides.md G0.3); null: the application has several, or none of that kind.
ProviderPtr late_judge(const GateState& state, const Application& application) {
  if (application.providers.size() != 1) return nullptr;
  auto provider = state.providers.named(application.providers.front());
  return provider && provider->settings().rules.judges_issuer_late ? provider : nullptr;
}

}  // namespace

std::optional<RefusedToken> Gate::refuse_as_its_provider(const Presented& presented,
                                                         const Result<jose::UnverifiedJws, RefusedToken>& jws,
                                                         TimePoint now) {
  const auto provider = late_judge(*presented.state, *presented.application);
  if (!provider) return std::nullopt;
  if (!jws) return RefusedToken{.reason = refuse_unreadable(*provider, *presented.token)};
  if (provider->has_issuer(jws->claimed_issuer())) return std::nullopt;
  return refuse_foreign(*provider, *jws, now);
}

std::optional<Gate::Checked> Gate::known(const Presented& presented, const TokenDigest& digest) const {
  auto& state = *presented.state;
  if (revoked_.contains(*presented.token)) return refuse(RefusedToken{.reason = TokenRefusal::kRevoked});
  auto caller = state.verified.find(digest, state.providers, parts_.reach.clock.now());
  if (!caller) return std::nullopt;
  if (counts_at(*presented.application, *caller)) return caller;
  // Another provider of the same issuer may vouch for it here: the one that did was asked by another application. And
  // an application whose provider judges strangers says what is wrong with this one.
  const bool may_be_anothers = state.providers.of_issuer(caller->token->iss()).size() > 1 ||
                               late_judge(state, *presented.application) != nullptr;
  if (may_be_anothers) return std::nullopt;
  return caller;
}

Gate::Checked Gate::check(const Presented& presented, const TokenDigest& digest,
                          const Result<jose::UnverifiedJws, RefusedToken>& jws, Search how) const {
  const auto now = parts_.reach.clock.now();
  if (auto refusal = refuse_as_its_provider(presented, jws, now)) return refuse(std::move(*refusal));
  if (!jws) return refuse(jws.error());
  auto& state = *presented.state;
  const auto takes = [&application = *presented.application](std::string_view provider) {
    return application.takes_tokens_of(provider);
  };
  auto caller = check_token(state.providers, *jws, now, presented.address, how, takes);
  if (!caller) return refuse(std::move(caller.error()));
  auto accepted = std::make_shared<const Caller>(std::move(*caller));
  // KEEP's guide shows such a token, and says otherwise in its text (guides.md G1-04).
  if (accepted->scope_claim == "scopes") {
    const auto issuer = accepted->token->iss();
    if (!scopes_warnings_.is_exhausted(issuer, now)) {
      scopes_warnings_.count(issuer, now);
      parts_.reach.log.warning("gate_scopes_claim", {{"issuer", issuer}, {"text", "scopes is read in place of scope"}});
    }
  }
  state.verified.put(digest, accepted, state.providers);
  return accepted;
}

web::Outcome Gate::by_token(const web::Request& request, Asked asked) {
  const auto finish = [this, &request, asked](const Checked& caller) -> web::Outcome {
    if (caller) return judge(request, asked, *caller);
    auto refusal = refusal_of(asked->application->answers, caller.error());
    if (caller.error().reason == TokenRefusal::kUnknownIssuer && caller.error().provider.empty())
      refusal.log_detail = issuer_difference(asked->token, *asked->state, *asked->application);
    return refuse_with(request, *asked, refusal, nullptr);
  };
  std::shared_ptr<const std::string> token(asked, &asked->token);
  return with_caller({asked->state, asked->application, std::move(token), request.remote_address}, finish);
}

web::Outcome Gate::with_caller(Presented presented, KeepEndpoints::WithCaller next) {
  if (const auto* lookup = opaque_lookup(*presented.state, *presented.application);
      lookup != nullptr && is_opaque(*presented.token)) {
    return with_introspected(presented, *lookup, std::move(next));
  }
  const auto digest = crypto::sha256(*presented.token);
  if (auto answer = known(presented, digest))
    return with_checked(std::move(presented), std::move(*answer), std::move(next));
  auto jws = parse_token(*presented.token);
  auto checked = check(presented, digest, jws, Search::kShort);
  if (checked || checked.error().reason != TokenRefusal::kNeedsSearch)
    return with_checked(std::move(presented), std::move(checked), std::move(next));
  // A search among many keys must not hold up everybody else.
  return web::then(web::Lane::kCpu,
                   [this, presented = std::move(presented), digest, jws = std::move(jws),
                    next = std::move(next)]() mutable -> web::Outcome {
                     auto found = check(presented, digest, jws, Search::kAny);
                     return with_checked(std::move(presented), std::move(found), std::move(next));
                   });
}

web::Outcome Gate::with_checked(Presented presented, Checked checked, KeepEndpoints::WithCaller next) {
  const auto finish = [this, next = std::move(next)](const Presented& with, const Checked& caller) -> web::Outcome {
    if (!caller) return next(caller);
    if (counts_at(*with.application, **caller)) return with_standing(with, *caller, next);
    return next(refuse(RefusedToken{.reason = TokenRefusal::kUnknownIssuer, .provider = (*caller)->provider}));
  };
  if (checked || !may_help(checked.error().reason)) return finish(presented, checked);
  const auto* address = presented.state->address_of(checked.error().provider);
  if (address == nullptr) return finish(presented, checked);
  auto kid = upstream::key_id_of(*presented.token);
  return load_keys(parts_.reach, *address, std::move(kid),
                   [this, finish, presented = std::move(presented)](const std::string&) -> web::Outcome {
                     const auto digest = crypto::sha256(*presented.token);
                     if (auto answer = known(presented, digest)) return finish(presented, *answer);
                     return finish(presented, check(presented, digest, parse_token(*presented.token), Search::kAny));
                   });
}

web::Outcome Gate::with_standing(const Presented& presented, const std::shared_ptr<const Caller>& caller,
                                 const KeepEndpoints::WithCaller& next) {
  const auto& lookups = presented.state->settings.lookups;
  const auto lookup = std::ranges::find(lookups, caller->provider, &LookupSettings::provider);
  if (lookup == lookups.end()) return next(caller);
  return lookups_.ask(
      *lookup, *presented.token, [state = presented.state, caller, next](Standing standing) -> web::Outcome {
        if (standing == Standing::kGood) return next(caller);
        const auto reason = standing == Standing::kEnded ? TokenRefusal::kRevoked : TokenRefusal::kKeysUnavailable;
        return next(refuse(RefusedToken{.reason = reason, .provider = caller->provider, .detail = "introspection"}));
      });
}

}  // namespace cardea::gate
