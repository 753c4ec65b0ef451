#include "oidc/token/grants/all_grants.h"

#include <algorithm>
#include <array>

#include "oidc/ciba/ciba.h"

namespace cardea::oidc {
namespace {

constexpr std::array kGrants = {
    Grant{"authorization_code", &authorization_code_grant},
    Grant{"client_credentials", &client_credentials_grant, false},
    Grant{"password", &password_grant},
    Grant{"refresh_token", &refresh_token_grant},
    Grant{"urn:ietf:params:oauth:grant-type:device_code", &device_code_grant},
    Grant{"urn:ietf:params:oauth:grant-type:jwt-bearer", &jwt_bearer_grant},
    Grant{"urn:ietf:params:oauth:grant-type:token-exchange", &token_exchange_grant},
    Grant{kCibaGrant, &ciba_grant},
};

}  // namespace

std::span<const Grant> all_grants() { return kGrants; }

const Grant* find_grant(std::string_view grant_type) {
  const auto* found =
      std::find_if(kGrants.begin(), kGrants.end(), [&](const Grant& grant) { return grant.grant_type == grant_type; });
  return found == kGrants.end() ? nullptr : found;
}

}  // namespace cardea::oidc
