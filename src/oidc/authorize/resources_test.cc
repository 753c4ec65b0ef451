// Resource indicators (RFC 8707 section 2) and dpop_jkt (RFC 9449 section 10).
#include "oidc/authorize/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

web::Form form_of(std::initializer_list<std::string_view> resources) {
  web::Form form;
  for (const auto resource : resources) form.add("resource", std::string(resource));
  return form;
}

TEST(Resources, refuses_what_is_no_absolute_uri_without_fragment) {
  for (const auto* bad : {"api", "/api", "https://api.example/#f", "https://api.example/a b", "https://", "//api"}) {
    const auto read = read_resources(form_of({"https://good.example", bad}));
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, OAuthCode::kInvalidTarget) << bad;
  }
  EXPECT_FALSE(read_resources(form_of({"https://a.example/" + std::string(512, 'a')})));
}

TEST(Resources, refuses_more_than_eight) {
  web::Form form;
  for (int i = 0; i < 8; ++i) form.add("resource", "https://a.example/" + std::to_string(i));
  EXPECT_TRUE(read_resources(form));
  form.add("resource", "https://a.example/8");
  EXPECT_FALSE(read_resources(form));
}

TEST(Resources, refuses_a_resource_that_was_not_granted) {
  const auto narrowed = narrowed_resources(form_of({"https://b.example"}), "https://a.example");
  ASSERT_FALSE(narrowed);
  EXPECT_EQ(narrowed.error().code, OAuthCode::kInvalidTarget);
}

TEST(Resources, a_token_request_narrows_what_was_granted) {
  const std::string granted = "https://a.example https://b.example";
  EXPECT_THAT(*narrowed_resources(form_of({"https://b.example"}), granted), ElementsAre("https://b.example"));
  EXPECT_THAT(*narrowed_resources(form_of({}), granted), ElementsAre("https://a.example", "https://b.example"));
  EXPECT_THAT(*narrowed_resources(form_of({"https://c.example"}), ""), ElementsAre("https://c.example"));
  EXPECT_THAT(*narrowed_resources(form_of({}), ""), IsEmpty());
}

TEST(Resources, one_said_twice_counts_once) {
  EXPECT_EQ(*read_resources(form_of({"urn:a", "urn:a", "", "urn:b"})), "urn:a urn:b");
}

TEST(Resources, refuses_a_key_that_is_no_sha_256_thumbprint) {
  for (const auto* bad : {"x", "AAAA", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo=", "!"}) {
    web::Form form;
    form.add("dpop_jkt", bad);
    AuthorizationRequest request;
    EXPECT_FALSE(check_proof_key(form, request)) << bad;
    EXPECT_EQ(request.dpop_jkt, "");
  }
  web::Form form;
  form.add("dpop_jkt", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
  AuthorizationRequest request;
  EXPECT_TRUE(check_proof_key(form, request));
  EXPECT_EQ(request.dpop_jkt, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

}  // namespace
}  // namespace cardea::oidc
