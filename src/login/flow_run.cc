#include "login/flow_run.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/attribute_match.h"
#include "core/authentication_methods.h"
#include "core/client_urls.h"
#include "core/level_of_assurance.h"
#include "core/proof_holds.h"
#include "core/required_actions.h"
#include "core/sealed_interaction.h"
#include "core/second_factor.h"
#include "core/session.h"
#include "core/verify_credential.h"
#include "core/webauthn_credential.h"
#include "login/actions/action.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/form_pages.h"
#include "login/required_action.h"
#include "login/roles.h"
#include "login/texts.h"
#include "login/upstream_login.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

constexpr std::string_view kRoleCondition = "conditional-user-role";

// An action that the realm has switched off cannot stand in for a credential.
bool may_set_up(const Realm& realm, std::string_view action) {
  User asked;
  asked.required_actions = {std::string(action)};
  return is_action_supported(action) && !pending_actions(realm, asked, std::nullopt, TimePoint{}).empty();
}

FlowProgress progress_of(const Interaction& interaction) {
  if (const auto* steps = std::get_if<AwaitingSteps>(&interaction.stage)) return steps->progress;
  FlowProgress out;
  const auto& login = std::get<AwaitingLogin>(interaction.stage);
  if (!login.named_by.empty()) out.results.push_back({login.named_by, Proof::kUsername, UserId()});
  return out;
}

// What is known of whose progress it is.
struct Person {
  const User* user = nullptr;  // null: nobody has proven anything
  std::set<std::string, std::less<>> credentials;
  std::optional<UpstreamProof> upstream;  // of this login
};

FlowLevels levels_for(const StepRun& run, const FlowProgress& progress, const Person& person) {
  const LevelNames names(run.realm->realm, run.client->client);
  FlowLevels out{.requested = requested_level(names, run.interaction.request.acr_values),
                 .earlier = run.stepped ? levels_of(*run.stepped) : std::map<int, std::int64_t>{},
                 .now = epoch_seconds(run.dependencies.clock.now())};
  out.requested = std::max(
      out.requested, level_for_removal(*run.flow(), run.interaction.request, run.credentials, person.credentials));
  // Only of a time that the provider names: it may have asked for the second factor a week ago.
  if (progress.has(Proof::kUpstream) && person.upstream && person.upstream->level && person.upstream->auth_time) {
    out.vouched = *person.upstream->level;
    out.vouched_at = std::min(*person.upstream->auth_time, out.now);
  }
  return out;
}

FlowDecision decide(const StepRun& run, const FlowProgress& progress, Person person, const Roles& roles) {
  const auto& realm = *run.realm;
  auto levels = levels_for(run, progress, person);
  FlowSubject subject{std::move(person.credentials), {}};
  if (person.user != nullptr) {
    subject.has_attribute = [user = person.user](const AttributeCondition& condition) {
      return has_attribute(*user, condition);
    };
  }
  if (roles) subject.has_role = [&roles](std::string_view name) { return has_role(*roles, name); };
  return run_flow(*run.flow(),
                  {.progress = progress,
                   .subject = subject,
                   .find_form = find_form_facts,
                   .session_user = run.stepped ? &run.stepped->user : nullptr,
                   .steps_up = run.stepped.has_value(),
                   .may_set_up = [&realm](std::string_view action) { return may_set_up(realm.realm, action); },
                   .passkeys = are_passkeys_enabled(realm.realm),
                   .upstreams = !login_providers(realm.realm).empty(),
                   .levels = std::move(levels)});
}

// Whose answer it was, as far as that is known; empty: nobody's.
std::string_view answered_by(const StepRun& run, const StepView& view) {
  if (!view.user.empty()) return view.user.str();
  return run.user ? std::string_view(run.user->id.str()) : std::string_view();
}

