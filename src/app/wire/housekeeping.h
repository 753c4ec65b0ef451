// What is done every second while the server runs: settings in memory are compared with the database, so that a change
// by another process is seen, and what has expired is purged in small pieces.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "app/wire/management.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/repository/session_repos.h"
#include "domain/store_error.h"

namespace cardea::app {

/// A node that could not compare for this long is not ready (architecture section 3).
inline constexpr seconds kSettingsStaleAfter{10};
/// Pause between two rounds of purging. While there is more, each tick removes one bit of each kind, a transaction
/// each. Bits grow and shrink with what they cost: none should hold the writer for kPurgeHoldMax.
inline constexpr seconds kPurgeEvery{60};
inline constexpr milliseconds kPurgeHoldMax{50};
inline constexpr int kPurgeRowsFirst = 100;
inline constexpr int kPurgeRowsMin = 10;
inline constexpr int kPurgeRowsMax = 1000;

class Housekeeping {
 public:
  struct Parts {
    /// A number that differs when anything may have changed (store::OpenStore::change_counter).
    std::function<Stored<std::int64_t>()> change_counter;
    /// Compares all settings; false when the database did not answer (Settings::check_versions).
    std::function<bool()> check_settings;
    /// Removes at most so many expired rows of a kind, in a transaction; how many went.
    std::function<Stored<int>(Expiring kind, TimePoint now, int rows_max)> purge;
  };

  Housekeeping(Parts parts, const Clock& clock, Log& log, Health& health);

  /// One round. Called by one thread.
  void tick();

 private:
  [[nodiscard]] bool compare_settings();
  void purge_expired();
  /// One kind on its way through a round.
  struct Backlog {
    int rows = kPurgeRowsFirst;  // of the next bit
    bool has_more = true;
  };
  void purge_bit(Expiring kind, Backlog& backlog);

  Parts parts_;
  const Clock& clock_;
  Log& log_;
  Health& health_;
  std::optional<std::int64_t> seen_;      // the counter at the last successful comparison
  std::chrono::nanoseconds compared_at_;  // steady
  std::chrono::nanoseconds purge_at_;     // steady
  std::array<Backlog, kAllExpiring.size()> backlogs_;
};

}  // namespace cardea::app
