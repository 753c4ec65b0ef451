#include "broker/account.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "broker/group_sync.h"
#include "broker/join_organization.h"
#include "broker/mappers.h"
#include "broker/members.h"
#include "broker/provisioned.h"
#include "broker/upstream_check.h"
#include "core/brute_force.h"
#include "core/changes/admin_power.h"
#include "core/changes/new_user.h"
#include "core/changes/role_by_path.h"
#include "core/profile/check_profile.h"
#include "crypto/hash.h"
#include "web/error_page.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPendingPlace = "broker.pending/";
constexpr seconds kPendingLife{900};
constexpr std::string_view kDisabled = "Account is disabled, contact your administrator.";

void log_failed(const Arrival& arrival, std::string_view reason) {
  arrival.dependencies.log.info("upstream_login_failed", {{"reason", reason},
                                                          {"realm", arrival.realm->realm.name},
                                                          {"provider", arrival.provider->alias},
                                                          {"upstream_id", arrival.identity.id},
                                                          {"ip", arrival.request.remote_address},
                                                          {"correlation_id", arrival.request.correlation_id}});
}

// What is known here of the identity and of those it may mean.
struct Known {
  std::optional<FederatedIdentity> link;
  std::optional<User> linked, by_username, by_email;
  bool by_email_is_admin = false;
  std::optional<User> provisioned;  // announced by SCIM, and not linked yet
  std::optional<User> proven;       // who signed in by a step before, where nobody is linked
  bool proven_has_another = false;  // and has another identity of this provider
};

// The account that goes by this name: its username, or the address it signs in with.
Stored<std::optional<User>> find_by_name(Rows& rows, const Arrival& arrival, const std::string& name) {
  auto& users = arrival.dependencies.repositories.users;
  const auto& realm = arrival.realm->realm;
  auto found = users.find_by_username(rows, realm.id, name);
  if (!found || *found || !realm.login_with_email_allowed || name.find('@') == std::string::npos) return found;
  return users.find_by_email(rows, realm.id, name);
}

Stored<Known> load_known(Rows& rows, const Arrival& arrival) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  Known out;
  auto link = repositories.federated_identities.find(rows, realm.id, arrival.provider->alias, arrival.identity.id);
  if (!link) return refuse(link.error());
  out.link = std::move(*link);
  if (out.link) {
    auto user = repositories.users.find(rows, realm.id, out.link->user);
    if (!user) return refuse(user.error());
    out.linked = std::move(*user);
    return out;
  }
  if (arrival.paused.proven_as && !arrival.paused.may_link) return out;
  if (arrival.paused.proven_as) {
    auto user = repositories.users.find(rows, realm.id, *arrival.paused.proven_as);
    if (!user) return refuse(user.error());
    out.proven = std::move(*user);
    const auto links = repositories.federated_identities.list(rows, *arrival.paused.proven_as);
    if (!links) return refuse(links.error());
    out.proven_has_another =
        std::ranges::find(*links, arrival.provider->alias, &FederatedIdentity::provider) != links->end();
    return out;
  }
  auto provisioned = find_provisioned(rows, arrival);
  if (!provisioned) return refuse(provisioned.error());
  out.provisioned = std::move(*provisioned);
  const auto mapped = run_mappers(mappers_of(realm, *arrival.provider), arrival.identity, true);
  auto by_username = find_by_name(rows, arrival, new_username(realm, arrival.identity, mapped));
  if (!by_username) return refuse(by_username.error());
  out.by_username = std::move(*by_username);
  if (arrival.identity.email.empty()) return out;
  // Where people sign in with their address it is nobody else's name.
  if (!out.by_username && realm.login_with_email_allowed) {
    auto namesake = repositories.users.find_by_username(rows, realm.id, arrival.identity.email);
    if (!namesake) return refuse(namesake.error());
    out.by_username = std::move(*namesake);
  }
  auto by_email = repositories.users.find_by_email(rows, realm.id, arrival.identity.email);
  if (!by_email) return refuse(by_email.error());
  out.by_email = std::move(*by_email);
  if (!out.by_email || !arrival.identity.email_is_proof) return out;
  const auto is_admin = has_admin_power(rows, repositories, realm, out.by_email->id);
  if (!is_admin) return refuse(is_admin.error());
  out.by_email_is_admin = *is_admin;
  return out;
}

