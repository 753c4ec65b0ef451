#include "broker/directory_sync.h"

#include <algorithm>

#include "base/text.h"
#include "core/each_realm.h"

namespace cardea::broker {

seconds directory_interval(const IdentityProvider& provider) {
  const auto said = parse_integer<std::int64_t>(provider.setting("directorySyncSeconds"));
  return said ? std::clamp(seconds(*said), kDirectorySyncShortest, kDirectorySyncLongest) : kDirectorySyncEvery;
}

DirectoryWatch::DirectoryWatch(const Dependencies& dependencies, DirectoryRun::Call call)
    : dependencies_(dependencies), call_(std::move(call)), holder_(random_handle(dependencies.random)) {}

std::int64_t DirectoryWatch::age() const {
  const auto oldest = totals_.oldest.load();
  return oldest == 0 ? 0 : std::max<std::int64_t>(0, epoch_seconds(dependencies_.clock.now()) - oldest);
}

void DirectoryWatch::tick() {
  if (dependencies_.clock.steady() >= find_at_) find();
  std::int64_t oldest = 0;
  for (const auto& place : places_) {
    const auto at = look_at(place);
    // Before the first run: as old as it can be told.
    if (at != TimePoint{}) oldest = oldest == 0 ? epoch_seconds(at) : std::min(oldest, epoch_seconds(at));
  }
  totals_.oldest = oldest;
}

void DirectoryWatch::find() {
  const auto& repositories = dependencies_.repositories;
  const auto began = dependencies_.clock.steady();
  std::vector<Place> places;
  const auto look = [&](const Realm& realm) {
    if (!realm.enabled) return;
    for (const auto& provider : login_providers(realm)) {
      if (is_directory_synced(provider)) places.push_back({realm.name, provider.alias});
    }
  };
  const auto read = read_from(repositories.store, [&](Rows& rows) {
    places.clear();
    return each_realm(rows, repositories, look);
  });
  if (read) places_ = std::move(places);
  const auto now = dependencies_.clock.steady();
  find_at_ = now + std::max<std::chrono::nanoseconds>(kDirectoriesFoundEvery, (now - began) * kDirectoriesFoundShare);
}

TimePoint DirectoryWatch::look_at(const Place& place) {
  const auto loaded = dependencies_.settings.load_realm(place.realm);
  if (!loaded || !*loaded || !(*loaded)->realm.enabled) return {};
  const RealmPtr& realm = *loaded;
  auto provider = enabled_provider(realm->realm, place.alias);
  if (provider == nullptr || !is_directory_synced(*provider)) return {};
  const auto& repositories = dependencies_.repositories;
  const auto row = read_from(repositories.store, [&](Rows& rows) {
    return repositories.directory_syncs.find(rows, realm->realm.id, place.alias);
  });
  if (!row) return {};
  const auto synced_at = *row ? (*row)->synced_at : TimePoint{};
  const auto now = dependencies_.clock.now();
  if (*row && ((*row)->due_at > now || (*row)->leased_until > now)) return synced_at;
  return run(realm, std::move(provider), synced_at);
}

TimePoint DirectoryWatch::run(const RealmPtr& realm, ProviderPtr provider, TimePoint before) {
  const auto& repositories = dependencies_.repositories;
  const auto now = dependencies_.clock.now();
  auto row = write_to(repositories.store, [&](Tx& tx) {
    return repositories.directory_syncs.lease(tx, realm->realm.id, provider->alias, holder_, now,
                                              now + kDirectoryLease);
  });
  if (!row || !*row) return before;  // another node's
  const auto began = dependencies_.clock.steady();
  const auto interval = directory_interval(*provider);
  DirectoryRun one(dependencies_, call_, realm, provider, std::move(**row));
  const auto done = one.run(interval);
  const auto ms = std::chrono::duration_cast<milliseconds>(dependencies_.clock.steady() - began).count();
  tell(realm, *provider, done, one, ms);
  return done ? now : before;
}

void DirectoryWatch::tell(const RealmPtr& realm, const IdentityProvider& provider, const DirectoryDone& done,
                          const DirectoryRun& run, std::int64_t ms) {
  const auto& counts = run.counts();
  totals_.asked += counts.asked;
  totals_.changed += counts.changed;
  totals_.stopped += counts.stopped;
  ++(done ? totals_.done : totals_.failed);
  if (!done) {
    if (done.error().reason == web::describe(web::FetchError::kStopping)) return;  // the next start goes on
    dependencies_.log.warning("upstream_directory_not_synced", {{"realm", realm->realm.name},
                                                                {"provider", provider.alias},
                                                                {"step", done.error().step},
                                                                {"reason", done.error().reason},
                                                                {"hint", directory_hint(done.error().reason)},
                                                                {"asked", counts.asked},
                                                                {"duration_ms", ms}});
    return;
  }
  dependencies_.log.info("upstream_directory_synced", {{"realm", realm->realm.name},
                                                       {"provider", provider.alias},
                                                       {"users", counts.users},
                                                       {"groups", counts.groups},
                                                       {"asked", counts.asked},
                                                       {"changed", counts.changed},
                                                       {"stopped", counts.stopped},
                                                       {"started", counts.started},
                                                       {"calls", counts.calls},
                                                       {"duration_ms", ms}});
}

}  // namespace cardea::broker
