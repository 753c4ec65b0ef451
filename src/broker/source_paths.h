// Which realm has authentik's paths at a host, remembered: finding out reads every realm, which a request of anybody
// must not be able to ask for again and again. Safe from any thread. Internal to broker.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cardea::broker {

inline constexpr seconds kSourcePathsLife{60};  // a change of a realm is seen after that

struct SourceRealm {
  std::string name;
  std::set<std::string, std::less<>> aliases;  // of the providers that people sign in by
  bool is_claimed_twice = false;               // another realm has the same host: then neither has the paths
};
/// Of the realms that are on and want the paths, by source_host.
using SourceRealms = std::map<std::string, SourceRealm, std::less<>>;

class SourcePaths {
 public:
  /// True for one caller each kSourcePathsLife: it reads the realms and calls put(). Everybody else goes by what is
  /// known; until something is, right after a start, each caller reads for itself rather than be refused.
  [[nodiscard]] bool take_turn(TimePoint now);
  void put(SourceRealms realms);
  /// The reading failed: the next request has the turn.
  void give_back_turn();

  struct Asked {
    std::string_view host, server_host;
    std::string_view alias;  // empty: whatever the alias
  };
  /// Name of the realm; empty: none.
  [[nodiscard]] std::string realm_of(const Asked& asked) const;

 private:
  mutable std::mutex mutex_;
  SourceRealms realms_;
  TimePoint next_{};
  bool known_ = false;  // put() was called
};

}  // namespace cardea::broker