const User* pointer(const std::optional<User>& user) { return user ? &*user : nullptr; }

// ---- what the provider brought, written

struct Writer {
  Tx& tx;
  const Dependencies& dependencies;
  const RealmEntry& realm;
  std::string_view correlation_id;
};

Stored<void> write_roles(const Writer& writer, const UserId& user, const std::vector<RoleChange>& changes) {
  auto& users = writer.dependencies.repositories.users;
  for (const auto& change : changes) {
    const auto role =
        find_role_by_path(writer.tx, writer.dependencies.repositories, writer.realm.realm.id, change.role);
    if (!role) return refuse(role.error());
    if (!*role) {
      writer.dependencies.log.warning(
          "upstream_role_not_found",
          {{"role", change.role}, {"realm", writer.realm.realm.name}, {"correlation_id", writer.correlation_id}});
      continue;
    }
    auto done =
        change.has ? users.add_role(writer.tx, user, (*role)->id) : users.remove_role(writer.tx, user, (*role)->id);
    if (!done) return done;
  }
  return {};
}

Stored<void> write_groups(const Writer& writer, const UserId& user, const std::vector<GroupChange>& changes) {
  if (changes.empty()) return {};
  const auto& repositories = writer.dependencies.repositories;
  const auto groups = repositories.groups.list(writer.tx, writer.realm.realm.id);
  if (!groups) return refuse(groups.error());
  for (const auto& change : changes) {
    const auto found = std::ranges::find(*groups, change.path, &Group::path);
    if (found == groups->end()) {
      writer.dependencies.log.warning(
          "upstream_group_not_found",
          {{"group", change.path}, {"realm", writer.realm.realm.name}, {"correlation_id", writer.correlation_id}});
      continue;
    }
    auto done = change.has ? repositories.users.add_group(writer.tx, user, found->id)
                           : repositories.users.remove_group(writer.tx, user, found->id);
    if (!done) return done;
  }
  return {};
}

Stored<void> write_mapped(const Writer& writer, const UserId& user, const Mapped& mapped) {
  if (auto done = write_roles(writer, user, mapped.roles); !done) return done;
  return write_groups(writer, user, mapped.groups);
}

void log_problems(const Dependencies& dependencies, const UpstreamIdentity& identity, const Mapped& mapped,
                  std::string_view correlation_id) {
  for (const auto& problem : mapped.problems) {
    dependencies.log.warning("upstream_mapper_left_out", {{"provider", identity.provider},
                                                          {"mapper", problem.mapper},
                                                          {"reason", problem.what},
                                                          {"input", shown_input(identity.claims)},
                                                          {"correlation_id", correlation_id}});
  }
}

FederatedIdentity link_record(const Arrival& arrival, const UserId& user) {
  const auto now = arrival.dependencies.clock.now();
  FederatedIdentity out;
  out.realm = arrival.realm->realm.id;
  out.user = user;
  out.provider = arrival.provider->alias;
  out.issuer = arrival.identity.issuer;
  out.upstream_id = arrival.identity.id;
  out.upstream_name = limited(arrival.identity.username);
  if (keeps_token(*arrival.provider)) out.token = SecretBytes::copy_of(arrival.token_text);
  out.created_at = now;
  out.last_login_at = now;
  return out;
}

// An address that another account has by now is left as it was: the login must not fail for it.
Stored<void> keep_free_address(Tx& tx, const Arrival& arrival, const User& before, User& user) {
  const auto& dependencies = arrival.dependencies;
  const auto& realm = arrival.realm->realm;
  if (user.email == before.email || user.email.empty() || realm.duplicate_emails_allowed) return {};
  const auto other = dependencies.repositories.users.find_by_email(tx, realm.id, user.email);
  if (!other) return refuse(other.error());
  if (!*other || (*other)->id == user.id) return {};
  dependencies.log.warning(
      "upstream_email_taken",
      {{"realm", realm.name}, {"user_id", user.id.str()}, {"correlation_id", arrival.request.correlation_id}});
  user.email = before.email;
  user.email_verified = before.email_verified;
  return {};
}

