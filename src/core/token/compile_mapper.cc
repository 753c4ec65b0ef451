// Reads a mapper's text config once (keycloak.md section 4).
#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/authentication_methods.h"
#include "core/token/mapper_providers.h"
#include "core/token/protected_claims.h"
#include "core/token/token_plan.h"

namespace cardea {
namespace {

std::string_view config(const ProtocolMapper& mapper, std::string_view key) {
  const auto found = mapper.config.find(std::string(key));
  return found == mapper.config.end() ? std::string_view{} : std::string_view(found->second);
}

bool is_on(const ProtocolMapper& mapper, std::string_view key) { return config(mapper, key) == "true"; }

std::uint8_t destinations(const ProtocolMapper& mapper) {
  std::uint8_t bits = 0;
  const auto set = [&](std::string_view key, std::string_view fallback_key, Destination bit) {
    const auto value = config(mapper, mapper.config.contains(std::string(key)) ? key : fallback_key);
    if (value == "true") bits |= bit;
  };
  set("access.token.claim", "access.token.claim", kAccessToken);
  set("id.token.claim", "id.token.claim", kIdToken);
  set("userinfo.token.claim", "id.token.claim", kUserinfo);                // Keycloak's rule for configs made before
  set("introspection.token.claim", "access.token.claim", kIntrospection);  // these switches existed
  set("lightweight.claim", "lightweight.claim", kLightweightToken);
  set("access.tokenResponse.claim", "access.tokenResponse.claim", kTokenResponse);
  return bits;
}

/// "a.b.c" nests; "\." is a dot and "\\" a backslash inside a name.
std::vector<std::string> split_path(std::string_view name) {
  std::vector<std::string> path(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size() && (name[i + 1] == '.' || name[i + 1] == '\\')) {
      path.back().push_back(name[++i]);
    } else if (name[i] == '.') {
      path.emplace_back();
    } else {
      path.back().push_back(name[i]);
    }
  }
  return path;
}

/// Who may add to the roles that a token shows: what shows roles, and what administrators wrote down. Nothing that came
/// with a login or a request.
bool may_add_roles(MapperKind kind) {
  constexpr std::array kKinds = {MapperKind::kRealmRoles, MapperKind::kClientRoles, MapperKind::kUserAttribute,
                                 MapperKind::kGroupMembership, MapperKind::kHardcodedClaim};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

/// Members with a shape of their own: roles are added to them in that shape alone; a second member of the name would
/// make the token unreadable (RFC 7519 section 4).
bool breaks_shape(MapperKind kind, const std::vector<std::string>& path) {
  const auto& first = path.front();
  if (first == "realm_access") return !may_add_roles(kind) || path.size() != 2 || path[1] != "roles";
  if (first == "resource_access") return !may_add_roles(kind) || path.size() != 3 || path[2] != "roles";
  if (first == "allowed-origins") return true;
  // Who a token is about and for is nothing that whoever sends the browser with a request may say.
  if (kind == MapperKind::kRequestedValue && is_scalar_claim(first)) return true;
  return is_scalar_claim(first) && path.size() > 1;
}

ClaimType claim_type(std::string_view label) {
  if (label == "long" || label == "int") return ClaimType::kLong;
  if (label == "boolean") return ClaimType::kBoolean;
  if (label == "JSON") return ClaimType::kJson;
  return ClaimType::kString;
}

struct Provider {
  std::string_view id;
  MapperKind kind;
  int priority;       // order of running, keycloak.md section 4.1
  bool writes_claim;  // has a claim.name
};

constexpr std::array kProviders = {
    Provider{"oidc-sub-mapper", MapperKind::kSubject, -10, false},
    Provider{"oidc-sha256-pairwise-sub-mapper", MapperKind::kPairwiseSubject, 0, false},
    Provider{"oidc-usermodel-attribute-mapper", MapperKind::kUserAttribute, 0, true},
    Provider{"oidc-usermodel-property-mapper", MapperKind::kUserProperty, 0, true},
    Provider{"oidc-full-name-mapper", MapperKind::kFullName, 0, false},
    Provider{"oidc-address-mapper", MapperKind::kAddress, 0, false},
    Provider{"oidc-usersessionmodel-note-mapper", MapperKind::kSessionNote, 0, true},
    Provider{"oidc-hardcoded-claim-mapper", MapperKind::kHardcodedClaim, 0, true},
    Provider{"oidc-group-membership-mapper", MapperKind::kGroupMembership, 0, true},
    Provider{"oidc-organization-membership-mapper", MapperKind::kOrganizations, 0, true},
    Provider{"oidc-audience-mapper", MapperKind::kAudience, 0, false},
    Provider{"oidc-allowed-origins-mapper", MapperKind::kAllowedOrigins, 0, false},
    Provider{"oidc-acr-mapper", MapperKind::kAcr, 0, false},
    Provider{"oidc-amr-mapper", MapperKind::kSessionNote, 0, false},
    Provider{"oidc-session-state-mapper", MapperKind::kSessionState, 0, false},
    Provider{"oidc-nonce-backwards-compatible-mapper", MapperKind::kNonce, 0, false},
    Provider{"oidc-claims-param-token-mapper", MapperKind::kRequestedClaims, 0, false},
    Provider{"oidc-claims-param-value-idtoken-mapper", MapperKind::kRequestedValue, 0, true},
    Provider{"oidc-organization-group-membership-mapper", MapperKind::kOrganizationGroups, 10, false},
    Provider{"oidc-role-name-mapper", MapperKind::kRoleName, 10, false},
    Provider{"oidc-hardcoded-role-mapper", MapperKind::kHardcodedRole, 20, false},
    Provider{"oidc-audience-resolve-mapper", MapperKind::kAudienceResolve, 30, false},
    Provider{"oidc-usermodel-realm-role-mapper", MapperKind::kRealmRoles, 40, true},
    Provider{"oidc-usermodel-client-role-mapper", MapperKind::kClientRoles, 40, true},
};

void read_own_config(MapperOp& op, const ProtocolMapper& mapper) {
  switch (op.kind) {
    case MapperKind::kUserAttribute:
      op.flag = is_on(mapper, "aggregate.attrs");
      [[fallthrough]];
    case MapperKind::kUserProperty:
      op.source = config(mapper, "user.attribute");
      break;
    case MapperKind::kPairwiseSubject:
      op.source = config(mapper, "sectorIdentifierUri");
      op.text = config(mapper, "pairwiseSubAlgorithmSalt");
      break;
    case MapperKind::kSessionNote:
      op.flag = mapper.provider == "oidc-amr-mapper";
      if (op.flag) op.path = {"amr"};
      op.source = op.flag ? kMethodsNote : config(mapper, "user.session.note");
      break;
    case MapperKind::kRequestedClaims:
      op.destinations &= kIdToken | kUserinfo;
      break;
    case MapperKind::kRequestedValue:
      op.destinations &= kIdToken;
      op.type = ClaimType::kString;
      op.source = config(mapper, "claim.name");
      break;
    case MapperKind::kHardcodedClaim:
      op.text = config(mapper, "claim.value");
      break;
    case MapperKind::kHardcodedRole:
      op.text = config(mapper, "role");
      break;
    case MapperKind::kRoleName:
      op.source = config(mapper, "role");
      op.text = config(mapper, "new.role.name");
      break;
    case MapperKind::kGroupMembership:
      op.flag = config(mapper, "full.path") != "false";
      break;
    case MapperKind::kOrganizationGroups:
      op.path = {std::string(kOrganizationScope)};
      op.flag = is_on(mapper, "addGroupRoleMappings");
      break;
    case MapperKind::kOrganizations:
      op.flag = is_on(mapper, "addOrganizationAttributes");
      if (is_on(mapper, "addOrganizationId")) op.source = "id";
      break;
    case MapperKind::kRealmRoles:
      op.text = config(mapper, "usermodel.realmRoleMapping.rolePrefix");
      break;
    case MapperKind::kClientRoles:
      op.source = config(mapper, "usermodel.clientRoleMapping.clientId");
      op.text = config(mapper, "usermodel.clientRoleMapping.rolePrefix");
      break;
    case MapperKind::kAudience:
      op.text = config(mapper, "included.client.audience");
      if (op.text.empty()) op.text = config(mapper, "included.custom.audience");
      break;
    case MapperKind::kAddress:
      for (const auto* part : {"formatted", "street", "locality", "region", "postal_code", "country"}) {
        const auto attribute = config(mapper, std::string("user.attribute.") + part);
        op.more.emplace(part, attribute.empty() ? std::string(part) : std::string(attribute));
      }
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<std::string_view> mapper_providers() {
  std::vector<std::string_view> ids;
  for (const auto& provider : kProviders) ids.push_back(provider.id);
  return ids;
}

std::optional<MapperOp> compile_mapper(const ProtocolMapper& mapper) {
  const auto* provider =
      std::find_if(kProviders.begin(), kProviders.end(), [&](const Provider& p) { return p.id == mapper.provider; });
  if (provider == kProviders.end() || mapper.protocol != "openid-connect") return std::nullopt;
  MapperOp op;
  op.kind = provider->kind;
  op.priority = provider->priority;
  op.destinations = destinations(mapper);
  op.type = claim_type(config(mapper, "jsonType.label"));
  op.multivalued = is_on(mapper, "multivalued");
  if (provider->writes_claim) {
    op.path = split_path(config(mapper, "claim.name"));
    if (std::any_of(op.path.begin(), op.path.end(), [](const auto& part) { return part.empty(); })) return std::nullopt;
    if (is_protected_claim(op.path.front()) || breaks_shape(op.kind, op.path)) return std::nullopt;
  }
  // Only mappers with a claim of their own have a place in the answer.
  if (!provider->writes_claim || is_protected_in_answer(op.path.front())) op.destinations &= ~kTokenResponse;
  read_own_config(op, mapper);
  // About the login and the token, not about the person: Keycloak's mappers write no userinfo.
  if (op.kind == MapperKind::kAcr || op.kind == MapperKind::kAudience) op.destinations &= ~kUserinfo;
  // A role that is given to everybody stands in access tokens, and so in what introspection says of them; there is no
  // switch for it.
  if (op.kind == MapperKind::kHardcodedRole) op.destinations = kAccessToken | kIntrospection;
  // Who a token is about is the same wherever it is said.
  if (op.kind == MapperKind::kPairwiseSubject) op.destinations = 0xFF & ~kLightweightToken & ~kTokenResponse;
  // Roles are renamed for whatever shows roles, so the mapper runs for every kind of token.
  if (op.kind == MapperKind::kRoleName) op.destinations = 0xFF;
  return op;
}

}  // namespace cardea
