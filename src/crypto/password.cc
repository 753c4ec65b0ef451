#include "crypto/password.h"

#include <argon2.h>
#include <openssl/evp.h>
#include <sodium/crypto_pwhash.h>
#include <cstdlib>

#include <optional>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/openssl.h"
#include "crypto/password_cost.h"
#include "crypto/sodium.h"

namespace cardea::crypto {
namespace {

constexpr int kDefaultPasses = 5;
constexpr std::size_t kDefaultHashBytes = 32;
constexpr std::size_t kDefaultSaltBytes = crypto_pwhash_SALTBYTES;

PasswordHash default_hash(std::string salt) {
  return {.algorithm = "argon2",
          .iterations = kDefaultPasses,
          .parameters =
              {{"hashLength", "32"}, {"memory", "7168"}, {"parallelism", "1"}, {"type", "id"}, {"version", "1.3"}},
          .salt = std::move(salt),
          .hash = std::string(kDefaultHashBytes, '\0')};
}

unsigned char* out_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// libsodium is twice as fast, and serves one lane, 16 bytes of salt, version 1.3 and the types i and id only.
bool fits_sodium(const Argon2Cost& cost, const PasswordHash& hash) {
  const bool has_type = cost.type == "id" || (cost.type == "i" && hash.iterations >= 3);
  return has_type && cost.version == "1.3" && cost.lanes == 1 && hash.salt.size() == crypto_pwhash_SALTBYTES &&
         hash.hash.size() >= crypto_pwhash_BYTES_MIN;
}

Result<std::string, PasswordError> argon2_by_sodium(const Argon2Cost& cost, const PasswordHash& hash,
                                                    std::string_view password) {
  ensure_sodium();
  const int algorithm = cost.type == "id" ? crypto_pwhash_ALG_ARGON2ID13 : crypto_pwhash_ALG_ARGON2I13;
  std::string out(hash.hash.size(), '\0');
  const int done =
      crypto_pwhash(out_bytes(out), out.size(), password.data(), password.size(), as_bytes(hash.salt).data(),
                    static_cast<unsigned long long>(hash.iterations), std::size_t{cost.memory_kib} * 1024, algorithm);
  if (done != 0) return refuse(PasswordError::kNoMemory);
  return out;
}

Result<std::string, PasswordError> argon2_by_reference(const Argon2Cost& cost, const PasswordHash& hash,
                                                       std::string_view password) {
  std::string out(hash.hash.size(), '\0');
  argon2_context context{};
  context.out = out_bytes(out);
  context.outlen = static_cast<std::uint32_t>(out.size());
  context.pwd = const_cast<std::uint8_t*>(as_bytes(password).data());  // not written: no flag asks for clearing it
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = const_cast<std::uint8_t*>(as_bytes(hash.salt).data());
  context.saltlen = static_cast<std::uint32_t>(hash.salt.size());
  context.t_cost = static_cast<std::uint32_t>(hash.iterations);
  context.m_cost = cost.memory_kib;
  context.lanes = cost.lanes;
  context.threads = 1;  // the hash lane decides how many cores work, not an imported hash
  context.version = cost.version == "1.0" ? ARGON2_VERSION_10 : ARGON2_VERSION_13;
  const auto type = cost.type == "id" ? Argon2_id : cost.type == "i" ? Argon2_i : Argon2_d;
  const int done = ::argon2_ctx(&context, type);
  if (done == ARGON2_MEMORY_ALLOCATION_ERROR) return refuse(PasswordError::kNoMemory);
  if (done != ARGON2_OK) return refuse(PasswordError::kCost);
  return out;
}

Result<std::string, PasswordError> pbkdf2(HashAlgorithm algorithm, const PasswordHash& hash,
                                          std::string_view password) {
  std::string out(hash.hash.size(), '\0');
  const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), as_bytes(hash.salt).data(),
                                     static_cast<int>(hash.salt.size()), hash.iterations, fetched_digest(algorithm),
                                     static_cast<int>(out.size()), out_bytes(out));
  if (done != 1) return refuse(PasswordError::kNoMemory);
  return out;
}

