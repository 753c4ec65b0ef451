#include "base/colour.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(Colour, refuses_what_is_no_hex_colour) {
  for (const auto* text : {"", "#", "#12", "#1234", "#12345", "#1234567", "red", "#ggg", "123456", "#12345g", "#123;}",
                           "rgb(0,0,0)", "#-12", "# 12", "#12345;", "var(--x)"}) {
    EXPECT_FALSE(parse_colour(text)) << text;
  }
}

TEST(Colour, reads_both_forms_and_writes_one) {
  EXPECT_EQ(parse_colour("#1aF"), (Colour{0x11, 0xaa, 0xff}));
  EXPECT_EQ(parse_colour("#0A0b0c"), (Colour{10, 11, 12}));
  EXPECT_EQ(parse_colour("#0A0b0c")->hex(), "#0a0b0c");
}

TEST(Colour, contrast_is_that_of_wcag) {
  EXPECT_NEAR(contrast(kBlack, kWhite), 21, 0.001);
  EXPECT_NEAR(contrast(kWhite, kWhite), 1, 0.001);
  EXPECT_NEAR(contrast(*parse_colour("#777777"), kWhite), 4.48, 0.01) << "the grey that just fails on white";
  EXPECT_NEAR(contrast(*parse_colour("#767676"), kWhite), 4.54, 0.01) << "and the one that just passes";
}

TEST(Colour, every_colour_has_a_text_that_reads_on_it_and_itself_can_be_made_to_read) {
  for (int red = 0; red < 256; red += 15) {
    for (int green = 0; green < 256; green += 15) {
      for (int blue = 0; blue < 256; blue += 15) {
        const Colour colour{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                            static_cast<std::uint8_t>(blue)};
        ASSERT_GE(contrast(text_on(colour), colour), kTextContrast) << colour.hex();
        for (const auto ground : {kWhite, Colour{0x1b, 0x22, 0x2b}}) {
          ASSERT_GE(contrast(readable_on(colour, ground), ground), kTextContrast) << colour.hex();
        }
      }
    }
  }
}

TEST(Colour, what_reads_already_stays_as_it_is) {
  const Colour teal = *parse_colour("#155e63");
  EXPECT_EQ(readable_on(teal, kWhite), teal);
  EXPECT_NE(readable_on(*parse_colour("#ffee00"), kWhite), *parse_colour("#ffee00"));
}

}  // namespace
}  // namespace cardea
