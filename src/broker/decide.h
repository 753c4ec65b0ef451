// Which account an upstream identity belongs to (guides.md G2.4, attack classes 7 and 8): a pure function. A link is by
// the provider's id alone. A name or an address finds an account only to ask its owner to sign in to it; by itself it
// links only where the provider is authority for the address's domain and vouches for it, and only to an account that
// proved the address as well: else whoever registered with it first would share the account of its owner. An
// administrator's account is never linked so: who may set up providers is not everybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/identity.h"
#include "domain/flow/flow_set.h"
#include "domain/user.h"

namespace cardea::broker {

/// authentik's user matching modes; kConfirm is Keycloak's way and the default.
enum class MatchMode { kConfirm, kIdentifier, kEmailLink, kEmailDeny, kUsernameLink, kUsernameDeny };
/// `userMatchingMode` of the provider; absent: a word we do not know.
[[nodiscard]] std::optional<MatchMode> match_mode_of(const IdentityProvider& provider);

/// What the first-login flow of a provider allows (keycloak.md section 3.7).
struct FirstLoginRules {
  bool may_create = false;     // idp-create-user-if-unique
  bool may_link = false;       // idp-confirm-link or idp-username-password-form: by signing in to the account
  bool always_review = false;  // update.profile.on.first.login = on
  bool may_join = false;       // idp-add-organization-member: who is new joins the provider's organization
};
/// Absent: the flow does not exist, or asks for something that this release does not run where it stands: a second
/// factor or a condition outside the branch that signs in to an existing account, access denied, a step of others.
[[nodiscard]] std::optional<FirstLoginRules> first_login_rules(const FlowSet& flows, const Realm& realm,
                                                               const IdentityProvider& provider);

/// A word for the log when the record asks for something that is not run: nobody signs in by it, rather than without
/// it. Absent: it does not.
[[nodiscard]] std::optional<std::string_view> cannot_run(const IdentityProvider& provider);

struct MatchFacts {
  const IdentityProvider& provider;
  const UpstreamIdentity& identity;
  FirstLoginRules rules;
  const User* linked = nullptr;
  const User* by_username = nullptr;
  const User* by_email = nullptr;
  bool by_email_is_admin = false;
};

struct SignIn {};       // the linked account
struct LinkAndSignIn {  // this one, at once
  UserId user;
};
struct ConfirmLink {  // this one, once its owner has signed in to it
  UserId user;
};
struct CreateAccount {};
enum class DenyLogin { kLinkOnly, kNoEmail, kNoUsername, kKnownAlready, kNotOpen, kBadMode };
[[nodiscard]] std::string_view describe(DenyLogin reason);
[[nodiscard]] std::string_view message_of(DenyLogin reason);

using MatchDecision = std::variant<SignIn, LinkAndSignIn, ConfirmLink, CreateAccount, DenyLogin>;
[[nodiscard]] MatchDecision match(const MatchFacts& facts);

}  // namespace cardea::broker
