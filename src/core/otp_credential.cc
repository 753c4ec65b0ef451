#include "core/otp_credential.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"

namespace cardea {
namespace {

using crypto::HashAlgorithm;

constexpr std::int64_t kCounterMax = std::int64_t{1} << 53;
constexpr JsonLimits kDocumentLimits{.bytes_max = 8 * 1024, .depth_max = 4};

std::optional<HashAlgorithm> parse_algorithm(std::string_view name) {
  if (name == "HmacSHA1") return HashAlgorithm::kSha1;
  if (name == "HmacSHA256") return HashAlgorithm::kSha256;
  if (name == "HmacSHA512") return HashAlgorithm::kSha512;
  return std::nullopt;
}

// A number of the realm when it is within bounds, else the fallback.
int bounded(const json::object& extra, std::string_view name, int fallback, int least, int most) {
  const auto value = int_or(extra, name, fallback);
  return value < least || value > most ? fallback : static_cast<int>(value);
}

struct Parsed {
  json::object data;
  bool is_totp = true;
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  int digits = 6;
  std::int64_t period = 30;
  std::int64_t counter = 0;
  SecretBytes key;
};

std::optional<SecretBytes> read_key(const Credential& credential) {
  const auto secret = parse_json(credential.secret_data.reveal(), kDocumentLimits);
  if (!secret || !secret->is_object()) return std::nullopt;
  auto value = string_or(secret->get_object(), "value", "");
  if (value.empty()) return std::nullopt;
  return SecretBytes(std::move(value));
}

std::optional<Parsed> parse(const Credential& credential) {
  const auto document = parse_json(credential.credential_data, kDocumentLimits);
  auto key = read_key(credential);
  if (!document || !document->is_object() || !key) return std::nullopt;
  Parsed out;
  out.data = document->get_object();
  const auto type = string_or(out.data, "subType", "");
  const auto algorithm = parse_algorithm(string_or(out.data, "algorithm", "HmacSHA1"));
  out.is_totp = type == "totp";
  out.digits = bounded(out.data, "digits", 0, 6, 8);
  out.period = int_or(out.data, "period", 30);
  out.counter = int_or(out.data, "counter", 0);
  const bool good = (out.is_totp || type == "hotp") && algorithm && out.digits != 0 && out.counter >= 0 &&
                    out.counter < kCounterMax && (!out.is_totp || (out.period > 0 && out.period <= 86400));
  if (!good) return std::nullopt;
  out.algorithm = *algorithm;
  if (string_or(out.data, "secretEncoding", "") == "BASE32") {
    auto decoded = crypto::base32_decode(key->reveal());
    if (!decoded || decoded->empty()) return std::nullopt;
    key = SecretBytes(std::move(*decoded));
  }
  out.key = std::move(*key);
  return out;
}

std::string with_counter(json::object data, std::uint64_t counter) {
  data["counter"] = static_cast<std::int64_t>(counter);
  return json::serialize(data);
}

}  // namespace

OtpPolicy otp_policy(const Realm& realm) {
  const auto& extra = realm.extra;
  OtpPolicy out;
  out.is_totp = string_or(extra, "otpPolicyType", "totp") != "hotp";
  out.algorithm = parse_algorithm(string_or(extra, "otpPolicyAlgorithm", "")).value_or(HashAlgorithm::kSha1);
  out.digits = bounded(extra, "otpPolicyDigits", 6, 6, 8);
  out.period_seconds = bounded(extra, "otpPolicyPeriod", 30, 1, 86400);
  out.look_ahead = bounded(extra, "otpPolicyLookAheadWindow", 1, 0, 100);
  out.initial_counter = std::clamp<std::int64_t>(int_or(extra, "otpPolicyInitialCounter", 0), 0, kCounterMax - 1);
  out.is_code_reusable = bool_or(extra, "otpPolicyCodeReusable", false);
  return out;
}

std::string_view otp_algorithm_name(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha256:
      return "HmacSHA256";
    case HashAlgorithm::kSha512:
      return "HmacSHA512";
    default:
      return "HmacSHA1";
  }
}

std::optional<OtpAccepted> check_otp(const Credential& credential, const OtpPolicy& policy, std::string_view code,
                                     TimePoint now) {
  auto parsed = parse(credential);
  if (!parsed || code.size() != static_cast<std::size_t>(parsed->digits)) return std::nullopt;
  const auto window = static_cast<std::uint64_t>(policy.look_ahead);
  if (!parsed->is_totp) {
    const auto first = static_cast<std::uint64_t>(parsed->counter);
    const auto found =
        crypto::find_otp_counter(parsed->algorithm, parsed->key.reveal(), code, parsed->digits, first, first + window);
    if (!found) return std::nullopt;
    return OtpAccepted{with_counter(std::move(parsed->data), *found + 1)};
  }
  const auto step = static_cast<std::uint64_t>(std::max<std::int64_t>(epoch_seconds(now) / parsed->period, 0));
  const auto found = crypto::find_otp_counter(parsed->algorithm, parsed->key.reveal(), code, parsed->digits,
                                              step > window ? step - window : 0, step + window);
  if (!found) return std::nullopt;
  if (policy.is_code_reusable) return OtpAccepted{};
  // `counter` of a TOTP credential is the last step that was used: Keycloak keeps the policy's initial counter there.
  // One beyond the window was never used here.
  const auto used = static_cast<std::uint64_t>(parsed->counter);
  if (used <= step + window && *found <= used) return std::nullopt;
  return OtpAccepted{with_counter(std::move(parsed->data), *found)};
}

OtpDocuments make_otp_documents(const OtpPolicy& policy, std::string_view secret) {
  OtpDocuments out;
  out.credential_data = json::serialize(json::object{{"subType", policy.is_totp ? "totp" : "hotp"},
                                                     {"digits", policy.digits},
                                                     {"counter", policy.is_totp ? 0 : policy.initial_counter},
                                                     {"period", policy.period_seconds},
                                                     {"algorithm", otp_algorithm_name(policy.algorithm)}});
  out.secret_data = SecretBytes(json::serialize(json::object{{"value", secret}}));
  return out;
}

}  // namespace cardea
