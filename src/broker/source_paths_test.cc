#include "broker/source_paths.h"

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "tests/support/fake_clock.h"

namespace cardea::broker {
namespace {

constexpr TimePoint kStart = TimePoint{} + seconds{1'700'000'000};

// Every realm is read once a minute, however often somebody asks for a source that is not there.
TEST(SourcePaths, refuses_to_read_every_realm_for_every_request) {
  SourcePaths paths;
  EXPECT_TRUE(paths.take_turn(kStart));
  paths.put({{"entra-id", "demo"}});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(paths.take_turn(kStart + seconds{59}));
  EXPECT_EQ(paths.realm_of("entra-id"), "demo");
  EXPECT_EQ(paths.realm_of("none"), "");
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));
  paths.give_back_turn();
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));
}

// Who comes while the first reading is on its way would find no realm, and be refused.
TEST(SourcePaths, refuses_nobody_before_the_first_reading_is_done) {
  SourcePaths paths;
  EXPECT_TRUE(paths.take_turn(kStart));
  EXPECT_TRUE(paths.take_turn(kStart));
  paths.put({{"entra-id", "demo"}});
  EXPECT_FALSE(paths.take_turn(kStart));
  EXPECT_TRUE(paths.take_turn(kStart + kSourcePathsLife));  // a later reading: what was known still counts
  EXPECT_FALSE(paths.take_turn(kStart + kSourcePathsLife));
}

}  // namespace
}  // namespace cardea::broker
