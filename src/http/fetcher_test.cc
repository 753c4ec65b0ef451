// The outbound client against servers on the loopback: what it refuses to reach, to believe and to read.
#include "http/fetcher.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "http/server_fixture.h"
#include "tests/support/test_certificate.h"

namespace cardea::http {
namespace {

using web::ClientUrl;
using web::ConfiguredUrl;
using web::FetchError;

struct FetcherTest : ServerFixture {
  FetcherTest() {
    make_test_certificate(folder, "server", 1);
    make_test_certificate(folder, "other", 2);
    settings.tls = TlsFiles{folder.file("server.crt"), folder.file("server.key")};
    trust_in({folder.file("server.crt")});
    rules.loopback_allowed = true;
  }
  ~FetcherTest() override { loop.stop(); }

  void trust_in(const std::vector<std::string>& paths) {
    auto loaded = TrustStore::load(paths);
    ASSERT_TRUE(loaded) << loaded.error();
    trust.emplace(std::move(*loaded));
    fetcher.emplace(loop, rules, *trust, clock, metrics);
  }

  [[nodiscard]] std::string http(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path);
  }
  [[nodiscard]] std::string https(std::string_view path, std::string_view host = "localhost") const {
    return "https://" + std::string(host) + ":" + std::to_string(server->https_port()) + std::string(path);
  }

  web::Fetched fetch(web::FetchRequest request) {
    std::promise<web::Fetched> promise;
    fetcher->fetch(std::move(request), [&](web::Fetched fetched) { promise.set_value(std::move(fetched)); });
    return promise.get_future().get();
  }
  web::Fetched get(const std::string& url) { return fetch(web::get_request(*ConfiguredUrl::parse(url), "*/*")); }
  void expect_error(const web::Fetched& fetched, FetchError error) {
    ASSERT_FALSE(fetched) << fetched->status << fetched->body;
    EXPECT_EQ(web::describe(fetched.error()), web::describe(error));
  }

  cardea::TemporaryFolder folder;
  OutboundRules rules;
  std::optional<TrustStore> trust;
  CurlLoop loop{8};
  std::optional<CurlFetcher> fetcher;
};

/// A listening socket that never answers, or answers with bytes that are no HTTP.
class RawUpstream {
 public:
  RawUpstream() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(socket_, 16), 0);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~RawUpstream() { close(); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void answer_once(const std::string& bytes) const {
    const int peer = accept(socket_, nullptr, nullptr);
    char buffer[4096];
    (void)recv(peer, buffer, sizeof buffer, 0);
    (void)send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(peer, SHUT_WR);
    ::close(peer);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

TEST_F(FetcherTest, refuses_loopback_for_clients_whatever_is_listed) {  // attack class 10
  rules.listed = {*parse_address_range("127.0.0.0/8")};
  start();
  expect_error(fetch(web::get_request(*ClientUrl::parse(https("/keys")), "*/*")), FetchError::kRefusedAddress);
  expect_error(fetch(web::get_request(*ClientUrl::parse(https("/keys", "127.0.0.1")), "*/*")),
               FetchError::kRefusedAddress);
  expect_error(fetch(web::get_request(*ClientUrl::parse(https("/keys", "[::1]")), "*/*")), FetchError::kRefusedAddress);
  expect_error(fetch(web::get_request(*ClientUrl::parse(https("/keys", "[::ffff:127.0.0.1]")), "*/*")),
               FetchError::kRefusedAddress);
}

TEST_F(FetcherTest, refuses_clients_a_connection_that_the_configuration_opened) {
  start();
  ASSERT_TRUE(get(https("/")));
  expect_error(fetch(web::get_request(*ClientUrl::parse(https("/")), "*/*")), FetchError::kRefusedAddress);
}

TEST_F(FetcherTest, refuses_numbers_that_mean_loopback) {  // inet_aton's spellings
  start();
  for (const auto* host : {"2130706433", "0x7f000001", "017700000001", "127.1", "0"}) {
    const auto url = ClientUrl::parse(https("/", host));
    if (!url) continue;
    expect_error(fetch(web::get_request(*url, "*/*")), FetchError::kRefusedAddress);
  }
}

TEST_F(FetcherTest, refuses_loopback_that_is_neither_listed_nor_development) {
  rules.loopback_allowed = false;
  start();
  expect_error(get(http("/")), FetchError::kRefusedAddress);
  rules.listed = {*parse_address_range("127.0.0.1")};
  EXPECT_TRUE(get(http("/")));
}

TEST(OutboundUrl, refuses_clients_anything_but_https) {
  for (const auto* text : {"http://a.example/", "ftp://a.example/", "file:///etc/passwd", "https://u:p@a.example/",
                           "https://a.example/#x", "a.example", "", "https://", "//a.example/", "https://a b/"}) {
    EXPECT_FALSE(ClientUrl::parse(text)) << text;
  }
  EXPECT_TRUE(ClientUrl::parse("https://a.example/jwks?x=1"));
  EXPECT_FALSE(ConfiguredUrl::parse("ftp://a.example/"));
  EXPECT_TRUE(ConfiguredUrl::parse("http://10.0.0.1:8080/logout"));
}

TEST_F(FetcherTest, refuses_certificates_that_nobody_vouches_for) {
  start();
  trust_in({folder.file("other.crt")});
  expect_error(get(https("/")), FetchError::kBadTls);
}

TEST_F(FetcherTest, refuses_certificates_for_another_name) {
  start();
  expect_error(get(https("/", "127.0.0.1")), FetchError::kBadTls);
}

TEST_F(FetcherTest, refuses_trust_files_without_a_certificate) {
  const auto loaded = TrustStore::load({folder.file("server.key")});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), testing::HasSubstr("server.key"));
  EXPECT_FALSE(TrustStore::load({folder.file("nothing.pem")}));
}

TEST_F(FetcherTest, follows_no_redirect) {
  handler = [](web::Request& request) -> web::Outcome {
    if (request.path == "/from") return web::redirect("/to");
    return web::text_response(200, "secret");
  };
  start();
  const auto fetched = get(http("/from"));
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->status, 302);
  EXPECT_EQ(fetched->header("location"), "/to");
}

