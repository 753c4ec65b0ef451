#include "crypto/work_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "base/encoding.h"
#include "crypto/password.h"
#include "tests/support/seeded_random.h"

namespace cardea::crypto {
namespace {

// On a thread of its own, because what a thread keeps is for its life.
template <class F>
void on_a_thread(F&& work) {
  std::thread(std::forward<F>(work)).join();
}

PasswordHash hash_of(std::string_view password) {
  SeededRandom random;
  return hash_password(password, random).value();
}

PasswordHash with_memory(std::string kib) {
  auto hash = dummy_hash();
  hash.iterations = 1;
  hash.parameters["memory"] = std::move(kib);
  return hash;
}

TEST(WorkMemory, is_not_kept_by_a_thread_that_did_not_ask) {
  on_a_thread([] {
    EXPECT_TRUE(verify_password(dummy_hash(), "secret").has_value());
    EXPECT_EQ(kept_work_memory(), 0U);
  });
}

TEST(WorkMemory, is_not_kept_beyond_the_bound) {
  on_a_thread([] {
    keep_work_memory();
    EXPECT_TRUE(verify_password(with_memory("8196"), "secret").has_value());
    EXPECT_EQ(kept_work_memory(), 0U);
    EXPECT_TRUE(verify_password(with_memory("8192"), "secret").has_value());
    EXPECT_EQ(kept_work_memory(), kKeptWorkMemoryBytes);
  });
}

TEST(WorkMemory, is_given_back_when_told) {
  on_a_thread([] {
    keep_work_memory();
    release_work_memory();
    EXPECT_EQ(kept_work_memory(), 0U);
    EXPECT_TRUE(verify_password(dummy_hash(), "secret").has_value());
    EXPECT_EQ(kept_work_memory(), kKeptWorkMemoryBytes);
    release_work_memory();
    EXPECT_EQ(kept_work_memory(), 0U);
    EXPECT_TRUE(verify_password(dummy_hash(), "secret").has_value());
    EXPECT_EQ(kept_work_memory(), kKeptWorkMemoryBytes);
  });
}

// What the last hash left behind, of whatever size, changes no hash.
TEST(WorkMemory, that_is_used_again_gives_the_same_hashes) {
  const auto fresh = hash_of("secret"), fresh_of_other = hash_of("another");
  on_a_thread([&] {
    keep_work_memory();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(hash_of("secret").hash, fresh.hash);
      EXPECT_EQ(hash_of("another").hash, fresh_of_other.hash);
      EXPECT_EQ(verify_password(fresh, "secret"), true);
      EXPECT_EQ(verify_password(fresh, "another"), false);
      EXPECT_TRUE(verify_password(with_memory("8192"), "secret").has_value());
      EXPECT_TRUE(verify_password(with_memory("64"), "secret").has_value());
    }
  });
}

TEST(WorkMemory, is_one_for_each_thread) {
  on_a_thread([] {
    keep_work_memory();
    EXPECT_TRUE(verify_password(dummy_hash(), "secret").has_value());
    on_a_thread([] { EXPECT_EQ(kept_work_memory(), 0U); });
    EXPECT_EQ(kept_work_memory(), kKeptWorkMemoryBytes);
  });
}

}  // namespace
}  // namespace cardea::crypto
