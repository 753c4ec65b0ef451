#include "oidc/token/rotate_refresh.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

RefreshRotation rotating(int max_reuse = 0) { return {.is_on = true, .max_reuse = max_reuse}; }

/// A chain whose current token is "c.two", rotated from "c.one" a minute ago.
ClientSession chain() {
  ClientSession share;
  share.chain.refresh_id = "c.two";
  share.chain.previous_refresh_id = "c.one";
  share.chain.rotated_at = kNow - seconds{60};
  share.chain.use_count = 1;
  return share;
}

TEST(RotateRefresh, refuses_the_token_before_once_the_grace_is_over) {
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "c.one", true, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, refuses_tokens_that_are_neither_current_nor_the_one_before) {
  auto share = chain();
  share.chain.rotated_at = kNow;
  EXPECT_EQ(rotate_refresh(rotating(5), share, "c.zero", true, "fresh", kNow).rotation, Rotation::kRevoke);
  share.chain.previous_refresh_id.clear();
  EXPECT_EQ(rotate_refresh(rotating(5), share, "c", true, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, refuses_more_reuse_than_the_realm_allows) {
  auto share = chain();
  share.chain.use_count = 3;  // used three times already
  EXPECT_EQ(rotate_refresh(rotating(2), share, "c.one", true, "fresh", kNow).rotation, Rotation::kRevoke);
  share.chain.use_count = 2;
  EXPECT_EQ(rotate_refresh(rotating(2), share, "c.one", true, "fresh", kNow).rotation, Rotation::kRepeat);
}

TEST(RotateRefresh, gives_the_same_successor_within_the_grace) {
  auto share = chain();
  share.chain.rotated_at = kNow - kRefreshGrace;
  const auto decision = rotate_refresh(rotating(), share, "c.one", true, "fresh", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kRepeat);
  EXPECT_EQ(decision.refresh_id, "c.two");
  EXPECT_FALSE(decision.after) << "a lost answer does not count as a use";
}

TEST(RotateRefresh, counts_reuse_outside_the_grace) {
  EXPECT_EQ(rotate_refresh(rotating(2), chain(), "c.one", true, "fresh", kNow).after->chain.use_count, 2);
}

TEST(RotateRefresh, rotates_the_current_token) {
  const auto decision = rotate_refresh(rotating(), chain(), "c.two", true, "three", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kRotate);
  EXPECT_EQ(decision.refresh_id, "c.three");
  EXPECT_EQ(decision.after->chain.refresh_id, "c.three");
  EXPECT_EQ(decision.after->chain.previous_refresh_id, "c.two");
  EXPECT_EQ(decision.after->chain.rotated_at, kNow);
  EXPECT_EQ(decision.after->chain.use_count, 1);
}

TEST(RotateRefresh, refuses_tokens_of_another_chain_without_ending_this_one) {
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "d.one", true, "fresh", kNow).rotation, Rotation::kRefuse);
}

TEST(RotateRefresh, starts_the_chain_once_with_a_token_from_before_rotation_was_on) {
  auto share = chain();
  share.chain.previous_refresh_id.clear();
  EXPECT_EQ(rotate_refresh(rotating(), share, "older", false, "fresh", kNow).rotation, Rotation::kRotate);
  EXPECT_EQ(rotate_refresh(rotating(), chain(), "older", false, "fresh", kNow).rotation, Rotation::kRevoke);
}

/// Two tabs: the one used last is "d.two", the other's is chain().
ClientSession two_chains() {
  auto share = chain();
  share.other_chains = {share.chain};
  share.chain = {.refresh_id = "d.two", .previous_refresh_id = "d", .rotated_at = kNow - seconds{9}, .use_count = 1};
  return share;
}

TEST(RotateRefresh, refuses_reuse_in_a_chain_that_is_not_the_newest) {
  EXPECT_EQ(rotate_refresh(rotating(), two_chains(), "c.one", true, "fresh", kNow).rotation, Rotation::kRevoke);
  EXPECT_EQ(rotate_refresh(rotating(), two_chains(), "c", true, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, rotates_each_chain_by_itself) {
  const auto decision = rotate_refresh(rotating(), two_chains(), "c.two", true, "three", kNow);
  ASSERT_EQ(decision.rotation, Rotation::kRotate);
  EXPECT_EQ(decision.refresh_id, "c.three");
  EXPECT_EQ(decision.after->chain.refresh_id, "c.three");
  EXPECT_EQ(decision.after->chain.previous_refresh_id, "c.two");
  ASSERT_EQ(decision.after->other_chains.size(), 1U);
  EXPECT_EQ(decision.after->other_chains[0].refresh_id, "d.two");
  EXPECT_EQ(rotate_refresh(rotating(), *decision.after, "d.two", true, "three", kNow).refresh_id, "d.three");
}

TEST(RotateRefresh, counts_reuse_in_the_chain_it_happens_in) {
  const auto decision = rotate_refresh(rotating(2), two_chains(), "c.one", true, "fresh", kNow);
  ASSERT_EQ(decision.rotation, Rotation::kRepeat);
  EXPECT_EQ(decision.refresh_id, "c.two");
  EXPECT_EQ(decision.after->chain.use_count, 2);
  EXPECT_EQ(decision.after->other_chains[0].use_count, 1);
}

TEST(RotateRefresh, keeps_the_chains_used_last_when_a_new_one_begins) {
  auto share = two_chains();
  EXPECT_TRUE(chains_behind_a_new_one({}, share).empty()) << "without rotation there is nothing to tell apart";
  EXPECT_EQ(chains_behind_a_new_one(rotating(), share)[0].refresh_id, "d.two");
  share.other_chains.resize(kOtherChainsMax, share.chain);
  share.other_chains.back().refresh_id = "oldest";
  const auto kept = chains_behind_a_new_one(rotating(), share);
  ASSERT_EQ(kept.size(), kOtherChainsMax);
  EXPECT_EQ(kept[0].refresh_id, "d.two");
  EXPECT_EQ(kept[1].refresh_id, "c.two");
  EXPECT_NE(kept.back().refresh_id, "oldest");
  EXPECT_TRUE(chains_behind_a_new_one(rotating(), ClientSession()).empty());
}

TEST(RotateRefresh, refuses_an_older_token_once_there_is_a_second_chain) {
  auto share = two_chains();
  share.chain.previous_refresh_id.clear();
  EXPECT_EQ(rotate_refresh(rotating(), share, "older", false, "fresh", kNow).rotation, Rotation::kRevoke);
}

TEST(RotateRefresh, stores_nothing_when_rotation_is_off) {
  const auto decision = rotate_refresh({}, chain(), "c.one", true, "fresh", kNow);
  EXPECT_EQ(decision.rotation, Rotation::kKeep);
  EXPECT_EQ(decision.refresh_id, "fresh");
}

}  // namespace
}  // namespace cardea::oidc