TEST_F(FetcherTest, refuses_answers_that_are_too_large) {
  handler = [](web::Request&) -> web::Outcome { return web::text_response(200, std::string(1001, 'x')); };
  start();
  auto request = web::get_request(*ConfiguredUrl::parse(http("/")), "*/*");
  request.body_bytes_max = 1000;
  expect_error(fetch(std::move(request)), FetchError::kTooLarge);
}

TEST_F(FetcherTest, refuses_heads_that_are_too_large) {
  handler = [](web::Request&) -> web::Outcome {
    auto response = web::empty_response(204);
    for (int i = 0; i < 12; ++i) response.add("X-Long", std::string(3000, 'x'));
    return response;
  };
  start();
  expect_error(get(http("/")), FetchError::kTooLarge);
}

TEST_F(FetcherTest, refuses_headers_with_line_breaks) {
  start();
  auto request = web::get_request(*ConfiguredUrl::parse(http("/")), "*/*");
  request.headers.push_back({"X-Name", "a\r\nX-Other: b"});
  expect_error(fetch(std::move(request)), FetchError::kBadRequest);
}

TEST_F(FetcherTest, gives_up_on_an_upstream_that_says_nothing) {
  const RawUpstream silent;
  auto request = web::get_request(*ConfiguredUrl::parse(silent.url()), "*/*");
  request.timeout = milliseconds{50};
  expect_error(fetch(std::move(request)), FetchError::kTimeout);
}

TEST_F(FetcherTest, refuses_answers_that_are_not_http) {
  const RawUpstream upstream;
  std::thread peer([&] { upstream.answer_once("SSH-2.0-OpenSSH_9\r\n"); });
  const auto fetched = get(upstream.url());
  peer.join();
  EXPECT_FALSE(fetched);
}

