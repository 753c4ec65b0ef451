// delete_credential: a person removes one of their second factors or passkeys (kc_action=delete_credential:ID), as the
// account console asks for it. Never the password, and nothing of anybody else.
#include <algorithm>
#include <array>

#include "core/second_factor.h"
#include "login/actions/actions.h"
#include "login/endpoint.h"
#include "login/required_action.h"

namespace cardea::login {
namespace {

constexpr std::array<std::string_view, 4> kRemovable = {"otp", "webauthn", "webauthn-passwordless",
                                                        "recovery-authn-codes"};

using Named = std::optional<Credential>;

/// A login by the first factor alone takes no second one away (core/second_factor.h).
Stored<bool> has_proven_enough(Rows& rows, const ActionRun& run, const Client& client, const Credential& credential) {
  const auto& proven = run.stage().proven;
  std::optional<UserSession> session;
  if (proven.session) {
    auto found = run.dependencies.repositories.sessions.find(rows, run.realm->realm.id, *proven.session);
    if (!found) return refuse(found.error());
    session = std::move(*found);
  }
  const auto& flows = run.realm->flows;
  return may_remove_credential(flows, flows.browser_flow(client), credential.type,
                               {.proven = &proven, .session = session ? &*session : nullptr},
                               run.dependencies.clock.now());
}

/// The credential that was named, when it is this person's and may be removed.
Stored<Named> named_credential(Rows& rows, const ActionRun& run, const Client& client) {
  auto all = run.dependencies.repositories.credentials.list_all(rows, run.user.id);
  if (!all) return refuse(all.error());
  for (auto& credential : *all) {
    const bool is_named = credential.id.str() == run.argument();
    if (is_named && std::ranges::find(kRemovable, credential.type) != kRemovable.end()) {
      const auto enough = has_proven_enough(rows, run, client, credential);
      if (!enough) return refuse(enough.error());
      if (*enough) return Named(std::move(credential));
      run.dependencies.log.info("credential_kept", {{"reason", "second_factor_not_proven"},
                                                    {"realm", run.realm->realm.name},
                                                    {"user_id", run.user.id.str()},
                                                    {"type", credential.type},
                                                    {"correlation_id", run.request.correlation_id}});
    }
  }
  return Named();
}

template <class Next>
web::Outcome with_credential(const ActionRunPtr& run, Next next) {
  return with_client_entry(
      run->dependencies, run->request, run->realm, run->interaction.request.client_id,
      [run, next = std::move(next)](ClientPtr client) mutable -> web::Outcome {
        return then_read(
            run->dependencies, [run, client = std::move(client), next = std::move(next)]() mutable -> web::Outcome {
              auto named = read_from(run->dependencies.repositories.store, [&](Rows& rows) -> Stored<Named> {
                if (client == nullptr) return Named();
                return named_credential(rows, *run, client->client);
              });
              if (!named) return store_failed(run->dependencies, run->request, run->realm.get(), named.error());
              return next(std::move(*named));
            });
      });
}

web::Response page(const ActionRun& run, const Credential& credential, std::vector<std::string> errors) {
  const auto texts = action_texts(run);
  const auto name = credential.label.empty() ? texts(credential.type + "-display-name") : credential.label;
  auto data = action_data(run, {.errors = std::move(errors)});
  data.text("heading", texts("deleteCredentialTitle", {name}))
      .text("message", texts("deleteCredentialMessage", {name}));
  return render_action(run, "delete-credential", data);
}

web::Outcome nothing_to_remove(const ActionRunPtr& run) { return pass_action(run, {.failed = true}); }

// Nothing of that name is nothing to ask about: the client is told at once, as by Keycloak.
web::Outcome show(const ActionRunPtr& run, const ActionView& view) {
  return with_credential(run, [run, errors = view.errors](const Named& credential) -> web::Outcome {
    if (!credential) return nothing_to_remove(run);
    return page(*run, *credential, errors);
  });
}

// What is not there any more is told to the client as failed, as every action that cannot be done.
web::Outcome submit(const ActionRunPtr& run, const web::Form&) {
  return with_credential(run, [run](const Named& credential) -> web::Outcome {
    if (!credential) return nothing_to_remove(run);
    return pass_action(run, {.save = [run, id = credential->id](Tx& tx, const User& user) -> Stored<void> {
                               const auto removed = run->dependencies.repositories.credentials.remove(tx, user.id, id);
                               if (!removed) return refuse(removed.error());
                               return {};  // somebody was quicker: it is gone, as was wished
                             },
                             .event = "credential_removed"});
  });
}

}  // namespace

const ActionForm kDeleteCredential = {.alias = "delete_credential", .show = show, .submit = submit};

}  // namespace cardea::login
