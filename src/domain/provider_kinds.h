// The kinds of identity providers that there are (keycloak.md section 5.6), and what of Keycloak's records nobody acts
// on: the admin API refuses it, import names it.
#pragma once

#include <string_view>

#include "domain/identity_provider.h"

namespace cardea {

struct ProviderKind {
  std::string_view id;  // Keycloak's providerId
  std::string_view name;
};
inline constexpr ProviderKind kProviderKinds[] = {{"oidc", "OpenID Connect v1.0"},
                                                  {"keycloak-oidc", "Keycloak OpenID Connect"},
                                                  {"google", "Google"},
                                                  {"github", "GitHub"},
                                                  {"microsoft", "Microsoft"},
                                                  {"entra", "Microsoft Entra ID"},
                                                  {"oauth2", "OAuth v2"},
                                                  {kGrantProvider, "JWT Authorization Grant"}};

/// Switches of a record: one that is on and passed over in silence would be another provider than its administrator
/// made.
inline constexpr std::string_view kProviderSwitchesNotRun[] = {"doNotStoreUsers", "acceptsPromptNoneForwardFromClient",
                                                               "storeTokenInSession", "requiresShortStateParameter"};

/// `clientAuthMethod`; empty is `client_secret_post`.
inline constexpr std::string_view kProviderClientAuthentications[] = {"",
                                                                      "client_secret_post",
                                                                      "client_secret_basic",
                                                                      "client_secret_basic_unencoded",
                                                                      "client_secret_jwt",
                                                                      "private_key_jwt",
                                                                      "federated_credential",
                                                                      "none"};

}  // namespace cardea
