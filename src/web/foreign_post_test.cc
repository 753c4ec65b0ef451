#include "web/foreign_post.h"

#include <gtest/gtest.h>

namespace cardea::web {
namespace {

bool is_foreign(std::vector<Header> headers, std::string_view base = "https://id.example.com/auth") {
  Request request;
  request.headers = std::move(headers);
  return is_foreign_post(request, base);
}

TEST(ForeignPost, refuses_other_sites_and_sibling_hosts) {
  EXPECT_TRUE(is_foreign({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_TRUE(is_foreign({{"sec-fetch-site", "same-site"}}));
  EXPECT_TRUE(is_foreign({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://id.example.com"}}));
}

TEST(ForeignPost, refuses_other_origins) {
  for (const auto* origin : {"https://evil.example", "http://id.example.com", "https://id.example.com:8443",
                             "https://id.example.com.evil.example", "https://", "x", "", "NULL", "file://"}) {
    EXPECT_TRUE(is_foreign({{"Origin", origin}})) << origin;
  }
}

TEST(ForeignPost, refuses_an_opaque_origin_from_another_site) {
  EXPECT_TRUE(is_foreign({{"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}}));
}

TEST(ForeignPost, accepts_our_own_forms_and_scripts) {
  EXPECT_FALSE(is_foreign({}));
  EXPECT_FALSE(is_foreign({{"Origin", "https://id.example.com"}}));
  EXPECT_FALSE(is_foreign({{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(is_foreign({{"Origin", "http://localhost:8080"}}, "http://localhost:8080"));
}

}  // namespace
}  // namespace cardea::web
