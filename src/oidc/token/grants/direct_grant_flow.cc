#include "oidc/token/grants/direct_grant_flow.h"

#include "base/limits.h"

namespace cardea::oidc {
namespace {

constexpr FormFacts kForms[] = {
    {.authenticator = "direct-grant-validate-username", .proof = Proof::kUsername},
    {.authenticator = "direct-grant-validate-password", .proof = Proof::kPassword, .needs_user = true},
    {.authenticator = "direct-grant-validate-otp", .proof = Proof::kOtp, .needs_user = true, .credential = "otp"},
};

const FormFacts* find_form(std::string_view authenticator) {
  for (const auto& form : kForms) {
    if (form.authenticator == authenticator) return &form;
  }
  return nullptr;
}

}  // namespace

DirectGrant decide_direct_grant(const Flow* flow, const UserId& user,
                                const std::set<std::string, std::less<>>& credentials) {
  if (flow == nullptr) return DirectGrant::kDenied;
  const FlowSubject subject{credentials, {}};
  FlowProgress progress{.user = user, .results = {}};
  bool needs_otp = false;
  // Each turn passes one step, and a tree has no more of them than this.
  for (std::size_t turn = 0; turn <= kFlowExecutionsMax; ++turn) {
    const auto decision = run_flow(*flow, {.progress = progress, .subject = subject, .find_form = find_form});
    if (std::holds_alternative<Complete>(decision)) {
      return needs_otp ? DirectGrant::kPasswordAndOtp : DirectGrant::kPassword;
    }
    const auto* ask = std::get_if<Ask>(&decision);
    if (ask == nullptr) return DirectGrant::kDenied;
    const auto* asked = ask->choices.front();
    const auto proof = find_form(asked->step()->authenticator)->proof;
    needs_otp = needs_otp || proof == Proof::kOtp;
    progress.results.push_back({asked->id, proof, user});
  }
  return DirectGrant::kDenied;
}

}  // namespace cardea::oidc
