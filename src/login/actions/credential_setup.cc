#include "login/actions/credential_setup.h"

#include <algorithm>

#include "base/text.h"
#include "core/logout/end_session.h"
#include "login/required_action.h"

namespace cardea::login {
namespace {

std::string purpose_of(const ActionRun& run) { return "setup/" + run.alias(); }

}  // namespace

std::optional<SecretBytes> read_setup(const ActionRun& run) {
  const auto query = web::Form::parse(run.request.query);
  if (!query) return std::nullopt;
  return open_note(run.dependencies.sealer, run.interaction, purpose_of(run), query->value_or("setup", ""),
                   run.dependencies.clock.now());
}

std::string setup_action(const ActionRun& run, std::string_view bytes, std::optional<seconds> life) {
  const auto& dependencies = run.dependencies;
  auto url = link_url(dependencies.base_url.of(run.request), run.realm->realm.name, "required-action",
                      action_link(run.interaction, run.link.session_code));
  auto expires_at = run.interaction.expires_at;
  if (life) expires_at = std::min(expires_at, dependencies.clock.now() + *life);
  web::append_form(url, "setup", seal_note(dependencies.sealer, run.interaction, purpose_of(run), bytes, expires_at));
  return url;
}

std::string read_label(const web::Form& form, std::string_view field, std::string_view fallback) {
  const auto typed = trim(form.value_or(field, ""));
  if (typed.empty()) return std::string(fallback);
  std::size_t bytes = 0;
  while (bytes < typed.size()) {
    const auto next = bytes + std::max<std::size_t>(utf8_sequence_length(typed.substr(bytes)), 1);
    if (next > kCredentialLabelBytesMax) break;
    bytes = next;
  }
  return std::string(typed.substr(0, bytes));
}

bool is_label_taken(const std::vector<Credential>& credentials, std::string_view type, std::string_view label) {
  return std::ranges::any_of(credentials, [&](const Credential& credential) {
    return credential.type == type && equal_ignoring_ascii_case(credential.label, label);
  });
}

std::function<Stored<void>(Tx&, const User&)> end_other_sessions(const ActionRun& run) {
  const auto& dependencies = run.dependencies;
  return [&dependencies, realm = run.realm, keep = run.stage().proven.session,
          issuer = dependencies.base_url.issuer(run.request, run.realm->realm.name),
          now = dependencies.clock.now()](Tx& tx, const User& user) -> Stored<void> {
    const auto ended =
        end_sessions_of_user(tx, dependencies.repositories, dependencies.random,
                             {.realm = realm->realm, .user = user.id, .keep = keep, .issuer = issuer, .now = now});
    return ended ? Stored<void>() : refuse(ended.error());
  };
}

std::function<Stored<void>(Tx&, const User&)> save_credential(const ActionRun& run, CredentialToStore to_store) {
  return [&repositories = run.dependencies.repositories, end_others = end_other_sessions(run),
          to_store = std::move(to_store)](Tx& tx, const User& user) -> Stored<void> {
    const auto& made = *to_store.credential;
    Credential credential;
    credential.id = made.id;
    credential.user = user.id;
    credential.type = made.type;
    credential.label = made.label;
    credential.created_at = made.created_at;
    credential.credential_data = made.credential_data;
    credential.secret_data = made.secret_data.clone();
    auto stored = to_store.replaces ? repositories.credentials.replace(tx, credential)
                                    : repositories.credentials.insert(tx, credential);
    if (!stored || !to_store.logout_sessions) return stored;
    return end_others(tx, user);
  };
}

}  // namespace cardea::login
