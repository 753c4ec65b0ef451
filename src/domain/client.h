// An OAuth client (RFC 6749 section 2), with Keycloak's members (keycloak.md section 5.2).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/secret.h"
#include "domain/ids.h"
#include "domain/mapper.h"

namespace cardea {

/// Which rule book a client is held to (standards.md section 0). Imported and console-made clients are classic.
enum class ClientPolicy { kClassic, kOAuth21, kFapi2 };

struct Client {
  ClientId id;
  std::string client_id;
  std::string name;
  std::string description;
  std::string root_url;
  std::string admin_url;
  std::string base_url;
  bool enabled = true;
  std::string authenticator_type = "client-secret";
  SecretBytes secret;  // empty for public clients; an empty secret never matches
  std::vector<std::string> redirect_uris;
  std::vector<std::string> web_origins;
  std::int64_t not_before = 0;
  bool bearer_only = false;
  bool consent_required = false;
  bool standard_flow_enabled = true;
  bool implicit_flow_enabled = false;
  bool direct_access_grants_enabled = true;
  bool service_accounts_enabled = false;
  bool public_client = false;
  bool frontchannel_logout = false;
  std::string protocol = "openid-connect";
  std::map<std::string, std::string> attributes;
  bool full_scope_allowed = true;
  std::vector<ProtocolMapper> mappers;
  std::vector<ScopeId> default_scopes;
  std::vector<ScopeId> optional_scopes;
  std::vector<RoleId> role_mappings;  // scope mappings, used when full_scope_allowed is false
  json::object extra;

  /// Empty when absent.
  [[nodiscard]] std::string_view attribute(std::string_view key) const;
  [[nodiscard]] bool attribute_is_true(std::string_view key) const { return attribute(key) == "true"; }
  /// From the attribute `cardea.policy`: "oauth21", "fapi2", or absent for classic.
  [[nodiscard]] ClientPolicy policy() const {
    const auto text = attribute("cardea.policy");
    if (text == "oauth21") return ClientPolicy::kOAuth21;
    if (text == "fapi2") return ClientPolicy::kFapi2;
    return ClientPolicy::kClassic;
  }
};

}  // namespace cardea
