#include "core/password_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/password.h"

namespace cardea {
namespace {

// A history beyond this costs too much to compare.
constexpr int kHistoryMax = 24;

// The latest first.
std::vector<const Credential*> passwords_of(const std::vector<Credential>& credentials) {
  std::vector<const Credential*> out;
  for (const auto& credential : credentials) {
    if (credential.type == kPasswordCredential || credential.type == kPasswordHistory) out.push_back(&credential);
  }
  std::ranges::sort(out, [](const Credential* a, const Credential* b) {
    if (a->type != b->type) return a->type == kPasswordCredential;
    return a->created_at > b->created_at;
  });
  return out;
}

int kept_by_count(const PasswordPolicy& policy) { return std::min(policy.history_count(), kHistoryMax); }

bool is_young(const PasswordPolicy& policy, const Credential& credential, TimePoint now) {
  return policy.history_days() && now - credential.created_at < std::chrono::days(*policy.history_days());
}

bool matches(const Credential& credential, std::string_view password) {
  const auto hash = crypto::parse_keycloak_credential(credential.secret_data.reveal(), credential.credential_data);
  if (!hash) return false;
  const auto same = crypto::verify_password(*hash, password);
  return same && *same;
}

Credential history_of(const Credential& present) {
  Credential old;
  old.id = present.id;
  old.user = present.user;
  old.type = kPasswordHistory;
  old.created_at = present.created_at;
  old.priority = present.priority;
  old.credential_data = present.credential_data;
  old.secret_data = present.secret_data.clone();
  return old;
}

}  // namespace

bool wants_history(const PasswordPolicy& policy) { return policy.history_count() > 0 || policy.history_days(); }

std::optional<PasswordViolation> find_reuse(const PasswordPolicy& policy, const std::vector<Credential>& credentials,
                                            std::string_view password, TimePoint now) {
  int place = 0;
  for (const auto* credential : passwords_of(credentials)) {
    const bool counts = place < kept_by_count(policy) || is_young(policy, *credential, now);
    if (++place > kHistoryMax) break;
    if (!counts || !matches(*credential, password)) continue;
    if (place <= kept_by_count(policy)) {
      return PasswordViolation{
          "invalidPasswordHistoryMessage",
          fmt::format("Invalid password: must not be equal to any of last {} passwords.", policy.history_count())};
    }
    return PasswordViolation{
        "invalidPasswordHistoryMessage",
        fmt::format("Invalid password: must not be used again within {} days.", *policy.history_days())};
  }
  return std::nullopt;
}

Stored<void> store_password(Tx& tx, const Repositories& repositories, const PasswordPolicy& policy,
                            const Credential& fresh) {
  if (!wants_history(policy)) return repositories.credentials.replace(tx, fresh);
  const auto all = repositories.credentials.list_all(tx, fresh.user);
  if (!all) return refuse(all.error());
  if (auto stored = repositories.credentials.replace(tx, fresh); !stored) return stored;
  int place = 1;  // the fresh one is the first
  for (const auto* credential : passwords_of(*all)) {
    const bool is_present = credential->type == kPasswordCredential;
    const bool stays =
        place < kHistoryMax && (place < kept_by_count(policy) || is_young(policy, *credential, fresh.created_at));
    ++place;
    if (is_present && stays) {
      if (auto kept = repositories.credentials.insert(tx, history_of(*credential)); !kept) return kept;
    } else if (!is_present && !stays) {
      const auto removed = repositories.credentials.remove(tx, fresh.user, credential->id);
      if (!removed) return refuse(removed.error());
    }
  }
  return {};
}

}  // namespace cardea
