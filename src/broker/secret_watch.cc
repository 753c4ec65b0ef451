#include "broker/secret_watch.h"

#include <algorithm>

#include "broker/secret_end.h"

namespace cardea::broker {

Stored<std::vector<Realm>> SecretWatch::read_realms() {
  return read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.list(rows); });
}

void SecretWatch::tick() {
  const auto now = clock_.steady();
  if (next_ && now < *next_) return;
  next_ = now + kSecretWatchEvery;
  auto realms = read_realms();
  bool has_rotated = false;
  for (const auto& realm : realms ? *realms : std::vector<Realm>()) {
    if (!realm.enabled) continue;
    for (const auto& provider : login_providers(realm)) {
      if (!SecretRotation::is_on(provider)) continue;
      rotation_.look_at(realm, provider);
      has_rotated = true;
    }
  }
  if (realms && has_rotated) realms = read_realms();  // the ends may be others
  if (!realms) return log_.warning("upstream_secrets_not_read", {{"error", describe(realms.error())}});
  std::optional<std::int64_t> first;
  for (const auto& realm : *realms) {
    if (!realm.enabled) continue;
    for (const auto& provider : login_providers(realm)) {
      if (provider.setting(kSecretEndsSetting).empty()) continue;
      const auto days = secret_days_left(provider, clock_.now());
      if (!days) {
        log_.warning("upstream_secret_end_unreadable", {{"realm", realm.name}, {"provider", provider.alias}});
        continue;
      }
      first = std::min(first.value_or(*days), *days);
      warn(realm, provider, *days);
    }
  }
  if (rotation_.is_under_way()) next_ = now + kSecretWatchSoon;
  const std::scoped_lock lock(mutex_);
  first_ = first;
}

void SecretWatch::warn(const Realm& realm, const IdentityProvider& provider, std::int64_t days) {
  const auto key = realm.name + "/" + provider.alias;
  const auto mark = secret_warning(days);
  if (!mark) {
    warned_.erase(key);  // there is a new one
    return;
  }
  const auto [known, is_new] = warned_.emplace(key, *mark);
  if (!is_new && known->second <= *mark) return;
  known->second = *mark;
  log_.warning("upstream_secret_ends",
               {{"realm", realm.name}, {"provider", provider.alias}, {"days_left", days}, {"has_ended", days < 0}});
}

std::int64_t SecretWatch::days_left() const {
  const std::scoped_lock lock(mutex_);
  return first_.value_or(kNoSecretEnds);
}

}  // namespace cardea::broker
