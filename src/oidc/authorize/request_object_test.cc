// Request objects by value (RFC 9101; OpenID Connect Core section 6.1): what is taken of them, refusals first.
#include "oidc/authorize/request_object.h"

#include <gtest/gtest.h>

#include "jose/test_keys.h"

namespace cardea::oidc {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class RequestObject : public testing::Test {
 protected:
  RequestObject() {
    client_.client_id = "c";
    client_.secret = SecretBytes(std::string(64, 's'));
  }

  /// The parameters that count, as a query; or why not.
  std::string read(const std::string& object, const web::Form& beside = {},
                   RequestSource source = RequestSource::kBrowser) {
    web::Form form = beside;
    if (!object.empty()) form.add("request", object);
    const auto parameters = read_request_parameters(std::move(form), client_, {"https://i", now(), source});
    if (!parameters) return parameters.error().note;
    std::string out;
    for (const auto& [name, value] : parameters->form.parameters()) {
      out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return out;
  }
  std::string read_claims(std::string_view claims) { return read(sign(claims)); }
  std::string sign(std::string_view claims, std::string_view typ = "oauth-authz-req+jwt") {
    return jose::sign_jwt(key_, typ, claims);
  }
  static TimePoint now() { return from_epoch_seconds(kNow); }
  static web::Form form_of(std::initializer_list<std::pair<std::string, std::string>> parameters) {
    web::Form form;
    for (const auto& [name, value] : parameters) form.add(name, value);
    return form;
  }

  Client client_;
  jose::SigningKey key_ = jose::test_signing_key(jose::Algorithm::kHS256);
};

TEST_F(RequestObject, refuses_addresses_of_objects) {
  EXPECT_EQ(read("", form_of({{"request_uri", "https://c.example/o"}})), "request_uri");
  EXPECT_EQ(read_claims(R"({"request_uri":"https://c.example/o"})"), "request_object: nested");
}

TEST_F(RequestObject, refuses_objects_that_are_not_this_clients) {
  EXPECT_EQ(read_claims(R"({"client_id":"d"})"), "request_object: client_id");
  EXPECT_EQ(read_claims(R"({"iss":"d"})"), "request_object: iss");
  EXPECT_EQ(read_claims(R"({"sub":"c"})"), "request_object: could_be_an_assertion");
  const auto other = jose::SigningKey::make_hmac(SecretBytes(std::string(64, 'x')), "k", jose::Algorithm::kHS256);
  EXPECT_TRUE(read(jose::sign_jwt(*other, "JWT", R"({"client_id":"c"})")).starts_with("request_object: "));
  EXPECT_TRUE(read("eyJhbGciOiJub25lIn0.eyJjbGllbnRfaWQiOiJjIn0.").starts_with("request_object: ")) << "unsigned";
}

TEST_F(RequestObject, refuses_objects_that_are_not_for_us_or_not_of_now) {
  EXPECT_EQ(read_claims(R"({"aud":"https://other"})"), "request_object: aud");
  EXPECT_EQ(read_claims(R"({"exp":1800000000})"), "request_object: expired");
  EXPECT_EQ(read_claims(R"({"nbf":1800000011})"), "request_object: not_yet_valid");
  EXPECT_EQ(read_claims(R"({"iat":1800000011})"), "request_object: issued_ahead");
}

TEST_F(RequestObject, refuses_objects_that_may_be_another_kind_of_token) {
  EXPECT_EQ(read(sign(R"({"client_id":"c"})", "at+jwt")), "request_object: typ");
  EXPECT_EQ(read(sign(R"({"client_id":"c"})", "logout+jwt")), "request_object: typ");
}

TEST_F(RequestObject, refuses_parameters_beside_it_that_say_otherwise) {
  EXPECT_EQ(read(sign(R"({"client_id":"c","response_type":"code"})"), form_of({{"response_type", "token"}})),
            "request_object: contradicted: response_type");
  EXPECT_EQ(read(sign(R"({"client_id":"c"})"), form_of({{"scope", "a"}, {"scope", "b"}})), "repeated_beside_object");
}

TEST_F(RequestObject, refuses_a_request_without_one_where_the_client_must_send_it) {
  client_.attributes["request.object.required"] = "request or request_uri";
  EXPECT_EQ(read(""), "request_object_required");
  client_.attributes["request.object.required"] = "not required";
  EXPECT_EQ(read("", form_of({{"a", "b"}})), "a=b");
}

TEST_F(RequestObject, refuses_algorithms_that_were_not_registered) {
  client_.attributes["request.object.signature.alg"] = "ES256";
  EXPECT_EQ(read_claims(R"({"client_id":"c"})"), "request_object: algorithm_not_registered");
  EXPECT_FALSE(is_allowed_object_algorithm(jose::Algorithm::kHS256, client_));
  EXPECT_TRUE(is_allowed_object_algorithm(jose::Algorithm::kES256, client_));
  client_.attributes = {{"cardea.policy", "fapi2"}};
  EXPECT_FALSE(is_allowed_object_algorithm(jose::Algorithm::kRS256, client_));
  EXPECT_TRUE(is_allowed_object_algorithm(jose::Algorithm::kPS256, client_));
}

TEST_F(RequestObject, the_object_counts_and_others_stand_beside_it_for_classic_clients) {
  const auto object = sign(R"({"client_id":"c","scope":"openid","max_age":60,"aud":"https://i","exp":1800000060})");
  EXPECT_EQ(read(object, form_of({{"scope", "everything"}, {"state", "s"}})),
            "client_id=c&scope=openid&max_age=60&state=s");
  EXPECT_EQ(read(object, form_of({{"state", "s"}}), RequestSource::kPushed), "client_id=c&scope=openid&max_age=60");
}

TEST_F(RequestObject, claims_become_parameters_as_a_form_would_say_them) {
  EXPECT_EQ(
      read_claims(R"({"client_id":"c","claims":{"id_token":{"acr":null}},"resource":["urn:a","urn:b"],"x":null})"),
      R"(client_id=c&claims={"id_token":{"acr":null}}&resource=urn:a&resource=urn:b)");
  EXPECT_TRUE(
      read_claims(R"({"client_id":"c","x":")" + std::string(20'000, 'x') + "\"}").starts_with("request_object"));
}

}  // namespace
}  // namespace cardea::oidc
