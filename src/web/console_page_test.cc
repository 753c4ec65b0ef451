#include "web/console_page.h"

#include <gmock/gmock.h>

namespace cardea::web {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConsolePageTest : public testing::Test {
 protected:
  Response page(std::string_view environment = "{}", std::string_view server = "https://id.example/sso") {
    return console_page(files_, {.console = "admin",
                                 .title = "Cardea administration",
                                 .language = "en",
                                 .environment = environment,
                                 .base_path = "/sso",
                                 .server_base = server});
  }
  ConsoleFiles files_ = {"0123", {}, {{"admin", "admin-x.js", {"shared-y.js"}, {"admin-z.css"}}}};
};

TEST_F(ConsolePageTest, the_environment_cannot_end_its_script_element) {
  const auto html = std::string(page(R"({"realm":"</script><script>alert(1)</script>"})").body_text());
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(html, HasSubstr(R"({"realm":"\u003c/script\u003e)"));
}

TEST_F(ConsolePageTest, allows_no_script_or_style_but_our_files) {
  const auto answer = page();
  const auto policy = *answer.find_header("Content-Security-Policy");
  for (const auto* part : {"default-src 'none'", "script-src 'self';", "style-src 'self';", "form-action 'none'",
                           "base-uri 'none'", "frame-ancestors 'none'"}) {
    EXPECT_THAT(policy, HasSubstr(part));
  }
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(*answer.find_header("X-Frame-Options"), "DENY");
  EXPECT_EQ(*answer.find_header("Cache-Control"), "no-store");
}

TEST_F(ConsolePageTest, may_call_the_server_under_its_public_name_only) {
  EXPECT_THAT(*page().find_header("Content-Security-Policy"), HasSubstr("connect-src 'self' https://id.example;"));
  EXPECT_THAT(*page("{}", "http://localhost:8080").find_header("Content-Security-Policy"),
              HasSubstr("frame-src 'self' http://localhost:8080;"));
}

TEST_F(ConsolePageTest, names_the_files_of_this_release) {
  const auto html = std::string(page().body_text());
  const std::string base = "/sso/resources/cardea/0123/console/";
  EXPECT_THAT(html, HasSubstr("<script type=\"module\" src=\"" + base + "admin-x.js\"></script>"));
  EXPECT_THAT(html, HasSubstr("<link rel=\"modulepreload\" href=\"" + base + "shared-y.js\">"));
  EXPECT_THAT(html, HasSubstr("<link rel=\"stylesheet\" href=\"" + base + "admin-z.css\">"));
}

}  // namespace
}  // namespace cardea::web
