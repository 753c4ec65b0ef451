#include "app/wire/housekeeping.h"

#include <algorithm>
#include <utility>

namespace cardea::app {

Housekeeping::Housekeeping(Parts parts, const Clock& clock, Log& log, Health& health)
    : parts_(std::move(parts)),
      clock_(clock),
      log_(log),
      health_(health),
      compared_at_(clock.steady()),
      purge_at_(clock.steady() + kPurgeEvery) {
  health_.settings_are_fresh = true;  // they were just loaded, or not at all yet
}

void Housekeeping::tick() {
  if (compare_settings()) compared_at_ = clock_.steady();
  const bool fresh = clock_.steady() - compared_at_ < kSettingsStaleAfter;
  if (health_.settings_are_fresh.exchange(fresh) != fresh) {
    if (fresh)
      log_.info("settings_fresh_again");
    else
      log_.error("settings_stale", {{"seconds", kSettingsStaleAfter.count()}});
  }
  if (clock_.steady() >= purge_at_) purge_expired();
}

bool Housekeeping::compare_settings() {
  // The counter is read first: a change while we compare moves it again, and is seen in the next round.
  const auto counter = parts_.change_counter();
  if (!counter) return false;
  if (seen_ == *counter) return true;
  if (!parts_.check_settings()) return false;
  seen_ = *counter;
  return true;
}

void Housekeeping::purge_expired() {
  bool more = false;
  for (std::size_t i = 0; i < kAllExpiring.size(); ++i) {
    auto& backlog = backlogs_[i];
    if (backlog.has_more) purge_bit(kAllExpiring[i], backlog);
    more = more || backlog.has_more;
  }
  if (more) return;  // the next tick goes on
  purge_at_ = clock_.steady() + kPurgeEvery;
  for (auto& backlog : backlogs_) backlog.has_more = true;
}

void Housekeeping::purge_bit(Expiring kind, Backlog& backlog) {
  const auto begun = clock_.steady();
  const auto removed = parts_.purge(kind, clock_.now(), backlog.rows);
  const auto held = clock_.steady() - begun;
  backlog.has_more = removed && *removed >= backlog.rows;
  if (held > kPurgeHoldMax / 2) backlog.rows = std::max(kPurgeRowsMin, backlog.rows / 2);
  if (backlog.has_more && held < kPurgeHoldMax / 8) backlog.rows = std::min(kPurgeRowsMax, backlog.rows * 2);
  if (!removed)
    log_.warning("purge_failed", {{"error", describe(removed.error())}});
  else if (*removed > 0)
    log_.debug("purged", {{"kind", static_cast<int>(kind)}, {"rows", *removed}});
}

}  // namespace cardea::app
