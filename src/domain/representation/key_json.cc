#include "domain/representation/key_json.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/key.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

using Config = std::map<std::string, std::vector<std::string>>;

/// What one provider's keys are like; the first algorithm is the one when none is said.
struct Provider {
  std::string_view id;
  std::string_view use;
  std::string_view material;  // the config member that holds the key
  std::vector<std::string_view> algorithms;
};

const std::vector<Provider>& providers() {
  static const std::vector<std::string_view> kRsa = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"};
  static const std::vector<std::string_view> kRsaEncryption = {"RSA-OAEP", "RSA-OAEP-256", "RSA1_5"};
  static const std::vector<Provider> kProviders = {
      {"rsa-generated", "sig", "privateKey", kRsa},
      {"rsa", "sig", "privateKey", kRsa},
      {"rsa-enc-generated", "enc", "privateKey", kRsaEncryption},
      {"rsa-enc", "enc", "privateKey", kRsaEncryption},
      {"hmac-generated", "sig", "secret", {"HS256", "HS384", "HS512"}},
      {"aes-generated", "enc", "secret", {"AES"}},
      {"ecdsa-generated", "sig", "ecdsaPrivateKey", {"ES256", "ES384", "ES512"}},
      {"eddsa-generated", "sig", "eddsaPrivateKey", {"EdDSA"}},
  };
  return kProviders;
}

const Provider* find_provider(std::string_view id) {
  const auto found = std::ranges::find(providers(), id, &Provider::id);
  return found == providers().end() ? nullptr : &*found;
}

std::string_view first_of(const Config& config, const std::string& name) {
  const auto found = config.find(name);
  return found == config.end() || found->second.empty() ? std::string_view{} : std::string_view(found->second.front());
}

bool is_symmetric(const Provider& provider) { return provider.material == "secret"; }
bool is_rsa(const Provider& provider) { return provider.material == "privateKey"; }

/// base64 or base64url, padded or not: Keycloak's versions differ.
std::optional<std::string> decode(std::string_view text) {
  auto bare = text;
  while (bare.ends_with('=')) bare.remove_suffix(1);
  if (auto bytes = base64url_decode(bare)) return bytes;
  return base64_decode(text);
}

