// "Try it" of a property mapping: what an administrator is shown of an expression and an input, and that nothing stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class TryMapping : public testing::Test {
 protected:
  TryMapping() {
    EXPECT_EQ(world
                  .post("/identity-provider/instances", R"({"alias":"up","providerId":"oidc","enabled":true,"config":{
      "clientId":"c","clientSecret":"s","authorizationUrl":"https://up.example/a","tokenUrl":"https://up.example/t"}})")
                  .status,
              201);
  }
  auto attempt(const std::string& body, const std::string& alias = "up") {
    return world.post("/identity-provider/instances/" + alias + "/try-property-mapping", body);
  }
  std::string error_of(const std::string& expression) {
    const json::object body{{"expression", expression}};
    const auto sent = attempt(json::serialize(body));
    EXPECT_EQ(sent.status, 200) << sent.body;
    return std::string(string_or(sent.object(), "error", "none"));
  }
  AdminWorld world;
};

TEST_F(TryMapping, refuses_providers_that_are_not_there_and_input_that_is_none) {
  EXPECT_EQ(attempt(R"({"expression":"return 1"})", "other").status, 404);
  for (const auto* name : {"claims", "userinfo", "answer", "identity"}) {
    const auto sent = attempt(R"({"expression":"return 1",")" + std::string(name) + R"(":"x"})");
    EXPECT_EQ(sent.status, 400) << name;
    EXPECT_THAT(sent.body, HasSubstr(std::string(name) + " is an object"));
  }
  EXPECT_EQ(attempt("[]").status, 400);
}

TEST_F(TryMapping, says_what_is_wrong_with_an_expression_and_reaches_nothing_outside) {
  EXPECT_EQ(error_of("return ("), "expression_not_readable");
  EXPECT_EQ(error_of("while true do end"), "expression_too_many_steps");
  EXPECT_EQ(error_of("local t = 'x' while true do t = t .. t end"), "expression_too_much_memory");
  EXPECT_EQ(error_of("return function() end"), "expression_bad_result");
  for (const auto* outside : {"return os.time()", "return io.open('/etc/passwd')", "return require('os')",
                              "return load('return 1')()", "return string.rep('x', 9)", "error('stop')"})
    EXPECT_EQ(error_of(outside), "expression_failed") << outside;
  const auto told = attempt(R"X({"expression":"error('no department')"})X");
  EXPECT_THAT(told.body, HasSubstr("no department"));
}

TEST_F(TryMapping, shows_what_comes_of_the_input) {
  const auto good = attempt(
      R"({"expression":"return { department = claims.dept, mail = userinfo.mail, raw = answer.x, who = identity.username }",)"
      R"("claims":{"dept":"ops"},"userinfo":{"mail":"a@b.example"},"answer":{"x":7},"identity":{"username":"ada"}})");
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.object().at("result"),
            *parse_json(R"({"department":"ops","mail":"a@b.example","raw":7,"who":"ada"})"));
  EXPECT_EQ(world.get("/identity-provider/instances/up/mappers").body, "[]") << "it was tried, and not kept";
}

}  // namespace
}  // namespace cardea::protocol
