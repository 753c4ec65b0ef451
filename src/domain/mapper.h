// A protocol mapper: puts one claim into tokens (keycloak.md section 4). Config values are always text.
#pragma once

#include <map>
#include <string>

namespace cardea {

struct ProtocolMapper {
  std::string id;
  std::string name;
  std::string protocol = "openid-connect";
  std::string provider;  // Keycloak's "protocolMapper", for example "oidc-audience-mapper"
  std::map<std::string, std::string> config;
};

}  // namespace cardea
