#include "gate/token/provider_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/hash.h"

namespace cardea::gate {
namespace {

const std::vector<ProviderPtr> kNobody;

/// Issuer and key id as one key of bounded size, for a token may claim a long one: then it is a digest, which has no
/// colon in it. The length keeps ("a", "bc") and ("ab", "c") apart.
std::string hint_key(std::string_view issuer, std::optional<std::string_view> kid) {
  auto key = std::to_string(issuer.size()) + ":" + std::string(issuer);
  if (kid) key.append("#").append(*kid);
  constexpr std::size_t kPlainBytesMax = 256;
  return key.size() <= kPlainBytesMax ? key : crypto::sha256_base64url(key);
}

std::string size_key(jose::Algorithm algorithm, std::size_t signature_bytes) {
  return std::string(jose::name(algorithm)) + "/" + std::to_string(signature_bytes);
}

std::string id_key(const std::string& kind, std::string_view kid) { return kind + "#" + std::string(kid); }

template <class Map>
const std::vector<ProviderPtr>* found_in(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? &kNobody : &found->second;
}

}  // namespace

ProviderSet::ProviderSet(std::vector<ProviderPtr> providers) : providers_(std::move(providers)) {
  for (const auto& provider : providers_) {
    by_name_[provider->settings().name] = provider;
    for (const auto& issuer : provider->settings().issuers) by_issuer_[issuer].push_back(provider);
    if (!provider->settings().issuers.empty()) continue;
    std::set<std::string> kinds, without_id, by_id;  // a provider with two keys of one kind is one candidate
    for (const auto& key : provider->keys_without_id()) {
      const auto kind = size_key(key.algorithm(), key.signature_bytes());
      kinds.insert(kind);
      if (key.kid().empty())
        without_id.insert(kind);
      else
        by_id.insert(id_key(kind, key.kid()));
    }
    for (const auto& kind : kinds) unclaimed_[kind].push_back(provider);
    for (const auto& kind : without_id) unclaimed_without_id_[kind].push_back(provider);
    for (const auto& id : by_id) unclaimed_by_id_[id].push_back(provider);
  }
}

ProviderPtr ProviderSet::named(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const std::vector<ProviderPtr>& ProviderSet::of_issuer(std::string_view issuer) const {
  const auto found = by_issuer_.find(issuer);
  return found == by_issuer_.end() ? kNobody : found->second;
}

ProviderSet::Candidates ProviderSet::unclaimed(jose::Algorithm algorithm, std::size_t signature_bytes,
                                               std::optional<std::string_view> kid) const {
  const auto kind = size_key(algorithm, signature_bytes);
  if (!kid) return {.named = &kNobody, .others = found_in(unclaimed_, kind)};
  const auto* named = unclaimed_by_id_.empty() ? &kNobody : found_in(unclaimed_by_id_, id_key(kind, *kid));
  return {.named = named, .others = found_in(unclaimed_without_id_, kind)};
}

ProviderPtr ProviderSet::hint(std::string_view issuer, std::optional<std::string_view> kid) const {
  const std::lock_guard lock(mutex_);
  const auto* found = hints_.find(hint_key(issuer, kid));
  return found == nullptr ? nullptr : *found;
}

void ProviderSet::remember(std::string_view issuer, std::optional<std::string_view> kid, const ProviderPtr& provider) {
  const std::lock_guard lock(mutex_);
  hints_.put(hint_key(issuer, kid), provider);
}

bool ProviderSet::take_search(std::string_view address, std::size_t candidates, TimePoint now) {
  if (failed_searches_.is_exhausted(address, now)) return false;
  const std::lock_guard lock(mutex_);
  constexpr std::int64_t kEachSecond = kCandidatesEachSecond;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - budget_at_).count();
  if (passed != 0) {  // less than nothing: the clock was set back
    constexpr std::int64_t kPaidOffMax = 3'600'000;
    budget_ = std::min(kEachSecond, budget_ + std::clamp(passed, std::int64_t{0}, kPaidOffMax) * kEachSecond / 1000);
    budget_at_ = now;
  }
  if (budget_ <= 0) return false;  // and nothing is counted for who may well have done nothing
  budget_ -= static_cast<std::int64_t>(candidates);
  return true;
}

void ProviderSet::note_failed_search(std::string_view address, std::size_t candidates, TimePoint now) {
  const auto shares = (candidates + kCandidatesOfAttempt - 1) / kCandidatesOfAttempt;
  const auto attempts = std::clamp<std::size_t>(shares, 1, kFailedSearchesMax);
  for (std::size_t i = 0; i < attempts; ++i) failed_searches_.count(address, now);
}

}  // namespace cardea::gate
