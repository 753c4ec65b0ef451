#include "oidc/authenticators/client_jwt.h"

#include "base/encoding.h"
#include "oidc/authenticators/client_assertion.h"

namespace cardea::oidc {
namespace {

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') out += c;
  }
  return out;
}

/// Keycloak keeps base64 without the lines around it; people paste PEM.
std::string as_pem(std::string_view text, std::string_view label) {
  constexpr std::size_t kLine = 64;
  if (text.starts_with("-----BEGIN ")) return std::string(text);
  const auto base64 = without_spaces(text);
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < base64.size(); at += kLine) pem.append(base64, at, kLine).append(1, '\n');
  return pem + "-----END " + std::string(label) + "-----\n";
}

/// A key without a name of its own serves for any `kid`. Its type decides which algorithms fit, never HMAC.
Result<jose::KeySet, jose::JoseError> set_of(std::string_view pem, const jose::UnverifiedJws& assertion) {
  auto key = crypto::PublicKey::from_pem(pem);
  if (!key) return refuse(jose::JoseError::kBadKey);
  auto made =
      jose::VerificationKey::make(std::move(*key), std::string(assertion.kid().value_or("")), assertion.algorithm());
  if (!made) return refuse(made.error());
  jose::KeySet keys;
  keys.add(std::move(*made));
  return keys;
}

OAuthError no_keys(std::string_view note) {
  auto refusal = assertion_refused(AssertionError::kNoKey);
  refusal.note = note;
  return refusal;
}

Result<jose::KeySet, jose::JoseError> keys_in_record(const Client& client, const jose::UnverifiedJws& assertion) {
  if (client.attribute_is_true("use.jwks.string")) {
    // RSA keys without `alg` serve for the one the header names, among RSA's; `token.endpoint.auth.signing.alg` pins
    // it.
    const bool is_rsa = jose::key_type_of(assertion.algorithm()) == crypto::KeyType::kRsa;
    return jose::KeySet::from_jwks(client.attribute("jwks.string"),
                                   is_rsa ? assertion.algorithm() : jose::Algorithm::kRS256);
  }
  if (const auto certificate = client.attribute("jwt.credential.certificate"); !certificate.empty()) {
    return set_of(as_pem(certificate, "CERTIFICATE"), assertion);
  }
  if (const auto key = client.attribute("jwt.credential.public.key"); !key.empty()) {
    return set_of(as_pem(key, "PUBLIC KEY"), assertion);
  }
  return refuse(jose::JoseError::kUnknownKey);
}

Result<jose::KeySet, OAuthError> keys_of(const Client& client, const jose::UnverifiedJws& assertion) {
  // The address outranks keys in the record, as in Keycloak; those may be old ones that were withdrawn.
  if (client.attribute_is_true("use.jwks.url"))
    return refuse(no_keys("use.jwks.url: key sets by address are not fetched"));
  auto keys = keys_in_record(client, assertion);
  if (!keys) return refuse(no_keys(jose::describe(keys.error())));
  return std::move(*keys);
}

}  // namespace

web::Outcome prove_by_private_key(Unproven unproven) {
  const auto assertion = read_assertion(unproven);
  if (!assertion) return refuse_proof(unproven, assertion.error());
  const auto keys = keys_of(unproven.request->client->client, *assertion);
  if (!keys) return refuse_proof(unproven, keys.error());
  return prove_by_assertion(std::move(unproven), *assertion, *keys);
}

}  // namespace cardea::oidc