web::Response deny(const StepRun& run, DenyReason reason) {
  const auto& realm = run.realm->realm;
  run.dependencies.log.info("login_failed", {{"reason", describe(reason)},
                                             {"realm", realm.name},
                                             {"client_id", run.interaction.request.client_id},
                                             {"user_id", answered_by(run, {})},
                                             {"ip", run.request.remote_address},
                                             {"correlation_id", run.request.correlation_id}});
  std::string_view message = "This login cannot be completed. Ask your administrator.";
  if (reason == DenyReason::kAccessDenied) message = "Access denied";
  if (reason == DenyReason::kNotConfigured) message = "Cannot login, credential setup required.";
  return web::error_page(run.dependencies.pages, 401,
                         frame_for(run.request, realm, run.interaction.request.ui_locales, nullptr), message,
                         run.request);
}

// What was checked when the interaction was opened must still hold.
std::optional<Refusal> check_client(const Dependencies& dependencies, const web::Request& request,
                                    const RealmEntry& realm, const ClientEntry* client,
                                    const AuthorizationRequest& authorization) {
  if (client == nullptr || client->client.id != authorization.client) return Refusal::kClientGone;
  if (!client->client.enabled) return Refusal::kClientDisabled;
  if (!authorization.device_user_code.empty()) return std::nullopt;  // it ends on our own page (RFC 8628)
  const auto base = dependencies.base_url.of_realm(request, address_realm(client->client, realm.realm.name));
  const bool is_allowed = dependencies.is_redirect_allowed(client->client, authorization.redirect_uri, base);
  return is_allowed ? std::nullopt : std::optional(Refusal::kRedirectGone);
}

struct RowFacts {
  std::optional<User> user;
  bool is_locked = false;
  bool is_over = false;  // core/proof_holds.h
  std::optional<UserSession> stepped;
  std::vector<Credential> credentials;
  Roles roles;
};

// The session of the interaction; absent: none, or one that is over.
Stored<std::optional<UserSession>> find_stepped(Rows& rows, const StepRun& run) {
  const auto& id = run.steps() != nullptr ? run.steps()->session : run.login()->session;
  if (!id) return std::optional<UserSession>();
  auto session = run.dependencies.repositories.sessions.find(rows, run.realm->realm.id, *id);
  const auto now = run.dependencies.clock.now();
  if (session && *session && !is_session_alive(run.realm->realm, **session, now)) session->reset();
  return session;
}

Stored<RowFacts> load_facts(Rows& rows, const StepRun& run, const UserId& user) {
  const auto& repositories = run.dependencies.repositories;
  RowFacts out;
  auto found = repositories.users.find(rows, run.realm->realm.id, user);
  if (!found) return refuse(found.error());
  out.user = std::move(*found);
  auto credentials = repositories.credentials.list_all(rows, user);
  if (!credentials) return refuse(credentials.error());
  out.credentials = std::move(*credentials);
  if (const auto* steps = run.steps()) {
    const auto stamp = steps->credential_stamp;
    out.is_over = stamp && *stamp != credential_stamp(password_set_at(out.credentials));
  }
  if (brute_force_settings(run.realm->realm).is_on) {
    const auto failures = repositories.login_failures.find(rows, run.realm->realm.id, user);
    if (!failures) return refuse(failures.error());
    out.is_locked = is_locked(*failures, run.dependencies.clock.now());
  }
  if (!uses_authenticator(*run.flow(), kRoleCondition)) return out;
  auto roles = load_roles(rows, run.dependencies, *run.realm, user);
  if (!roles) return refuse(roles.error());
  out.roles = std::move(*roles);
  return out;
}

// Who may fill in a form is not sent away without having asked for it.
const Execution* first_to_show(const std::vector<const Execution*>& choices) {
  for (const auto* choice : choices) {
    if (!is_redirector(*choice)) return choice;
  }
  return choices.front();
}

web::Outcome choose(const std::shared_ptr<StepRun>& run, const Roles& roles, WithRun next) {
  auto decision = decide(*run, progress_of(run->interaction),
                         {.user = run->user ? &*run->user : nullptr,
                          .credentials = credential_types(*run),
                          .upstream = run->steps() != nullptr ? run->steps()->upstream : std::nullopt},
                         roles);
  auto* ask = std::get_if<Ask>(&decision);
  if (ask == nullptr) {
    // Complete here would be a login without a new proof: the flow was changed meanwhile. Nobody gets in by that.
    const auto* denied = std::get_if<Denied>(&decision);
    return deny(*run, denied == nullptr ? DenyReason::kNothingPassed : denied->reason);
  }
  run->choices = std::move(ask->choices);
  run->execution = first_to_show(run->choices);
  for (const auto* choice : run->choices) {
    if (choice->id == run->link.execution) run->execution = choice;
  }
  return next(run);
}

