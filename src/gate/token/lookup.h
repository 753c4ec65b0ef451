// Asking a token's provider whether it is still good (RFC 7662), for providers that the settings say to ask: so that
// somebody who was locked out is refused at the next look, not when the token ends (guides.md G1-20). What it said is
// believed for a few seconds.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock_map.h"
#include "gate/settings/gate_settings.h"
#include "upstream/memory.h"

namespace cardea::gate {

enum class Standing { kGood, kEnded, kUnknown };  // kUnknown: the provider could not be asked

class Lookups {
 public:
  static constexpr std::size_t kTokensMax = 50'000;

  explicit Lookups(const upstream::Reach& reach) : reach_(reach) {}

  using Next = std::function<web::Outcome(Standing)>;
  /// `lookup` outlives the Outcome.
  [[nodiscard]] web::Outcome ask(const LookupSettings& lookup, std::string_view token, Next next);

 private:
  web::Outcome call(const LookupSettings& lookup, std::string token, const upstream::Metadata& metadata, Next next);
  void remember(std::string_view token, Standing standing);

  struct Said {
    Standing standing;
    std::chrono::nanoseconds at;  // steady
  };
  const upstream::Reach& reach_;
  std::mutex mutex_;
  ClockMap<Said> said_{kTokensMax};  // by digest; guarded by mutex_
};

}  // namespace cardea::gate
