// What the actions that make a credential share: what was made up for the page (a key, codes, a challenge) comes back
// sealed in the query of its form, bound to the row and the action; the user's credentials; and how one is stored.
// Internal to login.
#pragma once

#include <utility>

#include "core/sealed_note.h"
#include "login/actions/action.h"
#include "login/endpoint.h"

namespace cardea::login {

inline constexpr std::size_t kCredentialLabelBytesMax = 255;

/// Calls `next(std::vector<Credential>)` on the lane for reads with the user's credentials.
template <class Next>
[[nodiscard]] web::Outcome with_credentials(const ActionRunPtr& run, Next next) {
  return then_read(run->dependencies, [run, next = std::move(next)]() mutable -> web::Outcome {
    const auto& dependencies = run->dependencies;
    auto found = read_from(dependencies.repositories.store, [&](Rows& rows) {
      return dependencies.repositories.credentials.list_all(rows, run->user.id);
    });
    if (!found) return store_failed(dependencies, run->request, run->realm.get(), found.error());
    return next(std::move(*found));
  });
}

/// The text of the request's query parameter `setup`, opened. Absent: none, too old, or not of this row and action.
[[nodiscard]] std::optional<SecretBytes> read_setup(const ActionRun& run);
/// Where the form posts to, with `bytes` sealed in it for as long as the row lives, `life` at most.
[[nodiscard]] std::string setup_action(const ActionRun& run, std::string_view bytes,
                                       std::optional<seconds> life = std::nullopt);

/// The typed label, cut to what fits; `fallback` when there is none.
[[nodiscard]] std::string read_label(const web::Form& form, std::string_view field, std::string_view fallback);
/// One of this type has the name already.
[[nodiscard]] bool is_label_taken(const std::vector<Credential>& credentials, std::string_view type,
                                  std::string_view label);

/// A credential to be stored; copies share it, because the transaction may run twice.
struct CredentialToStore {
  std::shared_ptr<const Credential> credential;  // `user` is set when it is stored
  bool replaces = false;                         // all of its type
  bool logout_sessions = false;
};
/// "Sign out from other devices": ends the user's sessions, but not the one that this run stands on, and tells the
/// clients in them.
[[nodiscard]] std::function<Stored<void>(Tx&, const User&)> end_other_sessions(const ActionRun& run);

[[nodiscard]] std::function<Stored<void>(Tx&, const User&)> save_credential(const ActionRun& run,
                                                                            CredentialToStore to_store);

}  // namespace cardea::login
