#include "upstream/issuer.h"

#include <algorithm>

#include "base/text.h"
#include "domain/tenant_id.h"

namespace cardea::upstream {
namespace {

constexpr std::string_view kTenantVariable = "{tenantid}";

bool is_allowed(const IssuerRule& rule, std::string_view tenant) {
  const auto lists = [&](std::string_view word) { return std::ranges::find(rule.tenants, word) != rule.tenants.end(); };
  return lists(tenant) || (tenant != kConsumerTenant && lists(kEveryTenant));
}

}  // namespace

std::string_view describe(IssuerError error) {
  switch (error) {
    case IssuerError::kWrongIssuer:
      return "wrong_issuer";
    case IssuerError::kNoTenant:
      return "no_tenant";
    case IssuerError::kTenantNotAllowed:
      return "tenant_not_allowed";
    case IssuerError::kForeignKey:
      return "key_of_other_issuer";
  }
  return "?";
}

bool is_template(std::string_view issuer) { return issuer.find(kTenantVariable) != std::string_view::npos; }

std::string issuer_of_tenant(std::string_view issuer, std::string_view tenant) {
  std::string out(issuer);
  const auto at = out.find(kTenantVariable);
  if (at != std::string::npos) out.replace(at, kTenantVariable.size(), tenant);
  return out;
}

Result<void, IssuerError> check_issuer(const IssuerRule& rule, const json::object& claims,
                                       std::string_view key_issuer) {
  const auto issuer = string_or(claims, "iss", "");
  const auto tenant = ascii_lower(string_or(claims, "tid", ""));
  const bool has_tenant = is_tenant_id(tenant);
  if (is_template(rule.issuer) && !has_tenant) return refuse(IssuerError::kNoTenant);
  if (rule.issuer.empty() || issuer != issuer_of_tenant(rule.issuer, tenant)) return refuse(IssuerError::kWrongIssuer);
  // A key for personal accounts alone must not sign for a company.
  if (!key_issuer.empty() && issuer_of_tenant(key_issuer, tenant) != issuer) return refuse(IssuerError::kForeignKey);
  const bool asks_for_tenant = is_template(rule.issuer) || !rule.tenants.empty();
  if (!asks_for_tenant) return {};
  if (!has_tenant) return refuse(IssuerError::kNoTenant);
  if (!is_allowed(rule, tenant)) return refuse(IssuerError::kTenantNotAllowed);
  return {};
}

}  // namespace cardea::upstream
