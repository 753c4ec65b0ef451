#include "core/sealed_interaction.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/interaction_json.h"

namespace cardea {
namespace {

crypto::Sealer make_sealer(char byte) {
  std::vector<SecretBytes> keys;
  keys.emplace_back(std::string(crypto::kSealKeyBytes, byte));
  return crypto::Sealer(std::move(keys));
}

const RealmId kRealm("realm-1");
const TimePoint kNow = from_epoch_seconds(1'767'225'600);

Interaction sample() {
  Interaction out;
  out.id = "tab";
  out.realm = kRealm;
  out.browser_hash = "hash";
  out.expires_at = kNow + seconds(60);
  out.request.client = ClientId("c-1");
  out.request.client_id = "app";
  out.request.redirect_uri = "https://app.example.com/cb";
  out.stage = AwaitingLogin{"ada"};
  return out;
}

TEST(SealedInteraction, refuses_every_changed_character) {
  const auto sealer = make_sealer('k');
  const auto text = *seal_interaction(sealer, sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open_interaction(sealer, kRealm, changed, kNow).error(), SealedInteractionError::kUnreadable) << i;
  }
}

TEST(SealedInteraction, refuses_cut_extended_empty_and_overlong_texts) {
  const auto sealer = make_sealer('k');
  const auto text = *seal_interaction(sealer, sample());
  for (const auto& odd : {text.substr(1), text.substr(0, text.size() - 1), text + "A", text + text, std::string(),
                          std::string("tab"), std::string(kInteractionBytesMax + 1, 'A')}) {
    EXPECT_EQ(open_interaction(sealer, kRealm, odd, kNow).error(), SealedInteractionError::kUnreadable);
  }
}

TEST(SealedInteraction, refuses_another_realm_another_key_and_another_use) {
  const auto sealer = make_sealer('k');
  const auto text = *seal_interaction(sealer, sample());
  EXPECT_EQ(open_interaction(sealer, RealmId("realm-2"), text, kNow).error(), SealedInteractionError::kUnreadable);
  EXPECT_EQ(open_interaction(make_sealer('x'), kRealm, text, kNow).error(), SealedInteractionError::kUnreadable);
  const auto other_use = sealer.seal_text(to_json(sample()), "cookie.identity/realm-1");
  EXPECT_EQ(open_interaction(sealer, kRealm, other_use, kNow).error(), SealedInteractionError::kUnreadable);
}

TEST(SealedInteraction, refuses_proof_even_when_sealed_with_our_key) {
  const auto sealer = make_sealer('k');
  auto proven = sample();
  proven.stage =
      AwaitingActions{.proven = {.user = UserId("u")}, .actions = {"UPDATE_PASSWORD"}, .asked = {}, .mailed = false};
  const auto text = sealer.seal_text(to_json(proven), "interaction.login/realm-1");
  EXPECT_EQ(open_interaction(sealer, kRealm, text, kNow).error(), SealedInteractionError::kUnreadable);
  proven.stage = AwaitingSteps{.progress = {.user = UserId("u"), .results = {{"x", Proof::kPassword, UserId("u")}}}};
  const auto steps = sealer.seal_text(to_json(proven), "interaction.login/realm-1");
  EXPECT_EQ(open_interaction(sealer, kRealm, steps, kNow).error(), SealedInteractionError::kUnreadable);
}

TEST(SealedInteraction, refuses_an_expired_one_from_its_last_millisecond) {
  const auto sealer = make_sealer('k');
  const auto text = *seal_interaction(sealer, sample());
  EXPECT_TRUE(open_interaction(sealer, kRealm, text, kNow + milliseconds(59'999)).has_value());
  EXPECT_EQ(open_interaction(sealer, kRealm, text, kNow + seconds(60)).error(), SealedInteractionError::kExpired);
}

TEST(SealedInteraction, refuses_to_begin_anew_what_is_not_over_or_long_over) {
  const auto sealer = make_sealer('k');
  const auto text = *seal_interaction(sealer, sample());
  const auto over = kNow + seconds(60);
  EXPECT_FALSE(open_timed_out_interaction(sealer, kRealm, text, over - milliseconds(1)));
  EXPECT_FALSE(open_timed_out_interaction(sealer, kRealm, text, over + std::chrono::hours(24)));
  EXPECT_FALSE(open_timed_out_interaction(sealer, RealmId("realm-2"), text, over));
  EXPECT_FALSE(open_timed_out_interaction(make_sealer('x'), kRealm, text, over));
  ASSERT_TRUE(open_timed_out_interaction(sealer, kRealm, text, over));
  EXPECT_EQ(open_timed_out_interaction(sealer, kRealm, text, over)->request.client_id, "app");
}

TEST(SealedInteraction, refuses_a_request_that_does_not_fit) {
  auto large = sample();
  large.request.state = std::string(4000, 's');
  EXPECT_EQ(seal_interaction(make_sealer('k'), large).error(), SealedInteractionError::kTooLarge);
}

TEST(SealedInteraction, holds_the_requests_of_real_clients) {
  auto large = sample();  // ASP.NET Core carries its encrypted properties in state, the longest we know
  large.request.state = std::string(1'200, 's');
  large.request.nonce = std::string(200, 'n');
  large.request.redirect_uri = "https://app.example.com/" + std::string(500, 'p');
  large.request.code_challenge = std::string(43, 'c');
  large.request.scope = "openid profile email offline_access groups";
  const auto sealer = make_sealer('k');
  const auto text = seal_interaction(sealer, large);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(open_interaction(sealer, kRealm, *text, kNow)->request.state, large.request.state);
}

TEST(SealedInteraction, opens_what_it_sealed) {
  const auto sealer = make_sealer('k');
  const auto opened = open_interaction(sealer, kRealm, *seal_interaction(sealer, sample()), kNow);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->id, "tab");
  EXPECT_EQ(opened->browser_hash, "hash");
  EXPECT_EQ(std::get<AwaitingLogin>(opened->stage).username_shown, "ada");
}

}  // namespace
}  // namespace cardea
