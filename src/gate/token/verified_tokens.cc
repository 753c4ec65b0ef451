#include "gate/token/verified_tokens.h"

#include <utility>

#include "base/encoding.h"

namespace cardea::gate {

VerifiedTokens::Shard& VerifiedTokens::shard_of(const TokenDigest& digest) const {
  return shards_[digest.front() % kShards];
}

std::shared_ptr<const Caller> VerifiedTokens::find(const TokenDigest& digest, const ProviderSet& providers,
                                                   TimePoint now) const {
  std::shared_ptr<const Caller> caller;
  {
    auto& shard = shard_of(digest);
    const std::lock_guard lock(shard.mutex);
    if (const auto* found = shard.callers.find(as_text(digest))) caller = *found;
  }
  if (!caller) return nullptr;
  const auto provider = providers.named(caller->provider);
  if (!provider || provider->version() != caller->provider_version) return nullptr;
  // Without the leeway: within it the token is checked anew each time, which is rare.
  return now < *caller->token->exp() ? caller : nullptr;
}

void VerifiedTokens::put(const TokenDigest& digest, std::shared_ptr<const Caller> caller,
                         const ProviderSet& providers) {
  const auto provider = providers.named(caller->provider);
  if (!provider || !provider->settings().rules.check_expiry) return;
  auto& shard = shard_of(digest);
  const std::lock_guard lock(shard.mutex);
  shard.callers.put(as_text(digest), std::move(caller));
}

void VerifiedTokens::clear() {
  for (auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.callers.erase_if([](std::string_view, const auto&) { return true; });
  }
}

}  // namespace cardea::gate
