#include "login/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Colour kCard{0xff, 0xff, 0xff};
constexpr Colour kCardDark{0x1b, 0x22, 0x2b};

/// The value of a variable, in the light part of a sheet or in its dark one.
Colour value(const std::string& css, std::string_view name, bool dark) {
  const auto at = css.find("@media");
  const auto part = dark ? css.substr(at) : css.substr(0, at);
  const auto found = part.find("--" + std::string(name) + ":");
  EXPECT_NE(found, std::string::npos) << name << " in " << css;
  return parse_colour(part.substr(found + name.size() + 3, 7)).value_or(Colour());
}

TEST(Look, every_text_reads_on_its_ground_whatever_was_chosen) {
  for (const auto* text : {"#000000", "#ffffff", "#ffff00", "#777777", "#1b222b", "#ff0000", "#00ff88", "#12171d"}) {
    const auto chosen = parse_colour(text);
    const auto css = look_css({.accent = chosen, .page = chosen, .page_dark = chosen});
    for (const bool dark : {false, true}) {
      const auto card = dark ? kCardDark : kCard;
      const auto reads = [&](std::string_view on, Colour ground) {
        EXPECT_GE(contrast(value(css, on, dark), ground), kTextContrast) << on << " " << text << " " << dark;
      };
      reads("link", card);
      reads("link-strong", card);
      reads("on-accent", value(css, "accent", dark));
      reads("on-accent", value(css, "accent-strong", dark));
      reads("on-page", value(css, "page", dark));
      reads("on-page-quiet", value(css, "page", dark));
    }
  }
}

TEST(Look, sets_nothing_that_was_not_chosen) {
  EXPECT_EQ(look_css({}), "");
  EXPECT_THAT(look_css({.accent = kBlack}), AllOf(HasSubstr("--accent:#000000"), Not(HasSubstr("--page:"))));
  EXPECT_THAT(look_css({.page_dark = kBlack}), Not(HasSubstr("--accent")));
}

TEST(Look, a_page_for_light_alone_leaves_the_dark_one_dark) {
  const auto css = look_css({.page = kWhite});
  EXPECT_EQ(value(css, "page", false), kWhite);
  EXPECT_EQ(value(css, "page", true), (Colour{0x12, 0x17, 0x1d}));
}

TEST(Look, the_version_follows_the_colours) {
  EXPECT_EQ(look_version({.accent = kBlack}), look_version({.logo = "https://a.example/", .accent = kBlack}));
  EXPECT_NE(look_version({.accent = kBlack}), look_version({.accent = kWhite}));
}

}  // namespace
}  // namespace cardea::login
