#include "gate/token/verified_tokens.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace cardea::gate {
namespace {

// A digest's first bits say the part, the next ones the set in it.
std::size_t set_number(const TokenDigest& digest) { return digest[2] % VerifiedTokens::kSetsEach; }

std::uint32_t tag_of(const TokenDigest& digest) {
  std::uint32_t tag = 0;
  std::memcpy(&tag, digest.data() + 4, sizeof tag);
  return tag;
}

}  // namespace

VerifiedTokens::Part& VerifiedTokens::part_of(const TokenDigest& digest) const {
  return parts_[(digest[0] | (std::size_t{digest[1]} << 8U)) % kParts];
}

std::shared_ptr<const Caller> VerifiedTokens::find(const TokenDigest& digest, const ProviderSet& providers,
                                                   TimePoint now) const {
  std::shared_ptr<const Caller> caller;
  const auto tag = tag_of(digest);
  {
    auto& part = part_of(digest);
    const std::lock_guard lock(part.mutex);
    if (!part.sets) return nullptr;
    auto& set = (*part.sets)[set_number(digest)];
    for (std::size_t i = 0; i < kPlaces && !caller; ++i) {
      if (!set.holds(i, tag, digest)) continue;
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
  const auto tag = tag_of(digest);
  {
    const std::lock_guard lock(part.mutex);
    if (!part.sets) part.sets = std::make_unique<std::array<Set, kSetsEach>>();
    auto& set = (*part.sets)[set_number(digest)];
    std::size_t place = 0;  // its own, else one never used, else the one used longest ago
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (set.holds(i, tag, digest)) {
        place = i;
        break;
      }
      if (set.used_at[i] < set.used_at[place]) place = i;
    }
    set.tags[place] = tag;
    set.digests[place] = digest;
    set.used_at[place] = ++set.uses;
    set.callers[place].swap(caller);
  }  // whoever made room ends here, outside of the lock
}

template <class Work>
void VerifiedTokens::each_place(Work work) const {
  for (auto& part : parts_) {
    std::vector<std::shared_ptr<const Caller>> ended;  // outside of the lock
    const std::lock_guard lock(part.mutex);
    if (!part.sets) continue;
    for (auto& set : *part.sets)
      for (std::size_t i = 0; i < kPlaces; ++i)
        if (set.callers[i]) work(set, i, ended);
  }
}

void VerifiedTokens::purge(TimePoint now) {
  each_place([now](Set& set, std::size_t place, auto& ended) {
    if (now < *set.callers[place]->token->exp()) return;
    ended.push_back(std::move(set.callers[place]));
    set.callers[place].reset();
    set.tags[place] = 0;
    set.used_at[place] = 0;
    set.digests[place] = {};
  });
}

std::size_t VerifiedTokens::size() const {
  std::size_t count = 0;
  each_place([&count](Set&, std::size_t, auto&) { ++count; });
  return count;
}

}  // namespace cardea::gate
