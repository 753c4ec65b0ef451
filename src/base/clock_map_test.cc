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

TEST(ClockMap, RefusesToEvictWhatIsKeptOrInUse) {
  ClockMap<std::string> map(8);
  EXPECT_FALSE(map.evict());
  map.put("kept", "k", 5);
  EXPECT_FALSE(map.evict("kept")) << "there is no other";
  map.put("hot", "h", 7);
  map.put("cold", "c", 11);
  EXPECT_EQ(map.bytes(), 23u);
  ASSERT_NE(map.find("hot"), nullptr);
  EXPECT_EQ(map.evict("kept"), "c");
  EXPECT_EQ(map.bytes(), 12u);
  EXPECT_EQ(map.evict("kept"), "h");
  EXPECT_EQ(map.evict(), "k");
  EXPECT_EQ(map.bytes(), 0u);
}

TEST(ClockMap, RefusesToDropWhatIsInUseAmongMuchThatWasUsedOnce) {
  ClockMap<int> map(200);
  map.put("hot", 1);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_NE(map.find("hot"), nullptr) << i;
    const auto once = "once" + std::to_string(i);
    map.put(once, i);
    ASSERT_NE(map.find(once), nullptr);
  }
}

TEST(ClockMap, CountsTheBytesOfWhatIsIn) {
  ClockMap<int> map(2);
  map.put("a", 1, 10);
  map.put("a", 2, 4);
  EXPECT_EQ(map.bytes(), 4u) << "replaced";
  map.put("b", 3, 5);
  map.put("c", 4, 6);
  EXPECT_EQ(map.size(), 2u);
  std::size_t sum = 0;
  map.for_each([&](std::string_view key, int) { sum += key == "a" ? 4u : key == "b" ? 5u : 6u; });
  EXPECT_EQ(map.bytes(), sum);
  map.erase_if([](std::string_view, int) { return true; });
  EXPECT_EQ(map.bytes(), 0u);
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
