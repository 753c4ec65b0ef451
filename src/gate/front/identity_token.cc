#include "gate/front/identity_token.h"

#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "gate/token/token_rules.h"
#include "jose/jwk.h"

namespace cardea::gate {
namespace {

/// Proxies read an answer's headers into a small buffer: nginx into 4 KiB.
constexpr std::size_t kTokenBytesMax = 3'072;

crypto::PrivateKey key_of(const SecretBytes& pem) {
  auto key = crypto::PrivateKey::from_pem(pem.reveal());
  CARDEA_ASSERT(key);
  return std::move(*key);
}

jose::SigningKey signing_key(const SecretBytes& pem) {
  auto key = key_of(pem);
  auto kid = jose::thumbprint(key.public_key());
  auto signing = jose::SigningKey::make(std::move(key), std::move(kid), jose::Algorithm::kES256);
  CARDEA_ASSERT(signing);
  return std::move(*signing);
}

}  // namespace

IdentityTokens::IdentityTokens(const SecretBytes& pem) : key_(signing_key(pem)) {
  const jose::PublicJwk key{
      .key = key_of(pem).public_key(), .kid = key_.kid(), .alg = "ES256", .use = "sig", .certificate_der = {}};
  keys_ = jose::jwks_json({&key, 1});
}

std::optional<std::string> IdentityTokens::make(const Application& application, const Caller& caller,
                                                const Access* access, TimePoint now) const {
  const auto& settings = *application.identity_token;
  std::string claims;
  JsonWriter writer(claims);
  writer.begin_object().member("iss", settings.issuer).member("aud", settings.audience);
  if (const auto subject = subject_of(caller.claims()); !subject.empty()) writer.member("sub", subject);
  writer.member("name", caller.name).member("provider", caller.provider);
  writer.member("iat", epoch_seconds(now)).member("exp", epoch_seconds(now + settings.lifetime));
  writer.member("scope", join(caller.scopes, " ")).key("roles").begin_array();
  if (access != nullptr)
    for (const auto& role : access->role.names()) writer.string(role);
  writer.end_array().end_object();
  auto token = jose::sign_jwt(key_, "JWT", claims);
  if (token.size() > kTokenBytesMax) return std::nullopt;
  return token;
}

}  // namespace cardea::gate
