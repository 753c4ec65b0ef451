// Logo, colours and language on the pages of a realm: every module's pages wear them (core/realm_look.h,
// login/texts.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "login/theme_mailer.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kLogoUrl = "https://cdn.example.com/logo.png";
constexpr const char* kSheet = "/realms/demo/login-actions/look.css";

class RealmLookOfPages : public testing::Test {
 protected:
  void set(std::map<std::string, std::string> attributes) {
    server_.change_realm([&](Realm& realm) { realm.attributes = std::move(attributes); });
  }
  void speak_german() {
    server_.change_realm([](Realm& realm) {
      realm.internationalization_enabled = true;
      realm.extra["supportedLocales"] = json::array{"en", "de"};
    });
  }
  static std::string text(const web::Response& response) { return std::string(response.body_text()); }
  static std::string sheet_of(const web::Response& page) {
    const auto html = text(page);
    const auto at = html.find(kSheet);
    return at == std::string::npos ? std::string() : html.substr(at, html.find('"', at) - at);
  }
  /// A page of each module, the refusals first.
  std::vector<std::string> pages(std::string_view more = "") {
    const std::string end(more);
    return {authorize_url({{"client_id", "nobody"}}) + end,         authorize_url() + end,
            "/realms/demo/protocol/openid-connect/logout?" + end,   "/realms/demo/device?" + end,
            "/realms/demo/device/status?error=access_denied" + end, "/realms/demo/broker/nobody/endpoint?" + end,
            "/realms/demo/login-actions/action-token?key=x" + end};
  }

  Server server_;
  Browser browser_{server_};
};

TEST_F(RealmLookOfPages, refuses_what_cannot_be_used) {
  set({{"theme.logo", "javascript:alert(1)"}, {"theme.color.accent", "red;}*{display:none"}});
  const auto page = browser_.get(authorize_url());
  EXPECT_THAT(text(page), AllOf(Not(HasSubstr("javascript:")), Not(HasSubstr(kSheet)), HasSubstr("<svg")));
  EXPECT_EQ(text(browser_.get(kSheet)), "") << "an empty sheet, not the value";
}

TEST_F(RealmLookOfPages, every_modules_pages_wear_the_logo_and_link_the_colours) {
  set({{"theme.logo", kLogoUrl}, {"theme.color.accent", "#b00020"}});
  for (const auto& url : pages()) {
    const auto page = browser_.get(url);
    EXPECT_THAT(text(page), HasSubstr("src=\"https://cdn.example.com/logo.png\"")) << url;
    EXPECT_THAT(*page.find_header("Content-Security-Policy"),
                AllOf(HasSubstr("style-src 'self';"), HasSubstr("img-src 'self' data: https://cdn.example.com;")))
        << url;
    EXPECT_NE(sheet_of(page), "") << url;
  }
}

TEST_F(RealmLookOfPages, the_sheet_may_be_kept_until_the_colours_change) {
  set({{"theme.color.accent", "#b00020"}});
  const auto address = sheet_of(browser_.get(authorize_url()));
  const auto sheet = browser_.get(address);
  EXPECT_EQ(sheet.status, 200);
  EXPECT_THAT(*sheet.find_header("Content-Type"), HasSubstr("text/css"));
  EXPECT_THAT(*sheet.find_header("Cache-Control"), HasSubstr("immutable"));
  EXPECT_THAT(text(sheet), HasSubstr("--accent:#b00020"));
  set({{"theme.color.accent", "#123456"}});
  EXPECT_EQ(*browser_.get(address).find_header("Cache-Control"), "no-cache") << "another's colours under this address";
  EXPECT_NE(sheet_of(browser_.get(authorize_url())), address);
}

TEST_F(RealmLookOfPages, a_realm_without_a_look_has_ours_and_asks_for_no_sheet) {
  const auto page = browser_.get(authorize_url());
  EXPECT_THAT(text(page), AllOf(HasSubstr("<svg"), Not(HasSubstr("look.css"))));
}

TEST_F(RealmLookOfPages, every_modules_pages_speak_the_realms_languages) {
  for (const auto& url : pages("&kc_locale=de")) {
    EXPECT_THAT(text(browser_.get(url)), HasSubstr("<html lang=\"en\" dir=\"ltr\">")) << "one language only: " << url;
  }
  speak_german();
  for (const auto& url : pages("&kc_locale=de")) {
    EXPECT_THAT(text(browser_.get(url)), HasSubstr("<html lang=\"de\" dir=\"ltr\">")) << url;
  }
  EXPECT_THAT(text(browser_.get("/realms/demo/device?kc_locale=de")), HasSubstr("Geben Sie den Code von Ihrem"));
  EXPECT_EQ(browser_.cookie("KEYCLOAK_LOCALE"), "de") << "what was chosen stays";
  EXPECT_THAT(text(browser_.get("/realms/demo/protocol/openid-connect/logout")),
              HasSubstr("Wollen Sie sich abmelden?"));
}

TEST_F(RealmLookOfPages, mails_show_a_logo_that_has_an_address) {
  const auto mail = [&] {
    const auto entry = server_.realm();
    return login::ThemeMailer()
        .write({.kind = MailKind::kTest, .realm = entry->realm, .to = "a@b.example", .link = "", .life = seconds{60}},
               "id", server_.clock.now())
        .html;
  };
  EXPECT_THAT(mail(), Not(HasSubstr("<img")));
  set({{"theme.logo", "data:image/png;base64,AA=="}});
  EXPECT_THAT(mail(), Not(HasSubstr("<img"))) << "readers of mail leave out what stands in it";
  set({{"theme.logo", kLogoUrl}});
  EXPECT_THAT(mail(), HasSubstr("src=\"https://cdn.example.com/logo.png\""));
}

TEST_F(RealmLookOfPages, the_realms_own_words_stand_on_error_pages_too) {
  server_.change_realm([](Realm& realm) {
    realm.extra["localizationTexts"] = json::object{{"en", json::object{{"clientNotFoundMessage", "Who is that?"}}}};
  });
  EXPECT_THAT(text(browser_.get(authorize_url({{"client_id", "nobody"}}))), HasSubstr("Who is that?"));
}

}  // namespace
}  // namespace cardea::protocol
