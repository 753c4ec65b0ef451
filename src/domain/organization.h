// Organizations of a realm: companies whose people sign in here (keycloak.md sections 5.5 and 6.14). Members are users;
// a managed one came with the organization's identity provider and goes with its membership. Identity providers name
// their organization themselves (`organizationId`).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct OrganizationDomain {
  std::string name;  // lower case
  bool verified = false;
  friend bool operator==(const OrganizationDomain&, const OrganizationDomain&) = default;
};

struct Organization {
  OrganizationId id;
  RealmId realm;
  std::string name;   // one of its kind in the realm
  std::string alias;  // the same; in scopes and tokens, and never changed
  bool enabled = true;
  std::string description;
  std::string redirect_url;  // where people go who accepted an invitation
  std::map<std::string, std::vector<std::string>> attributes;
  std::vector<OrganizationDomain> domains;  // by name; each belongs to one organization of the realm
};

enum class Membership { kUnmanaged, kManaged };

/// An invitation that ended is listed as such for so long; then it is gone.
inline constexpr seconds kInvitationShown{7 * 86'400};

/// Somebody was asked to join by a mail with a link.
struct OrganizationInvitation {
  std::string id;
  OrganizationId organization;
  std::string email;  // lower case; one invitation for each address
  std::string first_name;
  std::string last_name;
  TimePoint sent_at{};
  TimePoint expires_at{};
};

}  // namespace cardea
