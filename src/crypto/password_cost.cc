#include "crypto/password_cost.h"

#include "base/text.h"

namespace cardea::crypto {
namespace {

bool is_within(std::size_t value, std::size_t least, std::size_t most) { return value >= least && value <= most; }

std::optional<std::string_view> parameter(const PasswordHash& hash, const char* name) {
  const auto found = hash.parameters.find(name);
  if (found == hash.parameters.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> number(const PasswordHash& hash, const char* name) {
  const auto text = parameter(hash, name);
  return text ? parse_integer<std::uint32_t>(*text) : std::nullopt;
}

Result<void, PasswordError> check_argon2(const PasswordHash& hash) {
  const auto cost = parse_argon2_cost(hash);
  if (!cost) return refuse(cost.error());
  const auto work = std::uint64_t{cost->memory_kib} * static_cast<std::uint64_t>(hash.iterations);
  const bool fits = is_within(cost->lanes, 1, kArgon2LanesMax) &&
                    is_within(cost->memory_kib, std::size_t{8} * cost->lanes, kArgon2MemoryKibMax) &&
                    work <= kArgon2WorkMax;
  if (!fits) return refuse(PasswordError::kCost);
  return {};
}

}  // namespace

Result<Argon2Cost, PasswordError> parse_argon2_cost(const PasswordHash& hash) {
  const auto memory = number(hash, "memory"), lanes = number(hash, "parallelism"), length = number(hash, "hashLength");
  const auto type = parameter(hash, "type"), version = parameter(hash, "version");
  if (!memory || !lanes || !length || !type || !version) return refuse(PasswordError::kMalformed);
  if (*length != hash.hash.size()) return refuse(PasswordError::kMalformed);
  if (*type != "id" && *type != "i" && *type != "d") return refuse(PasswordError::kUnsupported);
  if (*version != "1.0" && *version != "1.3") return refuse(PasswordError::kUnsupported);
  return Argon2Cost{*memory, *lanes, std::string(*type), std::string(*version)};
}

std::optional<HashAlgorithm> pbkdf2_digest(std::string_view algorithm) {
  if (algorithm == "pbkdf2-sha512") return HashAlgorithm::kSha512;
  if (algorithm == "pbkdf2-sha256") return HashAlgorithm::kSha256;
  if (algorithm == "pbkdf2") return HashAlgorithm::kSha1;
  return std::nullopt;
}

Result<void, PasswordError> check_cost(const PasswordHash& hash) {
  const bool sizes_fit = is_within(hash.salt.size(), kSaltBytesMin, kSaltBytesMax) &&
                         is_within(hash.hash.size(), kHashBytesMin, kHashBytesMax) && hash.iterations >= 1;
  if (hash.algorithm != "argon2" && !pbkdf2_digest(hash.algorithm)) return refuse(PasswordError::kUnsupported);
  if (!sizes_fit) return refuse(PasswordError::kCost);
  const auto digest = pbkdf2_digest(hash.algorithm);
  if (!digest) return check_argon2(hash);
  const auto block = static_cast<std::size_t>(EVP_MD_get_size(fetched_digest(*digest)));
  const auto blocks = (hash.hash.size() + block - 1) / block;
  if (static_cast<std::uint64_t>(hash.iterations) * blocks > kPbkdf2WorkMax) return refuse(PasswordError::kCost);
  return {};
}

}  // namespace cardea::crypto
