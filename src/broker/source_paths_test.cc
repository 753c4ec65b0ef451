#include "broker/source_paths.h"

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "tests/support/fake_clock.h"

namespace cardea::broker {
namespace {

constexpr TimePoint kStart = TimePoint{} + seconds{1'700'000'000};

SourceRealms demo() { return {{"", {.name = "demo", .aliases = {"entra-id"}}}}; }

std::string realm_of(const SourcePaths& paths, std::string_view alias) {
  return paths.realm_of({.host = "id.example", .server_host = "id.example", .alias = alias});
}

// Every realm is read once a minute, however often somebody asks for a source that is not there.
TEST(SourcePaths, refuses_to_read_every_realm_for_every_request) {
  SourcePaths paths;
  EXPECT_TRUE(paths.take_turn(kStart));
  paths.put(demo());
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(paths.take_turn(kStart + seconds{59}));
  EXPECT_EQ(realm_of(paths, "entra-id"), "demo");
  EXPECT_EQ(realm_of(paths, "none"), "");
  EXPECT_EQ(realm_of(paths, ""), "demo") << "whatever the alias";
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));
  paths.give_back_turn();
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));
}

// Who comes while the first reading is on its way would find no realm, and be refused.
TEST(SourcePaths, refuses_nobody_before_the_first_reading_is_done) {
  SourcePaths paths;
  EXPECT_TRUE(paths.take_turn(kStart));
  EXPECT_TRUE(paths.take_turn(kStart));
  paths.put(demo());
  EXPECT_FALSE(paths.take_turn(kStart));
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));  // a later reading: what was known still counts
  EXPECT_FALSE(paths.take_turn(kStart + kSourcePathsLife));
}

TEST(SourcePaths, refuses_hosts_that_two_realms_claim) {
  SourcePaths paths;
  paths.put({{"", {.name = "any", .aliases = {}}},
             {"a.example", {.name = "a", .aliases = {"up"}}},
             {"two.example", {.name = "b", .aliases = {}, .is_claimed_twice = true}}});
  const auto at = [&](std::string_view host, std::string_view server_host, std::string_view alias = {}) {
    return paths.realm_of({.host = host, .server_host = server_host, .alias = alias});
  };
  EXPECT_EQ(at("two.example", "id.example"), "") << "neither, nor the realm of every other host";
  EXPECT_EQ(at("a.example", "a.example"), "") << "the server's own host is the other realm's, too";
  EXPECT_EQ(at("a.example", "id.example"), "a");
  EXPECT_EQ(at("a.example", "id.example", "none"), "");
  EXPECT_EQ(at("a.example:8443", "id.example"), "any") << "another port is another host";
  EXPECT_EQ(at("id.example", "id.example"), "any");
}

}  // namespace
}  // namespace cardea::broker
