#include "base/attempt_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace cardea {

bool AttemptLimit::is_exhausted(std::string_view key, TimePoint now) const {
  const std::scoped_lock lock(mutex_);
  const auto* window = windows_.find(key);
  if (window == nullptr || now - window->begun >= window_) return false;
  return window->attempts >= attempts_max_;
}

AttemptLimit::Window& AttemptLimit::current(std::string_view key, TimePoint now) {
  auto* window = windows_.find(key);
  if (window == nullptr) window = &windows_.put(key, {now, 0});
  if (now - window->begun >= window_) *window = {now, 0};
  return *window;
}

bool AttemptLimit::take(std::string_view key, TimePoint now) {
  const std::scoped_lock lock(mutex_);
  auto& window = current(key, now);
  if (window.attempts >= attempts_max_) return false;
  ++window.attempts;
  return true;
}

void AttemptLimit::count(std::string_view key, TimePoint now) {
  const std::scoped_lock lock(mutex_);
  ++current(key, now).attempts;
}

void AttemptLimit::give_back(std::string_view key, TimePoint now) {
  const std::scoped_lock lock(mutex_);
  auto* window = windows_.find(key);
  if (window != nullptr && now - window->begun < window_ && window->attempts > 0) --window->attempts;
}

std::string address_key(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  constexpr std::array<unsigned char, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), bytes.begin())) {
    return inet_ntop(AF_INET, bytes.data() + 12, out.data(), out.size());
  }
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
}

}  // namespace cardea
