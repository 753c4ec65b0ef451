// WebAuthn in a realm: its two policies (webAuthnPolicy*, webAuthnPolicyPasswordless*; keycloak.md section 3.1), stored
// credentials in Keycloak's shape (section 5.4), so that those of an imported realm go on working and an export can go
// back, and what both pages need to ask a browser. The ceremonies themselves are checked in crypto/webauthn.h.
//
// Keycloak refuses a realm file whose credentials have members it does not know, so nothing of ours stands in there:
// the backup flags are judged in every answer by themselves and not compared with those of the registration.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crypto/webauthn.h"
#include "domain/credential.h"
#include "domain/realm.h"

namespace cardea {

inline constexpr std::string_view kWebauthnCredential = "webauthn";
inline constexpr std::string_view kPasskeyCredential = "webauthn-passwordless";

enum class WebauthnKind { kSecondFactor, kPasswordless };
[[nodiscard]] std::string_view credential_type(WebauthnKind kind);

inline constexpr std::size_t kChallengeBytes = 32;
inline constexpr std::size_t kWebauthnOriginsMax = 32;
inline constexpr seconds kChallengeLife{300};  // WR-1: no longer than five minutes

/// A policy. Words are those of the browser's API; empty: not said.
struct WebauthnPolicy {
  std::string rp_name;
  std::string rp_id;  // empty: the host that people see
  std::vector<crypto::CoseAlgorithm> algorithms;
  std::string attestation;        // "none", "indirect", "direct"
  std::string attachment;         // "platform", "cross-platform"
  std::string resident_key;       // "required", "preferred", "discouraged"
  std::string user_verification;  // "required", "preferred", "discouraged"
  seconds timeout{0};             // zero: the browser's
  bool avoid_same_authenticator = false;
  std::vector<std::string> aaguids;        // lower case
  std::vector<std::string> extra_origins;  // beside our own
  bool passkeys_enabled = false;           // kPasswordless: offered on the form that asks for the name
  std::string mediation;  // kPasswordless: how that form asks by itself: "conditional", "optional", "required",
                          // "silent", or "none"

  [[nodiscard]] bool requires_verification() const { return user_verification == "required"; }
};
[[nodiscard]] WebauthnPolicy webauthn_policy(const Realm& realm, WebauthnKind kind);
/// WebauthnPolicy::passkeys_enabled, without reading the rest.
[[nodiscard]] bool are_passkeys_enabled(const Realm& realm);

/// What a ceremony is compared with. `server_base`: our base URL as the person's browser sees it.
[[nodiscard]] crypto::WebauthnExpectation webauthn_expectation(const WebauthnPolicy& policy,
                                                               std::string_view server_base, std::string challenge);
/// The relying party of a policy: its own, or the host of our base URL.
[[nodiscard]] std::string relying_party(const WebauthnPolicy& policy, std::string_view server_base);

/// A stored credential as it is used. Absent from `read`: a document that cannot be read.
struct WebauthnRecord {
  std::string id;          // raw bytes
  std::string public_key;  // COSE_Key
  std::uint32_t sign_count = 0;
  std::vector<std::string> transports;
  json::object data;

  [[nodiscard]] static std::optional<WebauthnRecord> read(const Credential& credential);
  /// credential_data with another counter.
  [[nodiscard]] std::string with_sign_count(std::uint32_t count) const;
};

/// The user's credential with this id; null when there is none of that kind.
struct FoundWebauthn {
  const Credential* credential = nullptr;
  WebauthnRecord record;
};
[[nodiscard]] std::optional<FoundWebauthn> find_webauthn(const std::vector<Credential>& credentials, WebauthnKind kind,
                                                         std::string_view id);

/// credential_data of a new credential; secret_data is "{}". `transports`: as the browser says, known words only.
[[nodiscard]] std::string make_webauthn_data(const crypto::NewWebauthnCredential& made,
                                             const std::vector<std::string>& transports);
/// Those of the list ("usb,nfc") that are transports.
[[nodiscard]] std::vector<std::string> known_transports(std::string_view list);

/// [{"id":"...","transports":["usb"]}] for the page, of all readable credentials of that kind; ids as base64url.
[[nodiscard]] std::string webauthn_descriptors(const std::vector<Credential>& credentials, WebauthnKind kind);

/// The user handle of a user: the bytes of their id, as Keycloak has it, so that passkeys made there name the same
/// user. Ids are random and say nothing about the person.
[[nodiscard]] inline std::string_view user_handle(const UserId& user) { return user.str(); }

}  // namespace cardea
