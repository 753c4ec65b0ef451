// The gate beside the realms: refusals at start and at a reload.
#include "app/wire/open_gate.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/wire/listeners.h"
#include "http/proxy.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

gate::GateSettings applications(const std::vector<std::string>& hosts) {
  gate::GateSettings settings;
  for (const auto& host : hosts) {
    settings.applications.emplace_back();
    settings.applications.back().name = "app of " + host;
    settings.applications.back().hosts = {host};
  }
  return settings;
}

ServerSettings server_at(const std::string& hostname) {
  ServerSettings server;
  server.hostname = hostname;
  return server;
}

TEST(OpenGate, refuses_an_application_where_the_realms_are) {
  auto settings = applications({"wiki.example", "id.example"});
  EXPECT_EQ(keep_realms_reachable(settings, server_at("https://id.example")),
            "app of id.example: id.example is where the realms are (hostname)");
  auto with_port = applications({"id.example:8443"});
  EXPECT_NE(keep_realms_reachable(with_port, server_at("https://ID.example:8443/auth")), "");
}

TEST(OpenGate, refuses_every_other_host_where_nobody_said_where_the_realms_are) {
  auto settings = applications({"*"});
  EXPECT_NE(keep_realms_reachable(settings, server_at("")), "");
}

TEST(OpenGate, every_other_host_is_not_that_of_the_realms) {
  auto settings = applications({"*", "wiki.example", "id.example:9000"});
  ASSERT_EQ(keep_realms_reachable(settings, server_at("https://id.example")), "");
  EXPECT_EQ(settings.find_application("id.example"), nullptr);
  EXPECT_EQ(settings.find_application("ID.example."), nullptr);
  EXPECT_EQ(settings.find_application("id.example:8443"), nullptr);
  ASSERT_NE(settings.find_application("id.example:9000"), nullptr);
  ASSERT_NE(settings.find_application("other.example"), nullptr);
  EXPECT_EQ(settings.find_application("other.example")->name, "app of *");
}

TEST(OpenGate, alone_it_has_every_host) {
  auto settings = applications({"*"});
  auto server = server_at("https://id.example");
  server.gate_only = true;
  EXPECT_EQ(keep_realms_reachable(settings, server), "");
  EXPECT_NE(settings.find_application("id.example"), nullptr);
}

class GateRoutes : public ::testing::Test {
 protected:
  const TemporaryFolder folder;
  const FakeClock clock;
  SeededRandom random;
  MemoryLog log;
  ServerSettings server;
  std::unique_ptr<OpenGate> gate;
  web::Router router;

  void open(std::string_view token = {}) {
    std::ofstream(folder / "gate.yaml") << "providers: {}\napplications: [{name: Wiki, hosts: [wiki.example]}]\n";
    server.gate_only = true;
    server.gate_file = folder / "gate.yaml";
    server.gate_management_token = SecretBytes::copy_of(token);
    auto opened = OpenGate::open(server, {}, {clock, random, log, nullptr}, OpenGate::For::kQuestions);
    ASSERT_TRUE(opened.has_value()) << opened.error();
    gate = std::move(*opened);
    add_gate_routes(router, *gate, server);
  }
  web::Response ask(web::Method method, std::string_view path, std::string_view from, std::string_view host,
                    const std::vector<web::Header>& headers = {}) {
    web::Request request;
    request.method = method;
    request.path = path;
    request.host = host;
    request.remote_address = from;
    request.headers = headers;
    if (method == web::Method::kPost) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = R"({"request": "GET /", "token": "t"})";
    }
    return web::run(router.handle(request), nullptr);
  }
  /// Of the two that name callers.
  void expect_both(int status, std::string_view from, std::string_view host,
                   const std::vector<web::Header>& headers = {}) {
    EXPECT_EQ(ask(web::Method::kGet, "/gate/decisions", from, host, headers).status, status) << from << " " << host;
    EXPECT_EQ(ask(web::Method::kPost, "/gate/explain", from, host, headers).status, status) << from << " " << host;
  }
};

TEST_F(GateRoutes, refuse_refusals_and_judgements_to_other_machines) {
  open();
  for (const auto* from : {"192.0.2.1", "10.0.0.1", "2001:db8::1", "128.0.0.1", "", "localhost"}) {
    expect_both(403, from, "localhost:9000");
    EXPECT_TRUE(ask(web::Method::kPost, "/gate/explain", from, "localhost")
                    .body_text()
                    .contains("only to the machine that the gate runs on"));
    EXPECT_EQ(ask(web::Method::kGet, "/health/gate", from, "localhost").status, 200) << "probes may come from anywhere";
  }
  for (const auto* from : {"127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"})
    for (const auto* host : {"localhost:9000", "127.0.0.1:9000", "[::1]:9000", "localhost"})
      expect_both(200, from, host);
}

TEST_F(GateRoutes, refuse_who_comes_through_a_proxy_of_this_machine_or_by_another_name) {
  open();
  for (const auto* sign : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"})
    expect_both(403, "127.0.0.1", "localhost:9000", {{sign, "127.0.0.1"}});
  for (const auto* host : {"wiki.example", "localhost.evil.example:9000", "[2001:db8::1]:9000", "[", "", "10.0.0.1"})
    expect_both(403, "127.0.0.1", host);
}

TEST_F(GateRoutes, refuse_whoever_lacks_the_token_once_there_is_one) {
  open("0123456789abcdef");
  expect_both(401, "127.0.0.1", "localhost:9000");
  for (const auto* wrong : {"Bearer 0123456789abcdeX", "Bearer ", "Basic 0123456789abcdef", "0123456789abcdef"})
    expect_both(401, "127.0.0.1", "localhost:9000", {{"Authorization", wrong}});
  expect_both(200, "192.0.2.1", "gate.example:9000", {{"Authorization", "Bearer 0123456789abcdef"}});
}

TEST(ManagementPort, refuses_to_take_a_proxys_address_for_the_callers) {
  const auto rule = management_settings({}).proxy;
  const auto from = [&](const char* peer, const char* forwarded) {
    web::Request request;
    request.remote_address = peer;
    request.headers = {{"X-Forwarded-For", forwarded}};
    EXPECT_TRUE(http::apply_proxy_rule(rule, *http::parse_address(peer), request));
    return request.remote_address;
  };
  EXPECT_EQ(from("127.0.0.1", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(from("127.0.0.1", "127.0.0.1, 192.0.2.7"), "192.0.2.7") << "what the caller wrote before it means nothing";
  EXPECT_EQ(from("192.0.2.7", "127.0.0.1"), "192.0.2.7");
}

}  // namespace
}  // namespace cardea::app