// A link that is somebody else's or another issuer's by now is no way in, whatever was read before.
Stored<void> write_link(Tx& tx, const Arrival& arrival, const UserId& id) {
  auto& links = arrival.dependencies.repositories.federated_identities;
  auto record = link_record(arrival, id);
  if (keeps_token(*arrival.provider)) {
    const auto kept = links.find(tx, record.realm, record.provider, record.upstream_id);
    if (!kept) return refuse(kept.error());
    if (*kept) record.token = with_refresh_token_of((*kept)->token.reveal(), arrival.token_text);
  }
  auto done = links.update(tx, record);
  if (!done && done.error() == StoreError::kConflict) log_failed(arrival, "link_changed_meanwhile");
  return done;
}

// Refreshes a linked account, as it is now: between the callback and here an administrator may have changed it.
Stored<void> write_return(Tx& tx, const Arrival& arrival, const UserId& id) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto& realm = arrival.realm->realm;
  const auto mapped = run_mappers(mappers_of(realm, *arrival.provider), arrival.identity, false);
  log_problems(arrival.dependencies, arrival.identity, mapped, arrival.request.correlation_id);
  if (auto locked = repositories.users.lock(tx, id); !locked) return locked;  // upstream_check.cc writes the link, too
  const auto current = repositories.users.find(tx, realm.id, id);
  if (!current) return refuse(current.error());
  auto after = refreshed(*current, *arrival.provider, arrival.identity, mapped);
  if (!after) return refuse(StoreError::kConflict);
  if (auto kept = keep_free_address(tx, arrival, **current, *after); !kept) return kept;
  if (!has_same_members(**current, *after)) {
    if (auto done = repositories.users.update(tx, *after, realm.duplicate_emails_allowed); !done) return done;
  }
  if (auto done = write_link(tx, arrival, id); !done) return done;
  return write_mapped({tx, arrival.dependencies, *arrival.realm, arrival.request.correlation_id}, id, mapped);
}

// ---- ways to go on

UpstreamSignIn sign_in(const ArrivalPtr& arrival, User user, std::function<Stored<void>(Tx&)> write) {
  UpstreamSignIn out;
  out.user = std::move(user);
  out.proof = {.provider = arrival->provider->alias,
               .issuer = arrival->identity.issuer,
               .subject = string_or(arrival->identity.claims, "sub", ""),
               .sid = string_or(arrival->identity.claims, "sid", ""),
               .username = limited(arrival->identity.username),
               .auth_time = arrival->auth_time,
               .level = arrival->level.level,
               .methods = arrival->level.methods};
  out.save = [arrival, user_id = out.user.id, write = std::move(write)](Tx& tx) -> Stored<void> {
    const auto& dependencies = arrival->dependencies;
    // One login for each state, whatever comes in parallel.
    const auto taken = dependencies.repositories.used_ids.take(tx, arrival->realm->realm.id, arrival->state.used_hash(),
                                                               arrival->state.expires_at);
    if (!taken) return refuse(taken.error());
    if (!*taken) return refuse(StoreError::kConflict);
    if (auto written = write(tx); !written || !arrival->groups) return written;
    return write_source_groups(tx, *arrival, user_id);
  };
  return out;
}

web::Outcome resume(const ArrivalPtr& arrival, UpstreamSignIn signed_in) {
  const auto& dependencies = arrival->dependencies;
  if (arrival->attempt) dependencies.callback_guard->give_back(*arrival->attempt);
  // Of links the action that asked for it tells, when there is one.
  if (!arrival->paused.links) {
    dependencies.log.info("upstream_login", {{"realm", arrival->realm->realm.name},
                                             {"provider", arrival->provider->alias},
                                             {"upstream_id", arrival->identity.id},
                                             {"user_id", signed_in.user.id.str()},
                                             {"correlation_id", arrival->request.correlation_id}});
  }
  return dependencies.login.resume(arrival->request, arrival->realm, arrival->paused, std::move(signed_in));
}

