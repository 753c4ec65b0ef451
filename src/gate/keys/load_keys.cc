#include "gate/keys/load_keys.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
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

namespace {

/// A call that drive waits for: whichever of the two is later, drive's return to its loop or the answer, goes on.
struct Turn {
  enum State : int { kCalling, kWaiting, kAnswered };
  std::atomic<int> state{kCalling};
  std::move_only_function<web::Outcome(web::Fetched)> next;
  std::optional<web::Fetched> fetched;
};

}  // namespace

void drive(web::Outcome outcome, web::Fetcher& fetcher) {
  while (!outcome.is_response()) {
    if (!outcome.is_fetch()) {
      auto step = std::move(outcome.then().step);
      outcome = step();
      continue;
    }
    // An answer may be there before `fetch` returns (a host that is known to be down): then it must not nest, for the
    // next call may end the same way, and the one after it.
    auto call = std::move(outcome.fetch());
    auto turn = std::make_shared<Turn>();
    turn->next = std::move(call.next);
    fetcher.fetch(std::move(call.request), [turn, &fetcher](web::Fetched fetched) {
      turn->fetched = std::move(fetched);
      if (turn->state.exchange(Turn::kAnswered) == Turn::kWaiting)
        drive(turn->next(std::move(*turn->fetched)), fetcher);
    });
    if (turn->state.exchange(Turn::kWaiting) != Turn::kAnswered) return;
    outcome = turn->next(std::move(*turn->fetched));
  }
}

}  // namespace cardea::gate
