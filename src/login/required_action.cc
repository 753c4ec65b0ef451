#include "login/required_action.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "core/consent.h"
#include "core/proof_holds.h"
#include "core/required_actions.h"
#include "crypto/hash.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/login_form.h"
#include "login/mail_limits.h"
#include "login/texts.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

// Reads the row behind the request's handle and its user. Refuses rows of other browsers, and an `execution` other than
// the action that is next: nobody chooses the order.
Stored<Result<ActionRunPtr, Refusal>> load_run(Rows& rows, const Dependencies& dependencies,
                                               const web::Request& request, const RealmPtr& realm,
                                               const LoginLink& link) {
  using Answer = Result<ActionRunPtr, Refusal>;
  const auto cookie = read_flow_cookie(request, realm->realm);
  if (!cookie) return Answer(refuse(Refusal::kNoCookie));
  if (link.session_code.size() != kHandleLength) return Answer(refuse(Refusal::kGone));
  auto found = dependencies.repositories.interactions.find(rows, realm->realm.id, handle_hash(link.session_code),
                                                           dependencies.clock.now());
  if (!found) return refuse(found.error());
  if (!*found || !is_same_browser((*found)->browser_hash, *cookie)) return Answer(refuse(Refusal::kGone));
  auto& interaction = **found;
  const auto* stage = std::get_if<AwaitingActions>(&interaction.stage);
  if (stage == nullptr || stage->actions.empty() || stage->actions.front() != link.execution) {
    return Answer(refuse(Refusal::kGone));
  }
  auto user = dependencies.repositories.users.find(rows, realm->realm.id, stage->proven.user);
  if (!user) return refuse(user.error());
  if (!*user) return Answer(refuse(Refusal::kGone));
  if (!(*user)->is_active()) return Answer(refuse(Refusal::kUserDisabled));
  const auto over = why_proof_is_over(rows, dependencies.repositories, realm->realm, **user, basis_of(stage->proven),
                                      dependencies.clock.now());
  if (!over) return refuse(over.error());
  if (*over) return Answer(refuse(Refusal::kProofOver));
  return Answer(
      std::make_shared<const ActionRun>(dependencies, request, realm, link, std::move(interaction), std::move(**user)));
}

// Calls `next(ActionRunPtr, const ActionForm&)` on the lane for reads, or refuses.
template <class Next>
web::Outcome with_run(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, LoginLink link,
                      Next next) {
  return then_read(
      dependencies,
      [&dependencies, &request, realm = std::move(realm), link = std::move(link),
       next = std::move(next)]() mutable -> web::Outcome {
        auto loaded = read_from(dependencies.repositories.store,
                                [&](Rows& rows) { return load_run(rows, dependencies, request, realm, link); });
        if (!loaded) return store_failed(dependencies, request, realm.get(), loaded.error());
        if (!*loaded) return refuse_login(dependencies, request, realm, link, loaded->error());
        const ActionRunPtr run = std::move(**loaded);
        const auto* form = find_action_form(run->alias());
        if (form == nullptr) {  // written by another release
          return actions_not_supported(dependencies, request, realm->realm, run->user.id, run->stage().actions);
        }
        return next(run, *form);
      });
}

using Begin = std::function<Stored<void>(Tx&)>;

// What the first action of a new row stores beside it.
Begin begin_first(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                  const Interaction& interaction) {
  const auto* form = find_action_form(std::get<AwaitingActions>(interaction.stage).actions.front());
  return form == nullptr || form->begin == nullptr ? Begin() : form->begin(dependencies, request, realm, interaction);
}

web::Response redirect_to_action(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                                 const NextRow& row) {
  const auto link = action_link(row.interaction, row.handle);
  auto response = web::redirect(link_url(dependencies.base_url.of(request), realm.name, "required-action", link));
  set_flow_cookie(response, request, realm, dependencies.base_url, row.cookie);
  return response;
}

