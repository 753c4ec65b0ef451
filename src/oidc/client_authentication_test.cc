// Client authentication (RFC 6749 section 2.3; standards.md section 4.3, CA-1 to CA-14; attack class 15).
#include "oidc/client_authentication.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kText = "Invalid client or Invalid client credentials";

web::Request with_header(std::string value) {
  web::Request request;
  if (!value.empty()) request.headers.push_back({"Authorization", std::move(value)});
  return request;
}

std::string basic(std::string_view credentials) { return "Basic " + base64_encode(credentials); }

web::Form form_of(std::string_view text) { return *web::Form::parse(text); }

ClientEntry entry_with(std::string secret) {
  ClientEntry entry;
  entry.client.client_id = "app";
  entry.secret_digest = crypto::sha256(secret);
  entry.client.secret = SecretBytes(std::move(secret));
  return entry;
}

/// The whole way: what the endpoint does.
Result<void, OAuthError> authenticate(std::string header, std::string_view form, const ClientEntry* client,
                                      BearerOnly bearer_only = BearerOnly::kRefused) {
  const auto presented = read_presented_client(with_header(std::move(header)), form_of(form));
  if (!presented) return refuse(presented.error());
  return authenticate_client(*presented, client, TimePoint{}, bearer_only);
}

void expect_refused(const Result<void, OAuthError>& result, OAuthCode code, int status, std::string_view text = kText) {
  ASSERT_FALSE(result);
  EXPECT_EQ(wire_name(result.error().code), wire_name(code));
  EXPECT_EQ(result.error().status != 0 ? result.error().status : http_status(result.error().code), status);
  EXPECT_EQ(result.error().description, text);
}

TEST(ClientAuthentication, refuses_wrong_and_missing_secrets) {
  const auto client = entry_with("s3cret");
  for (const auto* form : {"client_id=app", "client_id=app&client_secret=", "client_id=app&client_secret=x",
                           "client_id=app&client_secret=s3cret%20", "client_id=app&client_secret=S3CRET"}) {
    expect_refused(authenticate("", form, &client), OAuthCode::kUnauthorizedClient, 401);
  }
  for (const auto* credentials : {"app:", "app:x", "app:s3cret:", "app: s3cret"}) {
    const auto result = authenticate(basic(credentials), "", &client);
    expect_refused(result, OAuthCode::kUnauthorizedClient, 401);
    EXPECT_TRUE(result.error().challenge_basic) << credentials;
  }
}

TEST(ClientAuthentication, refuses_names_that_no_database_takes_before_it_looks_for_them) {
  const std::string nul("a\0b", 3);
  std::string claims = R"({"sub":"a\u0000b","iss":"a"})";
  const auto assertion = base64url_encode(R"({"alg":"ES256"})") + "." + base64url_encode(claims) + ".AAAA";
  for (const auto& header :
       {basic(nul + ":x"), basic("a\xff:x"), basic("a\nb:x"), basic(std::string(256, 'a') + ":x")}) {
    const auto presented = read_presented_client(with_header(header), {});
    ASSERT_FALSE(presented) << header;
    expect_refused(refuse(presented.error()), OAuthCode::kInvalidClient, 401);
    EXPECT_TRUE(presented.error().challenge_basic);
  }
  const auto presented = read_presented_client(
      {}, form_of("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                  "&client_assertion=" +
                  assertion));
  ASSERT_FALSE(presented);
  expect_refused(refuse(presented.error()), OAuthCode::kInvalidClient, 401);
}

// CVE-2024-45160: an empty secret never equals, also not an empty one.
TEST(ClientAuthentication, refuses_empty_secrets_of_clients_without_one) {
  for (const auto& client : {entry_with(""), ClientEntry{}}) {
    for (const auto* form : {"client_id=app", "client_id=app&client_secret=", "client_id=app&client_secret=x"}) {
      expect_refused(authenticate("", form, &client), OAuthCode::kUnauthorizedClient, 401);
    }
    expect_refused(authenticate(basic("app:"), "", &client), OAuthCode::kUnauthorizedClient, 401);
  }
}

TEST(ClientAuthentication, refuses_unknown_and_disabled_clients_in_the_words_of_a_wrong_secret) {
  auto disabled = entry_with("s3cret");
  disabled.client.enabled = false;
  auto disabled_public = entry_with("");
  disabled_public.client.enabled = false;
  disabled_public.client.public_client = true;
  auto saml = entry_with("s3cret");
  saml.client.protocol = "saml";
  for (const auto* client : {static_cast<const ClientEntry*>(nullptr), &std::as_const(disabled),
                             &std::as_const(disabled_public), &std::as_const(saml)}) {
    expect_refused(authenticate("", "client_id=app&client_secret=s3cret", client), OAuthCode::kInvalidClient, 401);
    expect_refused(authenticate(basic("app:s3cret"), "", client), OAuthCode::kInvalidClient, 401);
  }
}

