#include "login/remembered_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RememberedName : public testing::Test {
 protected:
  RememberedName() {
    realm_.name = "de mo";
    realm_.remember_me = true;
    request_.scheme = "https";
  }
  std::string read(const std::string& value) {
    request_.headers = {{"Cookie", "other=1; KEYCLOAK_REMEMBER_ME=" + value}};
    return remembered_name(request_, realm_);
  }
  std::string keep(std::string_view name) {
    web::Response response;
    keep_name(response, request_, realm_, base_url_, name);
    const auto header = response.find_header("Set-Cookie");
    return header ? std::string(*header) : std::string();
  }
  Realm realm_;
  web::Request request_;
  web::BaseUrl base_url_{"", ""};
};

TEST_F(RememberedName, refuses_what_cannot_be_a_name) {
  EXPECT_EQ(remembered_name(request_, realm_), "");
  EXPECT_EQ(read("username:" + std::string(kUsernameBytesMax, 'a')), std::string(kUsernameBytesMax, 'a'));
  for (const auto& value :
       {std::string(), std::string("ada"), std::string("Username:ada"), std::string("username:"),
        std::string("username:%"), std::string("username:a%0"), std::string("username:a%00b"),
        std::string("username:a%0d%0aSet-Cookie"), std::string("username:a%7f"), std::string("username:%ff%fe"),
        std::string("username:%c0%af"), "username:" + std::string(kUsernameBytesMax + 1, 'a'),
        std::string("username:") + std::string(100'000, 'a')}) {
    EXPECT_EQ(read(value), "") << value.substr(0, 40);
  }
}

TEST_F(RememberedName, refuses_every_name_where_the_realm_remembers_nobody) {
  realm_.remember_me = false;
  EXPECT_EQ(read("username:ada"), "");
  EXPECT_THAT(keep("ada"), AllOf(StartsWith("KEYCLOAK_REMEMBER_ME=;"), HasSubstr("Max-Age=0")))
      << "one of before goes, too";
  request_.headers.clear();
  EXPECT_EQ(keep("ada"), "");
}

TEST_F(RememberedName, is_read_as_it_was_kept) {
  for (const auto* name : {"ada", "ada@example.com", "a:b;c=\"d\" <e>", "\xC3\xA5se"}) {
    const auto header = keep(name);
    const auto value = header.substr(0, header.find(';'));
    EXPECT_EQ(read(value.substr(value.find('=') + 1)), name) << header;
    EXPECT_THAT(header, AllOf(HasSubstr("Path=/realms/de%20mo/"), HasSubstr("Max-Age=31536000"), HasSubstr("HttpOnly"),
                              HasSubstr("Secure"), HasSubstr("SameSite=Lax")));
  }
  EXPECT_THAT(keep("ada@example.com"), StartsWith("KEYCLOAK_REMEMBER_ME=username:ada%40example.com;"))
      << "as Keycloak writes it";
}

TEST_F(RememberedName, of_an_earlier_one_goes_with_the_next_who_is_not_remembered) {
  EXPECT_EQ(keep(""), "") << "nothing to remove";
  read("username:ada");
  EXPECT_THAT(keep(""), AllOf(StartsWith("KEYCLOAK_REMEMBER_ME=;"), HasSubstr("Max-Age=0")));
}

}  // namespace
}  // namespace cardea::login
