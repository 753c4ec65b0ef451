// What a check costs when there are many providers (guides.md G1-12). Times are of this thread's processor alone, taken
// in turns, and the least of each is compared: whatever else the machine does can only make a time longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "crypto/hash.h"
#include "gate/token/gate_fixture.h"
#include "gate/token/verified_tokens.h"

namespace cardea::gate {
namespace {

using jose::Algorithm;

constexpr std::size_t kMany = 200;

std::string issuer_of(std::size_t i) { return "https://p" + std::to_string(i) + ".example"; }

/// `count` entries of which the last one's key is "right". With issuers, or as the guide's own example has it: without.
ProviderSet entries(std::size_t count, bool with_issuer) {
  std::vector<ProviderPtr> made;
  for (std::size_t i = 1; i <= count; ++i) {
    const auto& key = named_key(i == count ? "right" : "other", Algorithm::kRS256);
    auto settings = settings_named("p" + std::to_string(i), {});
    if (with_issuer) settings.issuers = {issuer_of(i)};
    made.push_back(provider_with_key(std::move(settings), key));
  }
  return ProviderSet(std::move(made));
}

std::string token_of_last(std::size_t count) {
  return token_of(named_key("right", Algorithm::kRS256), good_claims(issuer_of(count)));
}

std::int64_t processor_time_of(const std::function<void()>& work) {
  const auto read = [] {
    std::timespec now{};
    EXPECT_EQ(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (std::int64_t{now.tv_sec} * 1'000'000'000) + now.tv_nsec;
  };
  const auto begin = read();
  for (int i = 0; i < 50; ++i) work();
  return read() - begin;
}

/// The least time of `many` is within a tenth of the least time of `one`, at the latest after so many turns.
void expect_flat(const std::function<void()>& one, const std::function<void()>& many, const char* what) {
  constexpr int kTurnsMin = 5, kTurnsMax = 200;
  auto least_one = processor_time_of(one), least_many = processor_time_of(many);
  for (int turn = 0; turn < kTurnsMax && (turn < kTurnsMin || least_many * 10 > least_one * 11); ++turn) {
    least_one = std::min(least_one, processor_time_of(one));
    least_many = std::min(least_many, processor_time_of(many));
  }
  EXPECT_LE(least_many * 10, least_one * 11) << what;
}

TEST(ManyProviders, G1_12_many_idps_cost_a_check_what_one_costs) {
  for (const bool with_issuer : {true, false}) {
    auto one = entries(1, with_issuer), many = entries(kMany, with_issuer);
    const auto token_of_one = token_of_last(1), token_of_many = token_of_last(kMany);
    const auto check = [](ProviderSet& set, const std::string& token) {
      const auto caller = check_token(set, token, kNow);
      ASSERT_TRUE(caller.has_value());
      EXPECT_EQ(caller->provider, set.all().back()->settings().name);
    };
    check(one, token_of_one);  // first sight, which is the one that may search
    check(many, token_of_many);
    expect_flat([&] { check(one, token_of_one); }, [&] { check(many, token_of_many); },
                with_issuer ? "new tokens, entries with an issuer" : "new tokens, key files");
    VerifiedTokens seen_by_one, seen_by_many;
    const auto remember = [](VerifiedTokens& seen, ProviderSet& set, const std::string& token) {
      seen.put(crypto::sha256(token), std::make_shared<const Caller>(check_token(set, token, kNow).value()), set);
    };
    remember(seen_by_one, one, token_of_one);
    remember(seen_by_many, many, token_of_many);
    expect_flat([&] { ASSERT_TRUE(seen_by_one.find(crypto::sha256(token_of_one), one, kNow)); },
                [&] { ASSERT_TRUE(seen_by_many.find(crypto::sha256(token_of_many), many, kNow)); },
                "tokens seen before");
  }
}

TEST(ManyProviders, G1_12_refuses_what_no_entry_can_serve_without_trying_keys) {
  const auto refusal = [](ProviderSet& set, const std::string& token) {
    return check_token(set, token, kNow, "192.0.2.1").error().reason;
  };
  auto claimed = entries(kMany, true);
  EXPECT_EQ(refusal(claimed, token_of(named_key("right", Algorithm::kRS256), good_claims("https://nobody.example"))),
            TokenRefusal::kUnknownIssuer);
  // Neither algorithm nor size of the signature is any entry's: no search is made, so none is counted.
  auto files = entries(kMany, false);
  const auto curve = token_of(named_key("curve", Algorithm::kES256), good_claims("https://nobody.example"));
  const auto large = jose::sign_by_hand(named_key("curve", Algorithm::kES512), R"({"alg":"RS256"})",
                                        json::serialize(good_claims("https://nobody.example")));
  for (int i = 0; i < 3 * ProviderSet::kFailedSearchesMax; ++i) {
    EXPECT_EQ(refusal(files, curve), TokenRefusal::kUnknownIssuer);
    EXPECT_EQ(refusal(files, large), TokenRefusal::kUnknownIssuer);
  }
  // A foreign RS256 key could be anyone's: searched for, at most ten times from one address.
  const auto foreign = token_of(named_key("stranger", Algorithm::kRS256), good_claims("https://nobody.example"));
  for (int i = 0; i < ProviderSet::kFailedSearchesMax; ++i)
    EXPECT_EQ(refusal(files, foreign), TokenRefusal::kBadSignature);
  EXPECT_EQ(refusal(files, foreign), TokenRefusal::kTooManySearches);
}

TEST(ManyProviders, G1_12_key_files_serve_only_issuers_that_no_entry_claims) {
  auto all = entries(kMany, false).all();
  auto settings = settings_named("claims", {"https://claimed.example"});
  all.push_back(provider_with_key(std::move(settings), named_key("other", Algorithm::kRS256)));
  ProviderSet set(std::move(all));
  const auto& right = named_key("right", Algorithm::kRS256);
  EXPECT_EQ(check_token(set, token_of(right, good_claims("https://claimed.example")), kNow).error().reason,
            TokenRefusal::kBadSignature)
      << "the key of an entry without issuer, and a claimed one";
  EXPECT_EQ(check_token(set, token_of(right, good_claims("https://free.example")), kNow)->provider, "p200");
  EXPECT_EQ(check_token(set, token_of(right, good_claims("")), kNow)->provider, "p200");
  // The first success is remembered and verified each time.
  EXPECT_EQ(set.hint("https://free.example", "right")->settings().name, "p200");
  const auto forged = jose::sign_by_hand(named_key("stranger", Algorithm::kRS256), R"({"alg":"RS256","kid":"right"})",
                                         json::serialize(good_claims("https://free.example")));
  EXPECT_EQ(check_token(set, forged, kNow).error().reason, TokenRefusal::kBadSignature);
}

}  // namespace
}  // namespace cardea::gate
