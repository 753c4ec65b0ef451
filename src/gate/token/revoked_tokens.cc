#include "gate/token/revoked_tokens.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "gate/token/opaque.h"

namespace cardea::gate {

std::string token_digest(std::string_view compact) {
  return crypto::sha256_base64url(is_opaque(compact) ? compact : compact.substr(0, compact.rfind('.')));
}

namespace {

/// Names end where a digest, of fixed size, begins; no token has this digest itself.
std::string use_of(std::string_view application, std::string_view compact) {
  return "once/" + std::string(application) + "/" + token_digest(compact);
}

}  // namespace

RevokedTokens::Noted RevokedTokens::note(const std::string& digest, TimePoint expires) {
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= parts_.tokens_max) return tokens_.contains(digest) ? Noted::kKnown : Noted::kFull;
  return tokens_.emplace(digest, expires).second ? Noted::kNew : Noted::kKnown;
}

void RevokedTokens::warn_full() const {
  parts_.log.warning("gate_revocations_full",
                     {{"tokens_max", static_cast<std::int64_t>(parts_.tokens_max)},
                      {"text", "more tokens are logged out or used than can be remembered: some are not"}});
}

web::Outcome RevokedTokens::revoke(std::string_view compact, TimePoint expires, NextStored<bool> next) {
  const auto now = parts_.clock.now();
  GateRevocation revocation{token_digest(compact), expires, now};
  const bool is_noted = note(revocation.digest, expires) != Noted::kFull;
  if (!is_noted) warn_full();
  if (parts_.store == nullptr || !is_noted) return next(is_noted);
  return put(std::move(revocation), [next = std::move(next)](const Stored<bool>& done) -> web::Outcome {
    if (!done) return next(refuse(done.error()));
    return next(true);
  });
}

web::Outcome RevokedTokens::put(GateRevocation revocation, NextStored<bool> next) {
  return web::then(
      web::Lane::kStore, [this, next = std::move(next), revocation = std::move(revocation)]() mutable -> web::Outcome {
        auto done = write_to(parts_.store->store, [&](Tx& tx) { return parts_.store->rows.revoke(tx, revocation); });
        if (!done) parts_.log.warning("gate_store_failed", {{"reason", describe(done.error())}});
        return next(std::move(done));
      });
}

web::Outcome RevokedTokens::take_once(std::string_view application, std::string_view compact, TimePoint expires,
                                      NextStored<bool> next) {
  const auto now = parts_.clock.now();
  GateRevocation use{use_of(application, compact), expires, now};
  const auto noted = note(use.digest, expires);
  if (noted == Noted::kFull) warn_full();
  if (noted == Noted::kFull) return next(refuse(StoreError::kBusy));
  if (noted == Noted::kKnown || parts_.store == nullptr) return next(noted == Noted::kNew);
  const auto forget = [this, digest = use.digest] {
    const std::lock_guard lock(mutex_);
    tokens_.erase(digest);
  };
  return put(std::move(use), [forget, next = std::move(next)](const Stored<bool>& done) -> web::Outcome {
    if (!done) forget();
    return next(done);
  });
}

bool RevokedTokens::contains(std::string_view compact) const {
  const std::lock_guard lock(mutex_);
  return !tokens_.empty() && tokens_.contains(token_digest(compact));
}

bool RevokedTokens::was_used(std::string_view application, std::string_view compact) const {
  const std::lock_guard lock(mutex_);
  return tokens_.contains(use_of(application, compact));
}

bool RevokedTokens::read_new() {
  constexpr int kTogether = 5000;
  const auto now = parts_.clock.now();
  const bool is_far = now - far_read_at_ >= kFarEvery;
  bool is_full = false;
  GateRevocation last;
  if (read_until_ != TimePoint{}) last.added_at = read_until_ - (is_far ? kFarOverlap : kOverlap);
  for (;;) {
    auto page = read_from(parts_.store->store,
                          [&](Rows& rows) { return parts_.store->rows.revoked_after(rows, last, now, kTogether); });
    if (!page) {
      parts_.log.warning("gate_store_failed", {{"reason", describe(page.error())}});
      return false;
    }
    for (const auto& revocation : *page) is_full |= note(revocation.digest, revocation.expires_at) == Noted::kFull;
    if (page->size() < kTogether) break;
    last = page->back();
  }
  if (is_full) warn_full();
  read_until_ = now;
  if (is_far) far_read_at_ = now;
  return true;
}

void RevokedTokens::purge(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& item) { return item.second <= now; });
}

}  // namespace cardea::gate
