// The gate beside the realms: refusals at start and at a reload.
#include "app/wire/open_gate.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cardea::app
