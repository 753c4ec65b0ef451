#include "oidc/token/grants/rotate_refresh.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

RefreshRotation rotating(int max_reuse = 0) { return {.is_on = true, .max_reuse = max_reuse}; }

/// A chain whose current token is "c.two", rotated from "c.one" a minute ago.
ClientSession chain() {
  ClientSession share;
  share.refresh_id = "c.two";
  share.previous_refresh_id = "c.one";
  share.rotated_at = kNow - seconds{60};
  share.use_count = 1;
  return share;
}

TEST(RotateRefresh, refuses_the_token_before_once_the_grace_is_over) {
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "c.one", true, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, refuses_tokens_that_are_neither_current_nor_the_one_before) {
  auto share = chain();
  share.rotated_at = kNow;
  EXPECT_EQ(rotate_refresh(rotating(5), share, "c.zero", true, "fresh", kNow).rotation, Rotation::kRevoke);
  share.previous_refresh_id.clear();
  EXPECT_EQ(rotate_refresh(rotating(5), share, "c", true, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, refuses_more_reuse_than_the_realm_allows) {
  auto share = chain();
  share.use_count = 3;  // used three times already
  EXPECT_EQ(rotate_refresh(rotating(2), share, "c.one", true, "fresh", kNow).rotation, Rotation::kRevoke);
  share.use_count = 2;
  EXPECT_EQ(rotate_refresh(rotating(2), share, "c.one", true, "fresh", kNow).rotation, Rotation::kRepeat);
}

TEST(RotateRefresh, gives_the_same_successor_within_the_grace) {
  auto share = chain();
  share.rotated_at = kNow - kRefreshGrace;
  const auto decision = rotate_refresh(rotating(), share, "c.one", true, "fresh", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kRepeat);
  EXPECT_EQ(decision.refresh_id, "c.two");
  EXPECT_EQ(decision.after.refresh_id, "c.two");
  EXPECT_EQ(decision.after.use_count, share.use_count) << "a lost answer does not count as a use";
}

TEST(RotateRefresh, counts_reuse_outside_the_grace) {
  EXPECT_EQ(rotate_refresh(rotating(2), chain(), "c.one", true, "fresh", kNow).after.use_count, 2);
}

TEST(RotateRefresh, rotates_the_current_token) {
  const auto decision = rotate_refresh(rotating(), chain(), "c.two", true, "three", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kRotate);
  EXPECT_EQ(decision.refresh_id, "c.three");
  EXPECT_EQ(decision.after.refresh_id, "c.three");
  EXPECT_EQ(decision.after.previous_refresh_id, "c.two");
  EXPECT_EQ(decision.after.rotated_at, kNow);
  EXPECT_EQ(decision.after.use_count, 1);
}

TEST(RotateRefresh, refuses_tokens_of_another_chain_without_ending_this_one) {
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "d.one", true, "fresh", kNow).rotation, Rotation::kRefuse);
}

TEST(RotateRefresh, starts_the_chain_once_with_a_token_from_before_rotation_was_on) {
  auto share = chain();
  share.previous_refresh_id.clear();
  EXPECT_EQ(rotate_refresh(rotating(), share, "older", false, "fresh", kNow).rotation, Rotation::kRotate);
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "older", false, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, stores_nothing_when_rotation_is_off) {
  const auto decision = rotate_refresh({}, chain(), "c.one", true, "fresh", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kKeep);
  EXPECT_EQ(decision.refresh_id, "fresh");
}

}  // namespace
}  // namespace cardea::oidc
