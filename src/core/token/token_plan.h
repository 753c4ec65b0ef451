// A token plan: for one client and one requested scope, everything about tokens that does not depend on the person or
// the moment. Compiled on first use and kept with the client's entry, so that issuing a token runs a flat list.
// Rules: keycloak.md sections 1.9 (scope rule), 2.2 (roles, audience) and 4 (mappers).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock_map.h"
#include "base/result.h"
#include "domain/client.h"
#include "domain/scope.h"

namespace cardea {

struct ClientEntry;
struct RealmEntry;

/// The client scope that takes a parameter: "organization:acme", "organization:*".
inline constexpr std::string_view kOrganizationScope = "organization";

/// Where a claim may go: one bit each, from the mapper's "...token.claim" switches.
enum Destination : std::uint8_t {
  kAccessToken = 1,
  kIdToken = 2,
  kUserinfo = 4,
  kIntrospection = 8,
  kLightweightToken = 16,
  kTokenResponse = 32,
};

enum class MapperKind {
  kSubject,
  kPairwiseSubject,
  kUserAttribute,
  kUserProperty,
  kFullName,
  kAddress,
  kSessionNote,
  kHardcodedClaim,
  kHardcodedRole,
  kRoleName,
  kGroupMembership,
  kRealmRoles,
  kClientRoles,
  kAudience,
  kAudienceResolve,
  kAllowedOrigins,
  kAcr,
  kSessionState,
  kNonce,
  kOrganizations,
  kOrganizationGroups,
  kRequestedClaims,  // what the claims parameter asks for (OpenID Connect Core section 5.5)
  kRequestedValue,   // and a value that it says itself
};

/// Which organizations of a person tokens name: what scope `organization` asks for (keycloak.md section 6.14).
enum class OrganizationScope {
  kNone,
  kOnly,   // "organization": the only one somebody has
  kAll,    // "organization:*"
  kNamed,  // "organization:alias", once or more
};

enum class ClaimType { kString, kLong, kBoolean, kJson };

/// One mapper, read and checked once.
struct MapperOp {
  MapperKind kind;
  std::uint8_t destinations = 0;
  int priority = 0;
  std::vector<std::string> path;  // claim.name split at dots; "${client_id}" stays, it is filled in per client
  ClaimType type = ClaimType::kString;
  bool multivalued = false;
  bool flag = false;                        // group membership: full path; attributes: aggregate group attributes;
                                            // organizations: their attributes, or the roles of groups, as well
  std::string source;                       // attribute, property, note, or client id; "id" of organizations
  std::string text;                         // hardcoded value, role prefix, audience
  std::map<std::string, std::string> more;  // address parts
};

struct TokenPlan {
  std::vector<const ClientScope*> scopes;  // into the realm entry that the client entry holds
  bool openid = false;
  std::string token_scope;            // what the answer and the token say; of organizations only "organization"
  std::string full_scope;             // what the refresh token says: every granted scope, default ones included
  std::vector<MapperOp> operations;   // in the order they run
  std::vector<RoleId> role_mappings;  // scope mappings of the client and its granted scopes
  OrganizationScope organizations = OrganizationScope::kNone;
  std::vector<std::string> organization_aliases;  // kNamed
  bool lightweight = false;
  bool writes_response = false;  // some mapper adds to the answer of the token endpoint
  [[nodiscard]] bool has_scope(std::string_view name) const;
};

/// Longest scope parameter that is read; real ones have a tenth of it.
inline constexpr std::size_t kScopeBytesMax = 1024;

enum class ScopeError { kInvalid };

/// Finds or makes the plan. `requested`: the scope parameter as sent, at most kScopeBytesMax. kInvalid when it is
/// longer or names a scope that is neither "openid" nor a default or optional scope of the client.
[[nodiscard]] Result<std::shared_ptr<const TokenPlan>, ScopeError> plan_for(const ClientEntry& client,
                                                                            std::string_view requested);

/// The plan of a scope that was granted earlier, never null: names that were taken from the client since are passed
/// over. Of any length: the names of a client's default scopes, all in it, may be longer together than what is read.
[[nodiscard]] std::shared_ptr<const TokenPlan> plan_for_granted(const ClientEntry& client, std::string_view granted);

/// Plans of one client entry: by the scope parameter as it was sent, and by the scopes it selects, so that one
/// selection has one plan however it is spelled. Bounded; what is asked for stays. Safe from any thread.
class PlanCache {
 public:
  PlanCache() : by_text_(kPlansMax), by_selection_(kPlansMax) {}
  using Plan = std::shared_ptr<const TokenPlan>;
  [[nodiscard]] Plan find(std::string_view requested) const;
  [[nodiscard]] Plan find_selection(std::string_view selection) const;
  /// The plan of that selection when another thread was faster, else `plan`. `requested`: one of its spellings.
  Plan put(std::string_view requested, std::string_view selection, Plan plan);

 private:
  static constexpr std::size_t kPlansMax = 64;
  mutable std::mutex mutex_;
  ClockMap<Plan> by_text_;
  ClockMap<Plan> by_selection_;
};

/// Reads one mapper. Absent when its provider is not run by this release, or when it writes a protected claim.
[[nodiscard]] std::optional<MapperOp> compile_mapper(const ProtocolMapper& mapper);

}  // namespace cardea