// Writes the row of the first action and goes there.
// `link`: what is used up for it, if anything.
web::Outcome open_row(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                      AuthorizationRequest authorization, AwaitingActions stage, MailedActions link = {}) {
  auto row = std::make_shared<const NextRow>(make_row(dependencies, realm->realm,
                                                      random_handle(dependencies.random, kTabIdBytes),
                                                      std::move(authorization), std::move(stage)));
  auto begin = begin_first(dependencies, request, realm, row->interaction);
  return web::then(web::Lane::kStore,
                   [&dependencies, &request, realm = std::move(realm), row = std::move(row), begin = std::move(begin),
                    link = std::move(link)]() -> web::Outcome {
                     const auto stored = dependencies.repositories.store.write([&](Tx& tx) -> Stored<void> {
                       if (link.redeem) {
                         if (auto redeemed = link.redeem(tx); !redeemed) return redeemed;
                       }
                       if (begin) {
                         if (auto done = begin(tx); !done) return done;
                       }
                       return dependencies.repositories.interactions.insert(tx, handle_hash(row->handle),
                                                                            row->interaction);
                     });
                     if (!stored && stored.error() == StoreError::kConflict && link.used_before)
                       return link.used_before();
                     if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
                     return redirect_to_action(dependencies, request, realm->realm, *row);
                   });
}

// Calls CompleteInteraction and sets a new flow cookie, unless it failed and may be tried again.
web::Outcome complete(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                      const AuthorizationRequest& authorization, const Authentication& proven) {
  auto outcome = dependencies.complete(request, realm, authorization, proven);
  return with_answer(std::move(outcome), [&dependencies, &request, realm,
                                          cookie = new_flow_cookie(dependencies.random)](web::Response& response) {
    if (response.status >= 400) return;
    set_flow_cookie(response, request, realm->realm, dependencies.base_url, cookie);
  });
}

web::Outcome open_or_complete(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                              AuthorizationRequest authorization, AwaitingActions stage) {
  if (stage.actions.empty()) return complete(dependencies, request, std::move(realm), authorization, stage.proven);
  return open_row(dependencies, request, std::move(realm), std::move(authorization), std::move(stage));
}

std::string_view asked_alias(const AuthorizationRequest& authorization) {
  const std::string_view asked = authorization.kc_action;
  return asked.substr(0, asked.find(':'));
}

bool is_switched_on(const Realm& realm, std::string_view alias) {
  User user;
  user.required_actions = {std::string(alias)};
  return !pending_actions(realm, user, std::nullopt, TimePoint{}).empty();
}

// Puts what the client asked for behind what must be done anyway; gives its alias when nothing else asks for it.
std::string add_asked(const RealmEntry& realm, AuthorizationRequest& authorization, std::vector<std::string>& actions) {
  const std::string alias(asked_alias(authorization));
  if (alias.empty() || !authorization.kc_action_status.empty() || std::ranges::find(actions, alias) != actions.end())
    return {};
  const auto* form = find_action_form(alias);
  if (form == nullptr || !form->may_be_asked || !is_switched_on(realm.realm, alias)) {
    authorization.kc_action_status = "error";
    return {};
  }
  actions.push_back(alias);
  return alias;
}

// What goes into the transaction that ends one action.
struct Passage {
  ActionDone done;
  bool cancelled = false;
  AuthorizationRequest authorization;  // with the status of what the client asked for
  std::optional<NextRow> next;         // the row of the actions that remain
  Begin begin_next;
};

// What a run of that transaction came to.
struct Passed {
  bool lost = false;
  Authentication proven;  // as it stands after the action: it may have changed what the proof is compared with
  /// After the last action of a login: what the actions themselves made necessary, such as verifying a new address.
  std::vector<std::string> pending = {};
};

// The action itself may have set another password; any other change since the proof was found before.
Stored<void> renew_stamp(Tx& tx, const ActionRun& run, Authentication& proven) {
  if (!proven.credential_stamp) return {};
  const auto stamp = load_credential_stamp(tx, run.dependencies.repositories, run.user.id);
  if (!stamp) return refuse(stamp.error());
  proven.credential_stamp = *stamp;
  return {};
}