// Signs in to an account that exists, linked before or only now: what locks it and what it has of credentials counts
// the same.
web::Outcome sign_in_to(const ArrivalPtr& arrival, const User& user, std::function<Stored<void>(Tx&)> write,
                        bool only_at_end = false) {
  return then_read(arrival->dependencies, [arrival, user, write = std::move(write), only_at_end]() -> web::Outcome {
    const auto& repositories = arrival->dependencies.repositories;
    const auto now = arrival->dependencies.clock.now();
    std::optional<LoginFailures> failures;
    auto credentials = read_from(repositories.store, [&](Rows& rows) -> Stored<std::vector<Credential>> {
      auto found = repositories.login_failures.find(rows, arrival->realm->realm.id, user.id);
      if (!found) return refuse(found.error());
      failures = std::move(*found);
      return repositories.credentials.list_all(rows, user.id);
    });
    if (!credentials) {
      return store_failed(arrival->dependencies, arrival->request, arrival->realm.get(), credentials.error());
    }
    const bool is_closed = brute_force_settings(arrival->realm->realm).is_on && is_locked(failures, now);
    if (!user.is_active() || is_closed) return fail_arrival(*arrival, "user_disabled", kDisabled);
    auto signed_in = sign_in(arrival, user, write);
    signed_in.only_at_end = only_at_end;
    for (const auto& credential : *credentials) {
      signed_in.credentials.insert(credential.type);
      if (credential.type == "password") signed_in.password_set_at = credential.created_at;
    }
    return resume(arrival, std::move(signed_in));
  });
}

web::Outcome return_to(const ArrivalPtr& arrival, const User& user) {
  return sign_in_to(arrival, user, [arrival, id = user.id](Tx& tx) { return write_return(tx, *arrival, id); });
}

PendingLink pending_of(const Arrival& arrival, const UserId& user) {
  return {.user = user,
          .tab_id = arrival.state.tab_id,
          .identity = arrival.identity,
          .token_text = keeps_token(*arrival.provider) ? arrival.token_text : std::string()};
}

web::Outcome link_now(const ArrivalPtr& arrival, const User& user, bool only_at_end = false) {
  return sign_in_to(
      arrival, user,
      [arrival, pending = pending_of(*arrival, user.id)](Tx& tx) {
        return store_link(tx, arrival->dependencies,
                          {*arrival->realm, *arrival->provider, arrival->request.correlation_id}, pending);
      },
      only_at_end);
}

// Leaves out what the realm's profile does not allow in a name or an address. False: the username is not allowed.
bool keep_to_profile(const Arrival& arrival, User& user) {
  const auto& realm = *arrival.realm;
  const ProfileContext context{.realm = realm.realm, .profile = *realm.profile, .use = ProfileUse::kAdmin};
  auto core = user;
  core.attributes.clear();
  for (const auto& problem : check_profile(context, profile_values(core)).problems) {
    if (problem.key == "error-user-attribute-required") continue;  // asked for at the first login, as of anybody
    if (problem.attribute == "username") return false;
    arrival.dependencies.log.warning("upstream_value_left_out", {{"provider", arrival.provider->alias},
                                                                 {"attribute", problem.attribute},
                                                                 {"reason", problem.key},
                                                                 {"correlation_id", arrival.request.correlation_id}});
    if (problem.attribute == "firstName") user.first_name.clear();
    if (problem.attribute == "lastName") user.last_name.clear();
    if (problem.attribute != "email") continue;
    user.email.clear();
    user.email_verified = false;
  }
  return true;
}

// Its names and addresses are nobody else's at the moment of writing either.
Stored<void> insert_account(Tx& tx, const Arrival& arrival, const User& user) {
  const auto& repositories = arrival.dependencies.repositories;
  const auto taken = find_taken(tx, repositories, arrival.realm->realm, user);
  if (!taken) return refuse(taken.error());
  if (!taken->empty()) return refuse(StoreError::kConflict);
  return insert_new_user(tx, repositories, arrival.realm->realm, user);
}

