// Whose token it is. Most providers have one issuer, compared byte for byte. Entra ID's documents for several tenants
// say `https://login.microsoftonline.com/{tenantid}/v2.0`: then the token's `tid` is put in, and the tenant must be on
// the allow-list (entra.md sections 2 and 3; guides.md G2-16, G2-18).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace cardea::upstream {

/// Personal Microsoft accounts.
inline constexpr std::string_view kConsumerTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// In IssuerRule::tenants: somebody said in so many words that any organization may sign in.
inline constexpr std::string_view kEveryTenant = "*";

struct IssuerRule {
  std::string issuer;  // exact, or with {tenantid}
  /// Tenants that may sign in, GUIDs in lower case; kEveryTenant: each work or school tenant, personal accounts only
  /// when their tenant is listed, too. With a template an empty list is nobody; with an exact issuer it asks nothing.
  std::vector<std::string> tenants;
};

enum class IssuerError {
  kWrongIssuer,
  kNoTenant,  // a template, and no `tid` that is a GUID
  kTenantNotAllowed,
  kForeignKey,  // the key says that it signs for another issuer
};
[[nodiscard]] std::string_view describe(IssuerError error);

[[nodiscard]] bool is_template(std::string_view issuer);
/// The template with the tenant in it; an issuer that is no template as it is.
[[nodiscard]] std::string issuer_of_tenant(std::string_view issuer, std::string_view tenant);

/// `claims` of a verified token; `key_issuer`: what the key that verified says, empty when it says nothing.
[[nodiscard]] Result<void, IssuerError> check_issuer(const IssuerRule& rule, const json::object& claims,
                                                     std::string_view key_issuer);

}  // namespace cardea::upstream
