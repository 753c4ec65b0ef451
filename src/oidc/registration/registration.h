// One request to the registration service: who asks, and what becomes of the client. Each runs in one transaction.
// Internal to registration/.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "core/settings.h"
#include "jose/jwt.h"
#include "oidc/error.h"
#include "oidc/oidc.h"
#include "oidc/registration/policies.h"
#include "oidc/registration/token.h"

namespace cardea::oidc {

/// What the body and the answer are written in. Of adapters (keycloak.json) there is an answer alone.
enum class RegistrationFormat { kMetadata, kRepresentation, kAdapter };

/// Shared by the steps of one request.
struct Registration {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  RegistrationFormat format = RegistrationFormat::kMetadata;
  std::string issuer;
  TimePoint now;
  std::string client_id;  // of the path; empty for a new one
  json::object body;

  // Who asks, before the store was asked.
  bool has_credentials = false;
  std::optional<RegistrationToken> token;
  std::optional<jose::VerifiedJwt> bearer;
};

/// A client with the token that stands for it from now on.
struct Registered {
  Client client;
  std::optional<std::string> registration_token;
};
using Answer = Result<Registered, OAuthError>;

/// RFC 7591 section 3: makes the client. `ids`: drawn before, since the transaction may run twice.
struct NewIds {
  std::string client, client_id, service_account, ticket, secret, salt;
};
[[nodiscard]] NewIds draw_ids(Random& random);
[[nodiscard]] Stored<Answer> create_client(Tx& tx, const Registration& registration, const NewIds& ids);
/// RFC 7592 section 2.1.
[[nodiscard]] Stored<Answer> read_client(Tx& tx, const Registration& registration);
/// RFC 7592 section 2.2: replaces everything but ids and secret; the token before is good no more.
[[nodiscard]] Stored<Answer> update_client(Tx& tx, const Registration& registration, const NewIds& ids);
/// RFC 7592 section 2.3.
[[nodiscard]] Stored<Answer> remove_client(Tx& tx, const Registration& registration);

}  // namespace cardea::oidc
