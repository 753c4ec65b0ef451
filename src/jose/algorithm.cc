#include "jose/algorithm.h"

#include <array>

#include "base/encoding.h"

namespace cardea::jose {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyType;

struct Row {
  Algorithm algorithm;
  std::string_view name;
  HashAlgorithm hash;
  std::optional<KeyType> key_type;  // absent: HMAC
};

constexpr std::array kRows = {
    Row{Algorithm::kRS256, "RS256", HashAlgorithm::kSha256, KeyType::kRsa},
    Row{Algorithm::kRS384, "RS384", HashAlgorithm::kSha384, KeyType::kRsa},
    Row{Algorithm::kRS512, "RS512", HashAlgorithm::kSha512, KeyType::kRsa},
    Row{Algorithm::kPS256, "PS256", HashAlgorithm::kSha256, KeyType::kRsa},
    Row{Algorithm::kPS384, "PS384", HashAlgorithm::kSha384, KeyType::kRsa},
    Row{Algorithm::kPS512, "PS512", HashAlgorithm::kSha512, KeyType::kRsa},
    Row{Algorithm::kES256, "ES256", HashAlgorithm::kSha256, KeyType::kEcP256},
    Row{Algorithm::kES384, "ES384", HashAlgorithm::kSha384, KeyType::kEcP384},
    Row{Algorithm::kES512, "ES512", HashAlgorithm::kSha512, KeyType::kEcP521},
    Row{Algorithm::kEdDSA, "EdDSA", HashAlgorithm::kSha512, KeyType::kEd25519},
    Row{Algorithm::kHS256, "HS256", HashAlgorithm::kSha256, std::nullopt},
    Row{Algorithm::kHS384, "HS384", HashAlgorithm::kSha384, std::nullopt},
    Row{Algorithm::kHS512, "HS512", HashAlgorithm::kSha512, std::nullopt},
};

constexpr const Row& row(Algorithm algorithm) { return kRows[static_cast<std::size_t>(algorithm)]; }

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].algorithm) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const auto& row : kRows) {
    if (row.name == name) return row.algorithm;
  }
  if (name == "Ed25519") return Algorithm::kEdDSA;
  return std::nullopt;
}

std::string_view name(Algorithm algorithm) { return row(algorithm).name; }
bool is_hmac(Algorithm algorithm) { return !row(algorithm).key_type.has_value(); }
crypto::HashAlgorithm hash_of(Algorithm algorithm) { return row(algorithm).hash; }
std::optional<crypto::KeyType> key_type_of(Algorithm algorithm) { return row(algorithm).key_type; }

Algorithm default_algorithm(crypto::KeyType type) {
  for (const auto& row : kRows) {
    if (row.key_type == type) return row.algorithm;
  }
  return Algorithm::kRS256;
}

std::size_t hmac_key_bytes_min(Algorithm algorithm) {
  if (!is_hmac(algorithm)) return 0;
  return algorithm == Algorithm::kHS256 ? 32 : algorithm == Algorithm::kHS384 ? 48 : 64;
}

std::string left_half_hash(Algorithm algorithm, std::string_view value) {
  const auto hash = crypto::digest(hash_of(algorithm), value);
  return base64url_encode(std::string_view(hash).substr(0, hash.size() / 2));
}

}  // namespace cardea::jose
