#include "upstream/memory.h"

#include <gtest/gtest.h>

#include "tests/support/fake_fetcher.h"
#include "tests/support/memory_log.h"
#include "upstream/upstream_fixture.h"

namespace cardea::upstream {
namespace {

constexpr std::string_view kKeysUrl = "https://op.example/keys";

class MemoryTest : public testing::Test {
 protected:
  static web::OutboundUrl url(std::string_view text = kKeysUrl) { return *web::ConfiguredUrl::parse(text); }

  /// Keys that a request looking for `kid` gets, or the reason it gets none.
  Result<SharedKeys, std::string> ask(std::optional<std::string> kid) {
    Result<SharedKeys, std::string> got = refuse(std::string("never called"));
    (void)web::run(with_keys(reach_, url(), std::move(kid),
                             [&got](Result<SharedKeys, std::string> keys) -> web::Outcome {
                               got = std::move(keys);
                               return web::empty_response(200);
                             }),
                   &fetcher_);
    return got;
  }
  void fail_with(web::FetchError error) {
    fetcher_.serve(std::string(kKeysUrl), [error](const web::FetchRequest&) -> web::Fetched { return refuse(error); });
  }

  Memory memory_;
  FakeClock clock_;
  MemoryLog log_;
  Reach reach_{memory_, clock_, log_};
  FakeFetcher fetcher_;
};

TEST_F(MemoryTest, asks_once_while_keys_are_fresh) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  ASSERT_TRUE(ask("k1"));
  clock_.advance(kFresh - seconds{1});
  ASSERT_TRUE(ask("k1"));
  ASSERT_TRUE(ask(std::nullopt));
  EXPECT_EQ(fetcher_.calls.size(), 1U);
  EXPECT_TRUE(fetcher_.calls.front().join);
  clock_.advance(seconds{1});
  ASSERT_TRUE(ask("k1"));
  EXPECT_EQ(fetcher_.calls.size(), 2U);
}

// A stranger who names key ids that do not exist makes us ask once in kKeysFloor.
TEST_F(MemoryTest, N2_11_refuses_to_ask_again_within_the_floor) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  for (int i = 0; i < 20; ++i) EXPECT_FALSE((*ask("unknown" + std::to_string(i)))->keys.contains("unknown"));
  EXPECT_EQ(fetcher_.calls.size(), 1U);
  clock_.advance(kKeysFloor);
  (void)ask("unknown");
  EXPECT_EQ(fetcher_.calls.size(), 2U);
}

TEST_F(MemoryTest, takes_a_new_key_after_a_rollover) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks("old"));
  ASSERT_TRUE((*ask("old"))->keys.contains("old"));
  clock_.advance(kKeysFloor);
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks("new"));
  EXPECT_TRUE((*ask("new"))->keys.contains("new"));
}

// Nothing tells that a key without a name was replaced: its age does, and the floor holds all the same.
TEST_F(MemoryTest, refuses_to_ask_within_the_floor_for_tokens_that_name_no_key) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  const auto ask_young = [&] {
    (void)web::run(with_young_keys(
                       reach_, url(),
                       [](const Result<SharedKeys, std::string>&) -> web::Outcome { return web::empty_response(200); }),
                   &fetcher_);
  };
  for (int i = 0; i < 20; ++i) ask_young();
  EXPECT_EQ(fetcher_.calls.size(), 1U);
  clock_.advance(kKeysFloor);
  ask_young();
  EXPECT_EQ(fetcher_.calls.size(), 2U);
}

TEST_F(MemoryTest, keeps_old_keys_while_the_provider_is_down_but_not_for_ever) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  ASSERT_TRUE(ask("k1"));
  fail_with(web::FetchError::kTimeout);
  clock_.advance(kFresh);
  EXPECT_TRUE(ask("k1"));
  EXPECT_TRUE(log_.contains("keys_timeout"));
  clock_.advance(kStaleMax - kFresh);
  const auto gone = ask("k1");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error(), "keys_timeout");
}

TEST_F(MemoryTest, refuses_and_waits_after_a_failure) {
  fail_with(web::FetchError::kUnreachable);
  EXPECT_EQ(ask("k1").error(), "keys_unreachable");
  EXPECT_EQ(ask("k1").error(), "keys_failed_a_moment_ago");
  EXPECT_EQ(fetcher_.calls.size(), 1U);
  clock_.advance(kFailureFloor);
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  EXPECT_TRUE(ask("k1"));
}

TEST_F(MemoryTest, refuses_answers_that_are_no_key_set) {
  fetcher_.serve_json(std::string(kKeysUrl), "<html>");
  EXPECT_EQ(ask("k1").error(), "jwks_malformed");
  clock_.advance(kFailureFloor);
  fetcher_.serve(std::string(kKeysUrl), [](const web::FetchRequest&) -> web::Fetched {
    return web::FetchResponse{.status = 302, .headers = {{"Location", "http://169.254.169.254/"}}, .body = {}};
  });
  EXPECT_EQ(ask("k1").error(), "keys_status_302");
  EXPECT_EQ(fetcher_.calls.size(), 2U);  // the redirect was not followed (attack class 10)
}

// A URL that came with a token may lead elsewhere than one that an administrator wrote.
TEST_F(MemoryTest, keeps_urls_of_clients_and_of_administrators_apart) {
  fetcher_.serve_json(std::string(kKeysUrl), provider_jwks());
  ASSERT_TRUE(ask("k1"));
  (void)web::run(
      with_keys(reach_, *web::ClientUrl::parse(kKeysUrl), "k1",
                [](const Result<SharedKeys, std::string>&) -> web::Outcome { return web::empty_response(200); }),
      &fetcher_);
  EXPECT_EQ(fetcher_.calls.size(), 2U);
}

TEST_F(MemoryTest, reads_a_discovery_document) {
  fetcher_.serve_json("https://op.example/d",
                      R"({"issuer":"https://op.example","jwks_uri":"https://op.example/keys"})");
  std::string issuer;
  const auto ask_for = [&] {
    (void)web::run(
        with_metadata(reach_, url("https://op.example/d"),
                      [&](const Result<std::shared_ptr<const Metadata>, std::string>& metadata) -> web::Outcome {
                        issuer = metadata ? (*metadata)->issuer : metadata.error();
                        return web::empty_response(200);
                      }),
        &fetcher_);
  };
  ask_for();
  ask_for();
  EXPECT_EQ(issuer, "https://op.example");
  EXPECT_EQ(fetcher_.calls.size(), 1U);
}

}  // namespace
}  // namespace cardea::upstream
