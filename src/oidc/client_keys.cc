#include "oidc/client_keys.h"

#include <string>

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
Result<jose::KeySet, jose::JoseError> set_of(std::string_view pem, const jose::UnverifiedJws& jws) {
  auto key = crypto::PublicKey::from_pem(pem);
  if (!key) return refuse(jose::JoseError::kBadKey);
  auto made = jose::VerificationKey::make(std::move(*key), std::string(jws.kid().value_or("")), jws.algorithm());
  if (!made) return refuse(made.error());
  jose::KeySet keys;
  keys.add(std::move(*made));
  return keys;
}

}  // namespace

Result<jose::KeySet, jose::JoseError> keys_in_record(const Client& client, const jose::UnverifiedJws& jws) {
  if (client.attribute_is_true("use.jwks.string")) {
    // RSA keys without `alg` serve for the one the header names, among RSA's; `token.endpoint.auth.signing.alg` pins
    // it.
    const bool is_rsa = jose::key_type_of(jws.algorithm()) == crypto::KeyType::kRsa;
    return jose::KeySet::from_jwks(client.attribute("jwks.string"), is_rsa ? jws.algorithm() : jose::Algorithm::kRS256);
  }
  if (const auto certificate = client.attribute("jwt.credential.certificate"); !certificate.empty()) {
    return set_of(as_pem(certificate, "CERTIFICATE"), jws);
  }
  if (const auto key = client.attribute("jwt.credential.public.key"); !key.empty()) {
    return set_of(as_pem(key, "PUBLIC KEY"), jws);
  }
  return refuse(jose::JoseError::kUnknownKey);
}

Result<jose::KeySet, jose::JoseError> keys_of_objects(const Client& client, const jose::UnverifiedJws& jws) {
  if (jose::is_hmac(jws.algorithm())) {
    const bool by_secret =
        client.authenticator_type == "client-secret" || client.authenticator_type == "client-secret-jwt";
    if (client.public_client || !by_secret) return refuse(jose::JoseError::kUnknownKey);
    return keys_of_secret(client, jws);
  }
  if (client.attribute_is_true("use.jwks.url")) return refuse(jose::JoseError::kUnknownKey);
  return keys_in_record(client, jws);
}

Result<jose::KeySet, jose::JoseError> keys_of_secret(const Client& client, const jose::UnverifiedJws& jws) {
  auto key =
      jose::VerificationKey::make_hmac(client.secret.clone(), std::string(jws.kid().value_or("")), jws.algorithm());
  if (!key) return refuse(key.error());
  jose::KeySet keys;
  keys.add(std::move(*key));
  return keys;
}

}  // namespace cardea::oidc