/// PEM, or the base64 inside it on one line.
std::optional<crypto::PrivateKey> read_private_key(std::string_view text) {
  if (text.starts_with("-----BEGIN")) {
    auto key = crypto::PrivateKey::from_pem(text);
    return key ? std::optional(std::move(*key)) : std::nullopt;
  }
  auto der = base64_decode(text);
  if (!der) return std::nullopt;
  auto key = crypto::PrivateKey::from_der(*der);
  wipe(*der);
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

std::string pem_body(std::string_view text) {
  std::string body;
  for (const auto line : split(text, '\n')) {
    if (!line.starts_with("-----")) body += trim(line);
  }
  return body;
}

/// DER of a certificate when it certifies `key`.
std::optional<std::string> read_certificate(std::string_view text, const crypto::PrivateKey& key) {
  const auto body = pem_body(text);
  const auto der = base64_decode(body);
  if (!der) return std::nullopt;
  const auto certified =
      crypto::PublicKey::from_pem("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
  if (!certified || certified->spki_der() != key.spki_der()) return std::nullopt;
  return der;
}

/// The algorithm that an EC or Ed25519 key has whatever the file says; empty for RSA.
std::string_view algorithm_of(crypto::KeyType type) {
  switch (type) {
    case crypto::KeyType::kEcP256:
      return "ES256";
    case crypto::KeyType::kEcP384:
      return "ES384";
    case crypto::KeyType::kEcP521:
      return "ES512";
    case crypto::KeyType::kEd25519:
      return "EdDSA";
    case crypto::KeyType::kRsa:
      break;
  }
  return {};
}

void take_private_key(const Provider& provider, const Config& config, ObjectReader& reader, RealmKey& into) {
  const auto key = read_private_key(first_of(config, std::string(provider.material)));
  const bool fits = key && (key->type() == crypto::KeyType::kRsa) == is_rsa(provider);
  if (!fits)
    return reader.add_problem("config", "expected a private key of this kind, not encrypted, RSA from 2048 bits");
  if (!is_rsa(provider)) {
    into.algorithm = algorithm_of(key->type());
    if (std::ranges::find(provider.algorithms, into.algorithm) == provider.algorithms.end()) {
      return reader.add_problem("config", "expected a private key of this kind");
    }
  }
  into.secret = key->to_pem();
  if (into.kid.empty()) into.kid = crypto::key_id(*key);
  const auto certificate = first_of(config, "certificate");
  if (certificate.empty() || !is_rsa(provider)) return;
  if (auto der = read_certificate(certificate, *key)) {
    into.certificate_der = std::move(*der);
  } else {
    reader.add_problem("config", "expected a certificate of this private key");
  }
}

void take_secret(const Provider& provider, const Config& config, ObjectReader& reader, RealmKey& into) {
  auto bytes = decode(first_of(config, std::string(provider.material)));
  if (!bytes || bytes->size() < 16)
    return reader.add_problem("config", "expected a secret of at least 16 bytes, base64url");
  into.secret = SecretBytes(std::move(*bytes));
  if (into.kid.empty()) reader.add_problem("config", "expected the kid of this secret");
}

void read_config(const Provider& provider, const Config& config, ObjectReader& reader, KeyComponent& into) {
  auto& key = into.key;
  const auto number = [&](const char* name, int fallback) {
    return parse_integer<int>(first_of(config, name)).value_or(fallback);
  };
  key.use = first_of(config, "keyUse").empty() ? std::string(provider.use) : ascii_lower(first_of(config, "keyUse"));
  key.priority = number("priority", 0);
  into.size = is_symmetric(provider) ? number("secretSize", 0) : number("keySize", 0);
  key.status = first_of(config, "enabled") == "false"  ? KeyStatus::kDisabled
               : first_of(config, "active") == "false" ? KeyStatus::kPassive
                                                       : KeyStatus::kActive;
  auto algorithm = first_of(config, "algorithm");
  if (const auto curve = first_of(config, "ecdsaEllipticCurveKey"); !curve.empty()) {
    algorithm = curve == "P-384" ? "ES384" : curve == "P-521" ? "ES512" : "ES256";
  }
  key.algorithm = algorithm.empty() ? provider.algorithms.front() : algorithm;
  if (std::ranges::find(provider.algorithms, key.algorithm) == provider.algorithms.end()) {
    return reader.add_problem("config", "expected an algorithm that this provider has");
  }
  const auto material = first_of(config, std::string(provider.material));
  if (material.empty() || material == kSecretMask) return;
  key.kid = first_of(config, "kid");
  if (is_symmetric(provider)) {
    take_secret(provider, config, reader, key);
  } else {
    take_private_key(provider, config, reader, key);
  }
}

void put(json::object& config, std::string_view name, std::string_view value) {
  config.insert_or_assign(name, json::array{json::value(value)});
}

void put_private_key(json::object& config, const RealmKey& key, const Provider& provider, Secrets secrets) {
  const auto shown = [&](std::string_view text) { return secrets == Secrets::kReveal ? text : kSecretMask; };
  put(config, provider.material, shown(pem_body(key.secret.reveal())));
  if (is_rsa(provider)) {
    put(config, "keyUse", key.use == "enc" ? "ENC" : "SIG");
    if (!key.certificate_der.empty()) put(config, "certificate", base64_encode(key.certificate_der));
    return;
  }
  const auto read = crypto::PrivateKey::from_pem(key.secret.reveal());
  const bool is_ed = provider.id == "eddsa-generated";
  if (read) put(config, is_ed ? "eddsaPublicKey" : "ecdsaPublicKey", base64_encode(read->spki_der()));
  const auto curve = key.algorithm == "ES384" ? "P-384" : key.algorithm == "ES512" ? "P-521" : "P-256";
  put(config, is_ed ? "eddsaEllipticCurveKey" : "ecdsaEllipticCurveKey", is_ed ? "Ed25519" : curve);
}

}  // namespace

bool is_key_provider(std::string_view provider_id) { return find_provider(provider_id) != nullptr; }

KeyComponent parse_key_component(const json::object& object, const JsonPath& at, RepresentationProblems& problems) {
  ObjectReader reader(object, at, problems);
  KeyComponent out;
  std::string id;
  Config config;
  if (reader.text("id", id)) out.key.id = KeyId(std::move(id));
  reader.text("name", out.key.name);
  reader.text("providerId", out.key.provider);
  reader.texts_map("config", config);
  const auto* provider = find_provider(out.key.provider);
  if (provider == nullptr) {
    reader.add_problem("providerId", "expected a provider of keys");
  } else {
    if (out.key.name.empty()) out.key.name = out.key.provider;
    read_config(*provider, config, reader, out);
  }
  for (auto& [name, values] : config) {
    for (auto& value : values) wipe(value);
  }
  return out;
}

json::object to_json(const RealmKey& key, Secrets secrets) {
  json::object config;
  const auto* provider = find_provider(key.provider);
  if (provider != nullptr && secrets != Secrets::kOmit) {
    if (is_symmetric(*provider)) {
      const auto secret = base64url_encode(key.secret.reveal());
      put(config, "kid", key.kid);
      put(config, "secret", secrets == Secrets::kReveal ? std::string_view(secret) : kSecretMask);
    } else {
      put_private_key(config, key, *provider, secrets);
    }
  }
  put(config, "priority", std::to_string(key.priority));
  put(config, "algorithm", key.algorithm);
  if (key.status == KeyStatus::kDisabled) put(config, "enabled", "false");
  if (key.status == KeyStatus::kPassive) put(config, "active", "false");
  return {{"id", key.id.str()},
          {"name", key.name},
          {"providerId", key.provider},
          {"subComponents", json::object()},
          {"config", std::move(config)}};
}

}  // namespace cardea
