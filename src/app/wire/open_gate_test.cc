// The gate beside the realms: refusals at start and at a reload.
#include "app/wire/open_gate.h"

#include <gtest/gtest.h>

#include <fstream>

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

TEST(GateRoutes, refuse_refusals_and_judgements_to_other_machines) {
  const TemporaryFolder folder;
  std::ofstream(folder / "gate.yaml") << "providers: {}\napplications: [{name: Wiki, hosts: [wiki.example]}]\n";
  ServerSettings server;
  server.gate_only = true;
  server.gate_file = folder / "gate.yaml";
  const FakeClock clock;
  SeededRandom random;
  MemoryLog log;
  const auto gate = OpenGate::open(server, {}, {clock, random, log, nullptr}, OpenGate::For::kQuestions);
  ASSERT_TRUE(gate.has_value()) << gate.error();
  web::Router router;
  add_gate_routes(router, **gate);
  const auto ask = [&](web::Method method, std::string_view path, std::string_view from) {
    web::Request request;
    request.method = method;
    request.path = path;
    request.remote_address = from;
    if (method == web::Method::kPost) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = R"({"request": "GET /", "token": "t"})";
    }
    return web::run(router.handle(request), nullptr);
  };
  for (const auto* from : {"192.0.2.1", "10.0.0.1", "2001:db8::1", "128.0.0.1", "", "localhost"}) {
    EXPECT_EQ(ask(web::Method::kGet, "/gate/decisions", from).status, 403) << from;
    const auto refused = ask(web::Method::kPost, "/gate/explain", from);
    EXPECT_EQ(refused.status, 403) << from;
    EXPECT_TRUE(refused.body_text().contains("only to the machine that the gate runs on")) << refused.body_text();
    EXPECT_EQ(ask(web::Method::kGet, "/health/gate", from).status, 200) << "probes may come from anywhere";
  }
  for (const auto* from : {"127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(ask(web::Method::kGet, "/gate/decisions", from).status, 200) << from;
    EXPECT_EQ(ask(web::Method::kPost, "/gate/explain", from).status, 200) << from;
  }
}

}  // namespace
}  // namespace cardea::app
