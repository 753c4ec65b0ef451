// Recovery authentication codes in Keycloak's shape: a list on paper, each good for one login, asked for in order.
//   credential_data {"algorithm":"SHA-512","totalCodes":12,"remainingCodes":11}
//   secret_data     {"codes":[{"number":2,"encodedHashedValue":"base64(SHA-512(code))"}, ...]}
// Codes are random and long enough (80 bits) that a fast hash without salt gives nothing away. Using one is one guarded
// statement (CredentialRepo::change_documents, or `remove` for the last), so of two uses one wins.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "domain/credential.h"

namespace cardea {

inline constexpr std::string_view kRecoveryCredential = "recovery-authn-codes";
inline constexpr int kRecoveryCodes = 12;
inline constexpr int kRecoveryCodesMax = 100;          // of an imported credential
inline constexpr int kRecoveryCodesFew = 4;            // then the person is told (Keycloak's default threshold)
inline constexpr std::size_t kRecoveryCodeChars = 16;  // 32 letters and digits to choose from: 5 bits each
inline constexpr std::size_t kRecoveryInputBytesMax = 64;

[[nodiscard]] std::vector<std::string> make_recovery_codes(Random& random);
/// "ABCD-EFGH-IJKL-MNOP", as people read it.
[[nodiscard]] std::string grouped_code(std::string_view code);

struct RecoveryDocuments {
  std::string credential_data;
  SecretBytes secret_data;
};
[[nodiscard]] RecoveryDocuments make_recovery_documents(std::span<const std::string> codes);

/// Where a stored list stands. Absent: it cannot be read, or all codes are used.
struct RecoveryState {
  int next_number = 0;  // the code that is asked for
  int remaining = 0;
};
[[nodiscard]] std::optional<RecoveryState> recovery_state(const Credential& credential);

/// The next code was right. `after`: what the credential becomes; absent when this was the last one.
struct RecoveryAccepted {
  std::optional<RecoveryDocuments> after;
};
/// Absent: wrong. `typed` may have spaces and dashes and be in lower case. Only the code that is asked for counts.
[[nodiscard]] std::optional<RecoveryAccepted> check_recovery_code(const Credential& credential, std::string_view typed);

}  // namespace cardea
