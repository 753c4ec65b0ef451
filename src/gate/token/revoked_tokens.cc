#include "gate/token/revoked_tokens.h"

#include "crypto/hash.h"

namespace cardea::gate {

std::string token_digest(std::string_view compact) {
  return crypto::sha256_base64url(compact.substr(0, compact.rfind('.')));
}

bool RevokedTokens::add(std::string_view compact, TimePoint expires, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kTokensMax) std::erase_if(tokens_, [&](const auto& item) { return item.second <= now; });
  if (tokens_.size() >= kTokensMax) return false;
  tokens_[token_digest(compact)] = expires;
  return true;
}

bool RevokedTokens::contains(std::string_view compact) const {
  const std::lock_guard lock(mutex_);
  return !tokens_.empty() && tokens_.contains(token_digest(compact));
}

void RevokedTokens::purge(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& item) { return item.second <= now; });
}

}  // namespace cardea::gate
