#include "oidc/device/decide_poll.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);
const ClientId kClient("tv");

DeviceCode code(DeviceState state = DeviceState::kPending) {
  DeviceCode made;
  made.client = kClient;
  made.expires_at = kNow + seconds{600};
  made.state = state;
  return made;
}
std::string_view error_of(const PollDecision& decision) {
  return decision.error ? wire_name(decision.error->code) : std::string_view("none");
}
std::string_view poll(const DeviceCode& made, TimePoint at = kNow, const ClientId& client = kClient) {
  return error_of(decide_poll(made, client, std::nullopt, at));
}

TEST(DecidePoll, refuses_unknown_foreign_used_expired_and_denied_codes) {
  EXPECT_EQ(error_of(decide_poll(std::nullopt, kClient, std::nullopt, kNow)), "invalid_grant");
  EXPECT_EQ(poll(code(DeviceState::kApproved), kNow, ClientId("other")), "invalid_grant");
  auto used = code(DeviceState::kApproved);
  used.is_used = true;
  EXPECT_EQ(poll(used), "invalid_grant");
  EXPECT_EQ(poll(code(DeviceState::kApproved), kNow + seconds{600}), "expired_token");
  EXPECT_EQ(poll(code(DeviceState::kDenied)), "access_denied");
}

TEST(DecidePoll, refuses_a_wrong_or_missing_verifier) {  // RFC 7636
  auto made = code(DeviceState::kApproved);
  const std::string verifier(43, 'v');
  made.code_challenge = crypto::sha256_base64url(verifier);
  EXPECT_EQ(poll(made), "invalid_grant");
  EXPECT_EQ(error_of(decide_poll(made, kClient, std::string(43, 'w'), kNow)), "invalid_grant");
  EXPECT_EQ(error_of(decide_poll(made, kClient, verifier, kNow)), "none");
  EXPECT_EQ(error_of(decide_poll(code(DeviceState::kApproved), kClient, verifier, kNow)), "invalid_grant");
}

TEST(DecidePoll, a_foreign_client_changes_nothing) {
  EXPECT_FALSE(decide_poll(code(), ClientId("other"), std::nullopt, kNow).is_noted);
}

TEST(DecidePoll, slows_down_a_client_that_polls_too_fast_for_good) {
  auto made = code();
  EXPECT_EQ(poll(made), "authorization_pending") << "the first poll may come at once";
  made.polled_at = kNow;
  EXPECT_EQ(poll(made, kNow + seconds{4}), "slow_down");
  EXPECT_EQ(poll(made, kNow + std::chrono::milliseconds{4600}), "authorization_pending");
  EXPECT_EQ(decide_poll(made, kClient, std::nullopt, kNow + seconds{1}).interval, seconds{10});
  EXPECT_EQ(decide_poll(made, kClient, std::nullopt, kNow + seconds{5}).interval, seconds{5});
  made.interval = seconds{58};
  EXPECT_EQ(decide_poll(made, kClient, std::nullopt, kNow + seconds{1}).interval, kPollIntervalMax);
  made.interval = seconds{90};  // set so by an operator
  EXPECT_EQ(decide_poll(made, kClient, std::nullopt, kNow + seconds{1}).interval, seconds{90});
}

TEST(DecidePoll, an_approval_is_given_whatever_the_pace) {
  auto made = code(DeviceState::kApproved);
  made.polled_at = kNow;
  EXPECT_EQ(poll(made, kNow + seconds{1}), "none");
}

}  // namespace
}  // namespace cardea::oidc