Stored<void> store_passage(Tx& tx, const ActionRun& run, const Passage& passage, Passed& passed) {
  const auto& repositories = run.dependencies.repositories;
  passed = {.lost = false, .proven = run.stage().proven, .pending = {}};
  if (auto taken = repositories.interactions.take(tx, handle_hash(run.link.session_code)); !taken) return taken;
  auto user = repositories.users.find(tx, run.realm->realm.id, run.user.id);
  if (!user) return refuse(user.error());
  if (!*user || !(*user)->is_active()) return refuse(StoreError::kConflict);  // gone or disabled meanwhile
  const auto over = why_proof_is_over(tx, repositories, run.realm->realm, **user, basis_of(passed.proven),
                                      run.dependencies.clock.now());
  if (!over) return refuse(over.error());
  if (*over) return refuse(StoreError::kConflict);
  auto& actions = (*user)->required_actions;  // what is saved below must not bring the action back
  if (!passage.cancelled && std::erase(actions, run.alias()) > 0) {
    if (auto stored = repositories.users.set_required_actions(tx, run.user.id, actions); !stored) return stored;
  }
  passed.lost = true;
  if (passage.done.save) {
    if (auto saved = passage.done.save(tx, **user); !saved) return saved;
  }
  passed.lost = false;
  if (passage.done.end) return {};
  if (auto renewed = renew_stamp(tx, run, passed.proven); !renewed) return renewed;
  if (passage.begin_next) {
    if (auto begun = passage.begin_next(tx); !begun) return begun;
  }
  if (!passage.next) {
    if (run.stage().mailed) return {};
    // In this transaction: it is committed with others, after this lane's turn, and a reader would not see it yet.
    const auto now = repositories.users.find(tx, run.realm->realm.id, run.user.id);
    if (!now) return refuse(now.error());
    if (!*now) return refuse(StoreError::kConflict);
    passed.pending = pending_actions(*run.realm, **now, std::nullopt, run.dependencies.clock.now());
    return {};
  }
  auto next = passage.next->interaction;
  std::get<AwaitingActions>(next.stage).proven = passed.proven;
  return repositories.interactions.insert(tx, handle_hash(passage.next->handle), next);
}

// On the store lane.
web::Outcome end_actions(const ActionRun& run, const Passage& passage, Passed passed) {
  if (!run.stage().mailed) {
    if (!std::ranges::all_of(passed.pending, is_action_supported)) {
      return actions_not_supported(run.dependencies, run.request, run.realm->realm, run.user.id, passed.pending);
    }
    return open_or_complete(
        run.dependencies, run.request, run.realm, passage.authorization,
        {.proven = std::move(passed.proven), .actions = std::move(passed.pending), .asked = {}, .mailed = false});
  }
  const web::PageLink back{passage.authorization.redirect_uri, "Back to Application"};
  return web::info_page(run.dependencies.pages, action_frame(run), "Your account has been updated.",
                        "You can close this page now.", back.url.empty() ? nullptr : &back);
}

constexpr std::size_t kLoggedArgumentMax = 64;  // whatever the client wrote

// On the store lane.
web::Outcome settle(const ActionRunPtr& run, const Passage& passage) {
  const auto& dependencies = run->dependencies;
  Passed passed;
  const auto stored =
      dependencies.repositories.store.write([&](Tx& tx) { return store_passage(tx, *run, passage, passed); });
  if (!stored && stored.error() == StoreError::kConflict) {
    if (passed.lost && passage.done.lost) return passage.done.lost();
    return refuse_login(dependencies, run->request, run->realm, run->link, Refusal::kGone);
  }
  if (!stored) return store_failed(dependencies, run->request, run->realm.get(), stored.error());
  dependencies.log.info(passage.done.event.empty() ? "required_action" : passage.done.event,
                        {{"realm", run->realm->realm.name},
                         {"client_id", run->interaction.request.client_id},
                         {"action", run->alias()},
                         {"argument", run->argument().substr(0, kLoggedArgumentMax)},
                         {"cancelled", passage.cancelled},
                         {"user_id", run->user.id.str()},
                         {"ip", run->request.remote_address},
                         {"correlation_id", run->request.correlation_id}});
  if (passage.done.end) return passage.done.end();
  if (passage.next) return redirect_to_action(dependencies, run->request, run->realm->realm, *passage.next);
  return end_actions(*run, passage, std::move(passed));
}

web::Outcome go_on(const ActionRunPtr& run, ActionDone done, bool cancelled) {
  Passage passage{.done = std::move(done),
                  .cancelled = cancelled,
                  .authorization = run->interaction.request,
                  .next = {},
                  .begin_next = {}};
  if (run->alias() == asked_alias(passage.authorization)) {
    passage.authorization.kc_action_status = cancelled ? "cancelled" : passage.done.failed ? "error" : "success";
  }
  auto stage = run->stage();
  stage.actions.erase(stage.actions.begin());
  if (!stage.actions.empty() && !passage.done.end) {
    passage.next =
        make_row(run->dependencies, run->realm->realm, run->interaction.id, passage.authorization, std::move(stage));
    passage.begin_next = begin_first(run->dependencies, run->request, run->realm, passage.next->interaction);
  }
  return web::then(web::Lane::kStore, [run, passage = std::move(passage)] { return settle(run, passage); });
}

