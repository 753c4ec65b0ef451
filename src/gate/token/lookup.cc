#include "gate/token/lookup.h"

#include <algorithm>
#include <utility>

#include "gate/token/opaque.h"
#include "gate/token/revoked_tokens.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::gate {

std::optional<Said> Lookups::find(const LookupSettings& lookup, std::string_view token) {
  const std::lock_guard lock(mutex_);
  const auto* said = said_.find(token_digest(token));
  if (said == nullptr || reach_.clock.steady() - said->at >= lookup.every) return std::nullopt;
  return *said;
}

web::Outcome Lookups::ask(const LookupSettings& lookup, std::string_view token, const Next& next) {
  if (const auto said = find(lookup, token)) return next(said->standing);
  return look(lookup, token, [next](const Said& said) -> web::Outcome { return next(said.standing); });
}

web::Outcome Lookups::ask_who(const LookupSettings& lookup, std::string_view token, std::string_view address,
                              NextSaid next) {
  if (const auto said = find(lookup, token)) return next(*said);
  if (strangers_.is_exhausted(address, reach_.clock.now())) return next(Said{.standing = Standing::kTooMany});
  return look(lookup, token,
              [this, address = std::string(address), next = std::move(next)](const Said& said) -> web::Outcome {
                if (said.standing == Standing::kEnded) strangers_.count(address, reach_.clock.now());
                return next(said);
              });
}

web::Outcome Lookups::look(const LookupSettings& lookup, std::string_view token, NextSaid next) {
  const auto url = web::ConfiguredUrl::parse(lookup.discovery_url);
  if (!url) return next(Said());
  return upstream::with_metadata(
      reach_, *url,
      [this, &lookup, token = std::string(token), next = std::move(next)](
          Result<std::shared_ptr<const upstream::Metadata>, std::string> metadata) -> web::Outcome {
        if (!metadata) return next(Said());
        return call(lookup, token, **metadata, next);
      });
}

web::Outcome Lookups::call(const LookupSettings& lookup, std::string token, const upstream::Metadata& metadata,
                           NextSaid next) {
  const auto url = web::ConfiguredUrl::parse(metadata.introspection_endpoint);
  if (!url) return next(Said());
  std::string form;
  web::append_form(form, "token", token);
  if (lookup.takes_opaque) web::append_form(form, "token_type_hint", "access_token");
  upstream::ClientProof proof;
  proof.method = upstream::ClientAuthentication::kSecretBasic;
  proof.client_id = lookup.client_id;
  proof.secret = lookup.client_secret.reveal();
  const bool keeps_claims = lookup.takes_opaque && is_opaque(token);
  return web::fetch(upstream::token_request(*url, std::move(form), proof), web::Lane::kInline,
                    [this, token = std::move(token), keeps_claims,
                     next = std::move(next)](const web::Fetched& fetched) -> web::Outcome {
                      auto said = read_answer(fetched);
                      if (!keeps_claims) said.claims.reset();
                      if (said.claims && fetched->body.size() > kClaimsBytesMax) {
                        reach_.log.warning("gate_lookup_failed", {{"reason", "too_large"}});
                        return next(Said());
                      }
                      if (said.standing != Standing::kUnknown) remember(token, said);
                      return next(said);
                    });
}

Said Lookups::read_answer(const web::Fetched& fetched) const {
  Said said{.standing = Standing::kUnknown, .at = reach_.clock.steady()};
  auto answer = upstream::read_object(fetched);
  if (!answer) {
    reach_.log.warning("gate_lookup_failed", {{"reason", answer.error()}});
    return said;
  }
  said.standing = bool_or(*answer, "active", false) ? Standing::kGood : Standing::kEnded;
  if (said.standing == Standing::kGood) said.claims = std::make_shared<const json::object>(std::move(*answer));
  return said;
}

void Lookups::remember(std::string_view token, const Said& said) {
  const std::lock_guard lock(mutex_);
  said_.put(token_digest(token), said);
}

}  // namespace cardea::gate
