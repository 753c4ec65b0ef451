#include "base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

TEST(SystemRandom, RefusesToRepeatAcrossThreads) {
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      SystemRandom random;
      for (int i = 0; i < 500; ++i) {
        auto handle = random_handle(random);
        const std::scoped_lock lock(mutex);
        seen.insert(std::move(handle));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(SystemRandom, RefusesToRepeatInAForkedChild) {
  SystemRandom random;
  (void)random_handle(random);  // fills the pool of this thread
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto child = ::fork();
  const auto handle = random_handle(random);
  if (child == 0) {
    (void)!::write(ends[1], handle.data(), handle.size());
    ::_exit(0);
  }
  std::array<char, 43> read{};
  EXPECT_EQ(::read(ends[0], read.data(), read.size()), 43);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(handle, std::string(read.data(), read.size()));
}

TEST(SystemRandom, FillsLongRequests) {
  SystemRandom random;
  std::vector<std::uint8_t> bytes(10'000, 0);
  random.fill(bytes);
  std::array<int, 256> histogram{};
  for (const auto byte : bytes) ++histogram[byte];
  for (const auto count : histogram) EXPECT_GT(count, 0);
}

TEST(RandomHandle, Has256Bits) {
  SystemRandom random;
  EXPECT_EQ(random_handle(random).size(), 43u);
  EXPECT_EQ(random_handle(random, 16).size(), 22u);
}

TEST(RandomUuid, IsVersionFour) {
  SystemRandom random;
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(random_uuid(random),
                testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
}

TEST(SeededRandom, RepeatsWithTheSameSeed) {
  SeededRandom first(5), second(5), other(6);
  const auto handle = random_handle(first);
  EXPECT_EQ(handle, random_handle(second));
  EXPECT_NE(handle, random_handle(other));
  EXPECT_NE(handle, random_handle(first));
}

}  // namespace
}  // namespace cardea
