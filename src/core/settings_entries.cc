#include "core/settings_entries.h"

#include <algorithm>
#include <tuple>

#include "base/encoding.h"
#include "core/client_policies.h"
#include "core/events/realm_events.h"
#include "core/profile/user_profile.h"
#include "core/token/service_account.h"
#include "crypto/hash.h"
#include "crypto/key.h"

namespace cardea {
namespace {

constexpr std::size_t kQuickSignatureBytes = 3072 / 8;  // of RSA; all others are shorter

void add_symmetric(RealmEntry& entry, const RealmKey& key, jose::Algorithm algorithm, Log& log) {
  auto verify = jose::VerificationKey::make_hmac(key.secret.clone(), key.kid, algorithm);
  auto sign = jose::SigningKey::make_hmac(key.secret.clone(), key.kid, algorithm);
  if (!verify || !sign) {
    log.warning("realm_key_unusable", {{"realm", entry.realm.name},
                                       {"kid", key.kid},
                                       {"reason", describe((verify ? sign.error() : verify.error()))}});
    return;
  }
  entry.private_keys.add(std::move(*verify));
  if (key.status == KeyStatus::kActive) {
    entry.signing_keys.try_emplace(key.algorithm, std::make_shared<const jose::SigningKey>(std::move(*sign)));
  }
}

std::shared_ptr<const jose::SigningKey> signing_key_of(const RealmKey& key, jose::Algorithm algorithm,
                                                       crypto::PrivateKey private_key, const SigningKeys* previous) {
  if (previous != nullptr) {
    const auto known = previous->find(key.algorithm);
    if (known != previous->end() && known->second->kid() == key.kid) return known->second;
  }
  auto made = jose::SigningKey::make(std::move(private_key), key.kid, algorithm);
  return made ? std::make_shared<const jose::SigningKey>(std::move(*made)) : nullptr;
}

/// Keys that only open what clients encrypt. One for RSA1_5, which Keycloak can make, opens nothing: its padding tells.
void add_decryption(RealmEntry& entry, const RealmKey& key, crypto::PrivateKey private_key) {
  const auto management = jose::parse_key_management(key.algorithm);
  if (!management || !jose::fits(*management, private_key.type())) return;
  entry.decryption_keys.push_back(
      {std::make_shared<const crypto::PrivateKey>(std::move(private_key)), key.kid, *management});
}

void add_asymmetric(RealmEntry& entry, const RealmKey& key, const SigningKeys* previous,
                    std::vector<jose::PublicJwk>& published, Log& log) {
  auto private_key = crypto::PrivateKey::from_pem(key.secret.reveal());
  if (!private_key) {
    log.warning("realm_key_unusable",
                {{"realm", entry.realm.name}, {"kid", key.kid}, {"reason", crypto::describe(private_key.error())}});
    return;
  }
  published.push_back({private_key->public_key(), key.kid, key.algorithm, key.use, key.certificate_der});
  const auto algorithm = jose::parse_algorithm(key.algorithm);
  if (key.use == "enc") return add_decryption(entry, key, std::move(*private_key));
  if (!algorithm || key.use != "sig") return;
  auto verify = jose::VerificationKey::make(private_key->public_key(), key.kid, *algorithm);
  if (!verify) {
    log.warning("realm_key_unusable",
                {{"realm", entry.realm.name}, {"kid", key.kid}, {"reason", describe(verify.error())}});
    return;
  }
  const bool is_slow = verify->signature_bytes() > kQuickSignatureBytes;
  entry.public_keys.add(std::move(*verify));
  if (key.status != KeyStatus::kActive) return;
  entry.signs_slowly = entry.signs_slowly || is_slow;
  if (key.algorithm == "RS256" && entry.public_key_base64.empty())
    entry.public_key_base64 = base64_encode(private_key->spki_der());
  if (auto sign = signing_key_of(key, *algorithm, std::move(*private_key), previous))
    entry.signing_keys.try_emplace(key.algorithm, std::move(sign));
}

/// A verifier that read the keys once and never again (NetBird without NETBIRD_MGMT_IDP_SIGNKEY_REFRESH) refuses what
/// the new key signs; one that reads them again refuses what the old key signed once that is no longer published.
void warn_of_new_keys(const RealmEntry& entry, const SigningKeys& previous, Log& log) {
  for (const auto& [name, key] : previous) {
    const auto algorithm = jose::parse_algorithm(name);
    const auto* now = entry.signing_key(name);
    if (!algorithm || jose::is_hmac(*algorithm) || (now != nullptr && now->kid() == key->kid())) continue;
    const bool published = entry.public_keys.contains(key->kid());
    log.warning("signing_key_changed", {{"realm", entry.realm.name},
                                        {"algorithm", name},
                                        {"kid", now == nullptr ? "none" : now->kid()},
                                        {"old_kid", key->kid()},
                                        {"reason", published ? "verifiers_that_read_keys_once_must_be_restarted"
                                                             : "tokens_of_the_old_key_are_refused"}});
  }
}

void read_flows(RealmEntry& entry, Log& log) {
  std::vector<FlowProblem> problems;
  entry.flows = FlowSet::read(entry.realm, problems);
  for (const auto& problem : problems) {
    log.warning("flow_unusable", {{"realm", entry.realm.name}, {"flow", problem.flow}, {"reason", problem.what}});
  }
  for (const auto* document : {"authenticationFlows", "authenticatorConfig"}) entry.realm.extra.erase(document);
}

void read_profile(RealmEntry& entry, Log& log) {
  std::vector<ProfileConfigProblem> problems;
  entry.profile = std::make_shared<const UserProfile>(parse_user_profile(user_profile_document(entry.realm), problems));
  for (const auto& problem : problems) {
    log.warning("user_profile_rule_unusable",
                {{"realm", entry.realm.name}, {"attribute", problem.attribute}, {"reason", problem.what}});
  }
}

}  // namespace

std::shared_ptr<const RealmEntry> make_realm_entry(Realm realm, std::vector<ClientScope> scopes,
                                                   std::vector<RealmKey> keys, const SigningKeys* previous, Log& log) {
  auto entry = std::make_shared<RealmEntry>();
  entry->version = realm.version;
  entry->realm = std::move(realm);
  entry->keeps_user_events = keeps_user_events(entry->realm);
  entry->scopes = std::move(scopes);
  read_flows(*entry, log);
  read_profile(*entry, log);
  for (const auto& scope : entry->scopes) {
    entry->scopes_by_id.emplace(scope.id.str(), &scope);
    if (scope.protocol == "openid-connect") entry->scopes_by_name.emplace(scope.name, &scope);
  }
  // Highest priority first, then the newest, so that the first key of an algorithm is the one that signs.
  std::sort(keys.begin(), keys.end(), [](const RealmKey& a, const RealmKey& b) {
    return std::tuple(-a.priority, b.created_at, a.kid) < std::tuple(-b.priority, a.created_at, b.kid);
  });
  std::vector<jose::PublicJwk> published;
  for (const auto& key : keys) {
    if (key.status == KeyStatus::kDisabled) continue;
    const auto algorithm = jose::parse_algorithm(key.algorithm);
    if (algorithm && jose::is_hmac(*algorithm)) {
      add_symmetric(*entry, key, *algorithm, log);
    } else if (key.algorithm != "AES") {
      add_asymmetric(*entry, key, previous, published, log);
    }
  }
  entry->jwks_json = jose::jwks_json(published);
  if (previous != nullptr) warn_of_new_keys(*entry, *previous, log);
  return entry;
}

std::shared_ptr<const ClientEntry> make_client_entry(std::shared_ptr<const RealmEntry> realm, Client client) {
  auto entry = std::make_shared<ClientEntry>();
  entry->secret_digest = crypto::sha256(client.secret.reveal());
  const auto verdict = hold_to_policies(realm->realm, client);
  entry->rules = read_client_rules(client, verdict);
  entry->client = std::move(client);
  entry->realm = std::move(realm);
  entry->plans = std::make_unique<PlanCache>();
  entry->service_accounts = std::make_shared<ServiceAccounts>();
  return entry;
}

}  // namespace cardea
