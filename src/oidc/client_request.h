// What every endpoint for clients begins with (token, introspection, revocation, device, pushed requests, the old
// logout): a form from a client that proved who it is. How it proves it is in authenticators/.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "oidc/client_authentication.h"
#include "oidc/oidc.h"
#include "web/form.h"

namespace cardea::oidc {

/// What the tokens of a request are bound to (RFC 7800); empty texts: nothing.
struct TokenBinding {
  std::string key_thumbprint;          // of the DPoP proof that came with it (RFC 9449)
  std::string certificate_thumbprint;  // of the client's certificate, for clients whose tokens it binds (RFC 8705)
};

/// A form from a proven client, no parameter twice. Shared by the steps of one request.
struct ClientRequest {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  web::Form form;
  std::string issuer;
  std::string server_base;
  TimePoint now;
  TokenBinding binding{};
  /// What the client was proven by ends then, and no token that it gets for itself lives longer; absent: as it likes.
  std::optional<TimePoint> proof_ends{};
};
using ClientRequestPtr = std::shared_ptr<const ClientRequest>;

struct ClientRequestRules {
  BearerOnly bearer_only = BearerOnly::kRefused;
  bool cors = true;                  // pages of the client that was named may read every answer, whoever makes it
  bool targets_may_repeat = false;   // `audience` and `resource` (RFC 8693 section 2.1, RFC 8707 section 2)
  bool takes_proof = false;          // a DPoP header is read, checked and used up
  bool needs_proof = false;          // clients that must bind their tokens are refused without one
  std::string_view needs_form = {};  // what a body that is no form is told; empty: it counts as an empty form
  /// What is wrong with the form whoever sends it, so that it is told before the client is looked at; absent: nothing.
  std::optional<OAuthError> (*check_form)(const web::Form& form) = nullptr;
  /// Changes a refusal of client authentication into the words of the endpoint; absent: as it is.
  OAuthError (*reword)(OAuthError error) = nullptr;
};

/// What the endpoint does once the client is proven.
using ProvenStep = std::function<web::Outcome(ClientRequestPtr request)>;

/// The refusal of a request whose client is proven, logged.
[[nodiscard]] web::Response refuse_client(const ClientRequest& request, const OAuthError& error);

/// Reads realm, form and client, in this order, authenticates, and refuses repeated parameters afterwards, as Keycloak
/// does (keycloak.md section 1.8). Then calls `next`.
[[nodiscard]] web::Outcome with_proven_client(const Dependencies& dependencies, const web::Request& request,
                                              const ClientRequestRules& rules, ProvenStep next);
/// The same for paths that name no realm: of this one.
[[nodiscard]] web::Outcome with_proven_client_of(const Dependencies& dependencies, const web::Request& request,
                                                 std::string_view realm, const ClientRequestRules& rules,
                                                 ProvenStep next);

}  // namespace cardea::oidc
