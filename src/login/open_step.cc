#include "login/open_step.h"

#include <algorithm>

#include "core/brute_force.h"
#include "core/client_urls.h"
#include "core/proof_holds.h"
#include "core/session.h"
#include "login/endpoint.h"
#include "login/flow_decision.h"
#include "login/step_pages.h"
#include "login/upstream_login.h"

namespace cardea::login {
namespace {

// What was checked when the interaction was opened must still hold.
std::optional<Refusal> check_client(const Dependencies& dependencies, const web::Request& request,
                                    const RealmEntry& realm, const ClientEntry* client,
                                    const AuthorizationRequest& authorization) {
  const std::string_view name = realm.realm.name;
  const auto base =
      dependencies.base_url.of_realm(request, client == nullptr ? name : address_realm(client->client, name));
  const auto reason = dependencies.why_client_may_not(client, authorization, base);
  if (!reason) return std::nullopt;
  if (client == nullptr || client->client.id != authorization.client) return Refusal::kClientGone;
  if (!client->client.enabled) return Refusal::kClientDisabled;
  return *reason == "redirect_uri_not_registered" ? Refusal::kRedirectGone : Refusal::kSettingsChanged;
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
  const auto* steps = run.steps();
  const auto upstream = steps != nullptr ? steps->upstream : std::nullopt;
  if (!asks_for_roles(flows_of_login(run, progress_of(run.interaction), upstream))) return out;
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
    return deny(*run, denied == nullptr ? Denied{} : *denied);
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
}  // namespace

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
        if (run->flow() == nullptr) return deny(*run, Denied{DenyReason::kUnknownStep});
        if (const auto* steps = run->steps()) return choose_from_row(run, steps->progress.user, std::move(next));
        if (run->login()->session) return choose_from_session(run, std::move(next));
        return choose(run, nullptr, std::move(next));
      });
}

}  // namespace cardea::login
