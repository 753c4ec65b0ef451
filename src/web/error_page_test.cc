#include "web/error_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace cardea::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ErrorPage : public testing::Test {
 protected:
  static std::string text(const Response& response) { return std::string(response.body_text()); }

  SeededRandom random_;
  Pages pages_{random_};
  Request request_;
};

TEST_F(ErrorPage, refuses_markup_in_every_value) {
  request_.correlation_id = "<script>id</script>";
  const PageLink link{"https://a.example/\"><script>", "<b>go</b>"};
  const auto response = error_page(pages_, 400, {.name = "<img src=x>"}, "<script>alert(1)</script>", request_, &link);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(text(response), Not(HasSubstr("<script")));
  EXPECT_THAT(text(response), Not(HasSubstr("<img src=x>")));
  EXPECT_THAT(text(response), Not(HasSubstr("<b>go</b>")));
  EXPECT_THAT(*response.find_header("Content-Security-Policy"), HasSubstr("script-src 'none'"));
}

TEST_F(ErrorPage, refuses_markup_in_form_post_values) {
  const auto response = form_post_page(pages_, {.name = "demo"}, "https://a.example/cb\"><b>",
                                       {{"state", "\"><script>x</script>"}, {"<i>", "v"}});
  EXPECT_THAT(text(response), Not(HasSubstr("<script>x")));
  EXPECT_THAT(text(response), Not(HasSubstr("<i>")));
  EXPECT_THAT(text(response), Not(HasSubstr("\"><b>")));
}

TEST_F(ErrorPage, refuses_targets_that_run_or_hold_content) {
  for (const auto* uri :
       {"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "blob:https://a/b", "x", ""}) {
    EXPECT_THAT(form_targets_of(uri), IsEmpty()) << uri;
  }
}

TEST_F(ErrorPage, names_the_schemes_a_redirect_may_go_on_with) {
  EXPECT_THAT(form_targets_of("https://a.example:8443/cb?x=1"), ElementsAre("https:"));
  EXPECT_THAT(form_targets_of("http://localhost:5000/cb"), ElementsAre("http:", "https:"));
  EXPECT_THAT(form_targets_of("MyApp://cb"), ElementsAre("myapp:"));
}

TEST_F(ErrorPage, shows_what_keycloak_shows) {
  request_.correlation_id = "c0ffee";
  const auto response = error_page(pages_, 400, {.name = "Keycloak"}, "Client not found.", request_);
  EXPECT_THAT(text(response), HasSubstr("<title>Sign in to Keycloak</title>"));
  EXPECT_THAT(text(response), HasSubstr("We are sorry..."));
  EXPECT_THAT(text(response), HasSubstr("Client not found."));
  EXPECT_THAT(text(response), HasSubstr("c0ffee"));
}

TEST_F(ErrorPage, posts_the_answer_with_and_without_script) {
  const auto response =
      form_post_page(pages_, {.name = "demo"}, "https://a.example/cb", {{"code", "abc"}, {"state", "1&2"}});
  EXPECT_THAT(text(response), HasSubstr("action=\"https://a.example/cb\""));
  EXPECT_THAT(text(response), HasSubstr("<input type=\"hidden\" name=\"code\" value=\"abc\">"));
  EXPECT_THAT(text(response), HasSubstr("value=\"1&amp;2\""));
  EXPECT_THAT(text(response), HasSubstr("<button class=\"button\" type=\"submit\">"));
  EXPECT_THAT(*response.find_header("Content-Security-Policy"), HasSubstr("form-action 'self' https:;"));
}

TEST_F(ErrorPage, gives_information) {
  const auto response = info_page(pages_, {.name = "demo"}, "You are logged out", "Bye.", nullptr);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(text(response), HasSubstr("<h1 id=\"kc-page-title\">You are logged out</h1>"));
}

TEST_F(ErrorPage, refuses_markup_in_the_look) {
  const PageFrame frame{.name = "demo", .logo = "https://a.example/\"><script>x</script>", .style = "\"><script>y"};
  EXPECT_THAT(text(info_page(pages_, frame, "a", "b")), Not(HasSubstr("<script>")));
}

TEST_F(ErrorPage, images_may_come_from_the_logos_origin_and_no_other) {
  const auto csp = [&](const PageFrame& frame) {
    return *info_page(pages_, frame, "a", "b").find_header("Content-Security-Policy");
  };
  EXPECT_THAT(csp({}), HasSubstr("style-src 'self'; img-src 'self' data:; base-uri"));
  EXPECT_THAT(csp({.logo = "data:image/png;base64,AA=="}), HasSubstr("img-src 'self' data:; base-uri"));
  EXPECT_THAT(csp({.logo = "https://CDN.example.com/a/b.png?c", .logo_dark = "https://d.example.com:8443/x"}),
              HasSubstr("img-src 'self' data: https://cdn.example.com https://d.example.com:8443; base-uri"));
  EXPECT_THAT(csp({.logo = "https://a.example.com;script-src/'x'"}), HasSubstr("img-src 'self' data:; base-uri"));
}

TEST_F(ErrorPage, shows_the_realms_logo_and_links_its_colours) {
  const auto page =
      text(info_page(pages_, {.name = "demo", .logo = "https://a.example/l.png", .style = "/s.css"}, "a", "b"));
  EXPECT_THAT(page, HasSubstr("src=\"https://a.example/l.png\" alt=\"\""));
  EXPECT_THAT(page, HasSubstr("<link rel=\"stylesheet\" href=\"/s.css\">"));
  EXPECT_THAT(page, Not(HasSubstr("<svg"))) << "one mark is enough";
  EXPECT_THAT(text(info_page(pages_, {}, "a", "b")), HasSubstr("<svg"));
}

TEST_F(ErrorPage, speaks_the_language_of_the_frame) {
  const PageFrame german{.name = "Dorf", .texts = Texts("de")};
  const PageLink back{"https://a.example/", "Back to Application"};
  const auto page = text(error_page(pages_, 400, german, "Client disabled.", request_, &back));
  EXPECT_THAT(page, HasSubstr("<html lang=\"de\" dir=\"ltr\">"));
  EXPECT_THAT(page, HasSubstr("<title>Anmeldung bei Dorf</title>"));
  EXPECT_THAT(page, HasSubstr(Texts("de")("clientDisabledMessage")));
  EXPECT_THAT(page, HasSubstr("Zurück zur Anwendung"));
  EXPECT_THAT(text(form_post_page(pages_, german, "https://a.example/", {})), HasSubstr("Einen Moment"));
}

}  // namespace
}  // namespace cardea::web
