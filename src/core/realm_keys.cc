#include "core/realm_keys.h"

#include <algorithm>
#include <array>

#include "jose/algorithm.h"

namespace cardea {
namespace {

constexpr int kCertificateYears = 10;
constexpr int kSecretBytesMax = 512;
constexpr int kFallbackPriority = -100;
constexpr std::array<std::string_view, 4> kSigned = {"access.token.signed.response.alg", "id.token.signed.response.alg",
                                                     "user.info.response.signature.alg",
                                                     "authorization.signed.response.alg"};

bool is_symmetric(const RealmKey& key) { return key.algorithm.starts_with("HS") || key.algorithm == "AES"; }

crypto::KeyType type_of(const RealmKey& key) {
  if (key.algorithm == "ES256") return crypto::KeyType::kEcP256;
  if (key.algorithm == "ES384") return crypto::KeyType::kEcP384;
  if (key.algorithm == "ES512") return crypto::KeyType::kEcP521;
  if (key.algorithm == "EdDSA") return crypto::KeyType::kEd25519;
  return crypto::KeyType::kRsa;
}

/// AES keys have 16 bytes unless 24 or 32 are asked for; HMAC keys are as long as the hash at least.
int secret_bytes(const RealmKey& key, int wanted) {
  if (key.algorithm == "AES") return wanted == 24 || wanted == 32 ? wanted : 16;
  const int shortest = key.algorithm == "HS256" ? 32 : key.algorithm == "HS384" ? 48 : 64;
  return std::clamp(wanted, shortest, kSecretBytesMax);
}

void make_secret(RealmKey& key, int size, Random& random) {
  std::string bytes(static_cast<std::size_t>(secret_bytes(key, size)), '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  key.secret = SecretBytes(std::move(bytes));
  key.kid = random_uuid(random);
}

Result<void, crypto::KeyError> make_private_key(RealmKey& key, int size) {
  const auto type = type_of(key);
  const auto made = crypto::PrivateKey::generate(type, size == 0 ? crypto::kRsaBitsMin : size);
  if (!made) return refuse(made.error());
  key.secret = made->to_pem();
  key.kid = crypto::key_id(*made);
  return {};
}

}  // namespace

Result<RealmKey, crypto::KeyError> complete_key(KeyComponent wanted, std::string_view realm, TimePoint now,
                                                Random& random) {
  auto key = std::move(wanted.key);
  key.created_at = now;
  if (is_symmetric(key)) {
    if (key.secret.empty()) make_secret(key, wanted.size, random);
    return key;
  }
  if (key.secret.empty()) {
    if (auto made = make_private_key(key, wanted.size); !made) return refuse(made.error());
  }
  if (type_of(key) == crypto::KeyType::kRsa && key.certificate_der.empty()) {
    const auto read = crypto::PrivateKey::from_pem(key.secret.reveal());
    if (!read) return refuse(read.error());
    auto certificate = crypto::make_self_signed_certificate(*read, realm, now, kCertificateYears);
    if (!certificate) return refuse(certificate.error());
    key.certificate_der = std::move(*certificate);
  }
  return key;
}

std::vector<std::string> signature_algorithms_of(const Client& client) {
  std::vector<std::string> algorithms;
  for (const auto attribute : kSigned) {
    const auto algorithm = client.attribute(attribute);
    if (!jose::parse_algorithm(algorithm) || std::ranges::find(algorithms, algorithm) != algorithms.end()) continue;
    algorithms.emplace_back(algorithm);
  }
  return algorithms;
}

KeyComponent fallback_key(std::string_view algorithm) {
  KeyComponent wanted;
  auto& key = wanted.key;
  key.algorithm = algorithm;
  key.name = "fallback-" + key.algorithm;
  key.provider = algorithm == "AES"           ? "aes-generated"
                 : algorithm == "EdDSA"       ? "eddsa-generated"
                 : algorithm.starts_with("E") ? "ecdsa-generated"
                 : algorithm.starts_with("H") ? "hmac-generated"
                                              : "rsa-generated";
  key.use = algorithm == "AES" ? "enc" : "sig";
  key.priority = kFallbackPriority;
  return wanted;
}

}  // namespace cardea
