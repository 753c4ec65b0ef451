// `claims` and `acr_values` (OpenID Connect Core sections 3.1.2.1 and 5.5).
#include "oidc/authorize/claims_parameter.h"

#include <gtest/gtest.h>

#include "tests/support/realm_fixture.h"

namespace cardea::oidc {
namespace {

class ClaimsParameter : public testing::Test {
 protected:
  std::string check(const std::string& claims, const std::string& acr_values = "") {
    web::Form form;
    if (!claims.empty()) form.add("claims", claims);
    if (!acr_values.empty()) form.add("acr_values", acr_values);
    auto client = make_test_client(*realm_);
    client.attributes = attributes_;
    const auto entry = make_test_entry(realm_, std::move(client));
    request_ = {};
    const auto done = check_claims_parameter(form, *entry, request_);
    if (done) return "accepted " + request_.acr_values;
    if (const auto* page = std::get_if<PageRefusal>(&done.error())) return "page: " + page->message;
    return std::string(wire_name(std::get<OAuthError>(done.error()).code));
  }

  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
  std::map<std::string, std::string> attributes_ = {{"acr.loa.map", R"({"silver":1,"gold":2})"}};
  AuthorizationRequest request_;
};

TEST_F(ClaimsParameter, refuses_what_is_no_object_of_objects) {
  for (const auto* bad : {"x", "[]", "\"a\"", "{", R"({"id_token":[]})", R"({"userinfo":"email"})",
                          R"({"id_token":{"email":true}})", R"({"userinfo":{"email":["a"]}})"}) {
    EXPECT_EQ(check(bad), "invalid_request") << bad;
  }
  EXPECT_EQ(check(R"({"id_token":{"a":{"value":")" + std::string(2048, 'x') + "\"}}}"), "invalid_request");
}

TEST_F(ClaimsParameter, refuses_on_our_page_an_essential_level_that_nobody_knows) {
  EXPECT_EQ(check(R"({"id_token":{"acr":{"essential":true,"value":"platinum"}}})"), "page: Invalid parameter: claims");
  EXPECT_EQ(check(R"({"id_token":{"acr":{"essential":true}}})"), "page: Invalid parameter: claims");
}

TEST_F(ClaimsParameter, passes_over_what_is_voluntary_and_unknown) {
  EXPECT_EQ(check(R"({"id_token":{"acr":{"values":["platinum"]}}})"), "accepted ");
  EXPECT_EQ(check(R"({"id_token":{"acr":null}})"), "accepted ");
  EXPECT_EQ(check("", "platinum"), "accepted ");
}

// OpenID Connect Core section 5.5: members that are not understood must be ignored.
TEST_F(ClaimsParameter, passes_over_members_that_mean_nothing) {
  EXPECT_EQ(check(R"({"purpose":"x","verified_claims":[1],"id_token":{"email":null},"userinfo":null})"), "accepted ");
  EXPECT_EQ(request_.claims, R"({"id_token":{"email":null}})");
  EXPECT_EQ(check(R"({"userinfo":{"email":{"essential":true},"name":null,"https://x.example/y":{"value":1}}})"),
            "accepted ");
}

TEST_F(ClaimsParameter, an_essential_level_leaves_acr_values_aside) {
  EXPECT_EQ(check(R"({"id_token":{"acr":{"essential":true,"values":["gold"]}}})", "silver"), "accepted gold");
  EXPECT_TRUE(request_.acr_essential);
  EXPECT_EQ(check(R"({"id_token":{"acr":{"values":["gold"]}}})", "silver"), "accepted gold silver");
  EXPECT_FALSE(request_.acr_essential);
}

TEST_F(ClaimsParameter, the_client_says_what_is_asked_without_a_word_and_at_least) {
  attributes_["default.acr.values"] = "silver";
  EXPECT_EQ(check(""), "accepted silver");
  EXPECT_EQ(check("", "gold"), "accepted gold");
  attributes_["minimum.acr.value"] = "gold";
  EXPECT_EQ(check("", "silver"), "accepted gold");
}

TEST_F(ClaimsParameter, finds_the_subject_that_is_demanded) {
  EXPECT_EQ(wanted_subject(""), "");
  EXPECT_EQ(wanted_subject("{"), "");
  EXPECT_EQ(wanted_subject(R"({"id_token":{"sub":null}})"), "");
  EXPECT_EQ(wanted_subject(R"({"userinfo":{"sub":{"value":"ada"}}})"), "ada");
}

}  // namespace
}  // namespace cardea::oidc
