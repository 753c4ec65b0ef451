#include "oidc/authorize/audience.h"

#include <algorithm>

#include "base/text.h"
#include "core/token/token_plan.h"

namespace cardea::oidc {
namespace {

/// Does this scope put one of the audiences into access tokens?
bool names_audience(const ClientScope& scope, std::string_view audiences) {
  return std::ranges::any_of(scope.mappers, [&](const ProtocolMapper& mapper) {
    const auto op = compile_mapper(mapper);
    return op && op->kind == MapperKind::kAudience && (op->destinations & kAccessToken) != 0 && !op->text.empty() &&
           has_word(audiences, op->text);
  });
}

}  // namespace

std::string scope_with_audience(const web::Form& form, const ClientEntry& client) {
  std::string scope(form.value_or("scope", ""));
  const std::string audiences(form.value_or("audience", ""));
  if (audiences.empty()) return scope;
  for (const auto& id : client.client.optional_scopes) {
    const auto found = client.realm->scopes_by_id.find(id.str());
    if (found == client.realm->scopes_by_id.end() || !names_audience(*found->second, audiences)) continue;
    if (!has_word(scope, found->second->name)) scope.append(scope.empty() ? "" : " ").append(found->second->name);
  }
  return scope;
}

}  // namespace cardea::oidc
