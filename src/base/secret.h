// SecretBytes: a password, client secret, private key or token in memory. Not copyable, wiped on destruction, without
// stream operator, formatter or serialiser, so that it cannot reach a log or an API answer by accident.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cardea {

class SecretBytes {
 public:
  SecretBytes() = default;
  /// Takes over `bytes`; the caller's string is wiped and left empty.
  explicit SecretBytes(std::string&& bytes) noexcept;
  /// Copies `bytes`; the caller keeps what it had.
  static SecretBytes copy_of(std::string_view bytes) { return SecretBytes(std::string(bytes)); }

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  /// The bytes themselves. Valid while this object lives and is not assigned to.
  [[nodiscard]] std::string_view reveal() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  /// An explicit second copy, for the rare owner that needs one.
  [[nodiscard]] SecretBytes clone() const { return copy_of(bytes_); }

 private:
  std::string bytes_;
};

/// Compares in time that depends on the lengths only. Two empty values are NOT equal: an empty secret matches nothing
/// (attack class 15).
[[nodiscard]] bool equal_secrets(std::string_view left, std::string_view right) noexcept;

/// Overwrites the bytes in a way the compiler keeps.
void wipe(std::string& bytes) noexcept;

}  // namespace cardea
