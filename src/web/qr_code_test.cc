#include "web/qr_code.h"

#include <gmock/gmock.h>

#include "base/encoding.h"

namespace cardea::web {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(QrCodeTest, refuses_what_does_not_fit) {
  EXPECT_FALSE(qr_code_image(""));
  EXPECT_FALSE(qr_code_image(std::string(kQrTextBytesMax + 1, 'a')));
  EXPECT_FALSE(qr_code_image(std::string_view("a\0b", 3)));
}

TEST(QrCodeTest, draws_the_three_corners_inside_the_quiet_zone) {
  const auto image = qr_code_image("otpauth://totp/realm:ada?secret=GEZDGNBVGY3TQOJQ");
  ASSERT_TRUE(image);
  const std::string_view prefix = "data:image/svg+xml;base64,";
  ASSERT_THAT(*image, StartsWith(std::string(prefix)));
  const auto svg = base64_decode(std::string_view(*image).substr(prefix.size()));
  ASSERT_TRUE(svg);
  EXPECT_THAT(*svg, StartsWith("<svg "));
  EXPECT_THAT(*svg, HasSubstr("M4 4h7v1h-7z")) << "the first row of the first corner";
  EXPECT_EQ(svg->find("M3 "), std::string::npos);
  EXPECT_NE(qr_code_image("b"), image);
}

}  // namespace
}  // namespace cardea::web
