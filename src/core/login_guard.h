// Stands in front of every password hash (architecture section 1): a bucket of attempts for each source address and for
// each account. An attempt is reserved before anything is read or hashed, and given back when the password was right,
// so parallel guesses cannot pass together and people who sign in use nothing up. Names of nobody have buckets too: the
// answer says nothing about who exists. Counts for this process alone; Keycloak's brute-force settings of a realm are
// something else and lock an account.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "core/dear_hashes.h"
#include "domain/ids.h"

namespace cardea {

/// How many attempts a full bucket holds, and how long one takes to come back.
struct AttemptRate {
  int burst;
  std::chrono::nanoseconds every;
};
struct LoginRates {
  AttemptRate address{256, milliseconds{250}};  // many people share one; a guess costs a hash of 7 ms
  AttemptRate account{30, seconds{10}};         // with 30 at once, 8,670 guesses in a day
};

/// One attempt that was let through.
struct LoginTicket {
  std::uint64_t address = 0;
  std::uint64_t account = 0;
  int more = 0;  // attempts taken of the address besides the one
};

/// Refused: how long until the next attempt may pass, at least a second.
struct TooManyAttempts {
  seconds retry_after;
};

/// Safe from any thread. Its memory is fixed: 2 tables of kBuckets buckets of 16 bytes.
class LoginGuard {
 public:
  static constexpr std::size_t kBuckets = 16'384;

  /// Keys of buckets are hashed with a secret from `random`, so that nobody can choose names that share one.
  LoginGuard(const Clock& clock, Random& random, LoginRates rates = {});

  /// Takes one attempt of both buckets, or none. `name` as typed, in any case; `address`: where the request came from.
  [[nodiscard]] Result<LoginTicket, TooManyAttempts> reserve(const RealmId& realm, std::string_view name,
                                                             std::string_view address);
  /// Takes as many attempts more of the address, or none: for a password that is as dear to look at as so many others.
  /// An address gets no more of our time with hashes that were imported than with ours.
  [[nodiscard]] Result<void, TooManyAttempts> take_more(LoginTicket& ticket, int attempts);
  /// What passwords of a realm cost here at most.
  [[nodiscard]] DearHashes& dear_hashes() { return dear_hashes_; }
  /// The password was right, or was never looked at: the attempt did not count.
  void give_back(const LoginTicket& ticket);

 private:
  /// A bucket is the moment when it is full again: the more was taken, the later. Zero: never used.
  struct Bucket {
    std::uint64_t key = 0;
    std::chrono::nanoseconds full_at{0};
  };
  class Table {
   public:
    Table() : buckets_(kBuckets) {}
    Bucket* find(std::uint64_t key);
    /// The bucket of this key; of the few it may stand in, the fullest one is forgotten for it.
    Bucket& make(std::uint64_t key);

   private:
    static constexpr std::size_t kWays = 8;
    [[nodiscard]] std::size_t set_of(std::uint64_t key) const;
    std::vector<Bucket> buckets_;
  };
  [[nodiscard]] std::uint64_t key_of(std::string_view kind, std::string_view realm, std::string_view text) const;
  /// How long `bucket` must wait; zero when it has so many attempts left.
  [[nodiscard]] std::chrono::nanoseconds wait_of(const Bucket* bucket, const AttemptRate& rate, int attempts) const;
  void take(Table& table, std::uint64_t key, const AttemptRate& rate, int attempts);
  static void put_back(Table& table, std::uint64_t key, const AttemptRate& rate, int attempts);

  const Clock& clock_;
  const LoginRates rates_;
  std::array<std::uint8_t, 32> secret_{};
  std::mutex mutex_;
  Table addresses_;
  Table accounts_;
  DearHashes dear_hashes_{clock_};
};

/// One attempt on its way to the lane that looks at it. Until somebody says what came of it, it did not count: one that
/// never arrives, because that lane is full or the store fails, gives itself back. verify_password settles it.
class HeldAttempt {
 public:
  HeldAttempt() = default;
  HeldAttempt(LoginGuard& guard, const LoginTicket& ticket) : guard_(&guard), ticket_(ticket) {}
  HeldAttempt(HeldAttempt&& other) noexcept : guard_(std::exchange(other.guard_, nullptr)), ticket_(other.ticket_) {}
  HeldAttempt& operator=(HeldAttempt&& other) noexcept {
    std::swap(guard_, other.guard_);
    std::swap(ticket_, other.ticket_);
    return *this;
  }
  HeldAttempt(const HeldAttempt&) = delete;
  HeldAttempt& operator=(const HeldAttempt&) = delete;
  ~HeldAttempt() { give_back(); }

  /// LoginGuard::take_more. Of one that is settled nothing is taken.
  [[nodiscard]] Result<void, TooManyAttempts> take_more(int attempts) {
    if (guard_ == nullptr || attempts <= 0) return {};
    return guard_->take_more(ticket_, attempts);
  }
  /// The password was looked at, and was wrong.
  void count() { guard_ = nullptr; }
  void give_back() {
    if (auto* guard = std::exchange(guard_, nullptr)) guard->give_back(ticket_);
  }

 private:
  LoginGuard* guard_ = nullptr;
  LoginTicket ticket_;
};

}  // namespace cardea
