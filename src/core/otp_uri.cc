#include "core/otp_uri.h"

#include <array>

#include "base/uri.h"

namespace cardea {
namespace {

// 64 of them: every byte of randomness gives one without bias.
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static_assert(kAlphabet.size() == 64);
constexpr std::size_t kGroup = 4;

std::string_view wire_name(crypto::HashAlgorithm algorithm) { return otp_algorithm_name(algorithm).substr(4); }

}  // namespace

std::string make_otp_secret(Random& random) {
  std::array<std::uint8_t, kOtpSecretChars> bytes{};
  random.fill(bytes);
  std::string out;
  for (const auto byte : bytes) out.push_back(kAlphabet[byte % kAlphabet.size()]);
  return out;
}

std::string otp_uri(const OtpPolicy& policy, std::string_view issuer, std::string_view account,
                    std::string_view secret) {
  std::string out = "otpauth://";
  out.append(policy.is_totp ? "totp/" : "hotp/").append(percent_encode(issuer)).append(":");
  out.append(percent_encode(account)).append("?secret=").append(crypto::base32_encode(secret));
  out.append("&digits=").append(std::to_string(policy.digits));
  out.append("&algorithm=").append(wire_name(policy.algorithm)).append("&issuer=").append(percent_encode(issuer));
  if (policy.is_totp) {
    out.append("&period=").append(std::to_string(policy.period_seconds));
  } else {
    out.append("&counter=").append(std::to_string(policy.initial_counter));
  }
  return out;
}

std::string grouped_otp_key(std::string_view secret) {
  const auto key = crypto::base32_encode(secret);
  std::string out;
  for (std::size_t at = 0; at < key.size(); at += kGroup) {
    if (at > 0) out.push_back(' ');
    out += key.substr(at, kGroup);
  }
  return out;
}

}  // namespace cardea
