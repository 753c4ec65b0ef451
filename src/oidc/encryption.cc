#include "oidc/encryption.h"

#include "jose/jwe.h"
#include "oidc/endpoint.h"
#include "oidc/keys_at_address.h"

namespace cardea::oidc {
namespace {

struct Attributes {
  std::string_view alg, enc;
};

Attributes attributes_of(Encrypted what) {
  switch (what) {
    case Encrypted::kIdToken:
      return {"id.token.encrypted.response.alg", "id.token.encrypted.response.enc"};
    case Encrypted::kUserinfo:
      return {"user.info.encrypted.response.alg", "user.info.encrypted.response.enc"};
    case Encrypted::kAnswer:
      break;
  }
  return {"authorization.encrypted.response.alg", "authorization.encrypted.response.enc"};
}

constexpr std::string_view kUsualContentEncryption = "A128CBC-HS256";  // OpenID Connect Registration section 2

/// All algorithms that the client wants anything encrypted with.
std::vector<jose::KeyManagement> wanted_algorithms(const Client& client) {
  std::vector<jose::KeyManagement> wanted;
  for (const auto what : {Encrypted::kIdToken, Encrypted::kUserinfo, Encrypted::kAnswer}) {
    const auto name = client.attribute(attributes_of(what).alg);
    if (const auto management = jose::parse_key_management(name)) wanted.push_back(*management);
  }
  return wanted;
}

/// The client's key set: from its record, or from its address as far as it is in memory.
Result<SharedKeys, std::string> keys_of(const Dependencies& dependencies, const Client& client) {
  if (client.attribute_is_true("use.jwks.url")) {
    const auto url = jwks_url_of(client);
    if (!url) return refuse(std::string("jwks_url_bad"));
    auto keys = known_keys_at(dependencies, *url);
    if (keys == nullptr) return refuse(std::string("jwks_not_there"));
    return keys;
  }
  if (!client.attribute_is_true("use.jwks.string")) return refuse(std::string("client_has_no_key_set"));
  auto keys = jose::KeySet::from_jwks(client.attribute("jwks.string"));
  if (!keys) return refuse("jwks: " + std::string(jose::describe(keys.error())));
  return std::make_shared<const jose::KeySet>(std::move(*keys));
}

}  // namespace

bool wants_encrypted(const Client& client, Encrypted what) {
  return !client.attribute(attributes_of(what).alg).empty();
}

web::Outcome fetch_encryption_keys(const Dependencies& dependencies, const Client& client, web::Step next) {
  auto wanted = wanted_algorithms(client);
  const bool is_elsewhere = !wanted.empty() && client.attribute_is_true("use.jwks.url");
  const auto url = is_elsewhere ? jwks_url_of(client) : std::nullopt;
  if (!url) return next();
  return with_keys_at(dependencies, *url, {.kid = std::nullopt, .encryption = std::move(wanted)},
                      [next = std::move(next)](const Result<SharedKeys, std::string>& /*keys*/) mutable {
                        return next();  // whoever encrypts finds them, or says that they are not there
                      });
}

web::Lane answer_lane(const RealmEntry& realm, const ClientEntry& client) {
  return client.rules.encrypts ? web::Lane::kCpu : sign_lane(realm);
}

std::optional<std::string> why_not_encrypted(const Dependencies& dependencies, const Client& client, Encrypted what) {
  const auto alg = client.attribute(attributes_of(what).alg);
  if (alg.empty()) return std::nullopt;
  const auto management = jose::parse_key_management(alg);
  if (!management) return "encryption_algorithm_unknown";
  const auto keys = keys_of(dependencies, client);
  if (!keys) return keys.error();
  if ((*keys)->encryption_key(*management) == nullptr) return "client_has_no_encryption_key";
  return std::nullopt;
}

Result<std::string, std::string> encrypted_for(const Dependencies& dependencies, const Client& client, Encrypted what,
                                               std::string token, std::string_view content_type) {
  const auto attributes = attributes_of(what);
  const auto alg = client.attribute(attributes.alg);
  if (alg.empty()) return token;
  const auto enc = client.attribute(attributes.enc);
  const auto management = jose::parse_key_management(alg);
  const auto content = jose::parse_content_encryption(enc.empty() ? kUsualContentEncryption : enc);
  if (!management || !content) return refuse(std::string("encryption_algorithm_unknown"));
  const auto keys = keys_of(dependencies, client);
  if (!keys) return refuse(keys.error());
  const auto* key = (*keys)->encryption_key(*management);
  if (key == nullptr) return refuse(std::string("client_has_no_encryption_key"));
  auto encrypted = jose::encrypt({*key, *management, *content}, token, content_type, dependencies.random);
  if (!encrypted) return refuse("encryption: " + std::string(jose::describe(encrypted.error())));
  return std::move(*encrypted);
}

}  // namespace cardea::oidc
