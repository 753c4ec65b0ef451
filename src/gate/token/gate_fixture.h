// Providers and tokens for the tests of the gate.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gate/token/check_token.h"
#include "jose/test_keys.h"
#include "tests/support/fake_clock.h"

namespace cardea::gate {

inline const TimePoint kNow = FakeClock().now();

/// A key made once for each name and type.
inline const crypto::PrivateKey& named_private_key(const std::string& name, crypto::KeyType type) {
  static std::map<std::pair<std::string, crypto::KeyType>, crypto::PrivateKey> keys;
  auto found = keys.find({name, type});
  if (found == keys.end())
    found = keys.emplace(std::pair(name, type), crypto::PrivateKey::generate(type).value()).first;
  return found->second;
}

inline const jose::SigningKey& named_key(const std::string& name, jose::Algorithm algorithm) {
  static std::map<std::string, jose::SigningKey> keys;
  const auto id = name + "/" + std::string(jose::name(algorithm));
  auto found = keys.find(id);
  if (found == keys.end()) {
    auto key = named_private_key(name, *jose::key_type_of(algorithm)).clone();
    found = keys.emplace(id, jose::SigningKey::make(std::move(key), name, algorithm).value()).first;
  }
  return found->second;
}

/// Claims of a good token, to be changed.
inline json::object good_claims(std::string_view issuer) {
  json::object claims;
  if (!issuer.empty()) claims["iss"] = issuer;
  claims["sub"] = "CN=Robot/O=Plant";
  claims["aud"] = "Domino";
  claims["iat"] = epoch_seconds(kNow) - 60;
  claims["exp"] = epoch_seconds(kNow) + 300;
  claims["scope"] = "$DATA";
  return claims;
}

inline std::string token_of(const jose::SigningKey& key, const json::object& claims, bool with_kid = true) {
  json::object header{{"alg", jose::name(key.algorithm())}, {"typ", "JWT"}};
  if (with_kid) header["kid"] = key.kid();
  return jose::sign_by_hand(key, json::serialize(header), json::serialize(claims));
}

inline ProviderSettings settings_named(std::string name, std::vector<std::string> issuers,
                                       std::vector<jose::Algorithm> algorithms = {jose::Algorithm::kRS256}) {
  ProviderSettings settings{
      .name = std::move(name), .issuers = std::move(issuers), .algorithms = std::move(algorithms), .rules = {}};
  settings.rules.audiences = {"Domino"};
  settings.rules.lifetime_max = std::chrono::minutes(360);
  return settings;
}

/// As a key file gives it: without id. `key`: a named one.
inline ProviderPtr provider_with_key(ProviderSettings settings, const jose::SigningKey& key) {
  const auto& made = named_private_key(key.kid(), *jose::key_type_of(key.algorithm()));
  auto verifying = jose::VerificationKey::make(made.public_key(), "", key.algorithm()).value();
  return std::make_shared<TokenProvider>(std::move(settings), std::vector{std::move(verifying)});
}

/// As a key set address gives it.
inline ProviderPtr provider_with_set(ProviderSettings settings, const jose::SigningKey& key) {
  auto provider = std::make_shared<TokenProvider>(std::move(settings));
  provider->replace_keys(jose::key_set_of(key));
  return provider;
}

}  // namespace cardea::gate
