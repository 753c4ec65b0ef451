// The admin roles of a realm (keycloak.md sections 3.3 and 6.1): client roles of "realm-management" inside the realm,
// and of "<realm>-realm" in master.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace cardea::admin {

enum class AdminRole : std::uint8_t {
  kViewRealm,
  kViewUsers,
  kViewClients,
  kViewEvents,
  kViewIdentityProviders,
  kViewAuthorization,
  kViewOrganizations,
  kManageRealm,
  kManageUsers,
  kManageClients,
  kManageEvents,
  kManageIdentityProviders,
  kManageAuthorization,
  kManageOrganizations,
  kCreateClient,
  kImpersonation,
  kQueryUsers,
  kQueryClients,
  kQueryRealms,
  kQueryGroups,
  kQueryOrganizations,
};
inline constexpr std::array<std::string_view, 21> kAdminRoleNames = {
    "view-realm",
    "view-users",
    "view-clients",
    "view-events",
    "view-identity-providers",
    "view-authorization",
    "view-organizations",
    "manage-realm",
    "manage-users",
    "manage-clients",
    "manage-events",
    "manage-identity-providers",
    "manage-authorization",
    "manage-organizations",
    "create-client",
    "impersonation",
    "query-users",
    "query-clients",
    "query-realms",
    "query-groups",
    "query-organizations",
};

[[nodiscard]] constexpr std::string_view name(AdminRole role) {
  return kAdminRoleNames[static_cast<std::size_t>(role)];
}

/// A set of them.
class AdminRoles {
 public:
  constexpr AdminRoles() = default;
  constexpr AdminRoles(std::initializer_list<AdminRole> roles) {
    for (const auto role : roles) add(role);
  }
  [[nodiscard]] static constexpr AdminRoles all() {
    AdminRoles roles;
    roles.bits_ = (1U << kAdminRoleNames.size()) - 1;
    return roles;
  }

  constexpr void add(AdminRole role) { bits_ |= 1U << static_cast<unsigned>(role); }
  /// Names that are no admin role of a realm ("realm-admin", roles of the operator's own) are passed over.
  constexpr void add(std::string_view role_name) {
    for (std::size_t i = 0; i < kAdminRoleNames.size(); ++i) {
      if (kAdminRoleNames[i] == role_name) add(static_cast<AdminRole>(i));
    }
  }
  [[nodiscard]] constexpr bool has(AdminRole role) const { return (bits_ & (1U << static_cast<unsigned>(role))) != 0; }
  [[nodiscard]] constexpr bool has_any_of(AdminRoles others) const { return (bits_ & others.bits_) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(AdminRoles, AdminRoles) = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace cardea::admin
