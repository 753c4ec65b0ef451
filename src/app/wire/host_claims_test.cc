#include "app/wire/host_claims.h"

#include <gmock/gmock.h>

#include "core/frontend_url.h"
#include "core/source_claims.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

ServerSettings server_at(const std::string& hostname) {
  ServerSettings server;
  server.hostname = hostname;
  return server;
}

Realm realm(const std::string& name, const std::string& address, const std::string& paths = {}) {
  Realm made;
  made.id = RealmId(name);
  made.name = name;
  made.enabled = true;
  if (!address.empty()) made.attributes[std::string(kFrontendUrl)] = address;
  if (!paths.empty()) made.attributes[std::string(kSourcePaths)] = paths;
  return made;
}

gate::GateSettings gate_at(const std::string& host) {
  gate::GateSettings gate;
  gate.applications.emplace_back().hosts = {host};
  return gate;
}

RealmDocument file(const std::string& name, const std::string& address, const std::string& paths = "true") {
  json::object attributes{{"authentikPaths", paths}};
  if (!address.empty()) attributes["frontendUrl"] = address;
  return {.source = name + ".json", .realm = {{"realm", name}, {"attributes", std::move(attributes)}}};
}

/// Without hostname as well: the realm says itself where it is.
TEST(HostClaims, refuses_a_host_of_an_application_that_is_a_realms) {
  const auto wiki = gate_at("wiki.example");
  const std::vector realms = {realm("master", ""), realm("demo", "https://Wiki.example:443")};
  for (const auto* hostname : {"", "https://id.example"})
    EXPECT_THAT(claimed_twice(server_at(hostname), realms, &wiki),
                HasSubstr("realm demo: its frontendUrl is at wiki.example"));
  EXPECT_EQ(claimed_twice(server_at(""), realms, nullptr), "");
  const auto other = gate_at("wiki.example:8443"), any = gate_at("*");
  EXPECT_EQ(claimed_twice(server_at(""), realms, &other), "");
  EXPECT_EQ(claimed_twice(server_at(""), realms, &any), "");
}

TEST(HostClaims, refuses_a_hostname_that_is_the_own_address_of_a_second_realm_with_the_paths) {
  const std::vector realms = {realm("demo", "", "true"), realm("other", "https://id.example", "true")};
  EXPECT_THAT(claimed_twice(server_at("https://id.example"), realms, nullptr),
              HasSubstr("realms demo and other both have authentikPaths"));
  EXPECT_EQ(claimed_twice(server_at("https://sso.example"), realms, nullptr), "");
  EXPECT_EQ(claimed_twice(server_at(""), realms, nullptr), "");
  EXPECT_EQ(claimed_twice(server_at("https://id.example"), {realms[1]}, nullptr), "");
}

TEST(HostClaims, refuses_two_realms_with_the_paths_at_one_host) {
  std::vector realms = {realm("a", "https://a.example", "true"), realm("b", "https://a.example/b", "true")};
  EXPECT_THAT(claimed_twice(server_at(""), realms, nullptr),
              HasSubstr("realms a and b both have authentikPaths at a.example"));
  realms[1].enabled = false;
  EXPECT_EQ(claimed_twice(server_at(""), realms, nullptr), "");
}

TEST(HostClaims, refuses_realm_files_that_claim_what_another_realm_has) {
  const auto server = server_at("https://id.example");
  const auto by = [&](std::vector<Realm> known, const std::vector<RealmDocument>& files) {
    return claimed_twice_by_import(server, std::move(known), files);
  };
  EXPECT_THAT(by({}, {file("a", ""), file("b", "")}), HasSubstr("both have authentikPaths at every host"));
  EXPECT_NE(by({realm("demo", "", "true")}, {file("a", "")}), "");
  EXPECT_NE(by({realm("demo", "", "true")}, {file("a", "https://id.example")}), "");
  EXPECT_NE(by({realm("demo", "https://a.example", "true")}, {file("a", "https://a.example/")}), "");
  EXPECT_EQ(by({realm("demo", "", "true")}, {file("a", "https://a.example"), file("b", "", "false")}), "");
  EXPECT_EQ(by({realm("demo", "", "true")}, {file("demo", "")}), "") << "a realm that is there stays as it is";
}

}  // namespace
}  // namespace cardea::app
