// A client scope: a named bundle of mappers and role scope mappings (keycloak.md section 3.4).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/ids.h"
#include "domain/mapper.h"

namespace cardea {

struct ClientScope {
  ScopeId id;
  std::string name;
  std::string description;
  std::string protocol = "openid-connect";
  std::map<std::string, std::string> attributes;
  std::vector<ProtocolMapper> mappers;
  std::vector<RoleId> role_mappings;  // roles this scope lets through for clients without full scope
  json::object extra;

  /// `include.in.token.scope`: the name stands in the token's and the answer's scope unless this is "false".
  [[nodiscard]] bool in_token_scope() const {
    const auto found = attributes.find("include.in.token.scope");
    return found == attributes.end() || found->second != "false";
  }
};

}  // namespace cardea
