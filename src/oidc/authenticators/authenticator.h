// How a confidential client proves itself: one file for each way, and one line in all_authenticators.cc. A way may read
// the database, store what was used up, or fetch keys; it ends in `accept_client` or `refuse_proof`.
#pragma once

#include <memory>
#include <string_view>

#include "oidc/client_request.h"

namespace cardea::oidc {

/// A request whose client is named and found, and not proven yet.
struct Unproven {
  std::shared_ptr<ClientRequest> request;  // `client` may be null only before an authenticator is chosen
  PresentedClient presented;
  ClientRequestRules rules;
  ProvenStep next;
};

struct Authenticator {
  std::string_view type;         // the client's `clientAuthenticatorType`
  std::string_view method_name;  // in the metadata (RFC 8414 section 2); empty: it has no name there
  /// The client is known, enabled and not public.
  web::Outcome (*prove)(Unproven unproven);
  bool needs_certificate = false;  // of its connection (RFC 8705)
};

/// The client is who it says it is: the endpoint goes on. To be called on the inline lane.
[[nodiscard]] web::Outcome accept_client(Unproven unproven);
/// The refusal in the words of the endpoint, logged.
[[nodiscard]] web::Response refuse_proof(const Unproven& unproven, const OAuthError& error);

}  // namespace cardea::oidc
