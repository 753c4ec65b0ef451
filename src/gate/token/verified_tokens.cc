#include "gate/token/verified_tokens.h"

#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {
namespace {

std::string digest_of(std::string_view compact) {
  const auto digest = crypto::sha256(compact);
  return {digest.begin(), digest.end()};
}

}  // namespace

VerifiedTokens::Shard& VerifiedTokens::shard_of(std::string_view digest) const {
  return shards_[static_cast<unsigned char>(digest.front()) % kShards];
}

std::shared_ptr<const Caller> VerifiedTokens::find(std::string_view compact, const ProviderSet& providers,
                                                   TimePoint now) const {
  const auto digest = digest_of(compact);
  std::shared_ptr<const Caller> caller;
  {
    auto& shard = shard_of(digest);
    const std::lock_guard lock(shard.mutex);
    if (const auto* found = shard.callers.find(digest)) caller = *found;
  }
  if (!caller) return nullptr;
  const auto provider = providers.named(caller->provider);
  if (!provider || provider->version() != caller->provider_version) return nullptr;
  // Without the leeway: within it the token is checked anew each time, which is rare.
  return now < *caller->token->exp() ? caller : nullptr;
}

void VerifiedTokens::put(std::string_view compact, std::shared_ptr<const Caller> caller, const ProviderSet& providers) {
  const auto provider = providers.named(caller->provider);
  if (!provider || !provider->settings().rules.check_expiry) return;
  const auto digest = digest_of(compact);
  auto& shard = shard_of(digest);
  const std::lock_guard lock(shard.mutex);
  shard.callers.put(digest, std::move(caller));
}

void VerifiedTokens::clear() {
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.callers.erase_if([](std::string_view, const auto&) { return true; });
  }
}

}  // namespace cardea::gate
