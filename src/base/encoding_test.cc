#include "base/encoding.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

TEST(Base64Url, RefusesWhatIsNotStrict) {
  EXPECT_FALSE(base64url_decode("QQ=="));   // padding
  EXPECT_FALSE(base64url_decode("A"));      // a lone letter
  EXPECT_FALSE(base64url_decode("AAAAA"));  // the same after a whole group
  EXPECT_FALSE(base64url_decode("QR"));     // spare bits set, two letters
  EXPECT_FALSE(base64url_decode("QUJ"));    // spare bits set, three letters
  EXPECT_FALSE(base64url_decode("Q+Q_"));   // the other alphabet
  EXPECT_FALSE(base64url_decode("QQ/_"));
  EXPECT_FALSE(base64url_decode("QU I"));
  EXPECT_FALSE(base64url_decode("QUI\n"));
  EXPECT_FALSE(base64url_decode("QU\xC3\xA4"));
  EXPECT_FALSE(base64url_decode(std::string_view("QU\0B", 4)));
}

TEST(Base64, RefusesWhatIsNotStrict) {
  EXPECT_FALSE(base64_decode("QQ"));  // padding left out
  EXPECT_FALSE(base64_decode("QQ="));
  EXPECT_FALSE(base64_decode("QQ==="));
  EXPECT_FALSE(base64_decode("===="));
  EXPECT_FALSE(base64_decode("A==="));
  EXPECT_FALSE(base64_decode("Q=Q="));
  EXPECT_FALSE(base64_decode("QR=="));  // spare bits
  EXPECT_FALSE(base64_decode("Q-Q_"));
}

TEST(Hex, RefusesOddLengthAndOtherLetters) {
  EXPECT_FALSE(hex_decode("abc"));
  EXPECT_FALSE(hex_decode("0g"));
  EXPECT_FALSE(hex_decode("0x"));
}

TEST(Base64, KnowsTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
    const auto unpadded = coded.substr(0, coded.find('='));
    EXPECT_EQ(base64url_encode(plain), unpadded);
    EXPECT_EQ(base64url_decode(unpadded), plain);
  }
  EXPECT_EQ(base64url_encode("\xFB\xFF\xFE"), "-__-");
  EXPECT_EQ(base64_encode("\xFB\xFF\xFE"), "+//+");
}

TEST(Base64Url, AppendsAfterWhatIsThere) {
  std::string out = "a.";
  base64url_append(out, "foob");
  EXPECT_EQ(out, "a.Zm9vYg");
}

TEST(Encodings, RoundTripEveryLength) {
  SeededRandom random(7);
  for (std::size_t length = 0; length < 70; ++length) {
    std::string bytes(length, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), length});
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  }
  EXPECT_EQ(hex_encode("\x01\xAB"), "01ab");
  EXPECT_EQ(hex_decode("01aB"), "\x01\xAB");
}

}  // namespace
}  // namespace cardea
