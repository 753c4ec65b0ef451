#include "core/second_factor.h"

#include <algorithm>
#include <string>

#include "core/level_of_assurance.h"
#include "domain/flow/automatic_steps.h"

namespace cardea {
namespace {

struct AskedBy {
  std::string_view authenticator;
  std::string_view credential_type;
  bool is_second;  // beside a password; the others are in its place
};
constexpr AskedBy kAskedBy[] = {
    {"auth-otp-form", "otp", true},
    {"direct-grant-validate-otp", "otp", true},
    {"reset-otp", "otp", true},
    {"webauthn-authenticator", "webauthn", true},
    {"auth-recovery-authn-code-form", "recovery-authn-codes", true},
    {"webauthn-authenticator-passwordless", "webauthn-passwordless", false},
};

bool asks_for(std::string_view authenticator, std::string_view credential_type) {
  return std::ranges::any_of(kAskedBy, [&](const AskedBy& row) {
    return row.authenticator == authenticator && row.credential_type == credential_type;
  });
}

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
int level_below(const Flow& flow, std::string_view credential_type, int level) {
  for (const auto& child : flow.executions) {
    const auto rule = child.requirement == Requirement::kDisabled ? std::nullopt : level_rule(child);
    if (rule) level = std::max(level, rule->level);
  }
  int lowest = kNoLevel;
  for (const auto& child : flow.executions) {
    if (child.requirement == Requirement::kDisabled) continue;
    int found = kNoLevel;
    if (const auto* inner = child.flow()) found = level_below(*inner, credential_type, level);
    if (const auto* step = child.step(); step != nullptr && asks_for(step->authenticator, credential_type)) {
      found = level;
    }
    if (found != kNoLevel && (lowest == kNoLevel || found < lowest)) lowest = found;
  }
  return lowest;
}

bool has_reached(const Flow& flow, int level, const RemovalProof& proof, TimePoint now) {
  FlowLevels levels{.now = epoch_seconds(now)};
  if (proof.session != nullptr) levels.earlier = levels_of(*proof.session);
  if (proof.proven != nullptr) {
    for (const auto reached : proof.proven->levels) levels.earlier.insert_or_assign(reached, proof.proven->auth_time);
  }
  return level_still_reached(flow, levels) >= level;
}

}  // namespace

bool has_second_factor(const FlowProgress& progress) {
  return progress.has(Proof::kOtp) || progress.has(Proof::kRecoveryCode) || progress.has(Proof::kWebauthn) ||
         progress.has(Proof::kPasskey);
}

void note_second_factor(UserSession& session, const Authentication& proven) {
  if (!proven.has_second_factor) return;
  session.notes.insert_or_assign(std::string(kSecondFactorNote), std::to_string(proven.auth_time));
}

std::string_view credential_to_remove(const AuthorizationRequest& request) {
  constexpr std::string_view kAction = "delete_credential:";
  const std::string_view asked = request.kc_action;
  return asked.starts_with(kAction) ? asked.substr(kAction.size()) : std::string_view();
}

int level_asking_for(const Flow& flow, std::string_view credential_type) {
  return level_below(flow, credential_type, kNoLevel);
}

int level_for_removal(const Flow& flow, const AuthorizationRequest& request, const std::vector<Credential>& credentials,
                      const std::set<std::string, std::less<>>& types) {
  const auto id = credential_to_remove(request);
  if (id.empty()) return kNoLevel;
  const auto named = std::ranges::find_if(credentials, [id](const Credential& each) { return each.id.str() == id; });
  if (named != credentials.end()) return level_asking_for(flow, named->type);
  int highest = kNoLevel;
  for (const auto& type : types) highest = std::max(highest, level_asking_for(flow, type));
  return highest;
}

bool may_remove_credential(const FlowSet& flows, const Flow* flow, std::string_view credential_type,
                           const RemovalProof& proof, TimePoint now) {
  if (flow == nullptr) return false;
  if (const auto level = level_asking_for(*flow, credential_type); level != kNoLevel) {
    return has_reached(*flow, level, proof, now);
  }
  const bool is_guard = std::ranges::any_of(kAskedBy, [&](const AskedBy& row) {
    return row.is_second && row.credential_type == credential_type && flows.uses(row.authenticator);
  });
  if (!is_guard) return true;
  if (proof.proven != nullptr && proof.proven->has_second_factor) return true;
  return proof.session != nullptr && !proof.session->note(kSecondFactorNote).empty();
}

}  // namespace cardea
