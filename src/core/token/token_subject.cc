#include "core/token/token_subject.h"

namespace cardea {

Stored<TokenSubject> complete_subject(Rows& rows, Settings& settings, const ClientEntry& client, const TokenPlan& plan,
                                      Subject subject) {
  TokenSubject answer;
  auto roles = settings.effective_roles(rows, *client.realm, subject);
  if (!roles) return refuse(roles.error());
  answer.roles = std::move(*roles);
  if (!client.client.full_scope_allowed) {
    auto visible = settings.expand_roles(rows, *client.realm, plan.role_mappings);
    if (!visible) return refuse(visible.error());
    answer.scope_roles = std::move(*visible);
  }
  auto groups = settings.groups(rows, *client.realm, subject);
  if (!groups) return refuse(groups.error());
  answer.groups = std::move(*groups);
  answer.subject = std::move(subject);
  return answer;
}

}  // namespace cardea
