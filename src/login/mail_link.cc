#include "login/mail_link.h"

#include "core/action_token.h"
#include "core/client_urls.h"
#include "core/proof_holds.h"
#include "core/required_actions.h"
#include "login/endpoint.h"
#include "login/login_form.h"
#include "login/required_action.h"
#include "login/reset_flow.h"
#include "login/roles.h"
#include "login/texts.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

constexpr std::string_view kStale =
    "The link you clicked is an old stale link and is no longer valid. Maybe you have already used it.";
constexpr std::string_view kTaken = "email_taken";
constexpr std::string_view kNothingToReset = "Reset Credential not allowed";
constexpr std::string_view kExpired = "The link has expired. Please start again.";

web::Response refuse_link(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                          std::string_view reason, std::string_view message = kStale) {
  dependencies.log.info("mail_link_refused", {{"reason", reason},
                                              {"realm", realm.name},
                                              {"remote_address", request.remote_address},
                                              {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, 400, frame_for(request, realm), message, request);
}

/// A link that was checked, and the records it speaks of.
struct Link {
  ActionToken token;
  User user;
  ClientPtr client;                    // null: none, or gone
  std::string back_url;                // where the last page leads; empty: nowhere
  std::int64_t credential_stamp = -1;  // the person's present one
  std::optional<Organization> organization;
  std::vector<std::string> actions;  // that it leads to
};

/// The records a link speaks of, as they are now.
struct LinkFacts {
  std::optional<User> user;
  std::set<std::string, std::less<>> credentials;  // types that they have
  std::int64_t credential_stamp = -1;
  Roles roles;                               // of who asked to reset credentials
  std::optional<Ticket> newest;              // of links to reset a password, or to a new address
  std::optional<Organization> organization;  // with an open invitation of this link; of those to join one
};

/// Who had no account then may make one and open the link again: the address is what was invited.
Stored<void> load_invitation(Rows& rows, const Dependencies& dependencies, const Realm& realm, const ActionToken& token,
                             LinkFacts& facts) {
  const auto& repositories = dependencies.repositories;
  if (!bool_or(realm.extra, "organizationsEnabled", false)) return {};
  const auto invitation = repositories.memberships.find_invitation(rows, token.organization, token.invitation);
  if (!invitation) return refuse(invitation.error());
  if (!*invitation || (*invitation)->email != token.email) return {};
  auto organization = repositories.organizations.find(rows, realm.id, token.organization);
  if (!organization) return refuse(organization.error());
  facts.organization = std::move(*organization);
  if (facts.user) return {};
  auto user = repositories.users.find_by_email(rows, realm.id, token.email);
  if (!user) return refuse(user.error());
  facts.user = std::move(*user);
  return {};
}

Stored<LinkFacts> load_facts(Rows& rows, const Dependencies& dependencies, const Realm& realm,
                             const ActionToken& token) {
  const auto& repositories = dependencies.repositories;
  LinkFacts facts;
  auto user = repositories.users.find(rows, realm.id, token.user);
  if (!user) return refuse(user.error());
  facts.user = std::move(*user);
  const auto credentials = repositories.credentials.list_all(rows, token.user);
  if (!credentials) return refuse(credentials.error());
  for (const auto& credential : *credentials) facts.credentials.insert(credential.type);
  const auto stamp = load_credential_stamp(rows, repositories, token.user);
  if (!stamp) return refuse(stamp.error());
  facts.credential_stamp = *stamp;
  if (token.kind == ActionKind::kJoinOrganization) {
    if (auto loaded = load_invitation(rows, dependencies, realm, token, facts); !loaded) return refuse(loaded.error());
  }
  const bool is_reset = token.kind == ActionKind::kResetCredentials;
  if (!is_reset && token.kind != ActionKind::kUpdateEmail) return facts;
  auto newest = repositories.tickets.find(rows, realm.id, TicketKind::kResetLink,
                                          is_reset ? reset_ticket(token.user) : email_ticket(token.user),
                                          dependencies.clock.now());
  if (!newest) return refuse(newest.error());
  facts.newest = std::move(*newest);
  return facts;
}

/// Absent: the link is good.
std::optional<std::string_view> why_stale(const LinkFacts& facts, const ActionToken& token) {
  if (token.kind == ActionKind::kJoinOrganization) {
    if (!facts.organization || !facts.organization->enabled) return "invitation_gone";
    if (!facts.user) return std::nullopt;
  }
  if (!facts.user || !facts.user->is_active()) return "user_gone";
  if (facts.user->email != token.email) return "email_changed";
  if (token.credential_stamp && *token.credential_stamp != facts.credential_stamp) return "password_changed";
  // Without any the person took back what they asked for, or it was done.
  const bool is_over = !facts.newest && token.kind == ActionKind::kUpdateEmail;
  if (is_over || (facts.newest && facts.newest->content != token.id)) return "newer_link";
  return std::nullopt;
}

Result<ActionToken, ActionTokenError> read_key(const Dependencies& dependencies, const web::Request& request,
                                               const RealmEntry& realm) {
  const auto query = web::Form::parse(request.query);
  if (!query || query->first_repeated()) return refuse(ActionTokenError::kMalformed);
  const auto key = query->value("key");
  if (!key) return refuse(ActionTokenError::kMalformed);
  return read_action_token(realm, dependencies.base_url.issuer(request, realm.realm.name), *key,
                           dependencies.clock.now());
}

/// The redirect URI of the token where it is still the client's, else the client's own page.
std::string back_url_of(const Dependencies& dependencies, const web::Request& request, const ActionToken& token,
                        const Client& client) {
  const auto base = dependencies.base_url.of(request);
  if (!token.redirect_uri.empty() && dependencies.is_redirect_allowed(client, token.redirect_uri, base)) {
    return token.redirect_uri;
  }
  if (client.base_url.empty()) return {};
  auto url = absolute_url(client, client.base_url, base);
  const auto uri = parse_uri(url);
  return uri && uri->is_http() ? url : std::string();
}

/// Whoever was invited by address alone joins with an account whose address was confirmed: another may have made one
/// with it.
bool has_account(const LinkFacts& facts, const ActionToken& token) {
  return facts.user && (facts.user->id == token.user || facts.user->email_verified);
}

web::Response ask_for_account(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm) {
  const web::PageLink account{
      dependencies.base_url.of(request) + "/realms/" + percent_encode(realm.realm.name) + "/account/",
      "Go to your account"};
  return web::info_page(dependencies.pages, frame_for(request, realm.realm),
                        "An account with a confirmed address is needed to join.",
                        "Make one with the address that was invited, or confirm the address of yours. Then open the "
                        "link of the mail again.",
                        &account);
}

/// What the link leads to: of one to reset credentials what the realm's flow says of this person now. Absent: nothing
/// that may be done.
std::optional<std::vector<std::string>> actions_of(const RealmEntry& realm, const ActionToken& token,
                                                   const LinkFacts& facts) {
  if (token.kind != ActionKind::kResetCredentials) return token.actions;
  return actions_of_reset(realm, *facts.user, facts.credentials, facts.roles.get());
}

/// Calls `next(shared_ptr<const Link>)` on the lane for reads, or refuses.
template <class Next>
web::Outcome with_link(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, Next next) {
  auto token = read_key(dependencies, request, *realm);
  if (!token) {
    const bool has_expired = token.error() == ActionTokenError::kExpired;
    return refuse_link(dependencies, request, realm->realm, describe(token.error()), has_expired ? kExpired : kStale);
  }
  auto client_id = token->client_id;
  return with_client_entry(
      dependencies, request, realm, client_id,
      [&dependencies, &request, realm, token = std::move(*token), next = std::move(next)](ClientPtr client) mutable {
        return then_read(
            dependencies,
            [&dependencies, &request, realm, token = std::move(token), client = std::move(client),
             next = std::move(next)]() mutable -> web::Outcome {
              auto facts = read_from(dependencies.repositories.store, [&](Rows& rows) {
                auto loaded = load_facts(rows, dependencies, realm->realm, token);
                if (!loaded || token.kind != ActionKind::kResetCredentials) return loaded;
                auto roles = load_roles(rows, dependencies, *realm, token.user);
                if (!roles) return Stored<LinkFacts>(refuse(roles.error()));
                loaded->roles = std::move(*roles);
                return loaded;
              });
              if (!facts) return store_failed(dependencies, request, realm.get(), facts.error());
              if (const auto reason = why_stale(*facts, token)) {
                return refuse_link(dependencies, request, realm->realm, *reason);
              }
              if (!has_account(*facts, token)) return ask_for_account(dependencies, request, *realm);
              auto actions = actions_of(*realm, token, *facts);
              if (!actions) {
                return refuse_link(dependencies, request, realm->realm, "reset_flow_refuses", kNothingToReset);
              }
              auto link =
                  std::make_shared<Link>(std::move(token), std::move(*facts->user), ClientPtr(), std::string(),
                                         facts->credential_stamp, std::move(facts->organization), std::move(*actions));
              if (client != nullptr && client->client.enabled) {
                link->back_url = back_url_of(dependencies, request, link->token, client->client);
                link->client = std::move(client);
              }
              return next(std::shared_ptr<const Link>(std::move(link)));
            });
      });
}

/// Keys of texts.
std::string_view heading_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::kVerifyEmail:
      return "mailLinkVerifyTitle";
    case ActionKind::kResetCredentials:
      return "mailLinkResetTitle";
    case ActionKind::kUpdateEmail:
      return "mailLinkUpdateTitle";
    case ActionKind::kJoinOrganization:
      return "mailLinkJoinTitle";
    case ActionKind::kExecuteActions:
      break;
  }
  return "mailLinkActionsTitle";
}

