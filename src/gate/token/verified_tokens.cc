#include "gate/token/verified_tokens.h"

#include <algorithm>
#include <utility>

namespace cardea::gate {
namespace {

// A digest's first bits say the part, the next ones the set in it.
std::size_t set_number(const TokenDigest& digest) { return digest[2] % VerifiedTokens::kSetsEach; }

}  // namespace

VerifiedTokens::Part& VerifiedTokens::part_of(const TokenDigest& digest) const {
  return parts_[(digest[0] | (std::size_t{digest[1]} << 8U)) % kParts];
}

std::shared_ptr<const Caller> VerifiedTokens::find(const TokenDigest& digest, const ProviderSet& providers,
                                                   TimePoint now) const {
  std::shared_ptr<const Caller> caller;
  {
    auto& part = part_of(digest);
    const std::lock_guard lock(part.mutex);
    if (!part.sets) return nullptr;
    auto& set = (*part.sets)[set_number(digest)];
    for (std::size_t i = 0; i < kPlaces && !caller; ++i) {
      if (set.digests[i] != digest) continue;
      caller = set.callers[i];
      set.used_at[i] = ++set.uses;
    }
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
  auto& part = part_of(digest);
  {
    const std::lock_guard lock(part.mutex);
    if (!part.sets) part.sets = std::make_unique<std::array<Set, kSetsEach>>();
    auto& set = (*part.sets)[set_number(digest)];
    std::size_t place = 0;  // its own, else one never used, else the one used longest ago
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (set.digests[i] == digest) {
        place = i;
        break;
      }
      if (set.used_at[i] < set.used_at[place]) place = i;
    }
    set.digests[place] = digest;
    set.used_at[place] = ++set.uses;
    set.callers[place].swap(caller);
  }  // whoever made room ends here, outside of the lock
}

}  // namespace cardea::gate
