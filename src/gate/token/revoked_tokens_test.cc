#include "gate/token/revoked_tokens.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"
#include "tests/support/memory_gate_store.h"
#include "tests/support/memory_log.h"

namespace cardea::gate {
namespace {

TEST(RevokedTokens, a_logged_out_token_does_not_come_back_with_another_signature) {
  const auto token = token_of(named_key("ec", jose::Algorithm::kES256), good_claims("https://a.example"));
  const FakeClock clock;
  MemoryLog log;
  RevokedTokens revoked({clock, log, nullptr});
  (void)web::run(revoked.revoke(token, kNow + seconds(60), [](const Stored<bool>& done) -> web::Outcome {
    EXPECT_TRUE(done && *done);
    return web::empty_response(204);
  }));
  // As (r, n - s) is: the same header and claims, other bytes at the end.
  const auto twin = token.substr(0, token.rfind('.') + 1) + std::string(86, 'A');
  EXPECT_TRUE(revoked.contains(twin));
  EXPECT_FALSE(revoked.contains(token_of(named_key("ec", jose::Algorithm::kES256), good_claims("https://b.example"))));
}

/// A full list takes nobody in, forgets nobody, and says so; other nodes' logouts that it leaves out are told once.
TEST(RevokedTokens, refuses_beyond_its_bound_and_tells) {
  FakeClock clock;
  MemoryLog log;
  MemoryGateStore rows;
  const auto store = rows.store();
  RevokedTokens small({clock, log, &store, 2}), large({clock, log, &store});
  const auto end = clock.now() + seconds(60);
  const auto revoke = [&](RevokedTokens& list, std::string_view token) {
    bool is_noted = false;
    (void)web::run(list.revoke(token, end, [&](const Stored<bool>& done) -> web::Outcome {
      is_noted = done.value();
      return web::empty_response(204);
    }));
    return is_noted;
  };
  const auto take = [&](RevokedTokens& list, std::string_view token) {
    Stored<bool> taken = false;
    (void)web::run(list.take_once("app", token, end, [&](const Stored<bool>& done) -> web::Outcome {
      taken = done;
      return web::empty_response(204);
    }));
    return taken;
  };
  EXPECT_TRUE(revoke(small, "h.a.s"));
  EXPECT_TRUE(take(small, "h.b.s").value());
  EXPECT_EQ(log.count("gate_revocations_full"), 0U);
  EXPECT_FALSE(revoke(small, "h.c.s"));
  EXPECT_EQ(log.count("gate_revocations_full"), 1U);
  EXPECT_EQ(take(small, "h.d.s").error(), StoreError::kBusy);
  EXPECT_EQ(log.count("gate_revocations_full"), 2U);
  EXPECT_TRUE(revoke(small, "h.a.s")) << "it is there";
  EXPECT_FALSE(take(small, "h.b.s").value()) << "used, and not busy";
  for (const auto* token : {"h.e.s", "h.f.s", "h.g.s"}) EXPECT_TRUE(revoke(large, token));
  EXPECT_TRUE(small.read_new());
  EXPECT_EQ(log.count("gate_revocations_full"), 3U) << "once for all of them";
  EXPECT_FALSE(small.contains("h.e.s"));
  clock.advance(seconds(60));
  small.purge(clock.now());
  EXPECT_TRUE(revoke(small, "h.c.s"));
}

}  // namespace
}  // namespace cardea::gate