std::string question_of(const web::Texts& texts, const Link& link) {
  const auto& email = link.user.email;
  switch (link.token.kind) {
    case ActionKind::kVerifyEmail:
      return texts("mailLinkVerify", {email});
    case ActionKind::kResetCredentials:
      return texts("mailLinkReset", {email});
    case ActionKind::kUpdateEmail:
      return texts("mailLinkUpdate", {link.token.new_email});
    case ActionKind::kJoinOrganization:
      return texts("mailLinkJoin", {link.organization ? link.organization->name : std::string(), email});
    case ActionKind::kExecuteActions:
      break;
  }
  return {};
}

web::Response question_page(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                            const Link& link) {
  const auto frame = frame_for(request, realm->realm, "", &link.user);
  std::vector<web::PageData> actions;
  for (const auto& alias : link.actions) {
    actions.push_back(web::PageData().text("name", action_label(frame.texts, realm->realm, alias)));
  }
  web::PageData data;
  data.text("heading", frame.texts(heading_of(link.token.kind)))
      .text("question", question_of(frame.texts, link))
      .text("actions_lead", actions.empty() ? std::string() : frame.texts("mailLinkActions", {link.user.email}))
      .list("actions", std::move(actions))
      .text("action", dependencies.base_url.of(request) + request.path + "?" + request.query);
  return dependencies.pages.render("mail-link", 200, data, {.frame = &frame});
}

