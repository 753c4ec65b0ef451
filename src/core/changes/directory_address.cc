#include "core/changes/directory_address.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace cardea {

bool is_own_address(const IdentityProvider& provider, std::string_view address) {
  std::string domains = ascii_lower(provider.setting("emailDomains"));
  std::ranges::replace_if(domains, [](char c) { return c == ',' || c == '#'; }, ' ');
  const auto at = address.rfind('@');
  return at != std::string_view::npos && at + 1 < address.size() && has_word(domains, address.substr(at + 1));
}

Stored<bool> may_reset_by_mail(Rows& rows, const Repositories& repositories, const Realm& realm, const User& user) {
  bool is_foreign = false;
  // The same questions for every name, also for one that nobody has: their time must not tell.
  for (const auto& provider : identity_providers(realm)) {
    const auto row =
        repositories.provisioned_users.find(rows, realm.id, provider.alias, ProvisionedBy::kUser, user.id.str());
    if (!row) return refuse(row.error());
    is_foreign = is_foreign || (*row && (*row)->is_made && !is_own_address(provider, user.email));
  }
  const auto credentials = repositories.credentials.list_all(rows, user.id);
  if (!credentials) return refuse(credentials.error());
  return !is_foreign || !credentials->empty();
}

}  // namespace cardea
