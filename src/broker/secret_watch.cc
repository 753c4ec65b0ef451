#include "broker/secret_watch.h"

#include <algorithm>

#include "broker/secret_end.h"

namespace cardea::broker {

bool SecretWatch::rotate(const Realm& realm, Which which) {
  bool has_rotated = false;
  if (!realm.enabled) return has_rotated;
  for (const auto& provider : login_providers(realm)) {
    if (!SecretRotation::is_on(provider)) continue;
    if (which == Which::kUnderWay && !rotation_.is_under_way(realm, provider)) continue;
    rotation_.look_at(realm, provider);
    has_rotated = true;
  }
  return has_rotated;
}

void SecretWatch::tick() {
  const auto now = clock_.steady();
  if (next_ && now < *next_) {
    if (soon_ && now >= *soon_) look_again();
    return;
  }
  next_ = now + kSecretWatchEvery;
  const auto find = [&](const std::string& name) {
    return read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.find_by_name(rows, name); });
  };
  const auto unread = [&](StoreError error) {
    log_.warning("upstream_secrets_not_read", {{"error", describe(error)}});
  };
  const auto names = read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.names(rows, ""); });
  if (!names) return unread(names.error());
  days_.clear();
  for (const auto& [id, name] : *names) {  // one in memory at a time
    const auto realm = find(name);
    if (!realm) unread(realm.error());
    if (!realm || !*realm) continue;
    const auto changed = rotate(**realm, Which::kAll) ? find(name) : Stored<std::optional<Realm>>();
    note_ends(changed && *changed ? **changed : **realm);  // the ends may be others
  }
  tell_first();
}

/// After a minute: those alone of which something is awaited, not what is broken elsewhere.
void SecretWatch::look_again() {
  for (const auto& name : rotation_.realms_under_way()) {
    const auto find = [&] {
      return read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.find_by_name(rows, name); });
    };
    if (const auto realm = find(); !realm || !*realm || !rotate(**realm, Which::kUnderWay)) continue;
    if (const auto changed = find(); changed && *changed) note_ends(**changed);
  }
  tell_first();
}

void SecretWatch::note_ends(const Realm& realm) {
  if (!realm.enabled) return;
  for (const auto& provider : login_providers(realm)) {
    if (provider.setting(kSecretEndsSetting).empty()) continue;
    const auto days = secret_days_left(provider, clock_.now());
    if (!days) {
      log_.warning("upstream_secret_end_unreadable", {{"realm", realm.name}, {"provider", provider.alias}});
      continue;
    }
    days_[realm.name + "/" + provider.alias] = *days;
    warn(realm, provider, *days);
  }
}

void SecretWatch::tell_first() {
  soon_.reset();
  if (!rotation_.realms_under_way().empty()) soon_ = clock_.steady() + kSecretWatchSoon;
  std::optional<std::int64_t> first;
  for (const auto& [key, days] : days_) first = std::min(first.value_or(days), days);
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
