#include "core/webauthn_credential.h"

#include <algorithm>
#include <limits>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"

namespace cardea {
namespace {

constexpr std::string_view kNotSpecified = "not specified";
constexpr JsonLimits kDocumentLimits{.bytes_max = 32 * 1024, .depth_max = 6};
constexpr std::size_t kListMax = 64;
constexpr std::int64_t kTimeoutSecondsMax = 86400;
constexpr std::string_view kTransports[] = {"usb", "nfc", "ble", "internal", "hybrid", "smart-card"};

// Reads the members of one policy: the same names with two prefixes.
class Members {
 public:
  Members(const json::object& extra, WebauthnKind kind)
      : extra_(extra), prefix_(kind == WebauthnKind::kPasswordless ? "webAuthnPolicyPasswordless" : "webAuthnPolicy") {}

  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = {}) const {
    auto value = string_or(extra_, prefix_ + std::string(name), fallback);
    return value == kNotSpecified ? std::string() : value;
  }
  // One of the words, or nothing.
  [[nodiscard]] std::string word(std::string_view name, std::initializer_list<std::string_view> words) const {
    auto value = text(name);
    return std::ranges::find(words, value) == words.end() ? std::string() : value;
  }
  [[nodiscard]] bool flag(std::string_view name) const { return bool_or(extra_, prefix_ + std::string(name), false); }
  [[nodiscard]] std::int64_t number(std::string_view name) const {
    return int_or(extra_, prefix_ + std::string(name), 0);
  }
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const {
    std::vector<std::string> out;
    const auto* found = extra_.if_contains(prefix_ + std::string(name));
    if (found == nullptr || !found->is_array()) return out;
    for (const auto& item : found->get_array()) {
      if (item.is_string() && out.size() < kListMax) out.emplace_back(item.get_string());
    }
    return out;
  }

 private:
  const json::object& extra_;
  std::string prefix_;
};

std::string origin_of(std::string_view server_base) {
  const auto uri = parse_uri(server_base);
  return uri ? uri->origin() : std::string();
}

// Keycloak writes padded base64; others came with base64url.
std::optional<std::string> decode_id(std::string_view text) {
  if (auto bytes = base64_decode(text)) return bytes;
  while (text.ends_with('=')) text.remove_suffix(1);
  return base64url_decode(text);
}

}  // namespace

std::string_view credential_type(WebauthnKind kind) {
  return kind == WebauthnKind::kPasswordless ? kPasskeyCredential : kWebauthnCredential;
}

namespace {

/// The word of the standard, or without it what there was before Keycloak 26.7: "Yes" and "No".
std::string resident_key(const Members& members, bool passwordless) {
  auto word = members.word("ResidentKey", {"required", "preferred", "discouraged"});
  if (!word.empty()) return word;
  const auto before = members.text("RequireResidentKey", passwordless ? "Yes" : "");
  return before == "Yes" ? "required" : before == "No" ? "discouraged" : "";
}

}  // namespace

WebauthnPolicy webauthn_policy(const Realm& realm, WebauthnKind kind) {
  const Members members(realm.extra, kind);
  const bool passwordless = kind == WebauthnKind::kPasswordless;
  WebauthnPolicy out;
  out.rp_name = members.text("RpEntityName", "keycloak");
  out.rp_id = members.text("RpId");
  for (const auto& name : members.list("SignatureAlgorithms")) {
    if (const auto algorithm = crypto::cose_algorithm(std::string_view(name))) out.algorithms.push_back(*algorithm);
  }
  if (out.algorithms.empty()) out.algorithms = {crypto::CoseAlgorithm::kEs256, crypto::CoseAlgorithm::kRs256};
  out.attestation = members.word("AttestationConveyancePreference", {"none", "indirect", "direct"});
  out.attachment = members.word("AuthenticatorAttachment", {"platform", "cross-platform"});
  out.resident_key = resident_key(members, passwordless);
  // A realm that says nothing is one that was made before the policy had a default.
  out.user_verification = members.word("UserVerificationRequirement", {"required", "preferred", "discouraged"});
  // It stands for a password, so it must say that it is this person, whatever the realm's document wishes.
  if (passwordless) out.user_verification = "required";
  out.timeout = seconds(std::clamp<std::int64_t>(members.number("CreateTimeout"), 0, kTimeoutSecondsMax));
  out.avoid_same_authenticator = members.flag("AvoidSameAuthenticatorRegister");
  for (const auto& aaguid : members.list("AcceptableAaguids")) {
    if (!aaguid.empty()) out.aaguids.push_back(ascii_lower(aaguid));
  }
  out.extra_origins = members.list("ExtraOrigins");
  if (out.extra_origins.size() > kWebauthnOriginsMax) out.extra_origins.resize(kWebauthnOriginsMax);
  out.passkeys_enabled = passwordless && are_passkeys_enabled(realm);
  if (passwordless) out.mediation = members.word("Mediation", {"none", "optional", "required", "silent"});
  if (out.mediation.empty()) out.mediation = "conditional";
  return out;
}