web::Outcome create(const ArrivalPtr& arrival, const FirstLoginRules& rules) {
  const auto& dependencies = arrival->dependencies;
  const auto& realm = arrival->realm->realm;
  auto mapped = run_mappers(mappers_of(realm, *arrival->provider), arrival->identity, true);
  if (arrival->provider->add_read_token_role) mapped.roles.push_back({"broker.read-token", true});
  User user;
  user.id = UserId(random_uuid(dependencies.random));
  user.realm = realm.id;
  user.username = new_username(realm, arrival->identity, mapped);
  user.created_at = dependencies.clock.now();
  user.required_actions = default_required_actions(realm);
  if (rules.always_review) user.required_actions.emplace_back("UPDATE_PROFILE");
  if (user.username.empty() || user.username.size() > kUsernameBytesMax) {
    return fail_arrival(*arrival, "bad_username", "The provider sent no username.");
  }
  take_members(user, *arrival->provider, arrival->identity, mapped, true);
  log_problems(dependencies, arrival->identity, mapped, arrival->request.correlation_id);
  if (!keep_to_profile(*arrival, user)) {
    return fail_arrival(*arrival, "bad_username", "The provider sent a username that cannot be used here.");
  }
  const auto made = user;
  const bool joins = rules.may_join;
  return resume(arrival, sign_in(arrival, std::move(user), [arrival, made, mapped, joins](Tx& tx) -> Stored<void> {
                  const auto& repositories = arrival->dependencies.repositories;
                  if (auto done = insert_account(tx, *arrival, made); !done) return done;
                  auto linked = repositories.federated_identities.insert(tx, link_record(*arrival, made.id));
                  if (!linked) return linked;
                  auto joined = joins ? join_organization(tx, *arrival, made) : Stored<void>();
                  if (!joined) return joined;
                  return write_mapped({tx, arrival->dependencies, *arrival->realm, arrival->request.correlation_id},
                                      made.id, mapped);
                }));
}

web::Response confirm_page(const Arrival& arrival, bool is_by_email, const std::string& handle) {
  const auto& realm = arrival.realm->realm;
  const auto frame = arrival.dependencies.frame(arrival.request, realm);
  web::PageData data;
  const auto base =
      arrival.dependencies.base_url.of(arrival.request) + "/realms/" + percent_encode(realm.name) + "/login-actions/";
  std::string query = "?";
  web::append_form(query, "session_code", arrival.paused.session_code);
  web::append_form(query, "client_id", arrival.paused.client_id);
  web::append_form(query, "tab_id", arrival.paused.tab_id);
  // By the name that came, not the account's: an address must not tell a stranger which name goes with it.
  const auto& came = is_by_email ? arrival.identity.email : arrival.identity.username;
  data.text("heading", frame.texts("accountExistsTitle"))
      .text("message", frame.texts("accountExistsLead", {came, arrival.provider->label()}))
      .text("link_label", frame.texts("accountExistsSignIn"))
      .text("action", base + "first-broker-login" + query)
      .text("restart_url", base + "restart" + query)
      .text("handle", handle);
  return arrival.dependencies.pages.render(
      "login-idp-link-confirm", 200, data,
      {.form_targets = web::form_targets_of(arrival.authorization.redirect_uri), .frame = &frame, .popup = true});
}

