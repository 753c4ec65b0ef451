// Looks after the client secrets at providers: warns 30, 14, 7 and 1 days before one ends and nobody can sign in by it
// any more (guides.md G2-30), in the log and in a metric, and has those renewed whose record says so
// (secret_rotation.h).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/secret_rotation.h"

namespace cardea::broker {

inline constexpr seconds kSecretWatchEvery{3'600};
inline constexpr seconds kSecretWatchSoon{60};         // while a new secret does not work yet
inline constexpr std::int64_t kNoSecretEnds = 36'500;  // days, for the metric: none says when

class SecretWatch {
 public:
  SecretWatch(const Repositories& repositories, const Clock& clock, Log& log, SecretRotation::Call call)
      : repositories_(repositories), clock_(clock), log_(log), rotation_(repositories, clock, log, std::move(call)) {}

  /// Reads every realm once each kSecretWatchEvery, on the thread that calls, and waits for what is asked meanwhile;
  /// each kSecretWatchSoon those alone whose new secret is not in use yet. Warns once for each mark, and again after a
  /// start. Called by one thread.
  void tick();
  /// Days until the first of all secrets ends; negative: one has ended; kNoSecretEnds: none says when. From any thread.
  [[nodiscard]] std::int64_t days_left() const;

 private:
  enum class Which { kAll, kUnderWay };
  [[nodiscard]] bool rotate(const Realm& realm, Which which);
  void look_again();
  void note_ends(const Realm& realm);
  void tell_first();
  void warn(const Realm& realm, const IdentityProvider& provider, std::int64_t days);

  Repositories repositories_;
  const Clock& clock_;
  Log& log_;
  SecretRotation rotation_;
  std::optional<std::chrono::nanoseconds> next_, soon_;  // steady
  std::map<std::string, std::int64_t> warned_;           // realm/alias -> mark
  std::map<std::string, std::int64_t> days_;             // realm/alias -> days left
  mutable std::mutex mutex_;
  std::optional<std::int64_t> first_;
};

}  // namespace cardea::broker
