#include "broker/client_proof.h"

#include "upstream/client_assertion.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kFederated = "federated_credential";
constexpr std::string_view kSecretJwt = "client_secret_jwt";

/// As the realm's key set says.
upstream::CertificateThumbprints certificate_of(const RealmEntry& realm, const jose::SigningKey& key) {
  const auto document = parse_json(realm.jwks_json);
  const auto* keys = document && document->is_object() ? document->get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) return {};
  for (const auto& item : keys->get_array()) {
    const auto* each = item.if_object();
    if (each == nullptr || string_or(*each, "kid", "") != key.kid()) continue;
    return {.sha1 = string_or(*each, "x5t", ""), .sha256 = string_or(*each, "x5t#S256", "")};
  }
  return {};
}

/// What the record says; else RS256, which every provider knows. Entra ID asks for PS256 where the certificate is
/// named.
const jose::SigningKey* key_for(const RealmEntry& realm, const IdentityProvider& provider, bool names_certificate) {
  const auto wanted = provider.setting("clientAssertionSigningAlg");
  // Never a secret: those of the realm sign what it believes itself.
  if (wanted.starts_with("HS")) return nullptr;
  if (!wanted.empty()) return realm.signing_key(wanted);
  const auto* better = names_certificate ? realm.signing_key("PS256") : nullptr;
  return better == nullptr ? realm.signing_key("RS256") : better;
}

/// The secret that both know signs, and is not sent.
Result<jose::SigningKey, std::string> key_of_secret(const IdentityProvider& provider) {
  const auto wanted = provider.setting("clientAssertionSigningAlg");
  const auto algorithm = wanted.empty() ? std::optional(jose::Algorithm::kHS256) : jose::parse_algorithm(wanted);
  if (!algorithm || !jose::is_hmac(*algorithm)) return refuse(std::string("no_key_for_client_assertion"));
  auto key = jose::SigningKey::make_hmac(SecretBytes(std::string(provider.setting("clientSecret"))), "", *algorithm);
  if (!key) return refuse(std::string("client_secret_too_short_for_its_algorithm"));
  return std::move(*key);
}

std::string audience_of(const IdentityProvider& provider, std::string_view otherwise) {
  const auto audience = provider.setting("clientAssertionAudience");
  return std::string(audience.empty() ? otherwise : audience);
}

Result<upstream::ClientProof, std::string> proof_by_secret(const Dependencies& dependencies,
                                                           const IdentityProvider& provider,
                                                           const Addresses& addresses) {
  const auto key = key_of_secret(provider);
  if (!key) return refuse(key.error());
  upstream::ClientProof out{.method = upstream::ClientAuthentication::kAssertion,
                            .client_id = std::string(provider.setting("clientId")),
                            .secret = {},
                            .assertion = {}};
  out.assertion = upstream::make_client_assertion(*key,
                                                  {.issuer = out.client_id,
                                                   .subject = out.client_id,
                                                   .audience = audience_of(provider, addresses.token),
                                                   .now = dependencies.clock.now()},
                                                  dependencies.random);
  return out;
}

}  // namespace

Result<upstream::ClientProof, std::string> client_proof(const Dependencies& dependencies, const web::Request& request,
                                                        const RealmEntry& realm, const IdentityProvider& provider,
                                                        const Addresses& addresses) {
  const auto name = provider.setting("clientAuthMethod");
  if (name == kSecretJwt) return proof_by_secret(dependencies, provider, addresses);
  const bool is_federated = name == kFederated;
  const auto method = is_federated ? std::optional(upstream::ClientAuthentication::kAssertion)
                                   : upstream::parse_client_authentication(name);
  if (!method) return refuse(std::string("client_auth_method_not_supported"));
  upstream::ClientProof out{.method = *method,
                            .client_id = std::string(provider.setting("clientId")),
                            .secret = std::string(provider.setting("clientSecret")),
                            .assertion = {}};
  if (*method != upstream::ClientAuthentication::kAssertion) return out;
  const bool is_entra = addresses.dialect == Dialect::kEntra;
  const bool names_certificate = !is_federated && (is_entra || provider.is_on("jwtX509HeadersEnabled"));
  const auto* key = key_for(realm, provider, names_certificate);
  if (key == nullptr) return refuse(std::string("no_key_for_client_assertion"));
  auto certificate = names_certificate ? certificate_of(realm, *key) : upstream::CertificateThumbprints();
  if (names_certificate && certificate.sha256.empty()) return refuse(std::string("no_certificate_of_key"));
  // Never what the record says: with the realm as issuer it would be anybody's id, and for anybody who trusts the
  // realm.
  const auto subject = is_federated ? "identity-provider:" + provider.alias : out.client_id;
  const auto issuer =
      is_federated ? dependencies.base_url.issuer(request, realm.realm.name) : std::string(out.client_id);
  const auto audience = audience_of(
      provider, is_federated && is_entra ? upstream::kFederatedAudience : std::string_view(addresses.token));
  if (is_federated && audience != addresses.token && !audience.starts_with(upstream::kFederatedAudience)) {
    return refuse(std::string("audience_not_for_federated_credential"));
  }
  out.assertion = upstream::make_client_assertion(*key,
                                                  {.issuer = issuer,
                                                   .subject = subject,
                                                   .audience = audience,
                                                   .now = dependencies.clock.now(),
                                                   .certificate = std::move(certificate)},
                                                  dependencies.random);
  return out;
}

}  // namespace cardea::broker
