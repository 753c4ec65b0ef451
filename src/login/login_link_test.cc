#include "login/login_link.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace cardea::login {
namespace {

AuthorizationRequest sample() {
  AuthorizationRequest out;
  out.client_id = "my app&x=1";
  out.redirect_uri = "https://app.example.com/cb?a=1&b=2";
  out.state = "st";
  return out;
}

TEST(ClientData, refuses_what_it_cannot_use) {
  for (const auto* json : {"", "{}", "[]", "1", R"({"ru":""})", R"({"ru":1})", R"({"ru":"https://a","rm":"jwt"})",
                           R"({"ru":"https://a","ru":"https://b"})", "{\"ru\":\"https://a\"} x"}) {
    EXPECT_FALSE(decode_client_data(base64url_encode(json)).has_value()) << json;
  }
  EXPECT_FALSE(decode_client_data("not base64!").has_value());
  EXPECT_FALSE(decode_client_data(std::string(kClientDataBytesMax + 1, 'A')).has_value());
}

TEST(ClientData, refuses_to_grow_beyond_its_bound) {
  auto request = sample();
  request.state = std::string(kClientDataBytesMax, 's');
  EXPECT_EQ(encode_client_data(request), "");
}

TEST(ClientData, round_trips) {
  auto request = sample();
  request.response_mode = ResponseMode::kFormPost;
  const auto data = decode_client_data(encode_client_data(request));
  ASSERT_TRUE(data.has_value());
  EXPECT_EQ(data->redirect_uri, request.redirect_uri);
  EXPECT_EQ(data->response_mode, ResponseMode::kFormPost);
  EXPECT_EQ(data->state, "st");
  request.state.reset();
  EXPECT_EQ(decode_client_data(encode_client_data(request))->state, std::nullopt);
}

TEST(ClientData, reads_keycloaks_where_the_mode_follows_from_the_type) {
  EXPECT_EQ(decode_client_data(base64url_encode(R"({"ru":"https://a","rt":"code"})"))->response_mode,
            ResponseMode::kQuery);
  EXPECT_EQ(decode_client_data(base64url_encode(R"({"ru":"https://a","rt":"code id_token"})"))->response_mode,
            ResponseMode::kFragment);
}

TEST(LoginLink, refuses_repeated_and_malformed_parameters) {
  web::Request request;
  for (const auto* query : {"session_code=a&session_code=b", "client_id=%zz", "tab_id=%00"}) {
    request.query = query;
    EXPECT_FALSE(read_link(request).has_value()) << query;
  }
}

TEST(LoginLink, round_trips_through_a_url) {
  const auto link = make_link(sample(), "tab", "c-_", "step-1");
  const auto url = link_url("http://localhost:8080/auth", "my realm", "authenticate", link);
  EXPECT_TRUE(
      url.starts_with("http://localhost:8080/auth/realms/my%20realm/login-actions/authenticate?session_code=c-_&"))
      << url;
  web::Request request;
  request.query = url.substr(url.find('?') + 1);
  const auto read = read_link(request);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->session_code, "c-_");
  EXPECT_EQ(read->client_id, "my app&x=1");
  EXPECT_EQ(read->tab_id, "tab");
  EXPECT_EQ(read->execution, "step-1");
  EXPECT_EQ(read->client_data, link.client_data);
}

}  // namespace
}  // namespace cardea::login