Stored<void> use_up(Tx& tx, const Dependencies& dependencies, const Realm& realm, const ActionToken& token) {
  const auto taken = dependencies.repositories.used_ids.take(tx, realm.id, used_id(token), token.expires_at);
  if (!taken) return refuse(taken.error());
  if (!*taken) return refuse(StoreError::kConflict);
  return {};
}

/// The link works once, and what it proves is kept: its mail was read at this address.
Stored<void> redeem(Tx& tx, const Dependencies& dependencies, const Realm& realm, const ActionToken& token) {
  if (auto used = use_up(tx, dependencies, realm, token); !used) return used;
  return dependencies.repositories.users.set_email_verified(tx, token.user, token.email);
}

web::Outcome verify_address(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                            const std::shared_ptr<const Link>& link) {
  return web::then(web::Lane::kStore, [&dependencies, &request, realm, link]() -> web::Outcome {
    const auto stored = dependencies.repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto redeemed = redeem(tx, dependencies, realm->realm, link->token); !redeemed) return redeemed;
      auto user = dependencies.repositories.users.find(tx, realm->realm.id, link->token.user);
      if (!user) return refuse(user.error());
      if (!*user) return refuse(StoreError::kConflict);
      auto actions = (*user)->required_actions;
      if (std::erase(actions, "VERIFY_EMAIL") == 0) return {};
      return dependencies.repositories.users.set_required_actions(tx, link->token.user, actions);
    });
    if (!stored && stored.error() == StoreError::kConflict) {
      return refuse_link(dependencies, request, realm->realm, "used_before");
    }
    if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
    dependencies.log.info("email_verified", {{"realm", realm->realm.name},
                                             {"user_id", link->token.user.str()},
                                             {"correlation_id", request.correlation_id}});
    const web::PageLink back{link->back_url, "Back to Application"};
    return web::info_page(dependencies.pages, frame_for(request, realm->realm), "Your email address has been verified.",
                          "You can go on where you were asked to verify it, or close this page.",
                          back.url.empty() ? nullptr : &back);
  });
}

