#include "core/recovery_codes.h"

#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "crypto/hash.h"

namespace cardea {
namespace {

// 32 of them, without those that look alike.
constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
static_assert(kAlphabet.size() == 32);
constexpr std::size_t kGroup = 4;
constexpr std::string_view kAlgorithm = "SHA-512";
constexpr JsonLimits kDocumentLimits{.bytes_max = 32 * 1024, .depth_max = 4};

struct Parsed {
  json::object data;
  json::array codes;
};

std::optional<Parsed> parse(const Credential& credential) {
  const auto data = parse_json(credential.credential_data, kDocumentLimits);
  const auto secret = parse_json(credential.secret_data.reveal(), kDocumentLimits);
  if (!data || !data->is_object() || !secret || !secret->is_object()) return std::nullopt;
  const auto* codes = secret->get_object().if_contains("codes");
  if (codes == nullptr || !codes->is_array() || codes->get_array().empty()) return std::nullopt;
  if (codes->get_array().size() > kRecoveryCodesMax) return std::nullopt;
  const auto& first = codes->get_array().front();
  const bool good = string_or(data->get_object(), "algorithm", "") == kAlgorithm && first.is_object() &&
                    int_or(data->get_object(), "hashIterations", 1) == 1;
  if (!good) return std::nullopt;
  return Parsed{data->get_object(), codes->get_array()};
}

std::string hash_of(std::string_view code) { return base64_encode(as_text(crypto::sha512(code))); }

SecretBytes secret_of(const json::array& codes) { return SecretBytes(json::serialize(json::object{{"codes", codes}})); }

std::string normal(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

}  // namespace

std::vector<std::string> make_recovery_codes(Random& random) {
  std::vector<std::string> out;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    std::array<std::uint8_t, kRecoveryCodeChars> bytes{};
    random.fill(bytes);
    std::string code;
    for (const auto byte : bytes) code.push_back(kAlphabet[byte % kAlphabet.size()]);  // 256 is a multiple of 32
    out.push_back(std::move(code));
  }
  return out;
}

std::string grouped_code(std::string_view code) {
  std::string out;
  for (std::size_t at = 0; at < code.size(); at += kGroup) {
    if (at > 0) out.push_back('-');
    out += code.substr(at, kGroup);
  }
  return out;
}

RecoveryDocuments make_recovery_documents(std::span<const std::string> codes) {
  const auto total = static_cast<std::int64_t>(codes.size());
  json::array hashed;
  for (const auto& code : codes) {
    hashed.push_back(
        json::object{{"number", static_cast<std::int64_t>(hashed.size()) + 1}, {"encodedHashedValue", hash_of(code)}});
  }
  return {json::serialize(json::object{{"algorithm", kAlgorithm}, {"totalCodes", total}, {"remainingCodes", total}}),
          secret_of(hashed)};
}

std::optional<RecoveryState> recovery_state(const Credential& credential) {
  const auto parsed = parse(credential);
  if (!parsed) return std::nullopt;
  return RecoveryState{static_cast<int>(int_or(parsed->codes.front().get_object(), "number", 1)),
                       static_cast<int>(parsed->codes.size())};
}

std::optional<RecoveryAccepted> check_recovery_code(const Credential& credential, std::string_view typed) {
  auto parsed = parse(credential);
  if (!parsed || typed.empty() || typed.size() > kRecoveryInputBytesMax) return std::nullopt;
  const auto wanted = string_or(parsed->codes.front().get_object(), "encodedHashedValue", "");
  if (!equal_secrets(wanted, hash_of(normal(typed)))) return std::nullopt;
  parsed->codes.erase(parsed->codes.begin());
  if (parsed->codes.empty()) return RecoveryAccepted{};
  parsed->data["remainingCodes"] = static_cast<std::int64_t>(parsed->codes.size());
  return RecoveryAccepted{RecoveryDocuments{json::serialize(parsed->data), secret_of(parsed->codes)}};
}

}  // namespace cardea
