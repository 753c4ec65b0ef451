#include "core/client_policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/global_profiles.h"
#include "core/policy_redirects.h"
#include "core/policy_requests.h"
#include "core/policy_settings.h"

namespace cardea {
namespace {

constexpr std::size_t kPoliciesMax = 100;
constexpr std::size_t kPartsMax = 100;  // conditions of a policy, executors of a profile

const json::object& settings_of(const json::object& part) {
  static const json::object kNone;
  const auto* settings = part.if_contains("configuration");
  return settings != nullptr && settings->is_object() ? settings->get_object() : kNone;
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

std::vector<const json::object*> objects(const json::object& object, std::string_view name, std::size_t max) {
  std::vector<const json::object*> out;
  const auto* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (item.is_object() && out.size() < max) out.push_back(&item.get_object());
  }
  return out;
}

const json::object& document_of(const json::object& realm_members, std::string_view name) {
  static const json::object kNone;
  const auto* found = realm_members.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : kNone;
}

// Conditions

constexpr std::string_view kConfidential = "confidential";

std::string_view access_type(const Client& client) {
  return client.bearer_only ? "bearer-only" : client.public_client ? "public" : kConfidential;
}

bool has_access_type(const json::object& settings, const Client& client) {
  return has(texts(settings, "type"), access_type(client));
}

/// The console keeps the pairs as one text of JSON: [{"key": ..., "value": ...}]. All of them are to be there.
bool has_attributes(const json::object& settings, const Client& client) {
  const auto pairs = parse_json(string_or(settings, "attributes", "[]"));
  if (!pairs || !pairs->is_array() || pairs->get_array().empty()) return false;
  return std::ranges::all_of(pairs->get_array(), [&](const json::value& item) {
    const auto* pair = item.if_object();
    if (pair == nullptr) return false;
    const auto found = client.attributes.find(string_or(*pair, "key", ""));
    return found != client.attributes.end() && found->second == string_or(*pair, "value", "");
  });
}

struct Condition {
  std::string_view id;
  bool (*is_true)(const json::object& settings, const Client& client);
};
constexpr Condition kConditions[] = {
    {"any-client", [](const json::object&, const Client&) { return true; }},
    {"client-access-type", has_access_type},
    {"client-attributes", has_attributes},
};

// Executors

/// `settle` gives the client what "auto-configure" stands for; what it is then is checked by `is_settled`. `hold`
/// changes the client as it is run, or says in `verdict` what it may not.
struct Executor {
  std::string_view id;
  void (*settle)(const json::object& settings, Client& client);
  bool (*is_settled)(const json::object& settings, const Client& client);
  void (*hold)(const json::object& settings, Client& client, PolicyVerdict& verdict);
  bool settles_by_default;
  PolicyRefusal refusal;  // of a client that is not settled
};

void settle_nothing(const json::object&, Client&) {}
bool is_anything(const json::object&, const Client&) { return true; }
void hold_nothing(const json::object&, Client&, PolicyVerdict&) {}
/// What changes the client and says nothing in the verdict.
template <void (*change)(const json::object& settings, Client& client)>
void hold(const json::object& settings, Client& client, PolicyVerdict&) {
  change(settings, client);
}

/// An executor that wants one attribute to have one value.
template <const std::string_view& name, const std::string_view& value>
struct Attribute {
  static void settle(const json::object&, Client& client) { client.attributes[std::string(name)] = value; }
  static bool is_settled(const json::object&, const Client& client) { return client.attribute(name) == value; }
  static void hold(const json::object& settings, Client& client, PolicyVerdict&) { settle(settings, client); }
};
constexpr std::string_view kTrue = "true", kS256 = "S256";
constexpr std::string_view kPkce = "pkce.code.challenge.method";
constexpr std::string_view kCertificateBound = "tls.client.certificate.bound.access.tokens";
constexpr std::string_view kKeyBound = "dpop.bound.access.tokens";
constexpr std::string_view kDetached = "id.token.as.detached.signature";
constexpr std::string_view kLightweight = "client.use.lightweight.access.token.enabled";
using Pkce = Attribute<kPkce, kS256>;
using CertificateBound = Attribute<kCertificateBound, kTrue>;
using KeyBound = Attribute<kKeyBound, kTrue>;
using DetachedSignature = Attribute<kDetached, kTrue>;
using Lightweight = Attribute<kLightweight, kTrue>;

/// An executor that wants a switch of the client to be on or off.
template <bool Client::* member, bool value>
struct Switch {
  static void settle(const json::object&, Client& client) { client.*member = value; }
  static bool is_settled(const json::object&, const Client& client) { return client.*member == value; }
  static void hold(const json::object& settings, Client& client, PolicyVerdict&) { settle(settings, client); }
};
using Consent = Switch<&Client::consent_required, true>;
using NarrowScope = Switch<&Client::full_scope_allowed, false>;
using NoPasswordGrant = Switch<&Client::direct_access_grants_enabled, false>;
using NoImplicitGrant = Switch<&Client::implicit_flow_enabled, false>;

std::string authenticator_of(const Client& client) {
  return client.authenticator_type.empty() ? "client-secret" : client.authenticator_type;
}
bool has_allowed_authenticator(const json::object& settings, const Client& client) {
  return has(texts(settings, "allowed-client-authenticators"), authenticator_of(client));
}
void give_default_authenticator(const json::object& settings, Client& client) {
  const auto wanted = string_or(settings, "default-client-authenticator", "");
  if (!wanted.empty() && !has_allowed_authenticator(settings, client)) client.authenticator_type = wanted;
}
void hold_to_authenticator(const json::object& settings, Client& client, PolicyVerdict& verdict) {
  if (!has_allowed_authenticator(settings, client)) verdict.authenticator_allowed = false;
}

void hold_to_confidential(const json::object&, Client& client, PolicyVerdict& verdict) {
  if (access_type(client) != kConfidential) verdict.type_allowed = false;
}

bool can_rotate(const Client& client) {
  return authenticator_of(client) == "client-secret" && access_type(client) == kConfidential;
}

bool has_https_uris(const json::object&, const Client& client) { return has_secure_uris(client); }
void hold_to_https(const json::object&, Client& client) { keep_secure_redirects(client); }

constexpr std::string_view kRotationExecutor = "secret-rotation";
constexpr std::string_view kBadMetadata = "invalid_client_metadata";
constexpr std::string_view kBadRegistration = "invalid_registration";

// Consent, scope and keys are settled and not held, as in Keycloak: clients that were there before go on, and a policy
// for any client must not take the consoles' own rights away.
constexpr Executor kExecutors[] = {
    {"confidential-client", settle_nothing, is_anything, hold_to_confidential, false, {}},
    {"consent-required",
     Consent::settle,
     Consent::is_settled,
     hold_nothing,
     true,
     {kBadRegistration, "Client is required to enable consentRequired"}},
    {"dpop-bind-enforcer",
     KeyBound::settle,
     KeyBound::is_settled,
     hold<&hold_codes_to_key>,
     false,
     {kBadMetadata, "Invalid client metadata: DPoP token is disabled"}},
    {"full-scope-disabled",
     NarrowScope::settle,
     NarrowScope::is_settled,
     hold_nothing,
     true,
     {kBadRegistration, "Not permitted to enable fullScopeAllowed"}},
    {"holder-of-key-enforcer",
     CertificateBound::settle,
     CertificateBound::is_settled,
     CertificateBound::hold,
     false,
     {kBadMetadata, "Invalid client metadata: MTLS token in disabled"}},
    {"pkce-enforcer",
     Pkce::settle,
     Pkce::is_settled,
     Pkce::hold,
     false,
     {kBadMetadata, "Invalid client metadata: code_challenge_method"}},
    {"reject-implicit-grant",
     NoImplicitGrant::settle,
     NoImplicitGrant::is_settled,
     NoImplicitGrant::hold,
     false,
     {kBadMetadata, "Invalid client metadata: implicit flow enabled"}},
    {"reject-ropc-grant",
     NoPasswordGrant::settle,
     NoPasswordGrant::is_settled,
     NoPasswordGrant::hold,
     false,
     {kBadMetadata, "Invalid client metadata: resource owner password credentials grant enabled"}},
    {kRotationExecutor, settle_nothing, is_anything, hold_nothing, false, {}},
    {"secure-client-authenticator",
     give_default_authenticator,
     has_allowed_authenticator,
     hold_to_authenticator,
     true,
     {kBadMetadata, "Invalid client metadata: token_endpoint_auth_method"}},
    {"secure-ciba-req-sig-algorithm",
     give_default_ciba_algorithm,
     has_strong_ciba_algorithm,
     hold_nothing,
     true,
     {"invalid_request", "not allowed signature algorithm."}},
    {"secure-ciba-session", settle_nothing, is_anything, hold<&hold_ciba_to_message>, false, {}},
    {"secure-ciba-signed-authn-req", settle_nothing, is_anything, hold<&hold_ciba_to_object>, false, {}},
    {"secure-client-authentication-assertion",
     settle_nothing,
     is_anything,
     hold<&hold_assertions_to_issuer>,
     false,
     {}},
    {"secure-client-uris",
     settle_nothing,
     has_https_uris,
     hold<&hold_to_https>,
     false,
     {kBadMetadata, "Invalid client URIs"}},
    {"secure-par-content", settle_nothing, is_anything, hold<&hold_to_push>, false, {}},
    {"secure-redirect-uris-enforcer",
     settle_nothing,
     has_allowed_redirects,
     hold<&keep_allowed_redirects>,
     false,
     {"invalid_request", "Invalid Redirect Uri: invalid uri"}},
    {"secure-request-object", settle_nothing, is_anything, hold<&hold_to_object>, false, {}},
    {"secure-response-type",
     DetachedSignature::settle,
     DetachedSignature::is_settled,
     hold<&hold_to_response_type>,
     false,
     {kBadMetadata, "Invalid client metadata: ID Token as detached signature in disabled"}},
    {"secure-session", settle_nothing, is_anything, hold<&hold_to_session>, false, {}},
    {"secure-signature-algorithm",
     give_default_algorithms,
     has_strong_algorithms,
     hold_nothing,
     true,
     {"invalid_request", "not allowed signature algorithm."}},
    {"secure-signature-algorithm-signed-jwt",
     settle_nothing,
     is_anything,
     hold<&hold_assertions_to_algorithm>,
     false,
     {}},
    {"use-lightweight-access-token", settle_nothing, is_anything, Lightweight::hold, false, {}},
};

/// Settings of the executors above that ask for more than is done here.
constexpr std::string_view kSettingsNotEnforced[] = {"allow-only-refresh-token-binding"};

const Condition* find_condition(std::string_view id) {
  const auto* found = std::ranges::find(kConditions, id, &Condition::id);
  return found == std::end(kConditions) ? nullptr : found;
}
const Executor* find_executor(std::string_view id) {
  const auto* found = std::ranges::find(kExecutors, id, &Executor::id);
  return found == std::end(kExecutors) ? nullptr : found;
}

/// What is unknown is true: a policy that came by an import is rather held to once too often.
bool is_true(const json::object& part, const Client& client) {
  const auto* condition = find_condition(string_or(part, "condition", ""));
  if (condition == nullptr) return true;
  return condition->is_true(settings_of(part), client) != is_on(settings_of(part), "is-negative-logic");
}

const json::object* find_profile(const json::object& realm_members, std::string_view name) {
  for (const auto* profile : objects(document_of(realm_members, "clientProfiles"), "profiles", kPoliciesMax)) {
    if (string_or(*profile, "name", "") == name) return profile;
  }
  return find_global_profile(name);
}

std::vector<const json::object*> enabled_policies(const json::object& realm_members) {
  auto policies = objects(document_of(realm_members, "clientPolicies"), "policies", kPoliciesMax);
  std::erase_if(policies, [](const json::object* policy) { return !bool_or(*policy, "enabled", false); });
  return policies;
}

void add_unenforced_executors(const json::object& profile, std::vector<std::string>& out) {
  const auto name = string_or(profile, "name", "");
  for (const auto* part : objects(profile, "executors", kPartsMax)) {
    const auto id = string_or(*part, "executor", "");
    if (find_executor(id) == nullptr) {
      out.push_back(fmt::format("Profile {}: executor {} is not enforced by this server", name, id));
    }
    for (const auto setting : kSettingsNotEnforced) {
      if (!is_on(settings_of(*part), setting)) continue;
      out.push_back(fmt::format("Profile {}: {} of executor {} is not enforced by this server", name, setting, id));
    }
  }
}

struct Held {
  const Executor* executor;
  const json::object* settings;
};

/// Found before anything is changed: what an executor sets must not end what another one asks for.
std::vector<Held> held_to(const Realm& realm, const Client& client) {
  std::vector<Held> held;
  if (client.protocol != "openid-connect" || !realm.extra.contains("clientPolicies")) return held;
  for (const auto* policy : enabled_policies(realm.extra)) {
    const auto conditions = objects(*policy, "conditions", kPartsMax);
    if (conditions.empty()) continue;  // a policy for nobody, as in Keycloak
    if (!std::ranges::all_of(conditions, [&](const json::object* part) { return is_true(*part, client); })) continue;
    for (const auto& name : texts(*policy, "profiles")) {
      const auto* profile = find_profile(realm.extra, name);
      if (profile == nullptr) continue;
      for (const auto* part : objects(*profile, "executors", kPartsMax)) {
        const auto* executor = find_executor(string_or(*part, "executor", ""));
        if (executor != nullptr) held.push_back({executor, &settings_of(*part)});
      }
    }
  }
  return held;
}

}  // namespace

std::vector<std::string> unenforced_policies(const json::object& realm_members) {
  std::vector<std::string> out;
  for (const auto* profile : objects(document_of(realm_members, "clientProfiles"), "profiles", kPoliciesMax)) {
    add_unenforced_executors(*profile, out);
  }
  for (const auto* policy : enabled_policies(realm_members)) {
    const auto name = string_or(*policy, "name", "");
    for (const auto* part : objects(*policy, "conditions", kPartsMax)) {
      const auto id = string_or(*part, "condition", "");
      if (find_condition(id) == nullptr)
        out.push_back(fmt::format("Policy {} contains invalid condition {}", name, id));
    }
    for (const auto& wanted : texts(*policy, "profiles")) {
      const auto* profile = find_profile(realm_members, wanted);
      if (profile == nullptr) out.push_back(fmt::format("Policy {} contains invalid profile {}", name, wanted));
      if (profile != nullptr && profile == find_global_profile(wanted)) add_unenforced_executors(*profile, out);
    }
  }
  return out;
}

PolicyVerdict hold_to_policies(const Realm& realm, Client& client) {
  PolicyVerdict verdict;
  verdict.secret_ends = can_rotate(client);  // an end that was written down is one, whoever wrote it
  forget_held(client);
  for (const auto& [executor, settings] : held_to(realm, client)) executor->hold(*settings, client, verdict);
  return verdict;
}

std::optional<SecretRotation> rotation_of(const Realm& realm, const Client& client) {
  if (!can_rotate(client)) return std::nullopt;
  constexpr std::int64_t kDay = 24 * 3600;
  for (const auto& [executor, settings] : held_to(realm, client)) {
    if (executor->id != kRotationExecutor) continue;
    return SecretRotation{.lifetime = seconds_or(*settings, "expiration-period", 29 * kDay),
                          .rotated_lifetime = seconds_or(*settings, "rotated-expiration-period", 2 * kDay),
                          .remaining = seconds_or(*settings, "remaining-rotation-period", 10 * kDay)};
  }
  return std::nullopt;
}

std::optional<PolicyRefusal> settle_by_policies(const Realm& realm, Client& client) {
  const auto held = held_to(realm, client);
  for (const auto& [executor, settings] : held) {
    const bool is_said = settings->contains("auto-configure");
    if (is_said ? is_on(*settings, "auto-configure") : executor->settles_by_default) {
      executor->settle(*settings, client);
    }
  }
  for (const auto& [executor, settings] : held) {
    if (!executor->is_settled(*settings, client)) return executor->refusal;
  }
  return std::nullopt;
}

}  // namespace cardea