bool are_passkeys_enabled(const Realm& realm) {
  return bool_or(realm.extra, "webAuthnPolicyPasswordlessPasskeysEnabled", false);
}

std::string relying_party(const WebauthnPolicy& policy, std::string_view server_base) {
  if (!policy.rp_id.empty()) return policy.rp_id;
  const auto uri = parse_uri(server_base);
  return uri ? ascii_lower(uri->host) : std::string();
}

crypto::WebauthnExpectation webauthn_expectation(const WebauthnPolicy& policy, std::string_view server_base,
                                                 std::string challenge) {
  crypto::WebauthnExpectation out{.challenge = std::move(challenge),
                                  .origins = policy.extra_origins,
                                  .rp_id = relying_party(policy, server_base),
                                  .user_verification = policy.requires_verification()};
  std::erase(out.origins, "");
  if (auto own = origin_of(server_base); !own.empty()) out.origins.push_back(std::move(own));
  return out;
}

std::optional<WebauthnRecord> WebauthnRecord::read(const Credential& credential) {
  const auto document = parse_json(credential.credential_data, kDocumentLimits);
  if (!document || !document->is_object()) return std::nullopt;
  WebauthnRecord out;
  out.data = document->get_object();
  auto id = decode_id(string_or(out.data, "credentialId", ""));
  auto key = decode_id(string_or(out.data, "credentialPublicKey", ""));
  const auto count = int_or(out.data, "counter", 0);
  if (!id || id->empty() || id->size() > crypto::kWebauthnCredentialIdBytesMax || !key || key->empty() || count < 0 ||
      count > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  out.id = std::move(*id);
  out.public_key = std::move(*key);
  out.sign_count = static_cast<std::uint32_t>(count);
  if (const auto* listed = out.data.if_contains("transports"); listed != nullptr && listed->is_array()) {
    for (const auto& item : listed->get_array()) {
      if (item.is_string() &&
          std::ranges::find(kTransports, std::string_view(item.get_string())) != std::end(kTransports)) {
        out.transports.emplace_back(item.get_string());
      }
    }
  }
  return out;
}

std::string WebauthnRecord::with_sign_count(std::uint32_t count) const {
  auto changed = data;
  changed["counter"] = count;
  return json::serialize(changed);
}

std::optional<FoundWebauthn> find_webauthn(const std::vector<Credential>& credentials, WebauthnKind kind,
                                           std::string_view id) {
  for (const auto& credential : credentials) {
    if (credential.type != credential_type(kind)) continue;
    auto record = WebauthnRecord::read(credential);
    if (record && record->id == id) return FoundWebauthn{&credential, std::move(*record)};
  }
  return std::nullopt;
}

std::vector<std::string> known_transports(std::string_view list) {
  std::vector<std::string> out;
  for (const auto item : split(list, ',')) {
    const auto word = trim(item);
    if (std::ranges::find(kTransports, word) == std::end(kTransports)) continue;
    if (std::ranges::find(out, word) == out.end()) out.emplace_back(word);
  }
  return out;
}

std::string make_webauthn_data(const crypto::NewWebauthnCredential& made, const std::vector<std::string>& transports) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().member("aaguid", made.aaguid).member("credentialId", base64_encode(made.id));
  writer.member("counter", static_cast<std::int64_t>(made.sign_count));
  writer.member("credentialPublicKey", base64url_encode(made.public_key));
  writer.member("attestationStatementFormat", made.format);
  writer.key("transports").begin_array();
  for (const auto& transport : transports) writer.string(transport);
  writer.end_array().end_object();
  return out;
}

std::string webauthn_descriptors(const std::vector<Credential>& credentials, WebauthnKind kind) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_array();
  for (const auto& credential : credentials) {
    if (credential.type != credential_type(kind)) continue;
    const auto record = WebauthnRecord::read(credential);
    if (!record) continue;
    writer.begin_object().member("id", base64url_encode(record->id)).key("transports").begin_array();
    for (const auto& transport : record->transports) writer.string(transport);
    writer.end_array().end_object();
  }
  writer.end_array();
  return out;
}

}  // namespace cardea
