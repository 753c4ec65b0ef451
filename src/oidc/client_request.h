// What introspection, revocation and the old logout begin with: a form from a client that proved who it is.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "oidc/client_authentication.h"
#include "oidc/oidc.h"
#include "web/form.h"

namespace cardea::oidc {

/// A form from a proven client, no parameter twice. Shared by the steps of one request.
struct ClientRequest {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  web::Form form;
  std::string issuer;
  TimePoint now;
};
using ClientRequestPtr = std::shared_ptr<const ClientRequest>;

struct ClientRequestRules {
  BearerOnly bearer_only = BearerOnly::kRefused;
  bool cors = true;  // the endpoint may be called by pages of the client
  /// Changes a refusal of client authentication into the words of the endpoint; absent: as it is.
  OAuthError (*reword)(OAuthError error) = nullptr;
};

/// The refusal, logged, with CORS headers where the rules say so.
[[nodiscard]] web::Response refuse_client(const ClientRequest& request, const ClientRequestRules& rules,
                                          const OAuthError& error);

/// Reads realm, form and client, in this order, authenticates, and refuses repeated parameters afterwards, as Keycloak
/// does. A body that is no form counts as an empty form. Then calls `next`.
[[nodiscard]] web::Outcome with_proven_client(const Dependencies& dependencies, const web::Request& request,
                                              const ClientRequestRules& rules,
                                              std::function<web::Outcome(ClientRequestPtr)> next);

}  // namespace cardea::oidc