// Keeps what was proven until the account's owner has signed in to it.
web::Outcome ask_to_link(const ArrivalPtr& arrival, const User& user) {
  const auto& dependencies = arrival->dependencies;
  const auto handle = random_handle(dependencies.random);
  const auto now = dependencies.clock.now();
  const bool is_by_email = !user.email.empty() && user.email == arrival->identity.email;
  Ticket ticket{.hash = crypto::sha256_base64url(handle),
                .realm = arrival->realm->realm.id,
                .kind = TicketKind::kUpstreamLogin,
                .content = seal_pending(dependencies.sealer, pending_place(arrival->realm->realm.id, handle),
                                        pending_of(*arrival, user.id)),
                .uses = 1,
                .uses_left = 1,
                .created_at = now,
                .expires_at = now + kPendingLife};
  return web::then(web::Lane::kStore, [arrival, handle, is_by_email, ticket = std::move(ticket)]() -> web::Outcome {
    const auto& repositories = arrival->dependencies.repositories;
    bool is_new = false;
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      const auto taken = repositories.used_ids.take(tx, arrival->realm->realm.id, arrival->state.used_hash(),
                                                    arrival->state.expires_at);
      if (!taken) return refuse(taken.error());
      is_new = *taken;
      return is_new ? repositories.tickets.insert(tx, ticket) : Stored<void>();
    });
    if (!stored) return store_failed(arrival->dependencies, arrival->request, arrival->realm.get(), stored.error());
    if (!is_new) return fail_arrival(*arrival, "used_before", "This sign-in was used already. Please try again.");
    return confirm_page(*arrival, is_by_email, handle);
  });
}

// The same id from another issuer is somebody else: whoever may change a provider's addresses does not become everybody
// who ever signed in by it (attack class 7).
bool is_of_other_issuer(const Known& known, const UpstreamIdentity& identity) {
  return known.link && !known.link->issuer.empty() && !is_same_issuer(known.link->issuer, identity.issuer);
}

// Somebody who is signed in here asked for the link and proved at the provider who they are there. What is linked
// already stays whose it is.
web::Outcome link_only(const ArrivalPtr& arrival, const Known& known) {
  const bool is_own = known.link && known.link->user == arrival->paused.proven_as;
  if (known.link && !is_own) {
    return fail_arrival(*arrival, "linked_to_other_user", "This account there is linked to somebody else here.");
  }
  if (is_own || known.proven_has_another) {
    return fail_arrival(*arrival, "already_linked", "Your account is linked there already.");
  }
  if (!known.proven) return fail_arrival(*arrival, "user_gone", kDisabled);
  return link_now(arrival, *known.proven);
}

web::Outcome decide(const ArrivalPtr& arrival, const Known& known) {
  if (is_of_other_issuer(known, arrival->identity)) {
    return fail_arrival(*arrival, "link_of_other_issuer",
                        "This provider cannot be used to sign in. Ask your administrator.");
  }
  if (arrival->paused.links) return link_only(arrival, known);
  // In the middle of a login whoever signed in to the account already is its owner: that is the proof that a link
  // needs, where it evades no other factor.
  if (known.proven && !known.proven_has_another) return link_now(arrival, *known.proven, true);
  if (arrival->paused.proven_as && !known.linked) {
    return fail_arrival(*arrival, "other_user", "You are signed in there as somebody else.");
  }
  const bool may_sign_in = !arrival->provider->link_only && match_mode_of(*arrival->provider);
  if (known.provisioned && may_sign_in) return link_now(arrival, *known.provisioned);
  const auto rules = first_login_rules(arrival->realm->flows, arrival->realm->realm, *arrival->provider);
  if (!rules && !known.linked) {
    return fail_arrival(*arrival, "first_login_flow_cannot_run",
                        "This login cannot be completed. Ask your administrator.");
  }
  const auto decision = match({.provider = *arrival->provider,
                               .identity = arrival->identity,
                               .rules = rules.value_or(FirstLoginRules{}),
                               .linked = pointer(known.linked),
                               .by_username = pointer(known.by_username),
                               .by_email = pointer(known.by_email),
                               .by_email_is_admin = known.by_email_is_admin});
  const auto named = [&](const UserId& id) -> const User& {
    return known.by_email && known.by_email->id == id ? *known.by_email : *known.by_username;
  };
  if (std::holds_alternative<SignIn>(decision)) return return_to(arrival, *known.linked);
  if (const auto* link = std::get_if<LinkAndSignIn>(&decision)) return link_now(arrival, named(link->user));
  if (const auto* confirm = std::get_if<ConfirmLink>(&decision)) return ask_to_link(arrival, named(confirm->user));
  if (std::holds_alternative<CreateAccount>(decision)) return create(arrival, *rules);
  const auto reason = std::get<DenyLogin>(decision);
  return fail_arrival(*arrival, describe(reason), message_of(reason));
}

}  // namespace

