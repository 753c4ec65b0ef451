#include "gate/token/provider.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace cardea::gate {

TokenProvider::TokenProvider(ProviderSettings settings, std::vector<jose::VerificationKey> keys)
    : settings_(std::move(settings)), keys_without_id_(std::move(keys)) {
  for (const auto& key : keys_without_id_) {
    CARDEA_ASSERT(!jose::is_hmac(key.algorithm()) && allows(key.algorithm()));
  }
}

TokenProvider::TokenProvider(ProviderSettings settings) : settings_(std::move(settings)) {}

bool TokenProvider::has_issuer(std::string_view issuer) const {
  return std::ranges::find(settings_.issuers, issuer) != settings_.issuers.end();
}

bool TokenProvider::allows(jose::Algorithm algorithm) const {
  return std::ranges::find(settings_.algorithms, algorithm) != settings_.algorithms.end();
}

void TokenProvider::replace_keys(jose::KeySet keys) {
  replace_keys(std::make_shared<const upstream::ProviderKeys>(upstream::ProviderKeys{std::move(keys), {}}));
}

void TokenProvider::replace_keys(upstream::SharedKeys keys, std::chrono::nanoseconds at) {
  {
    const std::lock_guard lock(mutex_);
    if (keys_by_id_ == keys) return;
    keys_by_id_ = std::move(keys);
    read_at_ = at;
  }
  version_.fetch_add(1, std::memory_order_release);
}

void TokenProvider::drop_keys_before(std::chrono::nanoseconds oldest) {
  {
    const std::lock_guard lock(mutex_);
    if (!keys_by_id_ || read_at_ >= oldest) return;
    keys_by_id_ = nullptr;
  }
  version_.fetch_add(1, std::memory_order_release);
}

upstream::SharedKeys TokenProvider::keys_by_id() const {
  const std::lock_guard lock(mutex_);
  return keys_by_id_;
}

}  // namespace cardea::gate
