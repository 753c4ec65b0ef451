#include "base/secret.h"

#include <openssl/crypto.h>

#include <cstring>

namespace cardea {
namespace {

/// What a string holds without memory of its own.
const std::size_t kInPlace = std::string().capacity();

}  // namespace

void wipe(std::string& bytes) noexcept {
  // The whole capacity: a moved-from or shortened string keeps its old bytes behind its end. What is in place needs no
  // call; most are, a moved-from secret or an absent one.
  if (bytes.capacity() == kInPlace) {
    std::memset(bytes.data(), 0, kInPlace);
    __asm__ __volatile__("" : : "r"(bytes.data()) : "memory");  // keeps the stores
  } else {
    ::explicit_bzero(bytes.data(), bytes.capacity());
  }
  bytes.clear();
}

SecretBytes::SecretBytes(std::string&& bytes) noexcept : bytes_(std::move(bytes)) {
  wipe(bytes);  // a short string was copied, not moved
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_);
  bytes_ = std::move(other.bytes_);
  wipe(other.bytes_);
  return *this;
}

SecretBytes::~SecretBytes() { wipe(bytes_); }

bool equal_secrets(std::string_view left, std::string_view right) noexcept {
  if (left.empty() || left.size() != right.size()) return false;
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace cardea
