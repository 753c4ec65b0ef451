// Client authentication at the token, introspection and revocation endpoints (RFC 6749 section 2.3; keycloak.md section
// 1.8; attack class 15). One method per request; the method is fixed per client; "none" only for public clients.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "core/settings.h"
#include "oidc/error.h"
#include "web/form.h"
#include "web/request.h"

namespace cardea::oidc {

enum class AuthenticationMethod { kNone, kBasic, kPost, kAssertion };

/// Who the request says it is, before anything is checked.
struct PresentedClient {
  std::string client_id;
  SecretBytes secret;
  SecretBytes secret_as_sent;  // of a Basic header, without form-decoding; equal to `secret` otherwise
  std::string assertion;       // client_assertion and its type (RFC 7521 section 4.2), as sent
  std::string assertion_type;  // empty when absent
  AuthenticationMethod method = AuthenticationMethod::kNone;
  bool used_header = false;     // then a 401 carries WWW-Authenticate
  bool repeats_secret = false;  // header and form say the same client and secret, as Keycloak's adapters do
};

/// May a client that only receives tokens use the endpoint? At introspection it must.
enum class BearerOnly { kRefused, kAllowed };

/// Reads Authorization: Basic (form-decoded, and as sent when that does not match: standards.md section 4.3), client_id
/// and client_secret of the form. Both a header and a form client_id may be present when they name the same client.
/// An assertion may name the client alone. Other Authorization schemes are passed over. `form` is empty unless the body
/// was a form. Errors: invalid_request for a secret in the query or two methods in one request (CA-1); invalid_client
/// (401) when nobody is named, the header cannot be read, or two different clients are named. One secret said twice is
/// judged later: at introspection classic clients may (keycloak.md section 9.4: keycloak-connect), elsewhere nobody.
[[nodiscard]] Result<PresentedClient, OAuthError> read_presented_client(const web::Request& request,
                                                                        const web::Form& form);

/// Decides for clients with a secret or none; the other ways are in authenticators/. `client` may be null (unknown):
/// the refusal is the same as for a wrong secret, in text and in time; only the code differs, as Keycloak's does
/// (invalid_client and unauthorized_client). The secret before the present one is taken until its end
/// (core/client_secret.h). Public clients need no secret, and what they send instead is passed over.
[[nodiscard]] Result<void, OAuthError> authenticate_client(const PresentedClient& presented, const ClientEntry* client,
                                                           TimePoint now,
                                                           BearerOnly bearer_only = BearerOnly::kRefused);

/// Asked last, once the client is proven: 400 where clients that only receive tokens have no business.
[[nodiscard]] Result<void, OAuthError> check_bearer_only(const Client& client, BearerOnly bearer_only);

}  // namespace cardea::oidc
