// A provider for the tests of upstream: an RSA key made once, its key set, and tokens written by hand.
#pragma once

#include <string>
#include <string_view>

#include "base/assert.h"
#include "crypto/key.h"
#include "jose/jwk.h"
#include "jose/signing_key.h"
#include "tests/support/fake_clock.h"
#include "upstream/provider_keys.h"

namespace cardea::upstream {

inline const crypto::PrivateKey& provider_private_key() {
  static const auto key = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  return key;
}

inline jose::SigningKey provider_key(std::string kid = "k1") {
  auto key = jose::SigningKey::make(provider_private_key().clone(), std::move(kid), jose::Algorithm::kRS256);
  CARDEA_ASSERT(key.has_value());
  return std::move(*key);
}

/// One key, with this `issuer` beside it unless it is empty.
inline std::string provider_jwks(std::string_view kid = "k1", std::string_view issuer = "") {
  const jose::PublicJwk jwk{.key = provider_private_key().public_key(),
                            .kid = std::string(kid),
                            .alg = {},
                            .use = "sig",
                            .certificate_der = {}};
  auto text = jose::jwks_json({&jwk, 1});
  if (!issuer.empty()) {
    const std::string member = "\"issuer\":\"" + std::string(issuer) + "\",";
    text.insert(text.find("\"kid\""), member);
  }
  return text;
}

inline ProviderKeys provider_keys(std::string_view kid = "k1", std::string_view issuer = "") {
  return parse_provider_keys(provider_jwks(kid, issuer)).value();
}

}  // namespace cardea::upstream
