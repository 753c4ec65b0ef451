#include "broker/account.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "broker/account_write.h"
#include "broker/known_accounts.h"
#include "broker/login_groups.h"
#include "broker/members.h"
#include "broker/pending_link.h"
#include "broker/upstream_check.h"
#include "core/brute_force.h"
#include "core/changes/new_user.h"
#include "core/profile/check_profile.h"
#include "crypto/hash.h"
#include "web/error_page.h"

namespace cardea::broker {
namespace {

constexpr seconds kPendingLife{900};
using SessionNotes = std::map<std::string, std::string>;

constexpr std::string_view kDisabled = "Account is disabled, contact your administrator.";

const User* pointer(const std::optional<User>& user) { return user ? &*user : nullptr; }

// ---- ways to go on

UpstreamSignIn sign_in(const ArrivalPtr& arrival, User user, SessionNotes notes,
                       std::function<Stored<void>(Tx&)> write) {
  UpstreamSignIn out;
  out.user = std::move(user);
  out.proof = {.provider = arrival->provider->alias,
               .issuer = arrival->identity.issuer,
               .subject = string_or(arrival->identity.claims, "sub", ""),
               .sid = string_or(arrival->identity.claims, "sid", ""),
               .username = limited(arrival->identity.username),
               .auth_time = arrival->auth_time,
               .level = arrival->level.level,
               .methods = arrival->level.methods,
               .notes = std::move(notes)};
  out.save = [arrival, user_id = out.user.id, write = std::move(write)](Tx& tx) -> Stored<void> {
    const auto& dependencies = arrival->dependencies;
    // One login for each state, whatever comes in parallel.
    const auto taken = dependencies.repositories.used_ids.take(tx, arrival->realm->realm.id, arrival->state.used_hash(),
                                                               arrival->state.expires_at);
    if (!taken) return refuse(taken.error());
    if (!*taken) return refuse(StoreError::kConflict);
    if (auto written = write(tx); !written) return written;
    return write_login_groups(tx, *arrival, user_id);
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
  auto user = signed_in.user.id;
  auto outcome = dependencies.login.resume(arrival->request, arrival->realm, arrival->paused, std::move(signed_in));
  if (!arrival->groups_later) return outcome;
  // After what this login wrote.
  return web::with_answer(std::move(outcome), [arrival, user = std::move(user)](const web::Response&) {
    refresh_groups_later(*arrival, user);
  });
}

// Signs in to an account that exists, linked before or only now: what locks it and what it has of credentials counts
// the same.
web::Outcome sign_in_to(const ArrivalPtr& arrival, const User& user, SessionNotes notes,
                        std::function<Stored<void>(Tx&)> write, bool only_at_end = false) {
  return then_read(
      arrival->dependencies,
      [arrival, user, notes = std::move(notes), write = std::move(write), only_at_end]() -> web::Outcome {
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
        auto signed_in = sign_in(arrival, user, notes, write);
        signed_in.only_at_end = only_at_end;
        for (const auto& credential : *credentials) {
          signed_in.credentials.insert(credential.type);
          if (credential.type == "password") signed_in.password_set_at = credential.created_at;
        }
        return resume(arrival, std::move(signed_in));
      });
}

web::Outcome return_to(const ArrivalPtr& arrival, const User& user) {
  return sign_in_to(arrival, user, arrival->mapped_return.notes,
                    [arrival, id = user.id](Tx& tx) { return write_return(tx, *arrival, id); });
}

PendingLink pending_of(const Arrival& arrival, const UserId& user) {
  return {.user = user,
          .tab_id = arrival.state.tab_id,
          .identity = arrival.identity,
          .token_text = keeps_token(*arrival.provider) ? arrival.token_text : std::string()};
}

web::Outcome link_now(const ArrivalPtr& arrival, const User& user, bool only_at_end = false) {
  return sign_in_to(
      arrival, user, arrival->mapped_first.notes,
      [arrival, pending = pending_of(*arrival, user.id)](Tx& tx) {
        return store_link(tx, arrival->dependencies,
                          {*arrival->realm, *arrival->provider, arrival->request.correlation_id}, pending,
                          arrival->mapped_first);
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

web::Outcome create(const ArrivalPtr& arrival, const FirstLoginRules& rules) {
  const auto& dependencies = arrival->dependencies;
  const auto& realm = arrival->realm->realm;
  auto mapped = arrival->mapped_first;
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
  if (!keep_to_profile(*arrival, user)) {
    return fail_arrival(*arrival, "bad_username", "The provider sent a username that cannot be used here.");
  }
  const auto made = user;
  const bool joins = rules.may_join;
  return resume(arrival, sign_in(arrival, std::move(user), mapped.notes, [arrival, made, mapped, joins](Tx& tx) {
                  return write_new(tx, *arrival, made, mapped, joins);
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
bool is_of_other_issuer(const KnownAccounts& known, const UpstreamIdentity& identity) {
  return known.link && !known.link->issuer.empty() && !is_same_issuer(known.link->issuer, identity.issuer);
}

// Somebody who is signed in here asked for the link and proved at the provider who they are there. What is linked
// already stays whose it is.
web::Outcome link_only(const ArrivalPtr& arrival, const KnownAccounts& known) {
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

web::Outcome decide(const ArrivalPtr& arrival, const KnownAccounts& known) {
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

// Both as of a first login and as of another: which it is shows later, and expressions run on no other lane than this.
void map_identity(Arrival& arrival) {
  const auto& mappers = mappers_of(arrival.realm->realm, *arrival.provider);
  arrival.mapped_first = run_mappers(mappers, arrival.identity, true);
  arrival.mapped_return = run_mappers(mappers, arrival.identity, false);
}

web::Outcome settle_mapped(const ArrivalPtr& arrival) {
  const auto& problems = arrival->mapped_first.problems;
  log_problems(arrival->dependencies, arrival->identity, arrival->mapped_first, arrival->request.correlation_id);
  const auto stopping = std::ranges::find(problems, true, &MapperProblem::stops);
  if (stopping != problems.end()) {
    return fail_arrival(*arrival, "mapper_failed",
                        "What the provider said cannot be used: the mapping \"" + stopping->mapper +
                            "\" failed. Ask your administrator.");
  }
  return then_read(arrival->dependencies, [arrival]() -> web::Outcome {
    auto read =
        read_from(arrival->dependencies.repositories.store, [&](Rows& rows) { return load_known(rows, *arrival); });
    if (!read) return store_failed(arrival->dependencies, arrival->request, arrival->realm.get(), read.error());
    auto known = std::make_shared<KnownAccounts>(std::move(*read));
    // Nobody is asked about who is refused anyhow.
    if (is_of_other_issuer(*known, arrival->identity)) return decide(arrival, *known);
    const auto* link = known->link ? &*known->link : nullptr;
    return with_login_groups(arrival, link, known->synced_at,
                             [arrival, known]() -> web::Outcome { return decide(arrival, *known); });
  });
}

}  // namespace

web::Outcome settle_arrival(const ArrivalPtr& arrival) {
  if (!runs_expressions(mappers_of(arrival->realm->realm, *arrival->provider))) {
    map_identity(*arrival);
    return settle_mapped(arrival);
  }
  return web::then(web::Lane::kCpu, [arrival] {
    map_identity(*arrival);
    return settle_mapped(arrival);
  });
}

void log_refusal(const Arrival& arrival, std::string_view reason) {
  arrival.dependencies.log.info("upstream_login_failed", {{"reason", reason},
                                                          {"realm", arrival.realm->realm.name},
                                                          {"provider", arrival.provider->alias},
                                                          {"upstream_id", arrival.identity.id},
                                                          {"ip", arrival.request.remote_address},
                                                          {"correlation_id", arrival.request.correlation_id}});
}

web::Outcome fail_arrival(const Arrival& arrival, std::string_view reason, std::string_view message) {
  log_refusal(arrival, reason);
  return arrival.dependencies.login.show(arrival.request, arrival.realm, arrival.paused, std::string(reason),
                                         std::string(message));
}

}  // namespace cardea::broker