web::Outcome settle_arrival(const ArrivalPtr& arrival) {
  const auto mapped = run_mappers(mappers_of(arrival->realm->realm, *arrival->provider), arrival->identity, true);
  const auto stopping = std::ranges::find(mapped.problems, true, &MapperProblem::stops);
  if (stopping != mapped.problems.end()) {
    log_problems(arrival->dependencies, arrival->identity, mapped, arrival->request.correlation_id);
    return fail_arrival(*arrival, "mapper_failed",
                        "What the provider said cannot be used: the mapping \"" + stopping->mapper +
                            "\" failed. Ask your administrator.");
  }
  return then_read(arrival->dependencies, [arrival]() -> web::Outcome {
    auto known =
        read_from(arrival->dependencies.repositories.store, [&](Rows& rows) { return load_known(rows, *arrival); });
    if (!known) return store_failed(arrival->dependencies, arrival->request, arrival->realm.get(), known.error());
    return decide(arrival, *known);
  });
}

web::Outcome fail_arrival(const Arrival& arrival, std::string_view reason, std::string_view message) {
  log_failed(arrival, reason);
  return arrival.dependencies.login.show(arrival.request, arrival.realm, arrival.paused, std::string(reason),
                                         std::string(message));
}

std::string pending_place(const RealmId& realm, std::string_view handle) {
  return std::string(kPendingPlace).append(realm.str()).append("/").append(crypto::sha256_base64url(handle));
}

std::string seal_pending(const crypto::Sealer& sealer, const std::string& place, const PendingLink& pending) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("u", pending.user.str()).member("t", pending.tab_id);
  writer.key("i").raw(to_json(pending.identity)).member("k", pending.token_text).end_object();
  return sealer.seal_text(text, place);
}

std::optional<PendingLink> open_pending(const crypto::Sealer& sealer, const std::string& place, std::string_view text) {
  const auto plain = sealer.open_text(text, place);
  if (!plain) return std::nullopt;
  const auto document = parse_json(plain->reveal(), {.bytes_max = 2 * 1024 * 1024, .depth_max = 48});
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  const auto* identity = object.if_contains("i");
  auto read = identity == nullptr ? std::nullopt : identity_from_json(json::serialize(*identity));
  if (!read) return std::nullopt;
  return PendingLink{.user = UserId(string_or(object, "u", "")),
                     .tab_id = string_or(object, "t", ""),
                     .identity = std::move(*read),
                     .token_text = string_or(object, "k", "")};
}

Stored<void> store_link(Tx& tx, const Dependencies& dependencies, const LinkPlace& place, const PendingLink& link) {
  const auto& repositories = dependencies.repositories;
  const auto& realm = place.realm;
  const auto& provider = place.provider;
  const auto user = repositories.users.find(tx, realm.realm.id, link.user);
  if (!user) return refuse(user.error());
  if (!*user || !(*user)->is_active()) return refuse(StoreError::kConflict);
  const auto mapped = run_mappers(mappers_of(realm.realm, provider), link.identity, true);
  log_problems(dependencies, link.identity, mapped, place.correlation_id);
  FederatedIdentity record;
  record.realm = realm.realm.id;
  record.user = link.user;
  record.provider = provider.alias;
  record.issuer = link.identity.issuer;
  record.upstream_id = link.identity.id;
  record.upstream_name = limited(link.identity.username);
  if (keeps_token(provider)) record.token = SecretBytes::copy_of(link.token_text);
  record.created_at = dependencies.clock.now();
  record.last_login_at = record.created_at;
  if (auto done = repositories.federated_identities.insert(tx, record); !done) return done;
  return write_mapped({tx, dependencies, realm, place.correlation_id}, link.user, mapped);
}

}  // namespace cardea::broker
