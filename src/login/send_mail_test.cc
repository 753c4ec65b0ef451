#include "login/send_mail.h"

#include <gtest/gtest.h>

namespace cardea::login {
namespace {

web::Request from(std::string scheme, std::string host) {
  web::Request request;
  request.scheme = std::move(scheme);
  request.host = std::move(host);
  return request;
}

TEST(SendMail, refuses_links_that_begin_with_a_name_from_the_request) {  // attack class 9
  const web::BaseUrl follows("", "");
  for (const auto* host :
       {"evil.example", "id.example", "localhost.evil.example", "10.0.0.1:8080", "127.0.0.1.evil.example"}) {
    EXPECT_FALSE(mail_base(follows, from("https", host), "demo")) << host;
    EXPECT_FALSE(mail_base(follows, from("http", host), "demo")) << host;
  }
}

TEST(SendMail, links_begin_with_the_configured_address_whatever_the_request_says) {
  const web::BaseUrl configured("https://id.example", "");
  EXPECT_EQ(mail_base(configured, from("https", "evil.example"), "demo"), "https://id.example");
  auto aliased = from("https", "evil.example");
  aliased.alias = "/auth";
  EXPECT_EQ(mail_base(configured, aliased, "demo"), "https://id.example/auth");
}

TEST(SendMail, a_server_tried_on_its_own_machine_may_link_to_it) {
  const web::BaseUrl follows("", "");
  EXPECT_EQ(mail_base(follows, from("http", "localhost:8080"), "demo"), "http://localhost:8080");
  EXPECT_EQ(mail_base(follows, from("http", "127.0.0.1:8080"), "demo"), "http://127.0.0.1:8080");
}

}  // namespace
}  // namespace cardea::login