web::Outcome choose_from_row(const std::shared_ptr<StepRun>& run, UserId user, WithRun next) {
  return then_read(run->dependencies, [run, user = std::move(user), next = std::move(next)]() mutable -> web::Outcome {
    auto facts = read_from(run->dependencies.repositories.store, [&](Rows& rows) -> Stored<RowFacts> {
      auto stepped = find_stepped(rows, *run);
      if (!stepped) return refuse(stepped.error());
      auto loaded = load_facts(rows, *run, user);
      if (!loaded) return loaded;
      loaded->is_over = loaded->is_over || (run->steps()->session && (!*stepped || (*stepped)->user != user));
      loaded->stepped = std::move(*stepped);
      return loaded;
    });
    if (!facts) return store_failed(run->dependencies, run->request, run->realm.get(), facts.error());
    const auto refusal = !facts->user                                    ? std::optional(Refusal::kGone)
                         : !facts->user->is_active() || facts->is_locked ? std::optional(Refusal::kUserDisabled)
                         : facts->is_over                                ? std::optional(Refusal::kProofOver)
                                                                         : std::nullopt;
    if (refusal) return refuse_login(run->dependencies, run->request, run->realm, run->link, *refusal);
    run->user = std::move(facts->user);
    run->credentials = std::move(facts->credentials);
    run->stepped = std::move(facts->stepped);
    return choose(run, facts->roles, std::move(next));
  });
}

// What the session's user has is known, and what it reached is not asked again. Once over, it is any other login.
web::Outcome choose_from_session(const std::shared_ptr<StepRun>& run, WithRun next) {
  return then_read(run->dependencies, [run, next = std::move(next)]() mutable -> web::Outcome {
    auto facts = read_from(run->dependencies.repositories.store, [&](Rows& rows) -> Stored<RowFacts> {
      auto stepped = find_stepped(rows, *run);
      if (!stepped) return refuse(stepped.error());
      if (!*stepped) return RowFacts();
      auto loaded = load_facts(rows, *run, (*stepped)->user);
      if (loaded) loaded->stepped = std::move(*stepped);
      return loaded;
    });
    if (!facts) return store_failed(run->dependencies, run->request, run->realm.get(), facts.error());
    const bool lives = facts->stepped && facts->user && facts->user->is_active() && !facts->is_locked;
    if (!lives) {
      std::get<AwaitingLogin>(run->interaction.stage).session.reset();
      return choose(run, nullptr, std::move(next));
    }
    run->user = std::move(facts->user);
    run->credentials = std::move(facts->credentials);
    run->stepped = std::move(facts->stepped);
    return choose(run, facts->roles, std::move(next));
  });
}

// What is stored when a step was passed: the proof used up, the row before taken, the row after it written.
struct Settlement {
  bool takes_row = false;
  std::optional<NextRow> next;
};
enum class Settled { kDone, kUsedBefore, kLocked, kGone };

Stored<Settled> settle(Tx& tx, const StepRun& run, const StepPassed& passed, const Settlement& settlement,
                       Settled& lost) {
  auto& interactions = run.dependencies.repositories.interactions;
  lost = Settled::kUsedBefore;
  if (passed.consume) {
    if (auto done = passed.consume(tx); !done) return refuse(done.error());
  }
  lost = Settled::kGone;
  if (settlement.takes_row) {
    if (auto taken = interactions.take(tx, handle_hash(run.link.session_code)); !taken) return refuse(taken.error());
  }
  if (!settlement.next && brute_force_settings(run.realm->realm).is_on) {
    // Guesses that came side by side may have locked the account: a right one among them must not unlock it.
    const auto locked = is_locked_meanwhile(tx, run.dependencies.repositories, run.realm->realm, passed.user.id,
                                            run.dependencies.clock.now());
    if (!locked) return refuse(locked.error());
    if (*locked) {
      lost = Settled::kLocked;
      return refuse(StoreError::kConflict);
    }
    const auto forgotten = record_login_success(tx, run.dependencies.repositories, run.realm->realm, passed.user.id);
    if (!forgotten) return refuse(forgotten.error());
  }
  if (settlement.next) {
    const auto& row = *settlement.next;
    if (auto stored = interactions.insert(tx, handle_hash(row.handle), row.interaction); !stored) {
      return refuse(stored.error());
    }
  }
  return Settled::kDone;
}

