#include "core/realm_look.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

const std::string kPng = "data:image/png;base64,iVBORw0KGgo=";

TEST(RealmLook, refuses_logos_that_are_no_https_address_and_no_image) {
  for (const auto* text : {"",
                           "logo.png",
                           "/logo.png",
                           "//cdn.example.com/logo.png",
                           "http://cdn.example.com/logo.png",
                           "https://",
                           "https://user@cdn.example.com/logo.png",
                           "https://a;script-src *.example.com/",
                           "https://cdn.example.com/a b",
                           "https://cdn.example.com/\"x",
                           "https://cdn.example.com/a,b",
                           "javascript:alert(1)",
                           "data:text/html;base64,PGI+",
                           "data:image/png,raw",
                           "data:image/svg+xml;utf8,<svg/>",
                           "data:image/png;base64,",
                           "data:image/png;base64,a b",
                           "data:image/png;base64,a\"b",
                           "ftp://cdn.example.com/logo.png",
                           "blob:https://x/y"}) {
    EXPECT_FALSE(is_logo(text)) << text;
  }
  EXPECT_FALSE(is_logo("data:image/png;base64," + std::string(kLogoBytesMax, 'A')));
}

TEST(RealmLook, takes_https_addresses_and_images) {
  for (const auto* text : {"https://cdn.example.com/logo.png", "https://cdn.example.com:8443/a/logo.svg?v=1&w=2",
                           "HTTPS://cdn.example.com/logo", "data:image/svg+xml;base64,PHN2Zy8+"}) {
    EXPECT_TRUE(is_logo(text)) << text;
  }
  EXPECT_TRUE(is_logo(kPng));
}

TEST(RealmLook, what_cannot_be_used_counts_as_not_set) {
  Realm realm;
  realm.attributes = {{"theme.logo", "javascript:alert(1)"},
                      {"theme.logo.dark", "http://x.example.com/"},
                      {"theme.color.accent", "red;}body{display:none"},
                      {"theme.color.page", "#12"}};
  const auto look = look_of(realm);
  EXPECT_EQ(look.logo, "");
  EXPECT_EQ(look.logo_dark, "");
  EXPECT_FALSE(look.has_colours());
}

TEST(RealmLook, reads_logo_and_colours) {
  Realm realm;
  realm.attributes = {{"theme.logo", kPng},
                      {"theme.logo.dark", "https://cdn.example.com/dark.png"},
                      {"theme.color.accent", "#b00020"},
                      {"theme.color.accent.dark", "#f48"},
                      {"theme.color.page", "#fff"},
                      {"theme.color.page.dark", "#000000"}};
  const auto look = look_of(realm);
  EXPECT_EQ(look.logo, kPng);
  EXPECT_EQ(look.logo_dark, "https://cdn.example.com/dark.png");
  EXPECT_EQ(look.accent->hex(), "#b00020");
  EXPECT_EQ(look.accent_dark->hex(), "#ff4488");
  EXPECT_EQ(look.page->hex(), "#ffffff");
  EXPECT_EQ(look.page_dark->hex(), "#000000");
}

TEST(RealmLook, finds_the_image_of_an_html_display_name) {
  Realm realm;
  const auto logo = [&](std::string html) {
    realm.display_name_html = std::move(html);
    return look_of(realm).logo;
  };
  EXPECT_EQ(logo(R"(<div class="kc-logo-text"><span>Keycloak</span></div>)"), "");
  EXPECT_EQ(logo(R"(<img src="http://a.example.com/x.png">)"), "");
  EXPECT_EQ(logo("<img src=\"javascript:alert(1)\">"), "");
  EXPECT_EQ(logo("<img src=https://a.example.com/x.png>"), "");
  EXPECT_EQ(logo(R"(<img src=)"), "");
  EXPECT_EQ(logo(R"(<img alt="x" src=")"), "");
  EXPECT_EQ(logo(R"(<img alt="x"> src="https://a.example.com/x.png")"), "");
  EXPECT_EQ(logo(R"(<a><IMG alt='x' SRC='https://a.example.com/X.png'/></a>)"), "https://a.example.com/X.png");
  realm.attributes = {{"theme.logo", kPng}};
  EXPECT_EQ(logo(R"(<img src="https://a.example.com/x.png">)"), kPng) << "the attribute is the plainer word";
}

TEST(RealmLook, names_the_attribute_that_cannot_be_used) {
  const auto bad = [](std::string_view text, std::map<std::string, std::string> before = {}) {
    return bad_look_attribute(json::parse(text).as_object(), before);
  };
  EXPECT_EQ(bad(R"({"theme.logo":"http://x"})"), "theme.logo");
  EXPECT_EQ(bad(R"({"theme.color.accent":"teal"})"), "theme.color.accent");
  EXPECT_EQ(bad(R"({"theme.color.page.dark":"#12345"})"), "theme.color.page.dark");
  EXPECT_EQ(bad(R"({"theme.color.accent":"teal"})", {{"theme.color.accent", "teal"}}), "") << "it was there before";
  EXPECT_EQ(bad(R"({"theme.color.accent":"","theme.logo":"","other":"x"})"), "");
  EXPECT_EQ(bad(R"({"theme.color.accent":"#123456"})"), "");
}

}  // namespace
}  // namespace cardea
