// What must hold of an organization whoever writes it, the admin API or a realm file. A pure function of the record.
#pragma once

#include <string_view>
#include <vector>

#include "domain/group.h"
#include "domain/organization.h"

namespace cardea {

inline constexpr std::size_t kOrganizationDomainsMax = 100;
inline constexpr std::size_t kOrganizationAttributesMax = 100;
inline constexpr std::size_t kOrganizationValuesMax = 100;  // of one attribute
inline constexpr std::size_t kOrganizationValueBytesMax = 2048;
inline constexpr std::size_t kOrganizationDescriptionBytesMax = 2048;
inline constexpr std::size_t kOrganizationGroupsMax = 1000;  // of one organization, on all levels

struct OrganizationProblem {
  std::string_view member;  // of the representation
  std::string_view text;    // for people
};

/// All of them; none: it may be stored.
[[nodiscard]] std::vector<OrganizationProblem> organization_problems(const Organization& organization);

/// A group of an organization is held to the bounds of the organization itself.
[[nodiscard]] bool has_too_much(const Group& group);

/// "acme.example": two labels or more of lower-case letters, digits and hyphens (RFC 1123 section 2.1).
[[nodiscard]] bool is_domain_name(std::string_view name);

}  // namespace cardea
