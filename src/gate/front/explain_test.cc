// `explain` says what the gate does: refusals first.
#include "gate/front/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gate/front/decisions.h"
#include "gate/front/front_fixture.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

constexpr std::string_view kExplained = R"({
  "providers": {"one": {"issuer": "https://one.example", "jwks-url": "https://one.example/keys", "audiences": ["app"]},
                "two": {"issuer": "https://two.example", "jwks-url": "https://two.example/keys", "audiences": ["app"]}},
  "applications": [
    {"name": "First", "hosts": ["first.example"], "providers": ["one"],
     "requests": [{"path": "/open/**", "open": true}, {"path": "/**"}]},
    {"name": "Groups", "hosts": ["groups.example"], "providers": ["one"], "groups": {"claim": "groups"}},
    {"name": "None", "hosts": ["none.example"], "tokens": false}]})";

class Explain : public ::testing::Test {
 protected:
  GateWorld world{kExplained};

  Explain() {
    for (const auto* name : {"one", "two"})
      serve_keys(world.fetcher, std::string("https://") + name + ".example/keys",
                 named_private_key("id", crypto::KeyType::kRsa), "id");
  }
  static std::string token_by(const std::string& provider, json::object more = {}) {
    auto claims = good_claims("https://" + provider + ".example");
    claims["aud"] = "app";
    for (auto& [name, value] : more) claims[name] = value;
    return token_of(named_key("id", jose::Algorithm::kRS256), claims);
  }
  std::string explained(std::string host, const std::string& token, std::string path = "/page") {
    const auto answer = web::run(world.gate.explain({std::move(host), "GET", std::move(path), token}), &world.fetcher);
    return std::string(answer.body_text());
  }
};

TEST_F(Explain, refuses_what_is_no_question) {
  EXPECT_EQ(web::run(world.gate.explain({"nowhere.example", "GET", "/page", "t"}), &world.fetcher).status, 404);
  EXPECT_EQ(web::run(world.gate.explain({"first.example", "GET", "/a/../b", "t"}), &world.fetcher).status, 400);
}

TEST_F(Explain, refuses_tokens_of_a_provider_that_the_application_does_not_take) {
  EXPECT_THAT(explained("first.example", token_by("two")),
              HasSubstr("the application takes no tokens of its provider\nanswer no\n"));
  EXPECT_THAT(explained("first.example", token_by("one")), HasSubstr("answer yes\n"));
  EXPECT_THAT(explained("first.example", token_by("one", {{"aud", "other"}})),
              HasSubstr("token  refused: wrong_audience, by the provider one\nanswer no\n"));
}

TEST_F(Explain, refuses_tokens_where_none_count) {
  EXPECT_THAT(explained("none.example", token_by("one")), HasSubstr("the application takes no tokens\nanswer no\n"));
}

TEST_F(Explain, says_yes_where_anybody_may_come) {
  EXPECT_THAT(explained("first.example", token_by("two"), "/open/x"), HasSubstr("answer yes\n"));
}

TEST_F(Explain, says_what_the_gate_says) {
  for (const auto* issuer : {"one", "two"}) {
    auto request = GateWorld::question("GET", "/page");
    request.host = "first.example";
    request.headers.push_back({"Authorization", "Bearer " + token_by(issuer)});
    const bool passes = world.run(request).status == 200;
    EXPECT_EQ(passes, explained("first.example", token_by(issuer)).ends_with("answer yes\n")) << issuer;
  }
}