// "1" of a flow without levels.
std::string acr_of(const StepRun& run, const std::vector<int>& levels) {
  if (levels.empty()) return "1";
  return LevelNames(run.realm->realm, run.client->client)
      .name_of(*std::ranges::max_element(levels), run.interaction.request.acr_values);
}

// Of the first proof: later steps must not renew it.
std::int64_t stamp_of(const StepRun& run, const StepPassed& passed) {
  if (run.steps() != nullptr && run.steps()->credential_stamp) return *run.steps()->credential_stamp;
  return credential_stamp(passed.password_set_at);
}

std::optional<UpstreamProof> upstream_of(const StepRun& run, const StepPassed& passed) {
  if (passed.upstream) return passed.upstream;
  return run.steps() != nullptr ? run.steps()->upstream : std::nullopt;
}

// When the person proved themselves to whoever vouches, if it says so; never before what says that proofs before it do
// not count, or nobody could come back after that.
std::int64_t auth_time_of(const StepRun& run, const User& user, const std::optional<UpstreamProof>& upstream,
                          TimePoint now) {
  const auto at = epoch_seconds(now);
  if (!upstream || !upstream->auth_time) return at;
  return std::min(at, std::max({*upstream->auth_time, run.realm->realm.not_before, user.not_before}));
}

// The realm's own references and what the provider's word is translated to; that one is as old as the sign-in there.
std::vector<AuthenticationMethod> all_methods(const StepRun& run, const FlowProgress& progress,
                                              const std::optional<UpstreamProof>& upstream, std::int64_t now) {
  auto out = methods_of(*run.flow(), progress, now);
  if (!upstream) return out;
  for (const auto& reference : upstream->methods) {
    out.push_back({.reference = reference, .max_age = 0, .auth_time = upstream->auth_time.value_or(now)});
  }
  return out;
}

web::Outcome finish(const StepRunPtr& run, const StepPassed& passed, const FlowProgress& progress,
                    const Complete& end) {
  const auto& realm = run->realm->realm;
  const auto now = run->dependencies.clock.now();
  auto user = passed.user;
  user.required_actions.insert(user.required_actions.end(), end.setup_actions.begin(), end.setup_actions.end());
  auto upstream = upstream_of(*run, passed);
  Authentication proven{.user = progress.user,
                        .auth_time = auth_time_of(*run, user, upstream, now),
                        .acr = acr_of(*run, end.levels),
                        .remember_me = realm.remember_me && progress.remember_me,
                        .levels = end.levels,
                        .session = run->stepped ? std::optional(run->stepped->id) : std::nullopt,
                        .credential_stamp = stamp_of(*run, passed),
                        .methods = all_methods(*run, progress, upstream, epoch_seconds(now)),
                        .upstream = std::move(upstream),
                        .has_second_factor = has_second_factor(progress)};
  return continue_login(run->dependencies, run->request, run->realm, run->interaction.request, std::move(proven),
                        pending_actions(*run->realm, user, passed.password_set_at, now));
}

