// What somebody has proven in a flow so far. Each result names its step, what was proven there, and whose it is: a note
// of one step never counts for another (attack class 5). Only the code that checked the proof makes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"

namespace cardea {

enum class Proof : std::uint8_t {
  kUsername,  // said who they are: proves nothing
  kPassword,
  kOtp,
  kRecoveryCode,
  kWebauthn,  // a second factor
  kPasskey,   // passwordless: it names the user and proves them
  kUpstream,  // another provider vouched for them
  kMail,      // followed the link that was sent to their address; of flows that reset credentials alone
};

struct ProofFacts {
  Proof proof;
  std::string_view name;        // in an interaction's document: never changes
  std::string_view credential;  // the credential type that was used; empty: none, then it is no factor
};
inline constexpr ProofFacts kProofs[] = {
    {Proof::kUsername, "username", ""},
    {Proof::kPassword, "password", "password"},
    {Proof::kOtp, "otp", "otp"},
    {Proof::kRecoveryCode, "recovery", "recovery-authn-codes"},
    {Proof::kWebauthn, "webauthn", "webauthn"},
    {Proof::kPasskey, "passkey", "webauthn-passwordless"},
    {Proof::kUpstream, "upstream", "upstream"},
    {Proof::kMail, "mail", "mail"},
};
[[nodiscard]] constexpr const ProofFacts& facts_of(Proof proof) {
  for (const auto& facts : kProofs) {
    if (facts.proof == proof) return facts;
  }
  return kProofs[0];  // the one that proves nothing
}
[[nodiscard]] constexpr std::optional<Proof> parse_proof(std::string_view name) {
  for (const auto& facts : kProofs) {
    if (facts.name == name) return facts.proof;
  }
  return std::nullopt;
}

struct StepResult {
  std::string execution;  // Execution::id
  Proof proof = Proof::kUsername;
  UserId user;
  std::string provider = {};  // of kUpstream: the alias of who vouched
  friend bool operator==(const StepResult&, const StepResult&) = default;
};

struct FlowProgress {
  UserId user;
  std::vector<StepResult> results;  // in the order they came
  bool remember_me = false;

  [[nodiscard]] const StepResult* find(std::string_view execution) const {
    for (const auto& result : results) {
      if (result.execution == execution) return &result;
    }
    return nullptr;
  }
  /// A proof of this kind was brought at any step.
  [[nodiscard]] bool has(Proof proof) const {
    for (const auto& result : results) {
      if (result.proof == proof && result.user == user) return true;
    }
    return false;
  }
  /// A credential of this user was checked.
  [[nodiscard]] bool is_proven() const {
    for (const auto& result : results) {
      if (!facts_of(result.proof).credential.empty() && result.user == user) return true;
    }
    return false;
  }
  friend bool operator==(const FlowProgress&, const FlowProgress&) = default;
};

}  // namespace cardea
