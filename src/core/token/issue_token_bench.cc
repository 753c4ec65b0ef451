// What issuing costs beside the bare signature: compare with BM_sign of the same key.
#include <benchmark/benchmark.h>

#include "core/token/issue_token.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

void BM_issue_client_credentials_es256(benchmark::State& state) {
  const auto realm = make_test_realm();
  const auto client = make_test_entry(realm, make_test_client(*realm));
  const auto plan = *plan_for(*client, "");
  const auto subject = make_test_subject();
  SystemRandom random;
  const TokenContext context{.realm = *realm,
                             .client = *client,
                             .plan = *plan,
                             .subject = subject,
                             .issuer = "https://id.example/realms/demo",
                             .now = kNow,
                             .acr = "1",
                             .nonce = {},
                             .grant = "cc"};
  for (auto _ : state) benchmark::DoNotOptimize(issue_tokens(context, random));
}
BENCHMARK(BM_issue_client_credentials_es256);

void BM_sign_es256(benchmark::State& state) {
  const auto realm = make_test_realm();
  const auto* key = realm->signing_key("ES256");
  const std::string payload(700, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(jose::sign_jwt(*key, "JWT", payload));
}
BENCHMARK(BM_sign_es256);

}  // namespace
}  // namespace cardea