// On the store lane.
web::Outcome save(const StepRunPtr& run, const StepPassed& passed, const Settlement& settlement,
                  const FlowProgress& progress, const Complete& end) {
  auto lost = Settled::kGone;
  const auto saved = write_to(run->dependencies.repositories.store,
                              [&](Tx& tx) { return settle(tx, *run, passed, settlement, lost); });
  if (!saved && saved.error() == StoreError::kConflict) {
    if (lost == Settled::kUsedBefore) return fail_step(run, "used_before", {.error = std::string(passed.used_before)});
    const auto refusal = lost == Settled::kLocked ? Refusal::kUserDisabled : Refusal::kGone;
    return refuse_login(run->dependencies, run->request, run->realm, run->link, refusal);
  }
  if (!saved) return store_failed(run->dependencies, run->request, run->realm.get(), saved.error());
  if (!settlement.next) return finish(run, passed, progress, end);
  const auto& row = *settlement.next;
  const auto link = make_link(row.interaction.request, row.interaction.id, row.handle, "");
  auto response = web::redirect(
      link_url(run->dependencies.base_url.of(run->request), run->realm->realm.name, "authenticate", link));
  set_flow_cookie(response, run->request, run->realm->realm, run->dependencies.base_url, row.cookie);
  return response;
}

// On the store lane.
web::Outcome count_failure(const StepRunPtr& run, StepView view, const std::optional<NextRow>& next) {
  auto& interactions = run->dependencies.repositories.interactions;
  auto lockout = Lockout::kNone;
  const auto stored = run->dependencies.repositories.store.write([&](Tx& tx) -> Stored<void> {
    lockout = Lockout::kNone;  // a transaction may run again
    if (auto taken = interactions.take(tx, handle_hash(run->link.session_code)); !taken) return taken;
    if (run->user && form_of(*run).facts.proof != Proof::kPassword) {  // a password counts its own
      const auto counted = record_login_failure(tx, run->dependencies.repositories, run->realm->realm, run->user->id,
                                                run->request.remote_address, run->dependencies.clock.now());
      if (!counted) return refuse(counted.error());
      lockout = *counted;
    }
    return next ? interactions.insert(tx, handle_hash(next->handle), next->interaction) : Stored<void>();
  });
  if (!stored && stored.error() != StoreError::kConflict) {
    return store_failed(run->dependencies, run->request, run->realm.get(), stored.error());
  }
  if (stored && run->user) tell_lockout(run->dependencies, run->request, run->realm->realm, run->user->id, lockout);
  if (!stored || !next) return refuse_login(run->dependencies, run->request, run->realm, run->link, Refusal::kGone);
  view.session_code = next->handle;
  auto response = show_step(*run, view);
  set_flow_cookie(response, run->request, run->realm->realm, run->dependencies.base_url, next->cookie);
  return response;
}

// A wrong answer of somebody whose session is stepped up: there is no row yet to count it in, but the account does.
web::Outcome count_stepped_failure(const StepRunPtr& run, StepView view) {
  return web::then(web::Lane::kStore, [run, view = std::move(view)]() -> web::Outcome {
    const auto counted = write_to(run->dependencies.repositories.store, [&](Tx& tx) {
      return record_login_failure(tx, run->dependencies.repositories, run->realm->realm, run->user->id,
                                  run->request.remote_address, run->dependencies.clock.now());
    });
    if (!counted) return store_failed(run->dependencies, run->request, run->realm.get(), counted.error());
    tell_lockout(run->dependencies, run->request, run->realm->realm, run->user->id, *counted);
    return show_step(*run, view);
  });
}

web::Outcome go_on(const StepRunPtr& run, StepPassed passed, FlowProgress progress, const Roles& roles) {
  const auto decision =
      decide(*run, progress,
             {.user = &passed.user, .credentials = passed.credentials, .upstream = upstream_of(*run, passed)}, roles);
  if (const auto* denied = std::get_if<Denied>(&decision)) return deny(*run, denied->reason);
  if (passed.only_at_end && !std::holds_alternative<Complete>(decision)) {
    run->dependencies.log.info("login_failed", {{"reason", "link_before_the_end"},
                                                {"realm", run->realm->realm.name},
                                                {"user_id", passed.user.id.str()},
                                                {"correlation_id", run->request.correlation_id}});
    return show_step(*run, {.error = "This account there is not linked to yours yet."});
  }
  Settlement settlement{.takes_row = run->steps() != nullptr, .next = {}};
  Complete end;
  if (const auto* complete = std::get_if<Complete>(&decision)) {
    CARDEA_ASSERT(complete->user == passed.user.id);
    end = *complete;
    if (!passed.consume && !settlement.takes_row && !passed.has_failures) return finish(run, passed, progress, end);
  } else {
    settlement.next = make_row(run->dependencies, run->realm->realm, run->interaction.id, run->interaction.request,
                               AwaitingSteps{.progress = progress,
                                             .session = run->stepped ? std::optional(run->stepped->id) : std::nullopt,
                                             .credential_stamp = stamp_of(*run, passed),
                                             .upstream = upstream_of(*run, passed)});
  }
  return web::then(web::Lane::kStore,
                   [run, passed = std::move(passed), settlement = std::move(settlement), progress = std::move(progress),
                    end = std::move(end)] { return save(run, passed, settlement, progress, end); });
}

}  // namespace

