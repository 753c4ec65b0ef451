// Proving to a provider who we are by a signature (RFC 7523 section 2.2, OpenID Connect Core section 9):
// private_key_jwt, client_secret_jwt, the first with the certificate that Entra ID knows the key by (entra.md
// section 8.1), and as a realm that the provider trusts to speak for one of its applications (federated credential,
// entra.md section 8.2).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "jose/signing_key.h"

namespace cardea::upstream {

inline constexpr seconds kAssertionLife{300};
/// `aud` of a federated credential in Entra ID's public cloud, where the record says nothing else.
inline constexpr std::string_view kFederatedAudience = "api://AzureADTokenExchange";

/// Which certificate the key has, base64url (RFC 7515 sections 4.1.7 and 4.1.8); empty: not said.
struct CertificateThumbprints {
  std::string sha1;
  std::string sha256;
};

struct AssertionFacts {
  std::string_view issuer;    // the client id; of a federated credential our realm's
  std::string_view subject;   // the client id; of a federated credential what the provider has on record
  std::string_view audience;  // the token endpoint, or what the provider is configured to expect
  TimePoint now;
  CertificateThumbprints certificate = {};
};
/// A key without a kid, as a shared secret is, is not named.
[[nodiscard]] std::string make_client_assertion(const jose::SigningKey& key, const AssertionFacts& facts,
                                                Random& random);

}  // namespace cardea::upstream