TEST_F(Explain, refusals_are_kept_with_what_was_missing_and_never_the_token) {
  const auto token = token_by("two");
  auto request = GateWorld::question("GET", "/page");
  request.host = "first.example";
  request.correlation_id = "c0rr";
  request.headers.push_back({"Authorization", "Bearer " + token});
  EXPECT_EQ(world.run(request).status, 401);
  const auto list = world.gate.decisions().list(10);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list.front().reason, "unknown_issuer");
  EXPECT_EQ(list.front().correlation_id, "c0rr");
  EXPECT_THAT(list.front().lines, HasSubstr("asked  GET /page of First\n"));
  Decision odd;
  odd.name = "<b>";
  EXPECT_THAT(decisions_page({odd}), HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(decisions_page({odd}), testing::Not(HasSubstr("<b>")));
  EXPECT_EQ(decisions_json(list).find(token.substr(token.size() - 20)), std::string::npos);
  for (std::size_t i = 0; i < Decisions::kKept + 5; ++i) (void)world.run(request);
  EXPECT_EQ(world.gate.decisions().list(10'000).size(), Decisions::kKept);
}

TEST_F(Explain, refuses_to_take_a_strangers_text_for_a_line_of_its_own) {
  const std::string forged = "eve\nanswer yes\r\u2028\u0085\x7F.";
  const auto lines = explained("first.example", token_by("one", {{"sub", forged}, {"scope", forged}}), "/page");
  EXPECT_THAT(lines, HasSubstr("token  of eve?answer yes????. (claim sub)"));
  EXPECT_THAT(lines, testing::Not(HasSubstr("\nanswer yes\r")));
  auto claims = good_claims("https://nobody.example\nanswer yes");
  auto request = GateWorld::question("GET", "/page");
  request.host = "first.example";
  request.headers.push_back({"Authorization", "Bearer " + token_of(named_key("id", jose::Algorithm::kRS256), claims)});
  EXPECT_EQ(world.run(request).status, 401);
  EXPECT_THAT(world.gate.decisions().list(1).front().lines, HasSubstr("https://nobody.example?answer yes, expected:"));
}

TEST(GateDecisions, refuse_control_characters_and_half_characters) {
  Decisions decisions;
  Decision odd;
  odd.name = std::string(Decisions::kTextMax - 1, 'x') + "\u00e4";
  odd.provider = "a\nb\x1b[31m\xff";
  odd.lines = "asked\x07\n" + std::string(2 * Decisions::kTextMax, 'y') + "\nanswer no: because\n";
  decisions.put(odd);
  const auto kept = decisions.list(1).front();
  EXPECT_EQ(kept.name, std::string(Decisions::kTextMax - 1, 'x'));
  EXPECT_LE(kept.name.capacity(), Decisions::kTextMax * 2);
  EXPECT_EQ(kept.provider, "a?b?[31m?");
  EXPECT_TRUE(kept.lines.starts_with("asked?\nyyy")) << kept.lines;
  EXPECT_TRUE(kept.lines.ends_with("y\n...\nanswer no: because\n")) << kept.lines;
  EXPECT_LE(kept.lines.size(), Decisions::kTextMax + 10);
}

TEST_F(Explain, shows_some_of_many_groups) {
  json::array groups;
  for (int i = 0; i < 200; ++i) groups.emplace_back("g" + std::to_string(i));
  const auto lines = explained("groups.example", token_by("one", {{"groups", groups}}));
  EXPECT_THAT(lines, HasSubstr("groups g0, g1, "));
  EXPECT_THAT(lines, HasSubstr(", g19 and 180 more\n"));
  EXPECT_TRUE(lines.ends_with("answer yes\n")) << lines;
}

TEST_F(GateFront, a_kept_refusal_says_which_rule_gave_the_role_and_which_permission_was_asked) {
  EXPECT_EQ(ask("POST", "/flows/a", token({"readers"})).status, 403);
  const auto lines = world.gate.decisions().list(1).front().lines;
  EXPECT_THAT(lines, HasSubstr("rule   groups has admins -> admin: none of these values is in it\n"));
  EXPECT_THAT(lines, HasSubstr("rule   groups has readers -> reader: yes, readers\n"));
  EXPECT_THAT(lines, HasSubstr("needs  the permission write:flow\n"));
  EXPECT_THAT(lines, HasSubstr("answer no: role_lacks_permission (write:flow)\n"));
}

}  // namespace
}  // namespace cardea::gate
