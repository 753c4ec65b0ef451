#include "core/login_guard.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/attempt_limit.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace cardea {
namespace {

constexpr std::chrono::nanoseconds kNoWait{0};

}  // namespace

std::size_t LoginGuard::Table::set_of(std::uint64_t key) const { return key % (buckets_.size() / kWays) * kWays; }

LoginGuard::Bucket* LoginGuard::Table::find(std::uint64_t key) {
  const auto begin = buckets_.begin() + static_cast<std::ptrdiff_t>(set_of(key));
  const auto end = begin + kWays;
  const auto found = std::find_if(begin, end, [&](const Bucket& bucket) { return bucket.key == key; });
  return found == end ? nullptr : &*found;
}

LoginGuard::Bucket& LoginGuard::Table::make(std::uint64_t key) {
  if (auto* known = find(key)) return *known;
  const auto begin = buckets_.begin() + static_cast<std::ptrdiff_t>(set_of(key));
  auto& place =
      *std::min_element(begin, begin + kWays, [](const Bucket& a, const Bucket& b) { return a.full_at < b.full_at; });
  place = Bucket{.key = key};
  return place;
}

LoginGuard::LoginGuard(const Clock& clock, Random& random, LoginRates rates) : clock_(clock), rates_(rates) {
  random.fill(secret_);
}

std::uint64_t LoginGuard::key_of(std::string_view kind, std::string_view realm, std::string_view text) const {
  std::string data(kind);
  data.append(realm).push_back('\0');
  data += text;
  const std::string_view secret(reinterpret_cast<const char*>(secret_.data()), secret_.size());
  std::uint64_t key = 0;
  std::memcpy(&key, crypto::hmac_sha256(secret, data).data(), sizeof(key));
  return std::max<std::uint64_t>(key, 1);  // zero is an empty place
}

std::chrono::nanoseconds LoginGuard::wait_of(const Bucket* bucket, const AttemptRate& rate, int attempts) const {
  if (bucket == nullptr) return kNoWait;
  return std::max(bucket->full_at + attempts * rate.every - rate.burst * rate.every - clock_.steady(), kNoWait);
}

void LoginGuard::take(Table& table, std::uint64_t key, const AttemptRate& rate, int attempts) {
  auto& bucket = table.make(key);
  bucket.full_at = std::max(bucket.full_at, clock_.steady()) + attempts * rate.every;
}

void LoginGuard::put_back(Table& table, std::uint64_t key, const AttemptRate& rate, int attempts) {
  if (auto* bucket = table.find(key)) bucket->full_at -= attempts * rate.every;
}

Result<LoginTicket, TooManyAttempts> LoginGuard::reserve(const RealmId& realm, std::string_view name,
                                                         std::string_view address) {
  const LoginTicket ticket{
      .address = key_of("address/", "", address_key(address)),
      .account = key_of("account/", realm.str(), ascii_lower(name.substr(0, kUsernameBytesMax + 1)))};
  const std::scoped_lock lock(mutex_);
  const auto wait = std::max(wait_of(addresses_.find(ticket.address), rates_.address, 1),
                             wait_of(accounts_.find(ticket.account), rates_.account, 1));
  if (wait > kNoWait) return refuse(TooManyAttempts{std::chrono::ceil<seconds>(wait)});
  take(addresses_, ticket.address, rates_.address, 1);
  take(accounts_, ticket.account, rates_.account, 1);
  return ticket;
}

Result<void, TooManyAttempts> LoginGuard::take_more(LoginTicket& ticket, int attempts) {
  // However dear, a bucket that is full lets one pass.
  attempts = std::min(attempts, rates_.address.burst - 1);
  const std::scoped_lock lock(mutex_);
  const auto wait = wait_of(addresses_.find(ticket.address), rates_.address, attempts);
  if (wait > kNoWait) return refuse(TooManyAttempts{std::chrono::ceil<seconds>(wait)});
  take(addresses_, ticket.address, rates_.address, attempts);
  ticket.more += attempts;
  return {};
}

void LoginGuard::give_back(const LoginTicket& ticket) {
  const std::scoped_lock lock(mutex_);
  put_back(addresses_, ticket.address, rates_.address, 1 + ticket.more);
  put_back(accounts_, ticket.account, rates_.account, 1);
}

}  // namespace cardea
