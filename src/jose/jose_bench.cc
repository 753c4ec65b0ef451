// Signatures and verifications per second of one core, beside what raw OpenSSL does with the same key (stack.md
// section 3). The payload is 995 bytes, as a Keycloak access token's.
#include <benchmark/benchmark.h>

#include <array>

#include "base/assert.h"
#include "base/encoding.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace cardea::jose {
namespace {

std::string payload() {
  std::string text = R"({"exp":1767225900,"iat":1767225600,"iss":"https://op.example/realms/demo","filler":")";
  text.resize(993, 'x');
  return text + "\"}";
}

SigningKey make_key(Algorithm algorithm) {
  if (is_hmac(algorithm)) return SigningKey::make_hmac(SecretBytes(std::string(64, 's')), "k", algorithm).value();
  return SigningKey::make(crypto::PrivateKey::generate(*key_type_of(algorithm)).value(), "k", algorithm).value();
}

void sign(benchmark::State& state, Algorithm algorithm) {
  const auto key = make_key(algorithm);
  const auto text = payload();
  for (auto _ : state) benchmark::DoNotOptimize(sign_jwt(key, "JWT", text));
  state.SetItemsProcessed(state.iterations());
}

void verify_token(benchmark::State& state, Algorithm algorithm) {
  const auto key = make_key(algorithm);
  KeySet keys;
  keys.add(key.verification_key());
  const auto token = sign_jwt(key, "JWT", payload());
  for (auto _ : state) CARDEA_ASSERT(verify(token, keys).has_value());
  state.SetItemsProcessed(state.iterations());
}

// What `openssl speed` measures: the digest is there already and the context is kept.
void raw_sign(benchmark::State& state, crypto::KeyType type) {
  const auto key = crypto::PrivateKey::generate(type).value();
  const crypto::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  CARDEA_ASSERT(EVP_PKEY_sign_init(context.get()) == 1);
  std::array<unsigned char, 32> digest{};
  std::array<unsigned char, 512> signature;
  for (auto _ : state) {
    std::size_t size = signature.size();
    CARDEA_ASSERT(EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) == 1);
  }
  state.SetItemsProcessed(state.iterations());
}

const int registered = [] {
  for (const auto algorithm : {Algorithm::kRS256, Algorithm::kPS256, Algorithm::kES256, Algorithm::kES512,
                               Algorithm::kEdDSA, Algorithm::kHS256, Algorithm::kHS512}) {
    const std::string label(name(algorithm));
    benchmark::RegisterBenchmark(("sign/" + label).c_str(),
                                 [algorithm](benchmark::State& state) { sign(state, algorithm); });
    benchmark::RegisterBenchmark(("verify/" + label).c_str(),
                                 [algorithm](benchmark::State& state) { verify_token(state, algorithm); });
  }
  benchmark::RegisterBenchmark("raw_sign/RSA-2048",
                               [](benchmark::State& state) { raw_sign(state, crypto::KeyType::kRsa); });
  benchmark::RegisterBenchmark("raw_sign/P-256",
                               [](benchmark::State& state) { raw_sign(state, crypto::KeyType::kEcP256); });
  return 0;
}();

}  // namespace
}  // namespace cardea::jose
