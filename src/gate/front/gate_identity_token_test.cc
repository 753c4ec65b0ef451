// The signed token that tells the application who it is (RFC 7519, RFC 8725): refusals first.
#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"
#include "gate/front/identity_token.h"
#include "gate/store/shared_secrets.h"
#include "jose/jws.h"
#include "tests/support/memory_gate_store.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kIdentitySettings = R"({
  "providers": {"id": {"issuer": "https://id.example", "jwks-url": "https://id.example/keys", "audiences": ["app"]}},
  "applications": [{"name": "Flows", "hosts": ["app.example"], "roles": {"reader": ["read:*"]}, "default-role": "reader",
    "identity-token": {"header": "X-Flows-Identity", "lifetime": 30},
    "requests": [{"path": "/open/**", "open": true}, {"path": "/**"}]}]})";

class GateIdentity : public ::testing::Test {
 protected:
  GateWorld world{kIdentitySettings};

  GateIdentity() {
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  }
  std::string token(const json::object& more = {}) {
    json::object claims{{"iss", "https://id.example"}, {"sub", "ann"}, {"aud", "app"}, {"scope", "openid read"}};
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    for (const auto& [name, value] : more) claims.insert_or_assign(name, value);
    return token_of(named_key("id", jose::Algorithm::kRS256), claims);
  }
  std::string identity_of(const std::string& bearer, std::string_view target = "/page") {
    auto request = GateWorld::question("GET", target, "/gate/forward");
    if (!bearer.empty()) request.headers.push_back({"Authorization", "Bearer " + bearer});
    request.headers.push_back({"X-Flows-Identity", "e30.e30."});
    const auto response = world.run(request);
    EXPECT_EQ(response.status, 200);
    const auto* header = response.find_header("X-Flows-Identity");
    return header == nullptr ? "missing" : *header;
  }
  jose::KeySet keys() {
    auto request = GateWorld::question("GET", "/", "/gate/keys");
    const auto response = world.run(request);
    EXPECT_EQ(response.status, 200);
    return *jose::KeySet::from_jwks(response.body_text(), jose::Algorithm::kRS256);
  }
};

TEST_F(GateIdentity, refuses_to_leave_a_strangers_token_where_nobody_was_asked) {
  EXPECT_EQ(identity_of("", "/open/x"), "") << "said, and empty: so the proxy replaces what came";
}

TEST_F(GateIdentity, refuses_to_send_what_no_proxy_takes) {
  EXPECT_EQ(identity_of(token({{"scope", std::string(4'000, 's')}})), "");
  EXPECT_TRUE(world.log.contains("gate_identity_token_too_long"));
}

TEST_F(GateIdentity, refuses_to_show_the_private_half) {
  auto request = GateWorld::question("GET", "/", "/gate/keys");
  EXPECT_EQ(world.run(request).body_text().find("\"d\""), std::string_view::npos);
}

TEST(GateIdentitySettings, refuses_what_makes_no_token) {
  const auto fatal = [](const std::string& token) {
    const auto text = R"({"applications": [{"name": "A", "hosts": ["a.example"], "identity-token": )" + token + "}]}";
    const auto settings = read_gate(parse_json(text)->get_object(), no_files());
    return std::ranges::any_of(settings.notes, [](const ConfigNote& note) { return note.level == NoteLevel::kFatal; });
  };
  EXPECT_TRUE(fatal(R"({"header": "X Bad"})"));
  EXPECT_TRUE(fatal(R"({"lifetime": 0})"));
  EXPECT_TRUE(fatal(R"({"nonsense": 1})"));
  EXPECT_FALSE(fatal("{}"));
}

TEST_F(GateIdentity, says_who_it_is_for_this_application_and_not_for_long) {
  const auto jwt = jose::verify(identity_of(token()), keys());
  ASSERT_TRUE(jwt);
  EXPECT_EQ(jwt->algorithm(), jose::Algorithm::kES256);
  EXPECT_EQ(jwt->iss(), kIdentityIssuer);
  EXPECT_EQ(jwt->aud(), std::vector<std::string>{"Flows"});
  EXPECT_EQ(jwt->sub(), "ann");
  EXPECT_EQ(jwt->text("name"), "ann");
  EXPECT_EQ(jwt->text("provider"), "id");
  EXPECT_EQ(jwt->scope(), "openid read");
  EXPECT_EQ(json::serialize(jwt->claims().at("roles")), R"(["reader"])");
  EXPECT_EQ(*jwt->exp() - *jwt->iat(), seconds{30});
}

TEST_F(GateIdentity, does_not_count_as_a_bearer_token_at_the_gate) {
  auto request = GateWorld::question("GET", "/page", "/gate/forward");
  request.headers.push_back({"Authorization", "Bearer " + identity_of(token())});
  EXPECT_EQ(world.run(request).status, 401);
}

TEST(GateIdentityKeys, are_one_at_every_node_of_a_database) {
  MemoryGateStore rows;
  const auto store = rows.store();
  SeededRandom random;
  const auto first = load_secrets(store, random), second = load_secrets(store, random);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(IdentityTokens(first->identity_key).keys(), IdentityTokens(second->identity_key).keys());
  EXPECT_NE(IdentityTokens(first->identity_key).keys(), IdentityTokens(first->keep_key).keys());
}

}  // namespace
}  // namespace cardea::gate
