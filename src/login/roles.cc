#include "login/roles.h"

#include <algorithm>

namespace cardea::login {

bool has_role(const EffectiveRoles& roles, std::string_view name) {
  return std::ranges::any_of(roles.items, [name](const EffectiveRoles::Item& item) {
    return item.client_id.empty() ? item.name == name : item.client_id + "." + item.name == name;
  });
}

Stored<Roles> load_roles(Rows& rows, const Dependencies& dependencies, const RealmEntry& realm, const UserId& user) {
  auto subject = dependencies.repositories.subjects.load(rows, realm.realm.id, user);
  if (!subject) return refuse(subject.error());
  if (!*subject) return Roles();
  return dependencies.settings.effective_roles(rows, realm, **subject);
}

}  // namespace cardea::login
