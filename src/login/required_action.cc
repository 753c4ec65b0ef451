#include "login/required_action.h"

#include <algorithm>

#include "base/assert.h"
#include "core/required_actions.h"
#include "crypto/hash.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/login_form.h"
#include "login/update_password.h"

namespace cardea::login {
namespace {

constexpr std::size_t kTabIdBytes = 8;

// Reads the row behind the request's handle and its user. Refuses rows of other browsers, and an `execution` other than
// the action that is next: nobody chooses the order.
Stored<Result<PendingActionPtr, Refusal>> load_pending(Rows& rows, const Dependencies& dependencies,
                                                       const web::Request& request, const RealmPtr& realm,
                                                       const LoginLink& link) {
  using Answer = Result<PendingActionPtr, Refusal>;
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
  if (!(*user)->enabled) return Answer(refuse(Refusal::kUserDisabled));
  return Answer(std::make_shared<const PendingAction>(dependencies, request, realm, link, std::move(interaction),
                                                      std::move(**user)));
}

// Calls `next(PendingActionPtr)` on the lane for reads, or refuses.
template <class Next>
web::Outcome with_pending(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, LoginLink link,
                          Next next) {
  return then_read(
      dependencies,
      [&dependencies, &request, realm = std::move(realm), link = std::move(link),
       next = std::move(next)]() mutable -> web::Outcome {
        auto loaded = read_from(dependencies.repositories.store,
                                [&](Rows& rows) { return load_pending(rows, dependencies, request, realm, link); });
        if (!loaded) return store_failed(dependencies, request, realm.get(), loaded.error());
        if (!*loaded) return refuse_login(dependencies, request, realm, link, loaded->error());
        const PendingActionPtr pending = std::move(**loaded);
        if (!is_action_supported(pending->stage().actions.front())) {  // written by another release
          return actions_not_supported(dependencies, request, realm->realm, pending->user.id, pending->stage().actions);
        }
        return next(pending);
      });
}

web::Outcome store_row(const Dependencies& dependencies, const web::Request& request, const RealmPtr& realm,
                       const NextRow& row) {
  const auto stored = dependencies.repositories.store.write([&](Tx& tx) {
    return dependencies.repositories.interactions.insert(tx, handle_hash(row.handle), row.interaction);
  });
  if (!stored) return store_failed(dependencies, request, realm.get(), stored.error());
  return redirect_to_action(dependencies, request, realm->realm, row);
}

}  // namespace

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

web::Response redirect_to_action(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                                 const NextRow& row) {
  const auto& stage = std::get<AwaitingActions>(row.interaction.stage);
  const auto link = make_link(row.interaction.request, row.interaction.id, row.handle, stage.actions.front());
  auto response = web::redirect(link_url(dependencies.base_url.of(request), realm.name, "required-action", link));
  set_flow_cookie(response, request, realm, dependencies.base_url, row.cookie);
  return response;
}

web::Outcome complete_with_cookie(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                  const AuthorizationRequest& authorization, const Authentication& proven,
                                  std::string cookie) {
  auto outcome = dependencies.complete(request, realm, authorization, proven);
  return with_answer(std::move(outcome),
                     [&dependencies, &request, realm, cookie = std::move(cookie)](web::Response& response) {
                       if (response.status >= 400) return;
                       set_flow_cookie(response, request, realm->realm, dependencies.base_url, cookie);
                     });
}

web::Outcome continue_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                            AuthorizationRequest authorization, Authentication proven,
                            std::vector<std::string> actions) {
  if (!std::ranges::all_of(actions, is_action_supported)) {
    return actions_not_supported(dependencies, request, realm->realm, proven.user, actions);
  }
  if (actions.empty()) {
    return complete_with_cookie(dependencies, request, realm, authorization, proven,
                                new_flow_cookie(dependencies.random));
  }
  auto row = std::make_shared<const NextRow>(
      make_row(dependencies, realm->realm, random_handle(dependencies.random, kTabIdBytes), std::move(authorization),
               AwaitingActions{.proven = std::move(proven), .actions = std::move(actions)}));
  return web::then(web::Lane::kStore, [&dependencies, &request, realm = std::move(realm), row = std::move(row)] {
    return store_row(dependencies, request, realm, *row);
  });
}

web::Outcome show_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  return with_pending(dependencies, request, realm, std::move(*link),
                      [](const PendingActionPtr& pending) { return show_update_password(*pending, {}); });
}

web::Outcome submit_action(const Dependencies& dependencies, const web::Request& request, RealmPtr realm) {
  auto link = read_link(request);
  if (!link) return refuse_login(dependencies, request, realm, {}, Refusal::kMalformed);
  auto form = read_posted_form(request, dependencies.base_url.of(request));
  if (!form) return refuse_login(dependencies, request, realm, *link, form.error());
  return with_pending(dependencies, request, realm, std::move(*link),
                      [form = read_new_password_form(*form)](const PendingActionPtr& pending) mutable {
                        return submit_update_password(pending, std::move(form));
                      });
}

}  // namespace cardea::login
