#include "http/response_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string write(const web::Response& response, AnswerFraming framing = {.date = "D"}) {
  std::string out;
  const auto rest = append_answer(out, response, framing);
  return out.append(rest);
}

TEST(ResponseWriter, refuses_values_that_end_their_line) {
  auto response = web::redirect(std::string("https://a/\r\nSet-Cookie: x=1\0\x7f", 29));
  const auto text = write(response);
  EXPECT_THAT(text, HasSubstr("Location: https://a/  Set-Cookie: x=1  \r\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nSet-Cookie")));
}

TEST(ResponseWriter, refuses_headers_that_belong_to_the_connection) {
  auto response = web::text_response(200, "abc");
  response.add("content-length", "99")
      .add("Connection", "upgrade")
      .add("Transfer-Encoding", "chunked")
      .add("Date", "x");
  EXPECT_EQ(write(response),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 3\r\nContent-Type: text/plain;charset=utf-8\r\n\r\nabc");
}

TEST(ResponseWriter, refuses_a_body_where_there_is_none) {
  web::Response response;
  response.body = std::string("abc");
  for (const int status : {204, 304}) {
    response.status = status;
    EXPECT_THAT(write(response), Not(HasSubstr("abc")));
    EXPECT_THAT(write(response), Not(HasSubstr("Content-Length")));
  }
  response.status = 200;
  const auto head = write(response, {.date = "D", .is_head = true});
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 3\r\n\r\n");
}

TEST(ResponseWriter, refuses_to_repeat_a_shared_header) {
  const std::vector<web::Header> shared = {{"X-Frame-Options", "SAMEORIGIN"}, {"X-Robots-Tag", "none"}};
  web::Response response;
  response.shared_headers = &shared;
  response.add("x-frame-options", "DENY");
  EXPECT_EQ(write(response),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\nx-frame-options: DENY\r\nX-Robots-Tag: none\r\n\r\n");
}

TEST(ResponseWriter, says_what_becomes_of_the_connection) {
  const auto close = write(web::empty_response(200), {.date = "D", .keep_alive = false});
  EXPECT_THAT(close, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(write(web::empty_response(200)), Not(HasSubstr("Connection")));
  EXPECT_THAT(write(web::empty_response(200), {.date = "D", .is_http_1_0 = true}),
              HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(ResponseWriter, does_not_copy_large_bodies) {
  web::Response response;
  const auto bytes = std::make_shared<const std::string>(kCopiedBodyBytesMax + 1, 'x');
  response.body = bytes;
  std::string out;
  const auto rest = append_answer(out, response, {.date = "D"});
  EXPECT_EQ(rest.data(), bytes->data());
  EXPECT_EQ(rest.size(), bytes->size());
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(ResponseWriter, names_statuses_it_does_not_know) {
  EXPECT_TRUE(write(web::empty_response(299)).starts_with("HTTP/1.1 299 Status\r\n"));
  EXPECT_TRUE(write(web::empty_response(503)).starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST(ResponseWriter, writes_dates) {
  EXPECT_EQ(http_date(from_epoch_seconds(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(from_epoch_seconds(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace cardea::http
