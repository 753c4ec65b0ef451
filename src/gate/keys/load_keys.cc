#include "gate/keys/load_keys.h"

#include <utility>

#include "upstream/issuer.h"
#include "web/fetch.h"

namespace cardea::gate {
namespace {

web::Outcome load_set(const upstream::Reach& reach, const KeyAddress& address, const std::string& jwks_url,
                      std::optional<std::string> kid, KeysLoaded next) {
  const auto url = web::ConfiguredUrl::parse(jwks_url);
  if (!url) return next("no_key_address");
  return upstream::with_keys(
      reach, *url, std::move(kid),
      [provider = address.provider, &clock = reach.clock, next = std::move(next)](
          Result<std::shared_ptr<const upstream::ProviderKeys>, std::string> keys) -> web::Outcome {
        if (!keys) return next(std::move(keys.error()));
        provider->replace_keys(std::move(*keys), clock.steady());
        return next({});
      });
}

}  // namespace

web::Outcome load_keys(const upstream::Reach& reach, const KeyAddress& address, std::optional<std::string> kid,
                       KeysLoaded next) {
  if (address.discovery_url.empty()) return load_set(reach, address, address.jwks_url, std::move(kid), std::move(next));
  const auto url = web::ConfiguredUrl::parse(address.discovery_url);
  if (!url) return next("no_discovery_address");
  return upstream::with_metadata(
      reach, *url,
      [reach, &address, kid = std::move(kid), next = std::move(next)](
          Result<std::shared_ptr<const upstream::Metadata>, std::string> metadata) mutable -> web::Outcome {
        if (!metadata) return next(std::move(metadata.error()));
        const auto& issuers = address.provider->settings().issuers;
        const auto& said = (*metadata)->issuer;
        if (!upstream::is_template(said) && !issuers.empty() && !address.provider->has_issuer(said)) {
          reach.log.warning("gate_issuer_differs", {{"provider", address.provider->settings().name},
                                                    {"configured", issuers.front()},
                                                    {"discovery_says", said}});
          return next("issuer_differs");
        }
        return load_set(reach, address, (*metadata)->jwks_uri, std::move(kid), std::move(next));
      });
}

void drive(web::Outcome outcome, web::Fetcher& fetcher) {
  while (!outcome.is_response()) {
    if (!outcome.is_fetch()) {
      auto step = std::move(outcome.then().step);
      outcome = step();
      continue;
    }
    auto call = std::move(outcome.fetch());
    fetcher.fetch(std::move(call.request), [next = std::move(call.next), &fetcher](web::Fetched fetched) mutable {
      drive(next(std::move(fetched)), fetcher);
    });
    return;
  }
}

}  // namespace cardea::gate
