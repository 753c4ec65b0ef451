#include "core/changes/check_organization.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"

namespace cardea {
namespace {

constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

bool is_good_attribute(const std::string& name, const std::vector<std::string>& values) {
  return !check_name(name) && values.size() <= kOrganizationValuesMax &&
         std::ranges::all_of(values, [](const auto& value) { return value.size() <= kOrganizationValueBytesMax; });
}

bool are_good(const std::map<std::string, std::vector<std::string>>& attributes) {
  return attributes.size() <= kOrganizationAttributesMax &&
         std::ranges::all_of(attributes, [](const auto& each) { return is_good_attribute(each.first, each.second); });
}

}  // namespace

bool has_too_much(const Group& group) {
  return group.description.size() > kOrganizationDescriptionBytesMax || !are_good(group.attributes);
}

bool is_domain_name(std::string_view name) {
  if (name.size() > kDomainBytesMax || !name.contains('.')) return false;
  for (const auto label : split(name, '.')) {
    if (label.empty() || label.size() > kLabelBytesMax || label.starts_with('-') || label.ends_with('-')) return false;
    const bool is_plain =
        std::ranges::all_of(label, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    if (!is_plain) return false;
  }
  return true;
}

std::vector<OrganizationProblem> organization_problems(const Organization& organization) {
  std::vector<OrganizationProblem> problems;
  if (check_name(organization.name)) problems.push_back({"name", "The name cannot be used"});
  const auto& alias = organization.alias;
  if (check_name(alias) || alias == "*" || alias.find_first_of(" \t") != std::string::npos)
    problems.push_back({"alias", "The alias cannot be used"});
  if (organization.description.size() > kOrganizationDescriptionBytesMax)
    problems.push_back({"description", "The description is too long"});
  const auto uri = parse_uri(organization.redirect_url);
  if (!organization.redirect_url.empty() && (!uri || !uri->is_http()))
    problems.push_back({"redirectUrl", "Organization redirect URL is not valid."});
  if (organization.domains.size() > kOrganizationDomainsMax) problems.push_back({"domains", "Too many domains"});
  const auto is_bad_domain = [](const auto& domain) { return !is_domain_name(domain.name); };
  if (std::ranges::any_of(organization.domains, is_bad_domain))
    problems.push_back({"domains", "Invalid domain format"});
  if (!are_good(organization.attributes)) problems.push_back({"attributes", "Bad attributes"});
  return problems;
}

}  // namespace cardea