std::string StepRun::username() const {
  if (user) return user->username;
  const auto& stage = std::get<AwaitingLogin>(interaction.stage);
  if (!stage.username_shown.empty()) return stage.username_shown;
  return stage.typed_name.empty() ? interaction.request.login_hint : stage.typed_name;
}

bool StepRun::offers_passkeys() const { return are_passkeys_enabled(realm->realm); }

bool StepRun::is_about(const User& found) const {
  if (user) return user->id == found.id;
  const auto& stage = *login();
  const auto is_called = [&](std::string_view name) {
    return equal_ignoring_ascii_case(name, found.username) ||
           (realm->realm.login_with_email_allowed && equal_ignoring_ascii_case(name, found.email));
  };
  if (!stage.username_shown.empty() && !equal_ignoring_ascii_case(stage.username_shown, found.username)) return false;
  return stage.typed_name.empty() || is_called(stage.typed_name);
}

bool StepRun::is_username_fixed() const { return user.has_value() || !login()->username_shown.empty(); }

std::set<std::string, std::less<>> credential_types(const StepRun& run) {
  std::set<std::string, std::less<>> out;
  for (const auto& credential : run.credentials) out.insert(credential.type);
  return out;
}

std::optional<TimePoint> password_set_at(const std::vector<Credential>& credentials) {
  const auto found = std::ranges::find(credentials, "password", &Credential::type);
  if (found == credentials.end()) return std::nullopt;
  return found->created_at;
}

const StepForm& form_of(const StepRun& run) {
  const auto* form = find_step_form(run.execution->step()->authenticator);
  CARDEA_ASSERT(form != nullptr);
  return *form;
}

web::Outcome run_interaction(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                             LoginLink link, Interaction interaction, WithRun next) {
  const auto client_id = interaction.request.client_id;
  auto run = std::make_shared<StepRun>(dependencies, request, realm, nullptr, std::move(link), std::move(interaction));
  return with_client_entry(
      dependencies, request, realm, client_id, [run, next = std::move(next)](ClientPtr client) mutable -> web::Outcome {
        if (const auto refusal =
                check_client(run->dependencies, run->request, *run->realm, client.get(), run->interaction.request)) {
          return refuse_login(run->dependencies, run->request, run->realm, run->link, *refusal);
        }
        run->client = std::move(client);
        if (run->flow() == nullptr) return deny(*run, DenyReason::kUnknownStep);
        if (const auto* steps = run->steps()) return choose_from_row(run, steps->progress.user, std::move(next));
        if (run->login()->session) return choose_from_session(run, std::move(next));
        return choose(run, nullptr, std::move(next));
      });
}