// Hashes `password` as `hash` was hashed.
Result<std::string, PasswordError> hash_like(const PasswordHash& hash, std::string_view password) {
  if (password.size() > kPasswordBytesMax) return refuse(PasswordError::kTooLong);
  if (const auto checked = check_cost(hash); !checked) return refuse(checked.error());
  if (const auto algorithm = pbkdf2_digest(hash.algorithm)) return pbkdf2(*algorithm, hash, password);
  const auto cost = parse_argon2_cost(hash);
  if (!cost) return refuse(cost.error());
  return fits_sodium(*cost, hash) ? argon2_by_sodium(*cost, hash, password)
                                  : argon2_by_reference(*cost, hash, password);
}

}  // namespace

std::string_view describe(PasswordError error) {
  switch (error) {
    case PasswordError::kTooLong:
      return "password_too_long";
    case PasswordError::kUnsupported:
      return "password_hash_unsupported";
    case PasswordError::kCost:
      return "password_hash_cost";
    case PasswordError::kMalformed:
      return "password_hash_malformed";
    case PasswordError::kNoMemory:
      return "password_no_memory";
  }
  return "password_error";
}

Result<PasswordHash, PasswordError> hash_password(std::string_view password, Random& random) {
  std::string salt(kDefaultSaltBytes, '\0');
  random.fill({out_bytes(salt), salt.size()});
  auto hash = default_hash(std::move(salt));
  auto bytes = hash_like(hash, password);
  if (!bytes) return refuse(bytes.error());
  hash.hash = std::move(*bytes);
  return hash;
}

Result<bool, PasswordError> verify_password(const PasswordHash& hash, std::string_view password) {
  auto bytes = hash_like(hash, password);
  if (!bytes) return refuse(bytes.error());
  const bool equal = equal_secrets(*bytes, hash.hash);
  wipe(*bytes);
  return equal;
}

const PasswordHash& dummy_hash() {
  static const auto hash = default_hash(std::string(kDefaultSaltBytes, 'c'));
  return hash;
}

bool has_default_cost(const PasswordHash& hash) {
  const auto& wanted = dummy_hash();
  return hash.algorithm == wanted.algorithm && hash.iterations == wanted.iterations &&
         hash.parameters == wanted.parameters && hash.hash.size() == wanted.hash.size();
}

double relative_cost(const PasswordHash& hash) {
  struct Speed {
    std::string_view algorithm;
    std::size_t digest_bytes;
    double iterations;  // of one block, in the time of one hash of the default cost
  };
  static constexpr Speed kSpeeds[] = {
      {"pbkdf2", 20, 15'400}, {"pbkdf2-sha256", 32, 11'000}, {"pbkdf2-sha512", 64, 6'400}};
  for (const auto& speed : kSpeeds) {
    if (hash.algorithm != speed.algorithm) continue;
    const auto blocks = (hash.hash.size() + speed.digest_bytes - 1) / speed.digest_bytes;
    return static_cast<double>(hash.iterations) * static_cast<double>(blocks) / speed.iterations;
  }
  const auto passes_of = [](const PasswordHash& argon2) {
    const auto memory = argon2.parameters.find("memory");
    const auto kib = memory == argon2.parameters.end() ? 0.0 : std::strtod(memory->second.c_str(), nullptr);
    return kib * argon2.iterations;
  };
  return passes_of(hash) / passes_of(dummy_hash());
}

PasswordHash dummy_like(const PasswordHash& hash, int iterations) {
  auto dummy = hash;
  dummy.iterations = iterations;
  dummy.salt.assign(kDefaultSaltBytes, 'c');
  dummy.hash.assign(hash.hash.size(), 'c');
  return dummy;
}

}  // namespace cardea::crypto
