#include "web/request.h"

#include <gtest/gtest.h>

namespace cardea::web {
namespace {

TEST(Request, refuses_method_in_other_case_or_with_more_text) {
  EXPECT_EQ(parse_method("get"), Method::kOther);
  EXPECT_EQ(parse_method("GETS"), Method::kOther);
  EXPECT_EQ(parse_method(""), Method::kOther);
  EXPECT_EQ(parse_method("OTHER"), Method::kOther);
}

TEST(Request, refuses_header_whose_name_only_begins_alike) {
  Request request;
  request.headers = {{"Host-Name", "x"}, {"Hos", "y"}};
  EXPECT_FALSE(request.header("Host"));
}

TEST(Request, refuses_path_parameter_the_route_lacks) {
  const Request request;
  EXPECT_DEATH((void)request.path_parameter("realm"), "path parameter");
}

TEST(Request, names_methods_as_they_are_written) {
  for (const auto* text : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    EXPECT_EQ(name(parse_method(text)), text);
  }
}

TEST(Request, finds_first_header_in_any_case) {
  Request request;
  request.headers = {{"ACCEPT", "one"}, {"accept", "two"}};
  EXPECT_EQ(request.header("Accept"), "one");
}

TEST(Request, reads_media_type_without_parameters) {
  Request request;
  EXPECT_EQ(request.content_type(), "");
  EXPECT_FALSE(request.has_form());
  request.headers = {{"Content-Type", " Application/X-WWW-Form-Urlencoded ; charset=UTF-8"}};
  EXPECT_EQ(request.content_type(), "application/x-www-form-urlencoded");
  EXPECT_TRUE(request.has_form());
}

TEST(Request, finds_cookie_in_any_of_several_headers) {
  Request request;
  request.headers = {{"Cookie", "a=1"}, {"cookie", "b=2; a=3"}};
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_FALSE(request.cookie("c"));
}

}  // namespace
}  // namespace cardea::web
