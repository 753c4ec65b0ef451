// delete_account: a person removes their own account, when the realm has the action on and they hold the role
// delete-account of the client account.
#include "core/logout/end_session.h"
#include "login/actions/actions.h"
#include "login/endpoint.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

web::Response page(const ActionRun& run, const ActionView& view, bool may_delete) {
  auto data = action_data(run, view);
  data.flag("may_delete", may_delete);
  return render_action(run, "delete-account", data);
}

// Calls `next` for those who hold the role, `refused` for the others.
template <class Next, class Refused>
web::Outcome with_role(const ActionRunPtr& run, Next next, Refused refused) {
  return then_read(
      run->dependencies, [run, next = std::move(next), refused = std::move(refused)]() mutable -> web::Outcome {
        const auto allowed = read_from(run->dependencies.repositories.store,
                                       [&](Rows& rows) { return holds_account_role(rows, *run, {"delete-account"}); });
        if (!allowed) return store_failed(run->dependencies, run->request, run->realm.get(), allowed.error());
        if (*allowed) return next();
        run->dependencies.log.info("account_not_deleted", {{"reason", "no_role"},
                                                           {"realm", run->realm->realm.name},
                                                           {"user_id", run->user.id.str()},
                                                           {"correlation_id", run->request.correlation_id}});
        return refused();
      });
}

// Looking at the page takes nothing: the row stays, for the answer or for leaving the action.
web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  return with_role(
      run, [run, errors = view.errors]() -> web::Outcome { return page(*run, {.errors = errors}, true); },
      [run]() -> web::Outcome {
        return page(*run, {.errors = {action_texts(*run)("deletingAccountForbidden")}}, false);
      });
}

web::Response goodbye(const ActionRun& run) {
  const auto frame = action_frame(run);
  return web::info_page(run.dependencies.pages, frame, frame.texts("accountDeletedHeading"),
                        frame.texts("accountDeletedText"));
}

// The clients in the account's sessions are told, offline ones too.
Stored<void> remove_account(Tx& tx, const ActionRun& run, const User& user, std::string_view issuer, TimePoint now) {
  const auto& repositories = run.dependencies.repositories;
  for (const bool offline : {false, true}) {
    const auto ended = end_sessions_of_user(
        tx, repositories, run.dependencies.random,
        {.realm = run.realm->realm, .user = user.id, .offline = offline, .issuer = issuer, .now = now});
    if (!ended) return refuse(ended.error());
  }
  const auto removed = repositories.users.remove(tx, run.realm->realm.id, user.id);
  return removed ? Stored<void>() : refuse(removed.error());
}

web::Outcome remove(const ActionRunPtr& run) {
  return pass_action(run,
                     {.save = [run, issuer = run->dependencies.base_url.issuer(run->request, run->realm->realm.name),
                               now = run->dependencies.clock.now()](
                                  Tx& tx, const User& user) { return remove_account(tx, *run, user, issuer, now); },
                      .event = "account_deleted",
                      .end = [run] { return goodbye(*run); }});
}

web::Outcome submit(const ActionRunPtr& run, const web::Form&) {
  return with_role(
      run, [run]() -> web::Outcome { return remove(run); }, [run]() -> web::Outcome { return deny_client(run); });
}

}  // namespace

const ActionForm kDeleteAccount = {.alias = "delete_account", .show = show, .submit = submit};

}  // namespace cardea::login