TEST_F(FetcherTest, leaves_an_upstream_alone_that_is_down) {
  RawUpstream gone;
  const auto url = gone.url();
  gone.close();
  for (int i = 0; i < kFailuresToOpen; ++i) expect_error(get(url), FetchError::kUnreachable);
  expect_error(get(url), FetchError::kUpstreamDown);
  clock.advance(kOpenFor);
  expect_error(get(url), FetchError::kUnreachable);
}

TEST_F(FetcherTest, refuses_more_calls_than_the_queue_holds) {
  const RawUpstream silent;
  std::vector<std::promise<web::Fetched>> promises(8);
  for (auto& promise : promises) {
    fetcher->fetch(web::get_request(*ConfiguredUrl::parse(silent.url()), "*/*"),
                   [&promise](web::Fetched fetched) { promise.set_value(std::move(fetched)); });
  }
  expect_error(get("http://127.0.0.2:1/"), FetchError::kBusy);
  loop.stop();
  for (auto& promise : promises) expect_error(promise.get_future().get(), FetchError::kStopping);
  expect_error(get(silent.url()), FetchError::kBusy);
}

TEST_F(FetcherTest, does_not_find_names_of_nobody) {
  expect_error(get("https://nobody.invalid/"), FetchError::kUnresolved);
}

TEST_F(FetcherTest, sends_what_it_is_given_and_reads_the_answer) {
  handler = [](web::Request& request) -> web::Outcome {
    auto response = web::json_response(201, "{\"got\":\"" + request.body + "\"}");
    response.add("X-Type", request.content_type());
    response.add("X-Method", web::name(request.method));
    return response;
  };
  start();
  const auto posted = fetch(web::form_request(*ConfiguredUrl::parse(https("/x?y=1")), "a=b"));
  ASSERT_TRUE(posted) << web::describe(posted.error());
  EXPECT_EQ(posted->status, 201);
  EXPECT_EQ(posted->body, "{\"got\":\"a=b\"}");
  EXPECT_EQ(posted->header("x-type"), "application/x-www-form-urlencoded");
  auto request = web::form_request(*ConfiguredUrl::parse(http("/")), "z");
  request.method = web::Method::kPatch;
  EXPECT_EQ(fetch(std::move(request))->header("X-Method"), "PATCH");
  EXPECT_EQ(metrics.counter("cardea_fetch_total", "", {{"result", "answered"}}).value(), 2U);
}

TEST_F(FetcherTest, calls_for_the_same_keys_share_one_answer) {
  std::atomic<int> asked = 0;
  std::latch open{1};
  handler = [&](web::Request&) -> web::Outcome {
    return web::then(web::Lane::kHash, [&]() -> web::Outcome {
      ++asked;
      open.wait();
      return web::text_response(200, "keys");
    });
  };
  start();
  std::vector<std::promise<web::Fetched>> promises(5);
  for (auto& promise : promises) {
    auto request = web::get_request(*ConfiguredUrl::parse(http("/keys")), "*/*");
    request.join = true;
    fetcher->fetch(std::move(request), [&promise](web::Fetched fetched) { promise.set_value(std::move(fetched)); });
  }
  open.count_down();
  for (auto& promise : promises) EXPECT_EQ(promise.get_future().get()->body, "keys");
  EXPECT_EQ(asked, 1);
}

TEST_F(FetcherTest, uses_connections_again) {
  start();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(http("/")));
  EXPECT_EQ(metrics.gauge("cardea_http_connections", "", {{"listener", "public"}}).value(), 1);
}

TEST_F(FetcherTest, a_step_calls_another_server_and_goes_on) {
  lanes.assign(*fetcher);
  handler = [this](web::Request& request) -> web::Outcome {
    if (request.path == "/upstream") return web::text_response(200, "from upstream");
    return web::fetch(web::get_request(*ConfiguredUrl::parse(http("/upstream")), "*/*"), web::Lane::kHash,
                      [](web::Fetched fetched) -> web::Outcome {
                        return fetched ? web::text_response(200, "got " + fetched->body)
                                       : web::text_response(502, web::describe(fetched.error()));
                      });
  };
  start();
  auto client = connect();
  EXPECT_EQ(client.get("/").body, "got from upstream");
}

}  // namespace
}  // namespace cardea::http
