// Which realm has authentik's paths for an alias, remembered: finding out reads every realm, which a request of anybody
// must not be able to ask for again and again. Safe from any thread. Internal to broker.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cardea::broker {

inline constexpr seconds kSourcePathsLife{60};  // a change of a realm is seen after that

class SourcePaths {
 public:
  /// True for one caller each kSourcePathsLife: it reads the realms and calls put(). Everybody else goes by what is
  /// known; until something is, right after a start, each caller reads for itself rather than be refused.
  [[nodiscard]] bool take_turn(TimePoint now);
  /// Name of the realm by alias.
  void put(std::map<std::string, std::string, std::less<>> realms);
  /// The reading failed: the next request has the turn.
  void give_back_turn();
  /// Empty: none.
  [[nodiscard]] std::string realm_of(std::string_view alias) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> realms_;
  TimePoint next_{};
  bool known_ = false;  // put() was called
};

}  // namespace cardea::broker
