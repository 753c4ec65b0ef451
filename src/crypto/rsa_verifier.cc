#include "crypto/rsa_verifier.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/encoding.h"

namespace cardea::crypto {
namespace {

using BnCtxPtr = std::unique_ptr<BN_CTX, OpensslFree<BN_CTX_free>>;

constexpr BN_ULONG kExponent = 65537;
constexpr int kSquarings = 16;  // x^65537 is sixteen squarings and one multiplication

BignumPtr number_of(const PublicKey& key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), name, &number) != 1) ERR_clear_error();
  return BignumPtr(number);
}

/// What stands before a digest (RFC 8017 section 9.2, note 1).
std::string_view digest_info(HashAlgorithm hash) {
  using namespace std::string_view_literals;
  switch (hash) {
    case HashAlgorithm::kSha256:
      return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;
    case HashAlgorithm::kSha384:
      return "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv;
    case HashAlgorithm::kSha512:
      return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv;
    case HashAlgorithm::kSha1:
      break;
  }
  return {};
}

using Encoded = std::array<unsigned char, kRsaBitsMax / 8>;

/// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): the one message that is right, `size` bytes long.
bool encode(HashAlgorithm hash, std::string_view digest, std::size_t size, Encoded& out) {
  const auto prefix = digest_info(hash);
  const auto tail = prefix.size() + digest.size();
  // The last byte of the prefix is the digest's length.
  if (prefix.empty() || digest.size() != static_cast<unsigned char>(prefix.back()) || size < tail + 11) return false;
  auto* to = out.data();
  *to++ = 0;
  *to++ = 1;
  to = std::fill_n(to, size - tail - 3, 0xFF);
  *to++ = 0;
  to = std::ranges::copy(as_bytes(prefix), to).out;
  std::ranges::copy(as_bytes(digest), to);
  return true;
}

/// Used again for every signature of a thread.
struct Scratch {
  BnCtxPtr context{BN_CTX_new()};
  BignumPtr signature{BN_new()}, power{BN_new()};
  [[nodiscard]] bool is_whole() const { return context && signature && power; }
};

}  // namespace

bool RsaVerifier::takes(const PublicKey& key) {
  if (key.type() != KeyType::kRsa) return false;
  const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  return exponent && BN_is_word(exponent.get(), kExponent) == 1;
}

const BN_MONT_CTX* RsaVerifier::numbers() const {
  std::call_once(once_, [this] {
    modulus_ = number_of(key_, OSSL_PKEY_PARAM_RSA_N);
    const BnCtxPtr context(BN_CTX_new());
    numbers_.reset(BN_MONT_CTX_new());
    if (!modulus_ || !context || !numbers_ || BN_MONT_CTX_set(numbers_.get(), modulus_.get(), context.get()) != 1) {
      ERR_clear_error();
      numbers_.reset();
    }
  });
  return numbers_.get();
}

bool RsaVerifier::is_valid(HashAlgorithm hash, std::string_view digest, std::string_view signature) const {
  // OpenSSL only reads it, and asks for a pointer that could write.
  auto* const numbers = const_cast<BN_MONT_CTX*>(this->numbers());
  thread_local const Scratch scratch;
  if (numbers == nullptr || !scratch.is_whole()) return false;
  const auto size = static_cast<std::size_t>(BN_num_bytes(modulus_.get()));
  Encoded right{}, found{};
  CARDEA_ASSERT(size <= right.size());                                               // check_key has seen to it
  if (signature.size() != size || !encode(hash, digest, size, right)) return false;  // section 8.2.2 step 1

  auto *const base = scratch.signature.get(), *const power = scratch.power.get();
  auto* const context = scratch.context.get();
  if (BN_bin2bn(as_bytes(signature).data(), static_cast<int>(size), base) == nullptr) return false;
  if (BN_cmp(base, modulus_.get()) >= 0) return false;  // section 5.2.2 step 1
  bool done = BN_to_montgomery(power, base, numbers, context) == 1;
  for (int i = 0; i < kSquarings && done; ++i) done = BN_mod_mul_montgomery(power, power, power, numbers, context) == 1;
  // By the number itself, not in Montgomery's form: the product is in the usual form then.
  done = done && BN_mod_mul_montgomery(power, power, base, numbers, context) == 1 &&
         BN_bn2binpad(power, found.data(), static_cast<int>(size)) == static_cast<int>(size);
  if (!done) ERR_clear_error();
  return done && std::equal(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(size), found.begin());
}

}  // namespace cardea::crypto
