#include "upstream/code_flow.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "jose/jws.h"
#include "tests/support/seeded_random.h"
#include "upstream/client_assertion.h"
#include "upstream/metadata.h"
#include "upstream/upstream_fixture.h"

namespace cardea::upstream {
namespace {

Result<Callback, CallbackError> callback(std::string_view query) { return read_callback(*web::Form::parse(query)); }

TEST(Callback, refuses_what_says_too_little_or_too_much) {
  EXPECT_EQ(callback("code=a").error(), CallbackError::kNoState);
  EXPECT_EQ(callback("code=a&state=").error(), CallbackError::kNoState);
  EXPECT_EQ(callback("state=s").error(), CallbackError::kNeither);
  EXPECT_EQ(callback("state=s&code=a&error=b").error(), CallbackError::kBoth);
  EXPECT_EQ(callback("state=s&code=a&code=b").error(), CallbackError::kRepeated);
}

TEST(Callback, cuts_texts_of_strangers_for_the_log) {
  const auto read = callback("state=s&error=access_denied&error_description=a%0d%0ab" + std::string(4000, 'x'));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error_description.find('\n'), std::string::npos);
  EXPECT_LE(read->error_description.size(), 512U);
}

// RFC 9207: the answer of one provider at the callback of another.
TEST(Callback, N2_23_refuses_iss_of_another_provider_and_a_missing_one_that_was_promised) {
  EXPECT_FALSE(is_from_issuer(*callback("state=s&code=a&iss=https://evil.example"), "https://op.example", false));
  EXPECT_FALSE(is_from_issuer(*callback("state=s&code=a"), "https://op.example", true));
  EXPECT_TRUE(is_from_issuer(*callback("state=s&code=a"), "https://op.example", false));
  EXPECT_TRUE(is_from_issuer(*callback("state=s&code=a&iss=https://op.example"), "https://op.example", true));
}

web::FetchResponse answer(int status, std::string body) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

TEST(TokenAnswer, refuses_errors_whatever_their_status) {
  const auto refused =
      read_token_answer(answer(400, R"({"error":"invalid_grant","error_description":"AADSTS54005: x"})"));
  EXPECT_EQ(refused.error().error, "invalid_grant");
  EXPECT_EQ(refused.error().description, "AADSTS54005: x");
  EXPECT_EQ(read_token_answer(answer(200, R"({"error":"bad_verification_code","access_token":"a"})")).error().error,
            "bad_verification_code");
  EXPECT_EQ(read_token_answer(answer(502, "<html>")).error().error, "token_status_502");
  EXPECT_EQ(read_token_answer(refuse(web::FetchError::kTimeout)).error().error, "token_timeout");
}

TEST(TokenAnswer, refuses_answers_without_a_bearer_token) {
  for (const auto* body : {R"({})", R"({"access_token":""})", R"({"access_token":7})", "[]",
                           R"({"access_token":"a","token_type":"mac"})"}) {
    EXPECT_FALSE(read_token_answer(answer(200, body))) << body;
  }
}

TEST(TokenAnswer, takes_numbers_as_texts_as_v1_endpoints_write_them) {
  const auto taken =
      read_token_answer(answer(200, R"({"token_type":"bearer","access_token":"a","expires_in":"3599"})"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->expires_in, 3599);
}

TEST(TokenRequest, N2_24_uses_one_authentication_method_and_never_two) {
  const auto url = *web::ConfiguredUrl::parse("https://op.example/token");
  const auto form = code_form("c&1", "https://hub.example/cb", "v");
  const ClientProof basic{
      .method = ClientAuthentication::kSecretBasic, .client_id = "id:x", .secret = "s ecret", .assertion = {}};
  const auto by_header = token_request(url, form, basic);
  EXPECT_EQ(by_header.body.find("client_secret"), std::string::npos);
  EXPECT_EQ(by_header.headers.back().value, "Basic " + base64_encode("id%3Ax:s+ecret"));
  auto unencoded = basic;
  unencoded.method = ClientAuthentication::kSecretBasicUnencoded;
  EXPECT_EQ(token_request(url, form, unencoded).headers.back().value, "Basic " + base64_encode("id:x:s ecret"));
  const ClientProof post{
      .method = ClientAuthentication::kSecretPost, .client_id = "id", .secret = "s&", .assertion = {}};
  const auto by_body = token_request(url, form, post);
  EXPECT_EQ(by_body.body,
            "grant_type=authorization_code&code=c%261&redirect_uri=https%3A%2F%2Fhub.example%2Fcb&code_verifier=v"
            "&client_id=id&client_secret=s%26");
  for (const auto& header : by_body.headers) EXPECT_NE(header.name, "Authorization");
  const ClientProof none{.method = ClientAuthentication::kNone, .client_id = "id", .secret = "s", .assertion = {}};
  EXPECT_EQ(token_request(url, form, none).body.find("s&"), std::string::npos);
}

TEST(ClientAssertion, names_client_and_audience_and_ends_soon) {
  SeededRandom random(1);
  const auto now = from_epoch_seconds(1'767'225'600);
  const auto text = make_client_assertion(
      provider_key(), {.issuer = "c", .subject = "c", .audience = "https://op.example/token", .now = now}, random);
  const auto read = jose::verify(text, provider_keys().keys);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->iss(), "c");
  EXPECT_EQ(read->sub(), "c");
  EXPECT_TRUE(read->has_audience("https://op.example/token"));
  EXPECT_FALSE(read->jti().empty());
  EXPECT_EQ(read->exp(), now + kAssertionLife);
}

TEST(ClientAssertion, names_the_certificate_of_the_key_and_speaks_for_a_federated_credential) {
  SeededRandom random(1);
  const auto now = from_epoch_seconds(1'767'225'600);
  const auto text = make_client_assertion(provider_key(),
                                          {.issuer = "https://hub.example/realms/r",
                                           .subject = "app",
                                           .audience = "api://AzureADTokenExchange",
                                           .now = now,
                                           .certificate = {.sha1 = "one", .sha256 = "two"}},
                                          random);
  const auto read = jose::verify(text, provider_keys().keys);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->iss(), "https://hub.example/realms/r");
  EXPECT_EQ(read->sub(), "app");
  const auto header = parse_json(*base64url_decode(text.substr(0, text.find('.'))))->as_object();
  EXPECT_EQ(string_or(header, "x5t", ""), "one");
  EXPECT_EQ(string_or(header, "x5t#S256", ""), "two");
}

TEST(AuthorizationUrl, keeps_the_endpoints_own_query_and_encodes_values) {
  const auto url = authorization_url({.endpoint = "https://op.example/a?p=1",
                                      .client_id = "c",
                                      .redirect_uri = "https://hub.example/cb",
                                      .scope = "openid email",
                                      .state = "s&x=1",
                                      .nonce = "n",
                                      .code_challenge = challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
                                      .response_mode = "",
                                      .more = {{"prompt", "login"}, {"login_hint", ""}}});
  EXPECT_EQ(url,
            "https://op.example/a?p=1&client_id=c&response_type=code&redirect_uri=https%3A%2F%2Fhub.example%2Fcb"
            "&scope=openid%20email&state=s%26x%3D1&nonce=n"
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=login");
}

TEST(Metadata, refuses_documents_that_are_not_whole) {
  EXPECT_EQ(parse_metadata("[]").error(), MetadataError::kNotJson);
  EXPECT_EQ(parse_metadata("{}").error(), MetadataError::kNoIssuer);
  EXPECT_EQ(parse_metadata(R"({"issuer":"i","token_endpoint":7})").error(), MetadataError::kMember);
  EXPECT_EQ(parse_metadata(R"({"issuer":"i","token_endpoint":"/token"})").error(), MetadataError::kBadUrl);
  EXPECT_EQ(parse_metadata(R"({"issuer":"i","jwks_uri":"file:///etc/passwd"})").error(), MetadataError::kBadUrl);
  EXPECT_EQ(parse_metadata(R"({"issuer":"i","jwks_uri":"https://u:p@h/"})").error(), MetadataError::kBadUrl);
}

TEST(Metadata, refuses_the_document_of_another_issuer) {
  const auto metadata = parse_metadata(R"({"issuer":"https://op.example"})").value();
  EXPECT_FALSE(check_issuer(metadata, "https://op.example/"));
  EXPECT_TRUE(check_issuer(metadata, "https://op.example"));
  EXPECT_TRUE(check_issuer(metadata, ""));
  EXPECT_EQ(discovery_url("https://op.example/"), "https://op.example/.well-known/openid-configuration");
}

}  // namespace
}  // namespace cardea::upstream