TEST(ClientAuthentication, refuses_two_methods_in_one_request) {
  const auto client = entry_with("s3cret");
  for (const auto* secret : {"other", "S3cret"}) {  // an empty one is none (RFC 6749 section 3.2)
    const auto form = std::string("client_id=app&client_secret=").append(secret);
    expect_refused(authenticate(basic("app:s3cret"), form, &client), OAuthCode::kInvalidRequest, 400,
                   "More than one method used for client authentication");
  }
  for (const auto* form : {"client_assertion=x", "client_assertion_type=x"}) {
    expect_refused(authenticate(basic("app:s3cret"), form, &client), OAuthCode::kInvalidRequest, 400,
                   "More than one method used for client authentication");
    expect_refused(authenticate("", std::string("client_id=app&client_secret=s3cret&").append(form), &client),
                   OAuthCode::kInvalidRequest, 400, "More than one method used for client authentication");
  }
}

TEST(ClientAuthentication, refuses_one_secret_said_twice_but_for_classic_clients_at_introspection) {
  auto client = entry_with("s3 cret");
  const auto twice = [&](std::string header, BearerOnly at) {
    return authenticate(basic(std::move(header)), "client_id=app&client_secret=s3+cret", &client, at);
  };
  const auto refused = [](const Result<void, OAuthError>& result) {
    expect_refused(result, OAuthCode::kInvalidRequest, 400, "More than one method used for client authentication");
  };
  refused(twice("app:s3 cret", BearerOnly::kRefused));
  for (const auto* header : {"app:s3 cret", "app:s3+cret"}) EXPECT_TRUE(twice(header, BearerOnly::kAllowed)) << header;
  refused(twice("app:wrong", BearerOnly::kAllowed));
  expect_refused(authenticate(basic("app:wrong"), "client_id=app&client_secret=wrong", &client, BearerOnly::kAllowed),
                 OAuthCode::kUnauthorizedClient, 401);
  expect_refused(authenticate(basic("app:s3 cret"), "client_id=other&client_secret=s3+cret", &client),
                 OAuthCode::kInvalidClient, 401);
  for (const auto policy : {ClientPolicy::kOAuth21, ClientPolicy::kFapi2}) {
    client.rules.policy = policy;
    refused(twice("app:s3 cret", BearerOnly::kAllowed));
  }
}

TEST(ClientAuthentication, refuses_secrets_in_the_query) {
  for (const auto* query : {"client_secret=s3cret", "a=b&client_secret=", "client%5Fsecret=x", "client_assertion=x"}) {
    web::Request request = with_header(basic("app:s3cret"));
    request.query = query;
    const auto presented = read_presented_client(request, web::Form{});
    ASSERT_FALSE(presented) << query;
    EXPECT_EQ(presented.error().code, OAuthCode::kInvalidRequest) << query;
  }
}

TEST(ClientAuthentication, refuses_a_header_and_a_form_that_name_different_clients) {
  const auto client = entry_with("s3cret");
  expect_refused(authenticate(basic("app:s3cret"), "client_id=other", &client), OAuthCode::kInvalidClient, 401);
}

TEST(ClientAuthentication, refuses_unreadable_headers) {
  const auto client = entry_with("s3cret");
  for (const auto* header : {"Basic", "Basic ", "Basic !!!", "Basic YXBw", "Basic OnMzY3JldA==", "Basic YXBwOnMzY3JldA",
                             "Basic YXBwOnMzY3JldA== x"}) {
    const auto result = authenticate(header, "client_id=app", &client);
    expect_refused(result, OAuthCode::kInvalidClient, 401);
    EXPECT_TRUE(result.error().challenge_basic) << header;
  }
}

TEST(ClientAuthentication, refuses_requests_that_name_nobody) {
  expect_refused(authenticate("", "", nullptr), OAuthCode::kInvalidClient, 401);
  expect_refused(authenticate("", "client_id=&client_secret=x", nullptr), OAuthCode::kInvalidClient, 401);
  expect_refused(authenticate("Bearer abc", "", nullptr), OAuthCode::kInvalidClient, 401);
  expect_refused(authenticate("Negotiate abc", "", nullptr), OAuthCode::kInvalidClient, 401);
}

TEST(ClientAuthentication, refuses_the_method_the_client_did_not_choose) {
  auto client = entry_with("s3cret");
  client.rules.secret_method = "client_secret_post";
  expect_refused(
      authenticate(basic("app:s3cret"), "", &client), OAuthCode::kUnauthorizedClient, 401,
      "Invalid method used to get client secret. Client requires method 'client_secret_post' to obtain client "
      "secret from the request");
  EXPECT_TRUE(authenticate("", "client_id=app&client_secret=s3cret", &client));
  client.rules.secret_method = "client_secret_basic";
  EXPECT_FALSE(authenticate("", "client_id=app&client_secret=s3cret", &client));
  EXPECT_TRUE(authenticate(basic("app:s3cret"), "", &client));
}

