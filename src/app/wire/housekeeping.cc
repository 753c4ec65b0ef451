#include "app/wire/housekeeping.h"

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
  const auto removed = parts_.purge(clock_.now(), kPurgeRowsMax);
  // A full round leaves more to do: the next tick goes on.
  const bool more = removed && *removed >= kPurgeRowsMax;
  if (!more) purge_at_ = clock_.steady() + kPurgeEvery;
  if (!removed)
    log_.warning("purge_failed", {{"error", describe(removed.error())}});
  else if (*removed > 0)
    log_.debug("purged", {{"rows", *removed}});
}

}  // namespace cardea::app