web::Outcome pass_step(const StepRunPtr& run, StepPassed passed) {
  auto progress = progress_of(run->interaction);
  if (run->steps() != nullptr && progress.user != passed.user.id) return deny(*run, DenyReason::kForeignResult);
  if (run->stepped && run->stepped->user != passed.user.id) return deny(*run, DenyReason::kForeignResult);
  progress.user = passed.user.id;
  for (auto& result : progress.results) result.user = passed.user.id;  // the name that was typed is this user's
  progress.results.push_back({run->execution->id, passed.proof, passed.user.id});
  const auto* login = run->login();
  progress.remember_me = progress.remember_me || passed.remember_me || (login != nullptr && login->remember_me);
  if (!uses_authenticator(*run->flow(), kRoleCondition)) {
    return go_on(run, std::move(passed), std::move(progress), nullptr);
  }
  return then_read(run->dependencies,
                   [run, passed = std::move(passed), progress = std::move(progress)]() mutable -> web::Outcome {
                     auto roles = read_from(run->dependencies.repositories.store, [&](Rows& rows) {
                       return load_roles(rows, run->dependencies, *run->realm, progress.user);
                     });
                     if (!roles) return store_failed(run->dependencies, run->request, run->realm.get(), roles.error());
                     return go_on(run, std::move(passed), std::move(progress), *roles);
                   });
}

web::Outcome pass_username(const StepRunPtr& run, std::string typed_name, bool remember_me) {
  CARDEA_ASSERT(run->login() != nullptr);
  auto interaction = run->interaction;
  auto& stage = std::get<AwaitingLogin>(interaction.stage);
  stage.typed_name = std::move(typed_name);
  stage.named_by = run->execution->id;
  stage.remember_me = remember_me;
  auto sealed = seal_interaction(run->dependencies.sealer, interaction);
  if (!sealed) return fail_step(run, describe(sealed.error()), {.error = "The request is too long."});
  auto link = run->link;
  link.session_code = std::move(*sealed);
  link.execution.clear();
  return run_interaction(run->dependencies, run->request, run->realm, std::move(link), std::move(interaction),
                         [](const StepRunPtr& next) -> web::Outcome { return show_step(*next, {}); });
}

LoginLink step_link(const StepRun& run, const StepView& view) {
  return make_link(run.interaction.request, run.interaction.id,
                   view.session_code.empty() ? run.link.session_code : view.session_code, run.execution->id);
}

web::Response show_step(const StepRun& run, const StepView& view) { return form_of(run).show(run, view); }

web::Response show_choices(const StepRun& run) {
  std::vector<ChoicePage::Choice> choices;
  for (const auto* execution : run.choices) {
    if (is_redirector(*execution)) continue;
    const auto* form = find_step_form(execution->step()->authenticator);
    choices.push_back({execution->id, std::string(form->name), std::string(form->help)});
  }
  return choice_page(run, {std::move(choices)});
}

web::Response refuse_attempt(const StepRun& run, const TooManyAttempts& refused, StepView view) {
  run.dependencies.log.info("login_failed", {{"reason", "too_many_attempts"},
                                             {"realm", run.realm->realm.name},
                                             {"client_id", run.interaction.request.client_id},
                                             {"user_id", answered_by(run, {})},
                                             {"ip", run.request.remote_address},
                                             {"correlation_id", run.request.correlation_id}});
  view.error = "${tooManyAttempts}";
  auto response = show_step(run, view);
  response.status = 429;
  response.set("Retry-After", std::to_string(refused.retry_after.count()));
  return response;
}

web::Outcome fail_step(const StepRunPtr& run, std::string_view reason, StepView view) {
  run->dependencies.log.info("login_failed", {{"reason", reason},
                                              {"realm", run->realm->realm.name},
                                              {"client_id", run->interaction.request.client_id},
                                              {"user_id", answered_by(*run, view)},
                                              {"ip", run->request.remote_address},
                                              {"correlation_id", run->request.correlation_id}});
  if (run->steps() == nullptr && run->user && form_of(*run).facts.proof != Proof::kPassword) {
    return count_stepped_failure(run, std::move(view));  // a password counts its own
  }
  if (run->steps() == nullptr) return show_step(*run, view);
  auto stage = *run->steps();
  ++stage.failures;
  std::optional<NextRow> next;
  if (stage.failures < kStepFailuresMax) {
    next =
        make_row(run->dependencies, run->realm->realm, run->interaction.id, run->interaction.request, std::move(stage));
    next->interaction.expires_at = run->interaction.expires_at;  // a wrong answer wins no time
  }
  return web::then(web::Lane::kStore, [run, view = std::move(view), next = std::move(next)]() mutable {
    return count_failure(run, std::move(view), next);
  });
}

}  // namespace cardea::login
