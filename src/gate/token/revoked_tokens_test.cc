#include "gate/token/revoked_tokens.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"
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

}  // namespace
}  // namespace cardea::gate
