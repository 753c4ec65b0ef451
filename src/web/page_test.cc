#include "web/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/support/seeded_random.h"

namespace cardea::web {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array<Asset, 4> kTheme = {
    {{"templates/error.html",
      "<h1>{{title}}</h1>{{#message}}<p>{{message}}</p>{{/message}}{{> hint}}{{#items}}<li>{{name}}</li>{{/items}}"
      "{{#admin}}<b>admin</b>{{/admin}}{{^admin}}<i>nobody</i>{{/admin}}"},
     {"templates/hint.html", "<a href=\"{{url}}\">{{title}}</a>"},
     {"templates/layout.html",
      "<link href=\"{{resources}}/cardea.css\"><main>{{> content }}</main><script nonce=\"{{nonce}}\"></script>"},
     {"static/cardea.css", "body{}"}}};

struct PageTest : testing::Test {
  SeededRandom random;
  Pages pages{random, kTheme};
};

void parse(std::string_view text) {
  SeededRandom random;
  const std::array<Asset, 2> theme = {{{"templates/layout.html", "{{> content}}"}, {"templates/a.html", text}}};
  Pages(random, theme).parse_all();
}

TEST_F(PageTest, refuses_templates_that_do_not_escape) {
  EXPECT_DEATH(parse("{{{raw}}}"), "text.find");
  EXPECT_DEATH(parse("{{&raw}}"), "text.find");
  EXPECT_DEATH(parse("{{=<% %>=}}"), "text.find");
}

TEST_F(PageTest, refuses_broken_templates) {
  EXPECT_DEATH(parse("{{#open}}"), "is_valid");
  EXPECT_DEATH(parse("{{> missing}}"), "asset");
  EXPECT_DEATH(parse("{{> a}}"), "depth");
}

TEST_F(PageTest, refuses_unknown_page) { EXPECT_DEATH((void)pages.render("nothing", 200, {}), "found"); }

TEST_F(PageTest, base_path_stands_before_every_path) {
  const std::array<Asset, 2> theme = {
      {{"templates/layout.html", "<link href=\"{{base}}{{resources}}/x.css\">{{> content}}"},
       {"templates/a.html", ""}}};
  EXPECT_THAT(std::string(Pages(random, theme, "/auth").render("a", 200, {}).body_text()),
              HasSubstr("href=\"/auth/resources/"));
  EXPECT_THAT(std::string(Pages(random, theme).render("a", 200, {}).body_text()), HasSubstr("href=\"/resources/"));
}

TEST_F(PageTest, escapes_text_in_every_place) {
  PageData data;
  data.text("title", "<script>&'\"").text("url", "\" onclick=\"x");
  const auto response = pages.render("error", 400, data);
  EXPECT_EQ(response.status, 400);
  const auto html = std::string(response.body_text());
  EXPECT_THAT(html, HasSubstr("<h1>&lt;script&gt;&amp;&apos;&quot;</h1>"));
  EXPECT_THAT(html, HasSubstr("href=\"&quot; onclick=&quot;x\""));
  EXPECT_THAT(html, Not(HasSubstr("<script>&")));
}

TEST_F(PageTest, does_not_read_text_as_template) {
  PageData data;
  data.text("title", "{{nonce}}").text("message", "{{#admin}}");
  EXPECT_THAT(std::string(pages.render("error", 200, data).body_text()),
              HasSubstr("<h1>{{nonce}}</h1><p>{{#admin}}</p>"));
}

TEST_F(PageTest, refuses_form_targets_that_would_end_the_directive) {
  const auto csp =
      content_security_policy({.form_targets = {"https://a.example; script-src *", "'unsafe-inline'", "*",
                                                "https://b.example https://c.example", "https://ok.example:8443",
                                                "app.scheme:", "https://*.example", "x,y:"}},
                              "n");
  EXPECT_THAT(csp, HasSubstr("form-action 'self' https://ok.example:8443 app.scheme:;"));
}

TEST_F(PageTest, refuses_scripts_frames_and_storing_by_default) {
  const auto response = pages.render("error", 200, {});
  EXPECT_EQ(*response.find_header("Content-Security-Policy"),
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
            "form-action 'self'; script-src 'none'");
  EXPECT_EQ(*response.find_header("X-Frame-Options"), "DENY");
  EXPECT_EQ(*response.find_header("Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(*response.find_header("Cache-Control"), "no-store");
  EXPECT_THAT(*response.find_header("Permissions-Policy"), HasSubstr("camera=()"));
}

TEST_F(PageTest, allows_just_the_script_with_the_nonce) {
  const auto first = pages.render("error", 200, {}, {.script = true, .connect_self = true});
  const auto second = pages.render("error", 200, {}, {.script = true});
  const auto& csp = *first.find_header("Content-Security-Policy");
  const auto begin = csp.find("'nonce-") + 7;
  const auto nonce = csp.substr(begin, csp.find('\'', begin) - begin);
  EXPECT_EQ(nonce.size(), 24U);
  EXPECT_THAT(std::string(first.body_text()), HasSubstr("<script nonce=\"" + nonce + "\">"));
  EXPECT_THAT(csp,
              HasSubstr("script-src 'nonce-" + nonce + "'; require-trusted-types-for 'script'; connect-src 'self'"));
  EXPECT_NE(csp, *second.find_header("Content-Security-Policy"));
}

TEST_F(PageTest, lets_others_frame_only_what_is_frameable) {
  auto response = pages.render("error", 200, {}, {.frameable = true});
  add_security_headers(response, true);
  EXPECT_EQ(response.find_header("X-Frame-Options"), nullptr);
  EXPECT_EQ(response.find_header("Cross-Origin-Opener-Policy"), nullptr);
  EXPECT_THAT(*response.find_header("Content-Security-Policy"), Not(HasSubstr("frame-ancestors")));
  EXPECT_NE(response.find_header("Strict-Transport-Security"), nullptr);

  auto page = pages.render("error", 200, {}, {.popup = true});
  add_security_headers(page, false);
  EXPECT_EQ(*page.find_header("X-Frame-Options"), "DENY");
  EXPECT_EQ(page.find_header("Cross-Origin-Opener-Policy"), nullptr);
}

TEST_F(PageTest, shows_sections_lists_and_partials) {
  PageData data;
  data.text("title", "T").text("message", "").text("url", "/x").flag("admin", true);
  data.list("items", {PageData().text("name", "a"), PageData().text("name", "b")});
  EXPECT_EQ(pages.render("error", 200, data).body_text().find("<p>"), std::string_view::npos);
  EXPECT_THAT(std::string(pages.render("error", 200, data).body_text()),
              HasSubstr("<h1>T</h1><a href=\"/x\">T</a><li>a</li><li>b</li><b>admin</b></main>"));
  EXPECT_THAT(std::string(pages.render("error", 200, {}).body_text()), HasSubstr("<i>nobody</i>"));
  EXPECT_THAT(std::string(pages.render("error", 200, {}).body_text()),
              HasSubstr("href=\"" + asset_base_url() + "/cardea.css\""));
}

TEST_F(PageTest, renders_on_many_threads_at_once) {
  std::array<std::string, 4> seen;
  {
    std::vector<std::jthread> threads;
    for (auto& out : seen) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          out = pages.render("error", 200, PageData().text("title", "T").flag("admin", true)).body_text();
        }
      });
    }
  }
  for (const auto& html : seen) EXPECT_THAT(html, HasSubstr("<h1>T</h1>"));
}

TEST(Theme, has_only_templates_that_parse) {
  SeededRandom random;
  Pages(random).parse_all();  // a broken template ends the test program
  SUCCEED();
}

TEST(ContentSecurityPolicy, refuses_frames_unless_named_and_leaves_out_what_is_no_origin) {
  EXPECT_EQ(content_security_policy({}, "n").find("frame-src"), std::string::npos);
  PagePolicy policy;
  policy.frames = {"https://one.example", "https://x.example; script-src *", "https://two.example:8443"};
  EXPECT_NE(content_security_policy(policy, "n").find("; frame-src https://one.example https://two.example:8443"),
            std::string::npos);
  EXPECT_EQ(content_security_policy(policy, "n").find("script-src *"), std::string::npos);
}

}  // namespace
}  // namespace cardea::web
