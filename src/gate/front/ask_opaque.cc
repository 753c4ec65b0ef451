// Tokens that their provider reads for us; a part of Gate::with_caller.
#include <algorithm>
#include <utility>

#include "gate/front/gate.h"
#include "gate/token/opaque.h"

namespace cardea::gate {

/// The one provider at this application that is shown what nobody can read: a token must not go around among them
/// (read_gate refuses two).
const LookupSettings* opaque_lookup(const GateState& state, const Application& application) {
  const auto& lookups = state.settings.lookups;
  const auto found = std::ranges::find_if(lookups, [&](const LookupSettings& lookup) {
    return lookup.takes_opaque && application.takes_tokens_of(lookup.provider);
  });
  return found == lookups.end() ? nullptr : &*found;
}

web::Outcome Gate::with_introspected(const Presented& presented, const LookupSettings& lookup,
                                     KeepEndpoints::WithCaller next) {
  const auto name = lookup.provider;
  if (revoked_.contains(*presented.token))
    return next(refuse(RefusedToken{.reason = TokenRefusal::kRevoked, .provider = name}));
  return lookups_.ask_who(
      lookup, *presented.token, address_key(presented.address),
      [this, state = presented.state, name, next = std::move(next)](const Said& said) -> web::Outcome {
        const auto refused = [&](TokenRefusal reason) {
          return next(refuse(RefusedToken{.reason = reason, .provider = name, .detail = "introspection"}));
        };
        switch (said.standing) {
          case Standing::kTooMany:
            return refused(TokenRefusal::kTooManySearches);
          case Standing::kUnknown:
            return refused(TokenRefusal::kKeysUnavailable);
          case Standing::kEnded:
            return refused(TokenRefusal::kRevoked);
          case Standing::kGood:
            break;
        }
        const auto provider = state->providers.named(name);
        if (provider == nullptr || said.claims == nullptr) return refused(TokenRefusal::kUnknownIssuer);
        auto caller = check_introspected(*provider, *said.claims, parts_.reach.clock.now());
        if (!caller) return next(refuse(std::move(caller.error())));
        return next(std::make_shared<const Caller>(std::move(*caller)));
      });
}

}  // namespace cardea::gate
