// How often one source may make this server ask the database for realms and clients that do not exist. What exists is
// answered from memory after its first use; an unknown name is asked for each time, so that what was made a moment ago,
// here or on another node, works at once. Whoever keeps asking for names of nothing is told to come again later, and
// only about names that nobody has found here before: a realm drops out of memory with every change of its settings,
// and whoever shares an address with a busy stranger must not lose it by that. One instance, in Settings. Safe from any
// thread.
#pragma once

#include <string_view>

#include "base/attempt_limit.h"

namespace cardea {

inline constexpr int kUnknownNamesMax = 60;  // for each source address
inline constexpr seconds kUnknownNamesWindow{60};

class UnknownNames {
 public:
  /// May this source be answered from the database?
  [[nodiscard]] bool may_ask(std::string_view address, TimePoint now) const {
    return !limit_.is_exhausted(address_key(address), now);
  }
  /// There was nothing by the name.
  void count(std::string_view address, TimePoint now) { limit_.count(address_key(address), now); }

 private:
  AttemptLimit limit_{kUnknownNamesMax, kUnknownNamesWindow};
};

}  // namespace cardea
