// One-time password credentials: the realm's policy, the stored credential in Keycloak's shape (keycloak.md section
// 5.4), and the check of a code. A code counts once: `check_otp` says what the credential becomes, and storing it is
// one guarded statement (CredentialRepo::change_data) that fails when another request used the code first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/otp.h"
#include "domain/credential.h"
#include "domain/realm.h"

namespace cardea {

inline constexpr std::string_view kOtpCredential = "otp";

/// The realm's otpPolicy* members. Values outside what the RFCs and Keycloak allow fall back to its defaults.
struct OtpPolicy {
  bool is_totp = true;
  crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::kSha1;
  int digits = 6;
  int period_seconds = 30;
  int look_ahead = 1;
  std::int64_t initial_counter = 0;
  bool is_code_reusable = false;
};
[[nodiscard]] OtpPolicy otp_policy(const Realm& realm);
/// "HmacSHA1", "HmacSHA256", "HmacSHA512".
[[nodiscard]] std::string_view otp_algorithm_name(crypto::HashAlgorithm algorithm);

/// The code was right. `data`: what credential_data becomes; absent when nothing is to be remembered.
struct OtpAccepted {
  std::optional<std::string> data;
};
/// Digits, algorithm and period are the credential's; the window and reuse are the policy's. TOTP: `look_ahead` steps
/// on both sides of now, only after the last step that was used (RFC 6238 section 5.2). HOTP: from the counter
/// `look_ahead` on (RFC 4226 section 7.2). Absent: wrong, used before, or a credential that cannot be read.
[[nodiscard]] std::optional<OtpAccepted> check_otp(const Credential& credential, const OtpPolicy& policy,
                                                   std::string_view code, TimePoint now);

/// The two documents of a new credential. `secret`: the bytes of the key, printable, as Keycloak keeps them.
struct OtpDocuments {
  std::string credential_data;
  SecretBytes secret_data;
};
[[nodiscard]] OtpDocuments make_otp_documents(const OtpPolicy& policy, std::string_view secret);

}  // namespace cardea
