// Public keys in the DER that everybody writes (RFC 5280 section 4.1.2.7, RFC 3279 section 2.3, RFC 5480, RFC 8410),
// read without OpenSSL's decoder, which looks through every format it knows and takes a third of a millisecond for a
// key. Whoever gets nothing here asks that one: it decides what is refused, and why. Only `crypto` includes this file.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/key.h"

namespace cardea::crypto {

/// Big-endian numbers; of an elliptic curve the coordinates, of Ed25519 the key in `first` alone.
struct SpkiNumbers {
  KeyType type;
  std::string_view first, second;
};

/// Absent: anything but the one shortest spelling, to the last byte. Says nothing about the numbers.
[[nodiscard]] std::optional<SpkiNumbers> read_usual_spki(std::string_view der);

}  // namespace cardea::crypto
