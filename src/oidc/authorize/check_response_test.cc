// response_type and response_mode (OAuth 2.0 Multiple Response Types; JARM section 2.3).
#include <gtest/gtest.h>

#include "oidc/authorize/check_request.h"

namespace cardea::oidc {
namespace {

class CheckResponse : public testing::Test {
 protected:
  CheckResponse() { client_.standard_flow_enabled = client_.implicit_flow_enabled = true; }

  std::string check(std::string_view type, std::string_view mode = "") {
    web::Form form;
    if (!type.empty()) form.add("response_type", std::string(type));
    if (!mode.empty()) form.add("response_mode", std::string(mode));
    request_ = {};
    request_.nonce = nonce_;
    const auto done = check_response(form, client_, request_);
    return done ? "accepted " + request_.response_type : std::string(wire_name(done.error().code));
  }

  Client client_;
  std::string nonce_ = "n";
  AuthorizationRequest request_;
};

TEST_F(CheckResponse, refuses_types_that_are_none) {
  EXPECT_EQ(check(""), "invalid_request");
  for (const auto* type : {"CODE", "code code", "code none", "none token", "code magic", "token token id_token"}) {
    EXPECT_EQ(check(type), "unsupported_response_type") << type;
  }
}

TEST_F(CheckResponse, refuses_flows_that_are_off) {
  client_.implicit_flow_enabled = false;
  EXPECT_EQ(check("token"), "unauthorized_client");
  EXPECT_EQ(check("code id_token"), "unauthorized_client");
  client_.implicit_flow_enabled = true;
  client_.standard_flow_enabled = false;
  EXPECT_EQ(check("code"), "unauthorized_client");
  EXPECT_EQ(check("code token"), "unauthorized_client");
  EXPECT_EQ(check("none"), "unauthorized_client");
}

TEST_F(CheckResponse, refuses_tokens_in_the_query) {
  for (const auto* type : {"token", "id_token", "code token", "code id_token token"}) {
    EXPECT_EQ(check(type, "query"), "invalid_request") << type;
    EXPECT_EQ(check(type, "query.jwt"), "invalid_request") << type;
  }
}

TEST_F(CheckResponse, refuses_modes_that_are_none) {
  for (const auto* mode : {"QUERY", "smoke", "form_post.JWT", "query fragment"}) {
    EXPECT_EQ(check("code", mode), "invalid_request") << mode;
  }
}

TEST_F(CheckResponse, refuses_id_tokens_without_a_nonce) {
  nonce_.clear();
  EXPECT_EQ(check("id_token"), "invalid_request");
  EXPECT_EQ(check("code id_token"), "invalid_request");
  EXPECT_EQ(check("code"), "accepted code");
}

TEST_F(CheckResponse, refuses_tokens_that_nothing_would_bind) {
  client_.attributes["dpop.bound.access.tokens"] = "true";
  EXPECT_EQ(check("token"), "unauthorized_client");
  EXPECT_EQ(check("code id_token"), "accepted code id_token");
}

TEST_F(CheckResponse, a_strict_client_has_the_code_alone) {
  client_.attributes["cardea.policy"] = "oauth21";
  ASSERT_NE(client_.policy(), ClientPolicy::kClassic);
  EXPECT_EQ(check("code id_token"), "unsupported_response_type");
  EXPECT_EQ(check("code"), "accepted code");
}

TEST_F(CheckResponse, a_type_is_a_set_of_words_and_has_its_own_mode) {
  EXPECT_EQ(check("token id_token code"), "accepted code id_token token");
  EXPECT_EQ(request_.response_mode, ResponseMode::kFragment);
  EXPECT_EQ(check("code"), "accepted code");
  EXPECT_EQ(request_.response_mode, ResponseMode::kQuery);
  EXPECT_EQ(check("code", "jwt"), "accepted code");
  EXPECT_EQ(request_.response_mode, ResponseMode::kQueryJwt);
  EXPECT_EQ(check("token", "jwt"), "accepted token");
  EXPECT_EQ(request_.response_mode, ResponseMode::kFragmentJwt);
  EXPECT_EQ(check("code", "form_post.jwt"), "accepted code");
  EXPECT_EQ(request_.response_mode, ResponseMode::kFormPostJwt);
}

}  // namespace
}  // namespace cardea::oidc
