#include "gate/token/lookup.h"

#include <algorithm>
#include <utility>

#include "gate/token/opaque.h"
#include "gate/token/revoked_tokens.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

/// What one provider says is not another's word.
std::string key_of(const LookupSettings& lookup, std::string_view token) {
  return lookup.provider + '/' + token_digest(token);
}

}  // namespace

std::optional<Said> Lookups::find(const LookupSettings& lookup, std::string_view token) {
  const std::lock_guard lock(mutex_);
  const auto* said = said_.find(key_of(lookup, token));
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
  // Counted before the answer, or a burst would not be limited at all.
  const auto now = reach_.clock.now();
  if (!strangers_.take(address, now)) return next(Said{.standing = Standing::kTooMany});
  return look(lookup, token,
              [this, now, address = std::string(address), next = std::move(next)](const Said& said) -> web::Outcome {
                if (said.standing != Standing::kEnded) strangers_.give_back(address, now);
                return next(said);
              });
}

web::Outcome Lookups::look(const LookupSettings& lookup, std::string_view token, NextSaid next) {
  const auto url = web::ConfiguredUrl::parse(lookup.discovery_url);
  if (!url) return next(fail(lookup, "bad_discovery_url"));
  return upstream::with_metadata(
      reach_, *url,
      [this, &lookup, token = std::string(token), next = std::move(next)](
          Result<std::shared_ptr<const upstream::Metadata>, std::string> metadata) -> web::Outcome {
        if (!metadata) return next(fail(lookup, metadata.error()));
        return call(lookup, token, **metadata, next);
      });
}

web::Outcome Lookups::call(const LookupSettings& lookup, std::string token, const upstream::Metadata& metadata,
                           NextSaid next) {
  const auto url = web::ConfiguredUrl::parse(metadata.introspection_endpoint);
  if (!url) return next(fail(lookup, "no_introspection_endpoint"));
  std::string form;
  web::append_form(form, "token", token);
  if (lookup.takes_opaque) web::append_form(form, "token_type_hint", "access_token");
  upstream::ClientProof proof;
  proof.method = upstream::ClientAuthentication::kSecretBasic;
  proof.client_id = lookup.client_id;
  proof.secret = lookup.client_secret.reveal();
  const bool keeps_claims = lookup.takes_opaque && is_opaque(token);
  return web::fetch(upstream::token_request(*url, std::move(form), proof), web::Lane::kInline,
                    [this, &lookup, token = std::move(token), keeps_claims,
                     next = std::move(next)](const web::Fetched& fetched) -> web::Outcome {
                      auto said = read_answer(lookup, fetched);
                      if (!keeps_claims) said.claims.reset();
                      if (said.claims && fetched->body.size() > kClaimsBytesMax) return next(fail(lookup, "too_large"));
                      if (said.standing != Standing::kUnknown) remember(lookup, token, said);
                      return next(said);
                    });
}

Said Lookups::fail(const LookupSettings& lookup, std::string_view reason) const {
  reach_.log.warning("gate_lookup_failed", {{"provider", lookup.provider}, {"reason", reason}});
  return Said();
}

Said Lookups::read_answer(const LookupSettings& lookup, const web::Fetched& fetched) const {
  auto answer = upstream::read_object(fetched);
  if (!answer) return fail(lookup, answer.error());
  Said said{.at = reach_.clock.steady()};
  said.standing = bool_or(*answer, "active", false) ? Standing::kGood : Standing::kEnded;
  if (said.standing == Standing::kGood) said.claims = std::make_shared<const json::object>(std::move(*answer));
  return said;
}

void Lookups::remember(const LookupSettings& lookup, std::string_view token, const Said& said) {
  const std::lock_guard lock(mutex_);
  said_.put(key_of(lookup, token), said);
}

void Lookups::purge() {
  const auto now = reach_.clock.steady();
  const std::lock_guard lock(mutex_);
  said_.erase_if([&](std::string_view, const Said& said) { return now - said.at >= LookupSettings::kEveryMax; });
}

}  // namespace cardea::gate
