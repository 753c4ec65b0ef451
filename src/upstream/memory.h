// What other providers publish at addresses, kept in memory: fetched when first needed, again when it is old or a key
// id is missing, and never twice within a floor, so that strangers' tokens cannot make us ask (entra.md section 3).
// When the address does not answer, what is known serves for kStaleMax more. Requests that need the same address at the
// same time share one call (FetchRequest::join).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/clock_map.h"
#include "base/log.h"
#include "upstream/metadata.h"
#include "upstream/provider_keys.h"
#include "web/outcome.h"

namespace cardea::upstream {

inline constexpr seconds kFresh{3600};       // then asked for anew before it is used
inline constexpr seconds kStaleMax{86'400};  // used that long when the address does not answer
inline constexpr seconds kKeysFloor{30};     // between two fetches for an unknown key id
inline constexpr seconds kFailureFloor{5};   // after a fetch that failed
inline constexpr std::size_t kAddressesMax = 4096;

/// Documents of one kind by address. All functions are safe from any thread; `now` is steady.
template <class T>
class Remembered {
 public:
  struct Known {
    std::shared_ptr<const T> value;  // null: none, or too old
    bool is_fresh = false;
    bool may_fetch = true;  // the floor has passed
  };
  [[nodiscard]] Known find(std::string_view address, std::chrono::nanoseconds now) {
    const std::scoped_lock lock(mutex_);
    const auto* entry = entries_.find(address);
    if (entry == nullptr) return {};
    Known known;
    known.may_fetch = now >= entry->not_before;
    if (entry->value != nullptr && now - entry->fetched_at < kStaleMax) {
      known.value = entry->value;
      known.is_fresh = now - entry->fetched_at < kFresh;
    }
    return known;
  }
  void put(std::string_view address, std::shared_ptr<const T> value, std::chrono::nanoseconds now) {
    const std::scoped_lock lock(mutex_);
    entries_.put(address_of(address), {std::move(value), now, now + kKeysFloor});
  }
  void note_failure(std::string_view address, std::chrono::nanoseconds now) {
    const std::scoped_lock lock(mutex_);
    if (auto* entry = entries_.find(address)) {
      entry->not_before = now + kFailureFloor;
    } else {
      entries_.put(address_of(address), {nullptr, now, now + kFailureFloor});
    }
  }
  /// The administrator changed the provider, or asked for its keys anew.
  void forget(std::string_view address) {
    const std::scoped_lock lock(mutex_);
    entries_.erase_if([&](std::string_view key, const auto&) { return key == address; });
  }

 private:
  struct Entry {
    std::shared_ptr<const T> value;
    std::chrono::nanoseconds fetched_at{0};
    std::chrono::nanoseconds not_before{0};  // of the next fetch
  };
  static std::string address_of(std::string_view address) { return std::string(address); }
  std::mutex mutex_;
  ClockMap<Entry> entries_{kAddressesMax};
};

struct Memory {
  Remembered<Metadata> metadata;
  Remembered<ProviderKeys> keys;
};

/// What the functions below work with; outlives every Outcome they give.
struct Reach {
  Memory& memory;
  const Clock& clock;
  Log& log;
  /// What is kept for one configuration of a provider serves no other: who changes it sees what is there now.
  std::string generation = {};
};

/// The error is a word for the log. Called on the inline lane.
template <class T>
using Next = std::move_only_function<web::Outcome(Result<std::shared_ptr<const T>, std::string>)>;

/// The document at `url`.
[[nodiscard]] web::Outcome with_metadata(const Reach& reach, web::OutboundUrl url, Next<Metadata> next);

/// The keys at `url`: those in memory when they have `kid` (absent: any will do), else after a fetch when the floor
/// allows one. Keys without the wanted one are handed on as well: the signature check refuses.
[[nodiscard]] web::Outcome with_keys(const Reach& reach, web::OutboundUrl url, std::optional<std::string> kid,
                                     Next<ProviderKeys> next);
/// For a token that names no key: those at `url` that are no older than the floor, since nothing else would tell that
/// the provider has put others there.
[[nodiscard]] web::Outcome with_young_keys(const Reach& reach, web::OutboundUrl url, Next<ProviderKeys> next);

}  // namespace cardea::upstream
