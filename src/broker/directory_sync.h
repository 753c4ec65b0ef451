// Looks after the directories of providers that want it (`directorySync`; docs/adr/0025): finds which are due, and runs
// one after the other, each on one node at a time. No request waits for it.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "broker/directory_run.h"

namespace cardea::broker {

inline constexpr seconds kDirectorySyncEvery{300};  // where the record says nothing
inline constexpr seconds kDirectorySyncShortest{5};
inline constexpr seconds kDirectorySyncLongest{86'400};
inline constexpr seconds kDirectoriesFoundEvery{5};
inline constexpr int kDirectoriesFoundShare = 100;  // finding them takes at most this part of the time

/// `directorySyncSeconds`, between the two.
[[nodiscard]] seconds directory_interval(const IdentityProvider& provider);

class DirectoryWatch {
 public:
  /// `call` sends and waits, at most as long as the request may take.
  DirectoryWatch(const Dependencies& dependencies, DirectoryRun::Call call);

  /// Runs what is due, on the thread that calls. Called by one thread.
  void tick();

  // For the metrics, from any thread.
  struct Totals {
    std::atomic<std::int64_t> done{0}, failed{0};
    std::atomic<std::int64_t> asked{0}, changed{0}, stopped{0};  // people
    std::atomic<std::int64_t> oldest{0};  // epoch seconds of the oldest whole run; zero: none is looked after
  };
  [[nodiscard]] const Totals& totals() const { return totals_; }
  /// Seconds since the provider that has waited longest was synchronised; zero: there is none.
  [[nodiscard]] std::int64_t age() const;

 private:
  struct Place {
    std::string realm, alias;
  };
  void find();
  /// When it was last synchronised whole.
  TimePoint look_at(const Place& place);
  TimePoint run(const RealmPtr& realm, ProviderPtr provider, TimePoint before);
  void tell(const RealmPtr& realm, const IdentityProvider& provider, const DirectoryDone& done, const DirectoryRun& run,
            std::int64_t ms);

  const Dependencies& dependencies_;
  DirectoryRun::Call call_;
  std::string holder_;  // this node, until it ends
  std::vector<Place> places_;
  std::chrono::nanoseconds find_at_{0};  // steady
  Totals totals_;
};

}  // namespace cardea::broker