/// The address becomes the person's, verified. kConflict: `reason` says why not; it was used, when that is empty.
Stored<void> change_address(Tx& tx, const Dependencies& dependencies, const Realm& realm, const ActionToken& token,
                            std::string_view& reason) {
  const auto& repositories = dependencies.repositories;
  auto& users = repositories.users;
  reason = {};
  if (auto used = use_up(tx, dependencies, realm, token); !used) return used;
  auto facts = load_facts(tx, dependencies, realm, token);
  if (!facts) return refuse(facts.error());
  if (const auto stale = why_stale(*facts, token)) {
    reason = *stale;
    return refuse(StoreError::kConflict);
  }
  const auto over = repositories.tickets.remove(tx, realm.id, TicketKind::kResetLink, email_ticket(token.user));
  if (!over) return refuse(over.error());
  User user = std::move(*facts->user);
  user.email = token.new_email;
  user.email_verified = true;
  if (realm.registration_email_as_username) user.username = token.new_email;
  std::erase(user.required_actions, "UPDATE_EMAIL");
  std::erase(user.required_actions, "VERIFY_EMAIL");
  auto updated = users.update(tx, user, realm.duplicate_emails_allowed);
  if (!updated && updated.error() == StoreError::kConflict) reason = kTaken;
  return updated;
}

web::Outcome update_address(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                            const std::shared_ptr<const Link>& link) {
  return web::then(web::Lane::kStore, [&dependencies, &request, realm, link]() -> web::Outcome {
    std::string_view reason;
    const auto stored = dependencies.repositories.store.write(
        [&](Tx& tx) { return change_address(tx, dependencies, realm->realm, link->token, reason); });
    if (!stored && stored.error() == StoreError::kConflict) {
      return refuse_link(dependencies, request, realm->realm, reason.empty() ? "used_before" : reason,
                         reason == kTaken ? "Email already exists." : kStale);
    }
    if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
    dependencies.log.info("email_updated", {{"realm", realm->realm.name},
                                            {"user_id", link->token.user.str()},
                                            {"ip", request.remote_address},
                                            {"correlation_id", request.correlation_id}});
    const web::PageLink back{link->back_url, "Back to Application"};
    return web::info_page(dependencies.pages, frame_for(request, realm->realm), "Your e-mail address has been updated.",
                          "You can go on where you were asked to confirm it, or close this page.",
                          back.url.empty() ? nullptr : &back);
  });
}

