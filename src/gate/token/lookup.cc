#include "gate/token/lookup.h"

#include <algorithm>
#include <utility>

#include "gate/token/revoked_tokens.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::gate {

web::Outcome Lookups::ask(const LookupSettings& lookup, std::string_view token, Next next) {
  {
    const std::lock_guard lock(mutex_);
    const auto* said = said_.find(token_digest(token));
    if (said != nullptr && reach_.clock.steady() - said->at < lookup.every) return next(said->standing);
  }
  const auto url = web::ConfiguredUrl::parse(lookup.discovery_url);
  if (!url) return next(Standing::kUnknown);
  return upstream::with_metadata(
      reach_, *url,
      [this, &lookup, token = std::string(token), next = std::move(next)](
          Result<std::shared_ptr<const upstream::Metadata>, std::string> metadata) -> web::Outcome {
        if (!metadata) return next(Standing::kUnknown);
        return call(lookup, token, **metadata, next);
      });
}

web::Outcome Lookups::call(const LookupSettings& lookup, std::string token, const upstream::Metadata& metadata,
                           Next next) {
  const auto url = web::ConfiguredUrl::parse(metadata.introspection_endpoint);
  if (!url) return next(Standing::kUnknown);
  std::string form;
  web::append_form(form, "token", token);
  upstream::ClientProof proof;
  proof.method = upstream::ClientAuthentication::kSecretBasic;
  proof.client_id = lookup.client_id;
  proof.secret = lookup.client_secret.reveal();
  return web::fetch(
      upstream::token_request(*url, std::move(form), proof), web::Lane::kInline,
      [this, token = std::move(token), next = std::move(next)](const web::Fetched& fetched) -> web::Outcome {
        const auto answer = upstream::read_object(fetched);
        if (!answer) {
          reach_.log.warning("gate_lookup_failed", {{"reason", answer.error()}});
          return next(Standing::kUnknown);
        }
        const auto standing = bool_or(*answer, "active", false) ? Standing::kGood : Standing::kEnded;
        remember(token, standing);
        return next(standing);
      });
}

void Lookups::remember(std::string_view token, Standing standing) {
  const std::lock_guard lock(mutex_);
  said_.put(token_digest(token), {standing, reach_.clock.steady()});
}

}  // namespace cardea::gate
