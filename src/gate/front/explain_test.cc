// `explain` says what the gate does: refusals first.
#include "gate/front/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

constexpr std::string_view kExplained = R"({
  "providers": {"one": {"issuer": "https://one.example", "jwks-url": "https://one.example/keys", "audiences": ["app"]},
                "two": {"issuer": "https://two.example", "jwks-url": "https://two.example/keys", "audiences": ["app"]}},
  "applications": [
    {"name": "First", "hosts": ["first.example"], "providers": ["one"],
     "requests": [{"path": "/open/**", "open": true}, {"path": "/**"}]},
    {"name": "None", "hosts": ["none.example"], "tokens": false}]})";

class Explain : public ::testing::Test {
 protected:
  GateWorld world{kExplained};

  std::string explained(std::size_t application, const std::string& provider, const std::string& path = "/page") {
    auto request = GateWorld::question("GET", path);
    Caller caller;
    caller.provider = provider;
    caller.name = "ann";
    caller.looked_up = std::make_shared<const json::object>(json::object{{"sub", "ann"}});
    return explain(world.gate.state()->settings.applications[application], *read_original(request), caller);
  }
};

TEST_F(Explain, refuses_tokens_of_a_provider_that_the_application_does_not_take) {
  EXPECT_THAT(explained(0, "two"), HasSubstr("the application takes no tokens of its provider\nanswer no\n"));
  EXPECT_THAT(explained(0, "one"), HasSubstr("answer yes\n"));
}

TEST_F(Explain, refuses_tokens_where_none_count) {
  EXPECT_THAT(explained(1, "one"), HasSubstr("the application takes no tokens\nanswer no\n"));
}

TEST_F(Explain, says_yes_where_anybody_may_come) {
  EXPECT_THAT(explained(0, "two", "/open/x"), HasSubstr("answer yes\n"));
}

TEST_F(Explain, says_what_the_gate_says) {
  for (const auto* issuer : {"one", "two"}) {
    serve_keys(world.fetcher, std::string("https://") + issuer + ".example/keys",
               named_private_key("id", crypto::KeyType::kRsa), "id");
    auto request = GateWorld::question("GET", "/page");
    request.host = "first.example";
    auto claims = good_claims(std::string("https://") + issuer + ".example");
    claims["aud"] = "app";
    request.headers.push_back(
        {"Authorization", "Bearer " + token_of(named_key("id", jose::Algorithm::kRS256), claims)});
    const bool passes = world.run(request).status == 200;
    EXPECT_EQ(passes, explained(0, issuer).ends_with("answer yes\n")) << issuer;
  }
}

}  // namespace
}  // namespace cardea::gate
