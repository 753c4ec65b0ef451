#include "broker/decide.h"

#include <algorithm>

#include "domain/flow/executor.h"

namespace cardea::broker {
namespace {

struct ModeName {
  std::string_view name;
  MatchMode mode;
};
constexpr ModeName kModes[] = {{"", MatchMode::kConfirm},
                               {"confirm", MatchMode::kConfirm},
                               {"identifier", MatchMode::kIdentifier},
                               {"email_link", MatchMode::kEmailLink},
                               {"email_deny", MatchMode::kEmailDeny},
                               {"username_link", MatchMode::kUsernameLink},
                               {"username_deny", MatchMode::kUsernameDeny}};

constexpr std::string_view kReview = "idp-review-profile";
constexpr std::string_view kCreate = "idp-create-user-if-unique";
constexpr std::string_view kOrganization = "idp-add-organization-member";

constexpr std::string_view kSignInAgain = "idp-username-password-form";

// Steps of a first-login flow that are run, or that only ask for less than what is: an owner who signs in.
constexpr std::string_view kKnown[] = {kReview,
                                       kCreate,
                                       kSignInAgain,
                                       "idp-confirm-link",
                                       "idp-email-verification",
                                       "idp-auto-link",
                                       "idp-detect-existing-broker-user",
                                       kOrganization};
// These belong to signing in to the account that exists, which the realm's browser flow does with its own. Anywhere
// else they stand between a stranger and an account, and are not run.
constexpr std::string_view kOfSignIn[] = {"auth-otp-form", "webauthn-authenticator", "auth-recovery-authn-code-form"};

bool has_step(const Flow& flow, std::string_view authenticator) {
  return std::ranges::any_of(flow.executions, [&](const Execution& execution) {
    return execution.requirement != Requirement::kDisabled && execution.step() != nullptr &&
           execution.step()->authenticator == authenticator;
  });
}

// What Keycloak gives each realm for joining an organization. Other conditions would have to be asked, and are not run.
bool is_organization_alone(const Flow& flow) {
  return std::ranges::all_of(flow.executions, [](const Execution& execution) {
    const auto* step = execution.step();
    return execution.requirement == Requirement::kDisabled ||
           (step != nullptr &&
            (step->authenticator == kOrganization || step->authenticator == "conditional-user-configured"));
  });
}

// `signs_in`: inside the branch that signs in to an existing account.
// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
bool is_known(const Flow& flow, bool signs_in) {
  signs_in = signs_in || (has_step(flow, kSignInAgain) && !uses_authenticator(flow, kCreate));
  if (!signs_in && is_organization_alone(flow)) return true;
  return std::ranges::all_of(flow.executions, [signs_in](const Execution& execution) {
    if (execution.requirement == Requirement::kDisabled) return true;
    if (const auto* inner = execution.flow()) return is_known(*inner, signs_in);
    const std::string_view name = execution.step()->authenticator;
    if (std::ranges::find(kKnown, name) != std::end(kKnown)) return true;
    return signs_in && (name.starts_with("conditional-") || std::ranges::find(kOfSignIn, name) != std::end(kOfSignIn));
  });
}

// NOLINTNEXTLINE(misc-no-recursion)
const FlowStep* find_step(const Flow& flow, std::string_view authenticator) {
  for (const auto& execution : flow.executions) {
    if (execution.requirement == Requirement::kDisabled) continue;
    if (const auto* inner = execution.flow()) {
      if (const auto* found = find_step(*inner, authenticator)) return found;
    } else if (execution.step()->authenticator == authenticator) {
      return execution.step();
    }
  }
  return nullptr;
}

MatchDecision known_account(const MatchFacts& facts, const User& user) {
  if (!facts.rules.may_link) return DenyLogin::kKnownAlready;
  return ConfirmLink{user.id};
}

}  // namespace

std::optional<MatchMode> match_mode_of(const IdentityProvider& provider) {
  const auto* found = std::ranges::find(kModes, provider.setting("userMatchingMode"), &ModeName::name);
  if (found == std::end(kModes)) return std::nullopt;
  return found->mode;
}

std::optional<FirstLoginRules> first_login_rules(const FlowSet& flows, const Realm& realm,
                                                 const IdentityProvider& provider) {
  auto alias = provider.first_login_flow;
  if (alias.empty()) alias = string_or(realm.extra, "firstBrokerLoginFlow", "first broker login");
  const auto* flow = flows.find(alias);
  if (flow == nullptr || !is_known(*flow, false)) return std::nullopt;
  FirstLoginRules out;
  out.may_create = uses_authenticator(*flow, kCreate);
  out.may_join = uses_authenticator(*flow, kOrganization);
  for (const std::string_view way : {"idp-confirm-link", "idp-username-password-form", "idp-auto-link"}) {
    out.may_link = out.may_link || uses_authenticator(*flow, way);
  }
  if (const auto* review = find_step(*flow, kReview)) {
    const auto setting = review->config.find("update.profile.on.first.login");
    out.always_review = setting != review->config.end() && setting->second == "on";
  }
  return out;
}

std::optional<std::string_view> cannot_run(const IdentityProvider& provider) {
  if (provider.is_on("doNotStoreUsers")) return "do_not_store_users_cannot_run";
  const bool has_issuer_and_keys = provider.kind == "oidc" || provider.kind == "keycloak-oidc";
  if (trusts_pasted_key(provider) && !has_issuer_and_keys && provider.kind != kGrantProvider)
    return "pasted_key_cannot_run";
  // Without both nothing ties the code to this browser.
  if (provider.is_on("disableNonce") && provider.setting("pkceEnabled") == "false") {
    return "neither_nonce_nor_pkce_cannot_run";
  }
  return std::nullopt;
}

std::string_view describe(DenyLogin reason) {
  switch (reason) {
    case DenyLogin::kLinkOnly:
      return "provider_is_link_only";
    case DenyLogin::kNoEmail:
      return "no_email";
    case DenyLogin::kNoUsername:
      return "no_username";
    case DenyLogin::kKnownAlready:
      return "account_exists";
    case DenyLogin::kNotOpen:
      return "not_configured_for_enrollment";
    case DenyLogin::kBadMode:
      return "unknown_matching_mode";
  }
  return "?";
}

std::string_view message_of(DenyLogin reason) {
  switch (reason) {
    case DenyLogin::kLinkOnly:
    case DenyLogin::kBadMode:
      return "This provider cannot be used to sign in.";
    case DenyLogin::kNoEmail:
      return "The provider sent no e-mail address.";
    case DenyLogin::kNoUsername:
      return "The provider sent no username.";
    case DenyLogin::kKnownAlready:
      return "There is an account like this already. Sign in the way you first signed up.";
    case DenyLogin::kNotOpen:
      return "This provider is not configured for enrollment.";
  }
  return "Access denied";
}

MatchDecision match(const MatchFacts& facts) {
  const auto mode = match_mode_of(facts.provider);
  if (!mode) return DenyLogin::kBadMode;
  if (facts.provider.link_only) return DenyLogin::kLinkOnly;
  if (facts.linked != nullptr) return SignIn{};
  const bool by_email = *mode == MatchMode::kEmailLink || *mode == MatchMode::kEmailDeny;
  const bool by_username = *mode == MatchMode::kUsernameLink || *mode == MatchMode::kUsernameDeny;
  if (by_email && facts.identity.email.empty()) return DenyLogin::kNoEmail;
  if (by_username && facts.identity.username.empty()) return DenyLogin::kNoUsername;
  if (*mode == MatchMode::kEmailDeny && facts.by_email != nullptr) return DenyLogin::kKnownAlready;
  if (*mode == MatchMode::kUsernameDeny && facts.by_username != nullptr) return DenyLogin::kKnownAlready;
  if (*mode == MatchMode::kEmailLink && facts.by_email != nullptr && facts.identity.email_is_proof &&
      facts.by_email->email_verified && !facts.by_email_is_admin) {
    return LinkAndSignIn{facts.by_email->id};
  }
  // A name is nobody's proof, and both are unique: whoever has one already must say so.
  if (facts.by_email != nullptr) return known_account(facts, *facts.by_email);
  if (facts.by_username != nullptr) return known_account(facts, *facts.by_username);
  if (!facts.rules.may_create) return DenyLogin::kNotOpen;
  return CreateAccount{};
}

}  // namespace cardea::broker
