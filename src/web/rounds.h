// How often a browser went the same round within a minute without coming to rest (guides.md section 6, the guard
// against loops of sign-in): "count.since" in a cookie of its own, which only the browser itself could forge.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/request.h"

namespace cardea::web {

struct Rounds {
  /// After so many within the window a page is due instead of another one.
  static constexpr int kMax = 3;
  static constexpr seconds kWindow{60};

  int count = 0;
  TimePoint since{};

  /// None where there is no cookie, where it is unreadable, and where it is over.
  [[nodiscard]] static Rounds read(const Request& request, std::string_view cookie_name, TimePoint now);
  [[nodiscard]] bool is_loop() const { return count >= kMax; }
  /// The cookie's value after one more.
  [[nodiscard]] std::string after_one_more() const;
};

}  // namespace cardea::web
