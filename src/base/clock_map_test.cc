#include "base/clock_map.h"

#include <gtest/gtest.h>

#include <thread>

namespace cardea {
namespace {

TEST(ClockMap, RefusesToDropWhatIsInUse) {
  ClockMap<int> map(8);
  map.put("hot", 1);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(map.find("hot"), nullptr) << i;
    map.put("cold" + std::to_string(i), i);
    ASSERT_LE(map.size(), 8u);
  }
}

TEST(ClockMap, RefusesToGrowWhenEverythingIsInUse) {
  ClockMap<int> map(3);
  for (int i = 0; i < 10; ++i) {
    map.put(std::to_string(i), i);
    map.for_each([&](std::string_view key, int) { EXPECT_NE(map.find(key), nullptr); });
  }
  EXPECT_EQ(map.size(), 3u);
  EXPECT_NE(map.find("9"), nullptr) << "the newest is in";
}

TEST(ClockMap, ReplacesInPlaceAndErasesByCondition) {
  ClockMap<std::string> map(4);
  map.put("a", "1");
  map.put("a", "2");
  map.put("b", "3");
  EXPECT_EQ(*map.find("a"), "2");
  EXPECT_EQ(map.size(), 2u);
  map.erase_if([](std::string_view key, const std::string&) { return key == "a"; });
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_EQ(*map.find("b"), "3");
  map.put("c", "4");
  EXPECT_EQ(*map.find("c"), "4");
}

TEST(ClockMap, IsReadFromSeveralThreads) {
  ClockMap<int> map(64);
  for (int i = 0; i < 64; ++i) map.put(std::to_string(i), i);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&map] {
      for (int i = 0; i < 64; ++i) EXPECT_EQ(*std::as_const(map).find(std::to_string(i)), i);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace cardea
