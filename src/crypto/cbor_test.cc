#include "crypto/cbor.h"

#include <gmock/gmock.h>

#include <string>

#include "base/encoding.h"

namespace cardea::crypto {
namespace {

std::string bytes(std::string_view hex) { return *hex_decode(hex); }

CborError error_of(std::string_view hex) {
  const auto text = bytes(hex);
  const auto parsed = CborDocument::parse(text);
  EXPECT_FALSE(parsed.has_value()) << hex;
  return parsed ? CborError::kTrailing : parsed.error();
}

TEST(CborTest, refuses_what_ends_too_early) {
  for (const auto* hex : {"", "18", "1901", "1a010203", "1b00000000000000", "42ff", "61", "81", "a1", "a101", "a20101",
                          "8201", "5affffffff", "5bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff"}) {
    EXPECT_EQ(error_of(hex), CborError::kTruncated) << hex;
  }
}

TEST(CborTest, refuses_a_second_spelling_of_the_same_value) {
  for (const auto* hex : {"1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff", "580100", "a1180001"}) {
    EXPECT_EQ(error_of(hex), CborError::kNotCanonical) << hex;
  }
  for (const auto* hex : {"5f4100ff", "9fff", "bfff", "7f6161ff"}) EXPECT_EQ(error_of(hex), CborError::kNotCanonical);
}

TEST(CborTest, refuses_kinds_that_no_authenticator_sends) {
  for (const auto* hex :
       {"c000", "f7", "f90000", "fa00000000", "fb0000000000000000", "f818", "1c", "a1410101", "a1f501", "61ff"}) {
    EXPECT_EQ(error_of(hex), CborError::kUnsupported) << hex;
  }
}

TEST(CborTest, refuses_keys_that_stand_twice) {
  EXPECT_EQ(error_of("a201010102"), CborError::kDuplicateKey);
  EXPECT_EQ(error_of("a2616101616102"), CborError::kDuplicateKey);
  EXPECT_EQ(error_of("a301a1020302040105"), CborError::kDuplicateKey);
}

TEST(CborTest, refuses_trailing_bytes) { EXPECT_EQ(error_of("0000"), CborError::kTrailing); }

TEST(CborTest, refuses_depth_and_width_beyond_the_bounds) {
  EXPECT_EQ(error_of(hex_encode(std::string(100'000, '\x81'))), CborError::kTooDeep);
  EXPECT_EQ(error_of(hex_encode(std::string(kCborDepthMax + 1, '\x81') + std::string(1, '\0'))), CborError::kTooDeep);
  EXPECT_EQ(error_of(hex_encode(std::string("\x99\x10\x00", 3) + std::string(0x1000, '\0'))), CborError::kTooMany);
}

TEST(CborTest, reads_maps_in_maps) {
  // {1: 2, 3: -7, -1: {"a": [1, h'0102'], "b": null}, "last": true}
  const auto text = bytes(
      "a40102032620a261618201420102616"
      "2f6646c617374f5");
  const auto document = CborDocument::parse(text);
  ASSERT_TRUE(document.has_value()) << describe(document.error());
  const auto& root = document->root();
  EXPECT_EQ(document->number_at(root, 1), 2);
  EXPECT_EQ(document->number_at(root, 3), -7);
  EXPECT_EQ(document->number_at(root, 2), std::nullopt);
  const auto* inner = document->find(root, -1);
  ASSERT_NE(inner, nullptr);
  const auto elements = document->elements(*document->find(*inner, "a"));
  ASSERT_EQ(elements.size(), 2U);
  EXPECT_EQ(elements[1]->bytes, std::string("\x01\x02"));
  EXPECT_EQ(document->find(*inner, "b")->type, CborType::kNull);
  EXPECT_EQ(document->find(*inner, "last"), nullptr) << "of the outer map alone";
  EXPECT_EQ(document->find(root, "last")->type, CborType::kTrue);
  EXPECT_EQ(document->bytes_at(root, "last"), std::nullopt);
}

TEST(CborTest, a_prefix_says_where_it_ends) {
  const auto text = bytes("a10102ff");
  const auto document = CborDocument::parse_prefix(text);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->length(), 3U);
}

TEST(CborTest, numbers_beyond_64_bit_are_none) {
  const auto text = bytes("a2011bffffffffffffffff023bffffffffffffffff");
  const auto document = CborDocument::parse(text);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->number_at(document->root(), 1), std::nullopt);
  EXPECT_EQ(document->number_at(document->root(), 2), std::nullopt);
}

}  // namespace
}  // namespace cardea::crypto
