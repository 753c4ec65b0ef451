#include "crypto/cose_key.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "crypto/cbor.h"
#include "crypto/key_type.h"

namespace cardea::crypto {
namespace {

// Labels of RFC 9052 section 7.1 and RFC 9053 section 7.
constexpr std::int64_t kKeyType = 1, kAlgorithm = 3, kCurve = -1, kX = -2, kY = -3, kModulus = -1, kExponent = -2;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3;

struct AlgorithmFacts {
  CoseAlgorithm algorithm;
  std::string_view name;
  std::int64_t cose_key_type;
  std::int64_t curve;  // zero: none
  KeyType type;
  std::optional<HashAlgorithm> digest;  // none: the algorithm hashes inside
};
constexpr AlgorithmFacts kAlgorithms[] = {
    {CoseAlgorithm::kEs256, "ES256", kEc2, 1, KeyType::kEcP256, HashAlgorithm::kSha256},
    {CoseAlgorithm::kEs384, "ES384", kEc2, 2, KeyType::kEcP384, HashAlgorithm::kSha384},
    {CoseAlgorithm::kEs512, "ES512", kEc2, 3, KeyType::kEcP521, HashAlgorithm::kSha512},
    {CoseAlgorithm::kRs256, "RS256", kRsa, 0, KeyType::kRsa, HashAlgorithm::kSha256},
    {CoseAlgorithm::kRs384, "RS384", kRsa, 0, KeyType::kRsa, HashAlgorithm::kSha384},
    {CoseAlgorithm::kRs512, "RS512", kRsa, 0, KeyType::kRsa, HashAlgorithm::kSha512},
    {CoseAlgorithm::kEdDsa, "Ed25519", kOkp, 6, KeyType::kEd25519, std::nullopt},
    {CoseAlgorithm::kEdDsa, "EdDSA", kOkp, 6, KeyType::kEd25519, std::nullopt},
};

const AlgorithmFacts& facts_of(CoseAlgorithm algorithm) {
  return *std::ranges::find(kAlgorithms, algorithm, &AlgorithmFacts::algorithm);
}

Result<PublicKey, KeyError> make_key(const AlgorithmFacts& facts, const CborDocument& document) {
  const auto& map = document.root();
  if (facts.type == KeyType::kRsa) {
    const auto n = document.bytes_at(map, kModulus), e = document.bytes_at(map, kExponent);
    if (!n || !e) return refuse(KeyError::kMalformed);
    return PublicKey::rsa(*n, *e);
  }
  if (document.number_at(map, kCurve) != facts.curve) return refuse(KeyError::kUnsupported);
  const auto x = document.bytes_at(map, kX);
  if (!x) return refuse(KeyError::kMalformed);
  if (facts.type == KeyType::kEd25519) return PublicKey::ed25519(*x);
  const auto y = document.bytes_at(map, kY);  // a compressed point has a boolean here: WebAuthn does not allow it
  if (!y) return refuse(KeyError::kMalformed);
  return PublicKey::ec(facts.type, *x, *y);
}

}  // namespace

std::optional<CoseAlgorithm> cose_algorithm(std::int64_t number) {
  for (const auto& facts : kAlgorithms) {
    if (static_cast<std::int64_t>(facts.algorithm) == number) return facts.algorithm;
  }
  return std::nullopt;
}

std::optional<CoseAlgorithm> cose_algorithm(std::string_view name) {
  const auto* found = std::ranges::find(kAlgorithms, name, &AlgorithmFacts::name);
  if (found == std::end(kAlgorithms)) return std::nullopt;
  return found->algorithm;
}

Result<CoseKey, CoseKeyError> CoseKey::parse(std::string_view bytes) {
  const auto document = CborDocument::parse(bytes);
  if (!document || document->root().type != CborType::kMap) return refuse(CoseKeyError::kMalformed);
  const auto type = document->number_at(document->root(), kKeyType);
  const auto number = document->number_at(document->root(), kAlgorithm);
  if (!type || !number) return refuse(CoseKeyError::kMalformed);
  const auto algorithm = cose_algorithm(*number);
  if (!algorithm || facts_of(*algorithm).cose_key_type != *type) return refuse(CoseKeyError::kUnsupported);
  auto key = make_key(facts_of(*algorithm), *document);
  if (!key) {
    return refuse(key.error() == KeyError::kMalformed     ? CoseKeyError::kMalformed
                  : key.error() == KeyError::kUnsupported ? CoseKeyError::kUnsupported
                                                          : CoseKeyError::kInvalid);
  }
  return CoseKey{*algorithm, std::move(*key)};
}

bool verify_cose_signature(CoseAlgorithm algorithm, EVP_PKEY* key, std::string_view message,
                           std::string_view signature) {
  const auto& facts = facts_of(algorithm);
  const auto type = check_key(key);
  if (!type || *type != facts.type) return false;
  const MdCtxPtr context(EVP_MD_CTX_new());
  const auto* digest = facts.digest ? digest_name(*facts.digest) : nullptr;
  const bool right = context &&
                     EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) == 1 &&
                     EVP_DigestVerify(context.get(), as_bytes(signature).data(), signature.size(),
                                      as_bytes(message).data(), message.size()) == 1;
  ERR_clear_error();
  return right;
}

bool CoseKey::verify(std::string_view message, std::string_view signature) const {
  return verify_cose_signature(algorithm, key.get(), message, signature);
}

}  // namespace cardea::crypto
