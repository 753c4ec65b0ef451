// The machine's raw limits on one core, by the same libraries the server uses: signatures per second (OpenSSL EVP,
// a context kept per key) and argon2id hashes per second with the default cost (libsodium). One line of JSON.
//   raw_limits SECONDS CASE...      cases: rs256 es256 hash verify_rs256 verify_es256 beat@RATE
// beat@RATE: one RS256 signature at each beat of a clock that beats RATE times a second; the p99 in microseconds from
// beat to signature.
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

template <class F>
double per_second(double seconds, F&& work) {
  work();  // warm
  const auto start = Steady::now();
  long done = 0;
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 4; ++i) work();
    done += 4;
    elapsed = std::chrono::duration<double>(Steady::now() - start).count();
  }
  return done / elapsed;
}

EVP_PKEY* key_for(bool rsa) { return rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"); }

EVP_PKEY_CTX* signing_context(bool rsa) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_for(rsa), nullptr);
  EVP_PKEY_sign_init(context);
  if (rsa) EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
  return context;
}

void sign_once(EVP_PKEY_CTX* context) {
  const unsigned char digest[32] = {1};
  unsigned char signature[512];
  std::size_t size = sizeof signature;
  if (EVP_PKEY_sign(context, signature, &size, digest, sizeof digest) != 1) std::abort();
}

/// Raw signing of a 32-byte digest: what `openssl speed` measures.
double sign_rate(bool rsa, double seconds) {
  EVP_PKEY_CTX* context = signing_context(rsa);
  return per_second(seconds, [&] { sign_once(context); });
}

/// What the machine itself adds to a request's latency: nothing but a signature at each beat.
double beat_p99(double rate, double seconds) {
  EVP_PKEY_CTX* context = signing_context(true);
  sign_once(context);  // warm
  std::vector<double> micros;
  const auto start = Steady::now();
  for (long i = 0; i < static_cast<long>(rate * seconds); ++i) {
    const auto due = start + std::chrono::nanoseconds(static_cast<long>(static_cast<double>(i) * 1e9 / rate));
    std::this_thread::sleep_until(due);
    sign_once(context);
    micros.push_back(std::chrono::duration<double, std::micro>(Steady::now() - due).count());
  }
  if (micros.empty()) return 0;
  std::sort(micros.begin(), micros.end());
  return micros[static_cast<std::size_t>(0.99 * static_cast<double>(micros.size() - 1))];
}

double verify_rate(bool rsa, double seconds) {
  EVP_PKEY* key = key_for(rsa);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  EVP_PKEY_sign_init(context);
  if (rsa) EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
  unsigned char digest[32] = {1}, signature[512];
  std::size_t size = sizeof signature;
  if (EVP_PKEY_sign(context, signature, &size, digest, sizeof digest) != 1) std::abort();
  EVP_PKEY_verify_init(context);
  if (rsa) EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
  return per_second(seconds, [&] {
    if (EVP_PKEY_verify(context, signature, size, digest, sizeof digest) != 1) std::abort();
  });
}

double hash_rate(double seconds) {
  if (sodium_init() < 0) std::abort();
  unsigned char out[32], salt[crypto_pwhash_SALTBYTES] = {1};
  return per_second(seconds, [&] {
    if (crypto_pwhash(out, sizeof out, "correct horse", 13, salt, 5, 7168 * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
      std::abort();
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const double seconds = std::atof(argv[1]);
  std::string out = "{";
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    double rate = 0;
    if (name == "rs256") rate = sign_rate(true, seconds);
    if (name == "es256") rate = sign_rate(false, seconds);
    if (name == "verify_rs256") rate = verify_rate(true, seconds);
    if (name == "verify_es256") rate = verify_rate(false, seconds);
    if (name.starts_with("beat@")) rate = beat_p99(std::atof(name.c_str() + 5), seconds);
    if (name == "hash") rate = hash_rate(seconds);
    char text[96];
    std::snprintf(text, sizeof text, "%s\"%s\":%.1f", i > 2 ? "," : "", name.c_str(), rate);
    out += text;
  }
  std::puts((out + "}").c_str());
}