web::Response too_many_rows(const Dependencies& dependencies, const web::Request& request, const Realm& realm) {
  dependencies.log.info("login_refused", {{"reason", "too_many_rows_of_session"},
                                          {"realm", realm.name},
                                          {"ip", request.remote_address},
                                          {"correlation_id", request.correlation_id}});
  auto response = web::error_page(dependencies.pages, 429, frame_for(request, realm),
                                  "You were asked for this too often. Wait a moment and try again.", request);
  response.set("Retry-After", std::to_string(kSessionRowsWindow.count()));
  return response;
}

}  // namespace

bool ActionRun::may_cancel() const { return alias() == stage().asked; }

std::string_view ActionRun::argument() const {
  const std::string_view asked = interaction.request.kc_action;
  const auto colon = asked.find(':');
  return colon == std::string_view::npos || asked.substr(0, colon) != alias() ? std::string_view()
                                                                              : asked.substr(colon + 1);
}

std::string handle_hash(std::string_view handle) { return crypto::sha256_base64url(handle); }

NextRow make_row(const Dependencies& dependencies, const Realm& realm, std::string id,
                 AuthorizationRequest authorization,
                 std::variant<AwaitingLogin, AwaitingSteps, AwaitingActions> stage) {
  CARDEA_ASSERT(!std::holds_alternative<AwaitingLogin>(stage));
  NextRow row;
  row.handle = random_handle(dependencies.random);
  row.cookie = new_flow_cookie(dependencies.random);
  row.interaction.id = std::move(id);
  row.interaction.realm = realm.id;
  row.interaction.browser_hash = browser_hash(row.cookie);
  row.interaction.expires_at = dependencies.clock.now() + realm.lifespans.access_code_user_action;
  row.interaction.request = std::move(authorization);
  row.interaction.stage = std::move(stage);
  return row;
}

LoginLink action_link(const Interaction& interaction, std::string_view handle) {
  const auto& stage = std::get<AwaitingActions>(interaction.stage);
  auto link = make_link(interaction.request, interaction.id, std::string(handle), stage.actions.front());
  if (stage.mailed) link.client_data.clear();  // no client waits for an answer
  return link;
}

web::Outcome continue_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                            AuthorizationRequest authorization, Authentication proven,
                            std::vector<std::string> actions) {
  if (!std::ranges::all_of(actions, is_action_supported)) {
    return actions_not_supported(dependencies, request, realm->realm, proven.user, actions);
  }
  if (proven.session && !dependencies.mail_limits->take_row(*proven.session, dependencies.clock.now())) {
    return too_many_rows(dependencies, request, realm->realm);
  }
  if (!authorization.link_handle.empty()) {
    const auto handle = std::exchange(authorization.link_handle, {});
    const auto user = proven.user;
    return dependencies.link_upstream(
        request, realm, handle, user,
        [&dependencies, &request, realm, authorization = std::move(authorization), proven = std::move(proven),
         actions = std::move(actions)]() mutable -> web::Outcome {
          return continue_login(dependencies, request, std::move(realm), std::move(authorization), std::move(proven),
                                std::move(actions));
        });
  }
  auto asked = add_asked(*realm, authorization, actions);
  const auto client_id = authorization.client_id;
  return with_client_entry(
      dependencies, request, realm, client_id,
      [&dependencies, &request, realm, authorization = std::move(authorization),
       stage = AwaitingActions{.proven = std::move(proven),
                               .actions = std::move(actions),
                               .asked = std::move(asked),
                               .mailed = false}](ClientPtr client) mutable -> web::Outcome {
        if (client == nullptr || !client->client.consent_required || !authorization.device_user_code.empty()) {
          return open_or_complete(dependencies, request, std::move(realm), std::move(authorization), std::move(stage));
        }
        return then_read(dependencies,
                         [&dependencies, &request, realm, client, authorization = std::move(authorization),
                          stage = std::move(stage)]() mutable -> web::Outcome {
                           const auto allowed = read_from(dependencies.repositories.store, [&](Rows& rows) {
                             return dependencies.repositories.consents.find(rows, stage.proven.user, client->client.id);
                           });
                           if (!allowed) return store_failed(dependencies, request, realm.get(), allowed.error());
                           if (!items_to_ask(*client, authorization, *allowed).empty()) {
                             stage.actions.emplace_back(kConsentAction);  // always the last
                           }
                           return open_or_complete(dependencies, request, std::move(realm), std::move(authorization),
                                                   std::move(stage));
                         });
      });
}

