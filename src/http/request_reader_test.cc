#include "http/request_reader.h"

#include <gtest/gtest.h>

namespace cardea::http {
namespace {

using State = RequestReader::State;

// Feeds `text` in pieces of `piece` bytes and returns what was left of it.
std::string feed(RequestReader& reader, std::string_view text, std::size_t piece = std::string_view::npos) {
  while (!text.empty() && reader.state() != State::kComplete && reader.state() != State::kRefused) {
    const auto part = text.substr(0, piece);
    const auto used = reader.feed(part);
    text.remove_prefix(used);
    if (used < part.size()) break;
  }
  return std::string(text);
}

// The status a request is refused with, the same in one piece and byte by byte; 0 when it is not.
int refusal(std::string_view text, const ReaderLimits& limits = {}) {
  RequestReader whole(limits);
  feed(whole, text);
  RequestReader bytes(limits);
  feed(bytes, text, 1);
  EXPECT_EQ(whole.state(), bytes.state()) << text.substr(0, 200);
  EXPECT_EQ(whole.refusal().status, bytes.refusal().status) << text.substr(0, 200);
  return whole.refusal().status;
}

std::string request_with(std::string_view lines, std::string_view body = {}) {
  return std::string("POST / HTTP/1.1\r\nHost: a\r\n").append(lines).append("\r\n").append(body);
}

TEST(RequestReader, refuses_both_lengths) {
  EXPECT_EQ(refusal(request_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")), 400);
}

TEST(RequestReader, refuses_odd_content_length) {
  for (const auto* value :
       {"", "+5", "-5", " ", "5 5", "5,5", "5, 5", "0x5", "5a", "18446744073709551616", "1e3", "\"5\""}) {
    EXPECT_EQ(refusal(request_with(std::string("Content-Length: ") + value + "\r\n", "12345")), 400) << value;
  }
  EXPECT_EQ(refusal(request_with("Content-Length: 5\r\nContent-Length: 5\r\n", "12345")), 400);
  EXPECT_EQ(refusal(request_with("Content-Length: 5\r\nContent-Length: 6\r\n", "12345")), 400);
}

TEST(RequestReader, refuses_odd_transfer_encoding) {
  for (const auto* value :
       {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunked;q=1", ""}) {
    EXPECT_EQ(refusal(request_with(std::string("Transfer-Encoding: ") + value + "\r\n", "0\r\n\r\n")), 501) << value;
  }
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: \x0b"
                                 "chunked\r\n",
                                 "0\r\n\r\n")),
            400);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestReader, refuses_odd_line_ends_and_folding) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\rHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestReader, refuses_odd_header_lines) {
  for (const auto* line : {"Content-Length : 5\r\n", " X: y\r\n", ": y\r\n", "X\r\n", "X Y: z\r\n", "X: a\x01\r\n",
                           "X(: a\r\n", "X: \x7f\r\n", "\xC3\xA9: a\r\n"}) {
    EXPECT_EQ(refusal(request_with(line)), 400) << line;
  }
  EXPECT_EQ(refusal(request_with(std::string_view("X: a\0b\r\n", 8))), 400);
}

TEST(RequestReader, refuses_missing_repeated_and_implausible_host) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.0\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  for (const auto* host : {"", "a b", "a/b", "user@a", "a:99999", "a,b", "a\\b"}) {
    EXPECT_EQ(refusal(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n"), 400) << host;
  }
}

TEST(RequestReader, refuses_repeated_credentials) {
  EXPECT_EQ(refusal(request_with("Authorization: Basic YQ==\r\nAuthorization: Bearer x\r\n")), 400);
  EXPECT_EQ(refusal(request_with("Content-Type: a/b\r\nContent-Type: c/d\r\n")), 400);
}

TEST(RequestReader, refuses_odd_targets) {
  for (const auto* target : {"", "a", "http:/a", "http://b/", "ftp://a/", "http:///x", "/a#b", "/\xC3\xA9", "a:443",
                             "/a b", "?x", "://a/", "http://a:81/"}) {
    const auto status = refusal(std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(status == 400 || status == 505) << target << status;  // "/a b": the version is "b HTTP/1.1"
  }
}

TEST(RequestReader, refuses_odd_request_lines) {
  for (const auto* line :
       {"GET /\r\n", "GET\r\n", " GET / HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n", "G\x01T / HTTP/1.1\r\n",
        "GET / HTTP/1.1 \r\n", "GET\t/ HTTP/1.1\r\n", "GET / http/1.1\r\n", "\r\r\n"}) {
    const auto status = refusal(std::string(line) + "Host: a\r\n\r\n");
    EXPECT_TRUE(status == 400 || status == 505) << line << status;
  }
}

TEST(RequestReader, refuses_other_versions) {
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refusal("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505);
}

TEST(RequestReader, refuses_what_is_too_large) {
  const ReaderLimits limits;
  EXPECT_EQ(refusal("GET /" + std::string(limits.uri_bytes, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(refusal("GET /" + std::string(100'000, 'a')), 414);
  EXPECT_EQ(refusal(request_with("X: " + std::string(limits.head_bytes, 'a') + "\r\n")), 431);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nX: " + std::string(limits.head_bytes, 'a')), 431);
  std::string lines;
  for (std::size_t i = 0; i < limits.headers; ++i) lines += "X: y\r\n";
  EXPECT_EQ(refusal(request_with(lines)), 431);
  EXPECT_EQ(refusal(request_with("Content-Length: 65537\r\n")), 413);
  EXPECT_EQ(refusal(request_with("Content-Length: 9999999999\r\nExpect: 100-continue\r\n")), 413);
}

TEST(RequestReader, refuses_chunked_bodies_beyond_the_limit) {
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\n", "10001\r\n")), 413);
  const auto big = "FFFF\r\n" + std::string(0xffff, 'x') + "\r\n2\r\n";
  RequestReader reader;
  feed(reader, request_with("Transfer-Encoding: chunked\r\n", big));
  EXPECT_EQ(reader.refusal().status, 413);
}

TEST(RequestReader, refuses_large_bodies_to_all_but_administrators) {
  const auto head = [](std::string_view line, std::string_view more, std::size_t length) {
    return std::string(line) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) +
           "Content-Length: " + std::to_string(length) + "\r\n\r\n";
  };
  const auto answer = [](const std::string& text, const std::shared_ptr<LargeBodies>& large) {
    RequestReader reader({}, large);
    feed(reader, text);
    return reader.state() == State::kBody ? 0 : reader.refusal().status;
  };
  const auto large = std::make_shared<LargeBodies>();
  const std::string token = "Authorization: Bearer t\r\n";
  const auto more = kRequestBodyBytesMax + 1;
  EXPECT_EQ(answer(head("POST /admin/realms", "", more), large), 413);
  EXPECT_EQ(answer(head("POST /admin/realms", "Authorization: Basic t\r\n", more), large), 413);
  EXPECT_EQ(answer(head("POST /realms/x/protocol/openid-connect/token", token, more), large), 413);
  EXPECT_EQ(answer(head("DELETE /admin/realms/x", token, more), large), 413);
  EXPECT_EQ(answer(head("POST /admin/realms", token, more), nullptr), 413);
  EXPECT_EQ(answer(head("POST /admin/realms", token, kLargeBodyBytesMax + 1), large), 413);
  EXPECT_EQ(answer(head("POST /admin/realms", token, more), large), 0);
  EXPECT_EQ(answer(head("PUT /admin/realms/x/users/y", token, kLargeBodyBytesMax), large), 0);
}

TEST(RequestReader, refuses_chunks_that_grow_large_without_room) {
  const auto head = [](std::string_view path) {
    return std::string("POST ").append(path) +
           " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\nTransfer-Encoding: chunked\r\n\r\n";
  };
  const std::string chunk = "10001\r\n" + std::string(kRequestBodyBytesMax + 1, ' ') + "\r\n";
  const auto large = std::make_shared<LargeBodies>();
  RequestReader other({}, large);
  feed(other, head("/realms/x") + chunk);
  EXPECT_EQ(other.refusal().status, 413);
  RequestReader good({}, large);
  feed(good, head("/admin/realms") + chunk + "0\r\n\r\n");
  EXPECT_EQ(good.state(), State::kComplete);
  EXPECT_EQ(good.request().body.size(), kRequestBodyBytesMax + 1);
  while (large->take(1024)) {
  }
  RequestReader late({}, large);
  feed(late, head("/admin/realms") + chunk);
  EXPECT_EQ(late.refusal().status, 503);
}

TEST(RequestReader, refuses_more_large_bodies_than_there_is_room_for) {
  const auto large = std::make_shared<LargeBodies>();
  const auto head = std::string("POST /admin/realms HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n") +
                    "Content-Length: " + std::to_string(kLargeBodyBytesMax) + "\r\n\r\n";
  const std::string most(kLargeBodyBytesMax - 1, ' ');
  std::vector<std::unique_ptr<RequestReader>> readers;
  for (std::size_t held = 0; held < kLargeBodiesBytesMax; held += kLargeBodyBytesMax) {
    readers.push_back(std::make_unique<RequestReader>(ReaderLimits{}, large));
    feed(*readers.back(), head + most);
    EXPECT_EQ(readers.back()->state(), State::kBody);
  }
  RequestReader late({}, large);
  feed(late, head + most);
  EXPECT_EQ(late.refusal().status, 503);
  readers.front()->reset();  // a request that ended gives its room back
  readers.pop_back();        // and so does a connection that went away
  for (int i = 0; i < 2; ++i) {
    RequestReader again({}, large);
    feed(again, head + most);
    EXPECT_EQ(again.state(), State::kBody);
  }
}

// Nobody proved who they are yet: whoever only announces a large body holds no room that others need.
TEST(RequestReader, refuses_no_one_for_bodies_that_were_announced_alone) {
  const auto large = std::make_shared<LargeBodies>();
  const auto head = std::string("POST /admin/realms HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n") +
                    "Content-Length: " + std::to_string(kLargeBodyBytesMax) + "\r\n\r\n";
  std::vector<std::unique_ptr<RequestReader>> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(std::make_unique<RequestReader>(ReaderLimits{}, large));
    feed(*silent.back(), head);
    EXPECT_EQ(silent.back()->state(), State::kBody);
  }
  RequestReader importing({}, large);
  feed(importing, head + std::string(kLargeBodyBytesMax, ' '));
  EXPECT_EQ(importing.state(), State::kComplete);
}

TEST(RequestReader, refuses_odd_chunks) {
  for (const auto* body : {"x\r\n", "-1\r\n", "+1\r\n", "\r\n", "1\nx", "1\r\nxx", "1\r\nx\n0\r\n\r\n", "0\r\n\n",
                           "0\r\nX: y\n\r\n", "0\r\nX\x01\r\n", "000000001\r\nx", "1;a\nx", "1\r\nx0\r\n\r\n",
                           "1 \r\nx", "0x1\r\nx", "10000000000000000\r\n", "1;\x01\r\nx\r\n"}) {
    EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\n", body)), 400) << body;
  }
}

TEST(RequestReader, refuses_endless_chunk_heads_and_trailers) {
  const std::string zeros(kChunkHeadBytesMax, '0');
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\n", zeros + "1\r\nx\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\n", "1;a=" + zeros + "\r\nx\r\n0\r\n\r\n")), 400);
  std::string trailers;
  while (trailers.size() < kChunkHeadBytesMax) trailers += "X: y\r\n";
  EXPECT_EQ(refusal(request_with("Transfer-Encoding: chunked\r\n", "0\r\n" + trailers + "\r\n")), 400);
}

TEST(RequestReader, refuses_unknown_expectation) { EXPECT_EQ(refusal(request_with("Expect: 200-ok\r\n")), 417); }

TEST(RequestReader, refuses_trailers_as_headers) {
  RequestReader reader;
  feed(reader, request_with("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n"));
  ASSERT_EQ(reader.state(), State::kComplete);
  EXPECT_FALSE(reader.request().header("Authorization"));
  EXPECT_EQ(reader.request().body, "x");
}

TEST(RequestReader, reads_a_request_however_it_arrives) {
  const auto text = request_with("Content-Length: 5\r\nX-A: \t b c \r\n", "helloNEXT");
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    RequestReader reader;
    const auto left = feed(reader, text, piece);
    ASSERT_EQ(reader.state(), State::kComplete) << piece;
    EXPECT_EQ(left, "NEXT") << piece;
    EXPECT_EQ(reader.request().method, web::Method::kPost);
    EXPECT_EQ(reader.request().header("x-a"), "b c");
    EXPECT_EQ(reader.request().headers.size(), 3U);
    EXPECT_EQ(reader.request().body, "hello");
    EXPECT_EQ(reader.bytes(), text.size() - 4);
  }
}

TEST(RequestReader, reads_chunks_however_they_arrive) {
  const auto text =
      request_with("Transfer-Encoding: Chunked\r\n", "5;ext=\"a\"\r\nhello\r\n006\r\n world\r\n0\r\nX: y\r\n\r\nNEXT");
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    RequestReader reader;
    EXPECT_EQ(feed(reader, text, piece), "NEXT") << piece;
    ASSERT_EQ(reader.state(), State::kComplete) << piece;
    EXPECT_EQ(reader.request().body, "hello world");
  }
}

TEST(RequestReader, splits_the_target) {
  const auto target = [](std::string_view text) {
    RequestReader reader;
    feed(reader, std::string("GET ").append(text).append(" HTTP/1.1\r\nHost: A:80\r\n\r\n"));
    EXPECT_EQ(reader.state(), State::kComplete) << text;
    return reader.request().path + " " + reader.request().query + " " + reader.request().host;
  };
  EXPECT_EQ(target("/a%20b?c=d?e"), "/a%20b c=d?e a:80");
  EXPECT_EQ(target("/a?"), "/a  a:80");
  EXPECT_EQ(target("//a"), "//a  a:80");
  EXPECT_EQ(target("*"), "*  a:80");
  EXPECT_EQ(target("http://a:80/x?y"), "/x y a:80");
  EXPECT_EQ(target("HTTP://A:80?y"), "/ y a:80");
}

TEST(RequestReader, forgets_the_request_before) {
  RequestReader reader;
  feed(reader, request_with("X: 1\r\nY: 2\r\nExpect: 100-continue\r\nContent-Length: 1\r\n", "x"));
  ASSERT_EQ(reader.state(), State::kComplete);
  reader.reset();
  EXPECT_EQ(reader.state(), State::kEmpty);
  feed(reader, "\r\nGET /b HTTP/1.0\r\nHost: b\r\n\r\n", 3);
  ASSERT_EQ(reader.state(), State::kComplete);
  EXPECT_EQ(reader.request().headers.size(), 1U);
  EXPECT_EQ(reader.request().body, "");
  EXPECT_EQ(reader.request().path, "/b");
  EXPECT_TRUE(reader.is_http_1_0());
}

TEST(RequestReader, refuses_to_keep_secrets_for_the_next_request) {
  RequestReader reader;
  feed(reader, request_with("Authorization: Basic c2VjcmV0LW9mLWEtY2xpZW50LXdpdGgtYS1uYW1l\r\nContent-Length: 40\r\n",
                            "password=correct-horse-battery-staple-40"));
  ASSERT_EQ(reader.state(), State::kComplete);
  const std::string_view body = reader.request().body;
  const std::string_view header = *reader.request().header("Authorization");
  reader.reset();  // the object and its buffers stay
  EXPECT_EQ(body.find("horse"), std::string_view::npos);
  EXPECT_EQ(header.find("c2Vj"), std::string_view::npos);
}

TEST(RequestReader, refuses_to_keep_keys_of_links_and_sessions_either) {
  RequestReader reader;
  feed(reader,
       "GET /realms/demo/login-actions/action-token?key=eyJhbGciOiJIUzUxMiJ9.a-key-from-a-mail HTTP/1.1\r\nHost: a\r\n"
       "Cookie: KEYCLOAK_IDENTITY=eyJhbGciOiJIUzUxMiJ9.a-session\r\nDPoP: "
       "eyJ0eXAiOiJkcG9wK2p3dCJ9.a-proof-of-a-key\r\n\r\n");
  ASSERT_EQ(reader.state(), State::kComplete);
  const std::string_view query = reader.request().query;
  const std::string_view cookie = *reader.request().header("Cookie");
  const std::string_view proof = *reader.request().header("DPoP");
  reader.reset();
  EXPECT_EQ(query.find("eyJ"), std::string_view::npos);
  EXPECT_EQ(cookie.find("eyJ"), std::string_view::npos);
  EXPECT_EQ(proof.find("eyJ"), std::string_view::npos);
}

TEST(RequestReader, knows_whether_the_connection_may_stay) {
  const auto keep_alive = [](std::string_view version, std::string_view line) {
    RequestReader reader;
    feed(reader, std::string("GET / HTTP/").append(version).append("\r\nHost: a\r\n").append(line).append("\r\n"));
    EXPECT_EQ(reader.state(), State::kComplete);
    return reader.keep_alive();
  };
  EXPECT_TRUE(keep_alive("1.1", ""));
  EXPECT_FALSE(keep_alive("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keep_alive("1.0", ""));
  EXPECT_TRUE(keep_alive("1.0", "Connection: keep-alive\r\n"));
}

TEST(RequestReader, tells_when_the_client_waits_to_continue) {
  RequestReader reader;
  feed(reader, request_with("Content-Length: 5\r\nExpect: 100-Continue\r\n"));
  ASSERT_EQ(reader.state(), State::kBody);
  EXPECT_TRUE(reader.wants_continue());
  feed(reader, "he");
  EXPECT_FALSE(reader.wants_continue());
  RequestReader old;
  feed(old, "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_FALSE(old.wants_continue());
}

}  // namespace
}  // namespace cardea::http