/// One of two that accept at the same time joins; the other is told that the link was used.
Stored<void> store_membership(Tx& tx, const Dependencies& dependencies, const Realm& realm, const Link& link) {
  auto& memberships = dependencies.repositories.memberships;
  const auto facts = load_facts(tx, dependencies, realm, link.token);
  if (!facts) return refuse(facts.error());
  const bool is_same = has_account(*facts, link.token) && facts->user->id == link.user.id;
  if (!is_same || why_stale(*facts, link.token)) return refuse(StoreError::kConflict);
  if (auto used = use_up(tx, dependencies, realm, link.token); !used) return used;
  const auto taken = memberships.remove_invitation(tx, link.token.organization, link.token.invitation);
  if (!taken) return refuse(taken.error());
  const auto present = memberships.find(tx, link.token.organization, link.user.id);
  if (!present) return refuse(present.error());
  if (*present) return {};
  return memberships.insert(tx, link.token.organization, link.user.id, Membership::kUnmanaged);
}

web::Outcome join_organization(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                               const std::shared_ptr<const Link>& link) {
  return web::then(web::Lane::kStore, [&dependencies, &request, realm, link]() -> web::Outcome {
    const auto stored = dependencies.repositories.store.write(
        [&](Tx& tx) { return store_membership(tx, dependencies, realm->realm, *link); });
    if (!stored && stored.error() == StoreError::kConflict) {
      return refuse_link(dependencies, request, realm->realm, "used_before");
    }
    if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
    dependencies.log.info("organization_joined", {{"realm", realm->realm.name},
                                                  {"organization_id", link->token.organization.str()},
                                                  {"user_id", link->user.id.str()},
                                                  {"ip", request.remote_address},
                                                  {"correlation_id", request.correlation_id}});
    const web::PageLink onward{link->organization->redirect_url, "Back to Application"};
    return web::info_page(dependencies.pages, frame_for(request, realm->realm),
                          "You joined: " + link->organization->name, "You can close this page.",
                          onward.url.empty() ? nullptr : &onward);
  });
}

web::Outcome run_actions(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                         const std::shared_ptr<const Link>& link) {
  MailedActions mailed;
  mailed.user = link->token.user;
  if (link->client != nullptr) {
    mailed.client = link->client->client.id;
    mailed.client_id = link->client->client.client_id;
  }
  mailed.redirect_uri = link->back_url;
  mailed.actions = link->actions;
  mailed.credential_stamp = link->credential_stamp;
  mailed.redeem = [&dependencies, realm, token = link->token](Tx& tx) {
    return redeem(tx, dependencies, realm->realm, token);
  };
  mailed.used_before = [&dependencies, &request, realm]() -> web::Outcome {
    return refuse_link(dependencies, request, realm->realm, "used_before");
  };
  return start_mailed_actions(dependencies, request, realm, std::move(mailed));
}

}  // namespace

web::Outcome show_mail_link(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  return with_link(dependencies, request, realm,
                   [&dependencies, &request, realm](const std::shared_ptr<const Link>& link) -> web::Outcome {
                     return question_page(dependencies, request, realm, *link);
                   });
}

web::Outcome follow_mail_link(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  const auto form = read_posted_form(request, dependencies.base_url.of(request));
  if (!form) return refuse_login(dependencies, request, realm, {}, form.error());
  return with_link(dependencies, request, realm,
                   [&dependencies, &request, realm](const std::shared_ptr<const Link>& link) -> web::Outcome {
                     if (link->token.kind == ActionKind::kVerifyEmail) {
                       return verify_address(dependencies, request, realm, link);
                     }
                     if (link->token.kind == ActionKind::kUpdateEmail) {
                       return update_address(dependencies, request, realm, link);
                     }
                     if (link->token.kind == ActionKind::kJoinOrganization) {
                       return join_organization(dependencies, request, realm, link);
                     }
                     return run_actions(dependencies, request, realm, link);
                   });
}

}  // namespace cardea::login
