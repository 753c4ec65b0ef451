// Asking a token's provider about it (RFC 7662): whether it is still good, for providers that the settings say to ask,
// so that somebody who was locked out is refused at the next look, not when the token ends (guides.md G1-20); and what
// it says, where nobody else can read it (opaque.h). What was said is believed for a few seconds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/attempt_limit.h"
#include "base/clock_map.h"
#include "gate/settings/gate_settings.h"
#include "upstream/memory.h"

namespace cardea::gate {

enum class Standing {
  kGood,
  kEnded,
  kUnknown,  // the provider could not be asked
  kTooMany,  // tokens that were none, or that are asked for now, came from this address, so it was not asked
};

struct Said {
  Standing standing = Standing::kUnknown;
  std::chrono::nanoseconds at{0};                // steady
  std::shared_ptr<const json::object> claims{};  // of a good token that was asked for by ask_who
};

class Lookups {
 public:
  static constexpr std::size_t kTokensMax = 50'000;
  static constexpr std::size_t kClaimsBytesMax = 16'384;  // of an answer that is kept
  /// Tokens that were none, from one address, before the provider is asked no more for it.
  static constexpr int kStrangersMax = 20;
  static constexpr seconds kStrangersWindow{10};

  explicit Lookups(const upstream::Reach& reach) : reach_(reach) {}

  using Next = std::function<web::Outcome(Standing)>;
  /// `lookup` outlives the Outcome.
  [[nodiscard]] web::Outcome ask(const LookupSettings& lookup, std::string_view token, const Next& next);

  using NextSaid = std::function<web::Outcome(const Said&)>;
  /// The same with its claims. Anybody may send anything as a token: `address` (its address_key) pays for what is none.
  [[nodiscard]] web::Outcome ask_who(const LookupSettings& lookup, std::string_view token, std::string_view address,
                                     NextSaid next);
  /// Forgets what is believed no more.
  void purge();

 private:
  web::Outcome look(const LookupSettings& lookup, std::string_view token, NextSaid next);
  web::Outcome call(const LookupSettings& lookup, std::string token, const upstream::Metadata& metadata, NextSaid next);
  [[nodiscard]] Said read_answer(const LookupSettings& lookup, const web::Fetched& fetched) const;
  Said fail(const LookupSettings& lookup, std::string_view reason) const;
  [[nodiscard]] std::optional<Said> find(const LookupSettings& lookup, std::string_view token);
  void remember(const LookupSettings& lookup, std::string_view token, const Said& said);

  const upstream::Reach& reach_;
  std::mutex mutex_;
  ClockMap<Said> said_{kTokensMax};  // by provider and digest; guarded by mutex_
  AttemptLimit strangers_{kStrangersMax, kStrangersWindow};
};

}  // namespace cardea::gate