TEST(ClientAuthentication, refuses_secrets_of_clients_that_authenticate_otherwise) {
  auto client = entry_with("s3cret");
  for (const auto* type : {"client-jwt", "client-secret-jwt", "client-x509", "anything"}) {
    client.client.authenticator_type = type;
    expect_refused(authenticate("", "client_id=app&client_secret=s3cret", &client), OAuthCode::kInvalidClient, 401);
  }
}

TEST(ClientAuthentication, refuses_assertions_of_clients_that_are_not_set_up_for_them) {
  auto client = entry_with("");
  expect_refused(authenticate("", "client_id=app&client_assertion=x.y.z", &client), OAuthCode::kInvalidClient, 401);
  client.client.public_client = true;
  expect_refused(authenticate("", "client_id=app&client_assertion=x.y.z", &client), OAuthCode::kInvalidClient, 401);
  expect_refused(authenticate("", "client_assertion=x.y.z", nullptr), OAuthCode::kInvalidClient, 401);
}

TEST(ClientAuthentication, refuses_bearer_only_clients_except_at_introspection) {
  auto client = entry_with("s3cret");
  client.client.bearer_only = true;
  expect_refused(authenticate("", "client_id=app&client_secret=x", &client), OAuthCode::kUnauthorizedClient, 401);
  expect_refused(authenticate("", "client_id=app&client_secret=s3cret", &client), OAuthCode::kInvalidClient, 400,
                 "Bearer-only not allowed");
  EXPECT_TRUE(authenticate("", "client_id=app&client_secret=s3cret", &client, BearerOnly::kAllowed));
  EXPECT_FALSE(authenticate("", "client_id=app&client_secret=x", &client, BearerOnly::kAllowed));
  client.client.public_client = true;  // contradictory; the stricter reading counts
  EXPECT_FALSE(authenticate("", "client_id=app", &client, BearerOnly::kAllowed));
}

// RFC 6749 section 5.2 has one code for it; only classic clients get Keycloak's.
TEST(ClientAuthentication, refuses_wrong_secrets_of_new_clients_as_the_rfc_says) {
  auto client = entry_with("s3cret");
  client.rules.policy = ClientPolicy::kOAuth21;
  expect_refused(authenticate("", "client_id=app&client_secret=x", &client), OAuthCode::kInvalidClient, 401);
}

TEST(ClientAuthentication, accepts_the_right_secret_both_ways) {
  const auto client = entry_with("s3cret");
  EXPECT_TRUE(authenticate("", "client_id=app&client_secret=s3cret", &client));
  EXPECT_TRUE(authenticate(basic("app:s3cret"), "", &client));
  EXPECT_TRUE(authenticate(basic("app:s3cret"), "client_id=app", &client));
  EXPECT_TRUE(authenticate("basic YXBwOnMzY3JldA==", "", &client));
  EXPECT_TRUE(authenticate("Bearer abc", "client_id=app&client_secret=s3cret", &client));
}

// RFC 6749 section 2.3.1 and appendix B: form-encoded in the header; many clients forget.
TEST(ClientAuthentication, accepts_secrets_with_percent_and_plus_encoded_and_raw) {
  const auto client = entry_with("a%2Bb+c:d");
  EXPECT_TRUE(authenticate(basic("app:a%252Bb%2Bc%3Ad"), "", &client));
  EXPECT_TRUE(authenticate(basic("app:a%2Bb+c:d"), "", &client));
  EXPECT_TRUE(authenticate("", "client_id=app&client_secret=a%252Bb%2Bc%3Ad", &client));
  const auto broken = entry_with("100%");
  EXPECT_TRUE(authenticate(basic("app:100%"), "", &broken));
  const auto encoded_id = read_presented_client(with_header(basic("https%3A%2F%2Fapp.example:x")), web::Form{});
  ASSERT_TRUE(encoded_id);
  EXPECT_EQ(encoded_id->client_id, "https://app.example");
}

TEST(ClientAuthentication, lets_public_clients_in_whatever_secret_they_send) {
  auto client = entry_with("");
  client.client.public_client = true;
  EXPECT_TRUE(authenticate("", "client_id=app", &client));
  EXPECT_TRUE(authenticate("", "client_id=app&client_secret=junk", &client));
  EXPECT_TRUE(authenticate(basic("app:"), "", &client));
}

}  // namespace
}  // namespace cardea::oidc
