#include "core/offline_access.h"

#include <algorithm>

namespace cardea {

bool is_offline_requested(const TokenPlan& plan) { return plan.has_scope("offline_access"); }

bool is_offline_allowed(const TokenSubject& subject) {
  const auto& roles = subject.roles->items;
  const auto found = std::ranges::find_if(
      roles, [](const auto& role) { return role.client_id.empty() && role.name == "offline_access"; });
  if (found == roles.end()) return false;
  return subject.scope_roles == nullptr || subject.scope_roles->contains(found->id);
}

}  // namespace cardea