web::Outcome start_mailed_actions(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                  MailedActions mailed) {
  CARDEA_ASSERT(!mailed.actions.empty());
  if (!std::ranges::all_of(mailed.actions, is_action_supported)) {
    return actions_not_supported(dependencies, request, realm->realm, mailed.user, mailed.actions);
  }
  AuthorizationRequest authorization;
  authorization.client = std::move(mailed.client);
  authorization.client_id = std::move(mailed.client_id);
  authorization.redirect_uri = std::move(mailed.redirect_uri);
  AwaitingActions stage{
      .proven = {.user = std::move(mailed.user), .acr = "0", .credential_stamp = mailed.credential_stamp},
      .actions = std::move(mailed.actions),
      .asked = {},
      .mailed = true};
  return open_row(dependencies, request, std::move(realm), std::move(authorization), std::move(stage),
                  std::move(mailed));
}

web::Outcome pass_action(const ActionRunPtr& run, ActionDone done) { return go_on(run, std::move(done), false); }

web::Outcome deny_client(const ActionRunPtr& run) {
  return web::then(web::Lane::kStore, [run]() -> web::Outcome {
    const auto& dependencies = run->dependencies;
    const auto taken = dependencies.repositories.store.write(
        [&](Tx& tx) { return dependencies.repositories.interactions.take(tx, handle_hash(run->link.session_code)); });
    if (!taken && taken.error() == StoreError::kConflict) {
      return refuse_login(dependencies, run->request, run->realm, run->link, Refusal::kGone);
    }
    if (!taken) return store_failed(dependencies, run->request, run->realm.get(), taken.error());
    if (!run->stage().mailed) return dependencies.deny(run->request, run->realm, run->interaction.request);
    return web::error_page(dependencies.pages, 403, action_frame(*run), "Access denied", run->request);
  });
}

web::Outcome with_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, LoginLink link,
                         WithAction next) {
  return with_run(dependencies, request, std::move(realm), std::move(link),
                  [next = std::move(next)](const ActionRunPtr& run, const ActionForm&) mutable { return next(run); });
}

web::Outcome show_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return with_run(dependencies, request, std::move(realm), std::move(*link),
                  [](const ActionRunPtr& run, const ActionForm& form) { return form.show(run, {}); });
}

web::Outcome submit_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  const auto* asked = find_action_form(link->execution);
  auto posted = read_posted_form(request, dependencies.base_url.of(request), asked != nullptr && asked->may_repeat);
  if (!posted) return refuse_login(dependencies, request, realm, *link, posted.error());
  return with_run(dependencies, request, std::move(realm), std::move(*link),
                  [posted = std::move(*posted)](const ActionRunPtr& run, const ActionForm& form) -> web::Outcome {
                    if (run->may_cancel() && posted.value("cancel-aia")) return go_on(run, {}, true);
                    return form.submit(run, posted);
                  });
}

web::PageFrame action_frame(const ActionRun& run) {
  return frame_for(run.request, run.realm->realm, run.interaction.request.ui_locales, &run.user);
}

web::Texts action_texts(const ActionRun& run) { return action_frame(run).texts; }

web::PageData action_data(const ActionRun& run, const ActionView& view) {
  const auto& realm = run.realm->realm;
  const auto link = action_link(run.interaction, run.link.session_code);
  const auto base = run.dependencies.base_url.of(run.request);
  const auto frame = action_frame(run);
  web::PageData data;
  std::vector<web::PageData> errors;
  for (const auto& error : view.errors) errors.push_back(web::PageData().text("text", frame.texts.said(error)));
  data.text("action", link_url(base, realm.name, find_action_form(run.alias())->path, link))
      .text("username", run.user.username)
      .flag("may_cancel", run.may_cancel())
      .flag("has_errors", !errors.empty())
      .list("errors", std::move(errors));
  web::add_languages(data, frame, link_url(base, realm.name, "required-action", link));
  return data;
}

web::Response render_action(const ActionRun& run, std::string_view name, const web::PageData& data, bool script) {
  const auto frame = action_frame(run);
  auto response =
      run.dependencies.pages.render(name, 200, data,
                                    {.form_targets = web::form_targets_of(run.interaction.request.redirect_uri),
                                     .script = script,
                                     .frame = &frame,
                                     .popup = true});
  web::keep_language(response, run.request, frame, run.dependencies.base_url);
  return response;
}

}  // namespace cardea::login
