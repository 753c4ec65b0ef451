#include "base/process_facts.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(ProcessFacts, says_what_is_plausible_of_a_test_that_has_just_begun) {
  const auto facts = process_facts();
  EXPECT_GT(facts.resident_bytes, 1'000'000);
  EXPECT_GT(facts.machine_bytes, facts.resident_bytes);
  EXPECT_GE(facts.uptime.count(), 0);
  EXPECT_LT(facts.uptime, std::chrono::hours(1));
}

}  // namespace
}  // namespace cardea
