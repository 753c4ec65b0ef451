// CBOR (RFC 8949) as authenticators write it (CTAP2 canonical form, section 8 of FIDO CTAP 2.1): definite lengths,
// numbers in their shortest spelling, no tags, map keys that stand once. What is written otherwise is refused, so that
// one value has one spelling. Reading is iterative and bounded by kCborDepthMax and kCborItemsMax (attack classes 25
// and 32); nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cardea::crypto {

inline constexpr std::size_t kCborDepthMax = 8;    // CTAP2 allows four levels
inline constexpr std::size_t kCborItemsMax = 512;  // an attestation statement has less than thirty

enum class CborError { kTruncated, kNotCanonical, kUnsupported, kTooDeep, kTooMany, kDuplicateKey, kTrailing };
[[nodiscard]] std::string_view describe(CborError error);

enum class CborType : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kFalse, kTrue, kNull };

/// A document read from bytes that must outlive it: its items in the order in which they stand.
class CborDocument {
 public:
  /// The whole text is one item. kTrailing: bytes follow it.
  [[nodiscard]] static Result<CborDocument, CborError> parse(std::string_view bytes);
  /// One item at the beginning; `length()` says where it ends.
  [[nodiscard]] static Result<CborDocument, CborError> parse_prefix(std::string_view bytes);

  /// An item of the document: a position, valid for this document alone.
  struct Item {
    CborType type = CborType::kNull;
    std::uint64_t number = 0;     // the argument: of kNegative the value is -1 - number; of arrays and maps their size
    std::string_view bytes = {};  // of kBytes and kText
    std::size_t at = 0;           // where it stands
    std::size_t end = 0;          // behind its last descendant
  };

  [[nodiscard]] const Item& root() const { return items_.front(); }
  [[nodiscard]] std::size_t length() const { return length_; }

  /// Value of a key of a map; null when it is not there, or the item is no map.
  [[nodiscard]] const Item* find(const Item& map, std::string_view key) const;
  [[nodiscard]] const Item* find(const Item& map, std::int64_t key) const;
  /// The elements of an array; empty for anything else.
  [[nodiscard]] std::vector<const Item*> elements(const Item& array) const;

  /// The bytes of a byte string in a map; absent when missing or of another type.
  [[nodiscard]] std::optional<std::string_view> bytes_at(const Item& map, std::string_view key) const;
  [[nodiscard]] std::optional<std::string_view> bytes_at(const Item& map, std::int64_t key) const;
  /// The number of an integer in a map, when it fits.
  [[nodiscard]] std::optional<std::int64_t> number_at(const Item& map, std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> number_at(const Item& map, std::int64_t key) const;

 private:
  std::vector<Item> items_;
  std::size_t length_ = 0;
};

}  // namespace cardea::crypto
