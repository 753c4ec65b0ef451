#include "gate/token/revoked_tokens.h"

#include "crypto/hash.h"

namespace cardea::gate {

bool RevokedTokens::add(std::string_view compact, TimePoint expires, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kTokensMax) std::erase_if(tokens_, [&](const auto& item) { return item.second <= now; });
  if (tokens_.size() >= kTokensMax) return false;
  tokens_[crypto::sha256_base64url(compact)] = expires;
  return true;
}

bool RevokedTokens::contains(std::string_view compact) const {
  const std::lock_guard lock(mutex_);
  return !tokens_.empty() && tokens_.contains(crypto::sha256_base64url(compact));
}

void RevokedTokens::purge(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& item) { return item.second <= now; });
}

}  // namespace cardea::gate
