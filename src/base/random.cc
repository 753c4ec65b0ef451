#include "base/random.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "base/encoding.h"

namespace cardea {
namespace {

// Counts forks: a child must not hand out the bytes that its parent holds.
std::atomic<unsigned> forks{0};

void fill_from_kernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CARDEA_ASSERT(got > 0);  // cannot fail on a kernel that runs us; guessable handles would be worse than a stop
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

// Bytes drawn ahead for one thread, because one system call per handle costs more than the handle.
class Pool {
 public:
  ~Pool() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  void take(std::span<std::uint8_t> out) {
    const auto seen = forks.load(std::memory_order_relaxed);
    if (seen != forks_seen_) {
      forks_seen_ = seen;
      used_ = bytes_.size();
    }
    while (!out.empty()) {
      if (used_ == bytes_.size()) {
        fill_from_kernel(bytes_);
        used_ = 0;
      }
      const auto count = std::min(out.size(), bytes_.size() - used_);
      std::memcpy(out.data(), bytes_.data() + used_, count);
      OPENSSL_cleanse(bytes_.data() + used_, count);  // a byte is handed out once and then forgotten
      used_ += count;
      out = out.subspan(count);
    }
  }

 private:
  std::array<std::uint8_t, 1024> bytes_{};
  std::size_t used_ = bytes_.size();
  unsigned forks_seen_ = forks.load(std::memory_order_relaxed);
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  static const int watching = ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1); });
  CARDEA_ASSERT(watching == 0);
  thread_local Pool pool;
  pool.take(out);
}

std::string random_handle(Random& random, std::size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return base64url_encode(raw);
}

std::string random_uuid(Random& random) {
  std::array<std::uint8_t, 16> raw;
  random.fill(raw);
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0F) | 0x40);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3F) | 0x80);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (const auto byte : raw) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = kDigits[byte >> 4];
    text[at++] = kDigits[byte & 15];
  }
  return text;
}

}  // namespace cardea
