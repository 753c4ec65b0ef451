#include "oidc/registration/policies.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kType = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";

struct Policy {
  std::string name, provider;
  const json::object* config = nullptr;

  [[nodiscard]] std::vector<std::string> list(std::string_view key) const {
    std::vector<std::string> texts;
    const auto* found = config == nullptr ? nullptr : config->if_contains(key);
    if (found == nullptr) return texts;
    if (found->is_string()) texts.emplace_back(found->get_string());
    if (!found->is_array()) return texts;
    for (const auto& item : found->get_array()) {
      if (item.is_string()) texts.emplace_back(item.get_string());
    }
    return texts;
  }
  /// Keycloak's default for a switch that is not there.
  [[nodiscard]] bool is_on(std::string_view key, bool fallback) const {
    const auto texts = list(key);
    return texts.empty() ? fallback : texts.front() == "true";
  }
};

std::vector<Policy> policies_of(const Realm& realm, RegistrantKind registrant) {
  std::vector<Policy> policies;
  const auto* components = realm.extra.if_contains("components");
  const auto* listed =
      components != nullptr && components->is_object() ? components->get_object().if_contains(kType) : nullptr;
  if (listed == nullptr || !listed->is_array()) return policies;
  const std::string_view wanted = registrant == RegistrantKind::kAnonymous ? "anonymous" : "authenticated";
  for (const auto& item : listed->get_array()) {
    if (!item.is_object() || string_or(item.get_object(), "subType", "") != wanted) continue;
    Policy policy{string_or(item.get_object(), "name", ""), string_or(item.get_object(), "providerId", "")};
    if (const auto* config = item.get_object().if_contains("config"); config != nullptr && config->is_object()) {
      policy.config = &config->get_object();
    }
    policies.push_back(std::move(policy));
  }
  return policies;
}

OAuthError refused(const Policy& policy, std::string_view details) {
  return {
      OAuthCode::kInsufficientScope,
      "Policy '" + policy.name + "' rejected request to client-registration service. Details: " + std::string(details),
      403, "registration_policy"};
}

/// A host of the list: an address, a name, or "*.domain". Names of the sender are not looked up: only its address
/// counts, and "localhost" for this machine's.
bool is_trusted_sender(const std::vector<std::string>& hosts, std::string_view address) {
  return std::ranges::any_of(hosts, [&](const std::string& host) {
    const bool here = host == "localhost" && (address == "127.0.0.1" || address == "::1");
    return host == address || here;
  });
}

bool is_trusted_host(const std::vector<std::string>& hosts, std::string_view host) {
  return std::ranges::any_of(hosts, [&](const std::string& trusted) {
    if (!trusted.starts_with("*.")) return equal_ignoring_ascii_case(trusted, host);
    const auto domain = std::string_view(trusted).substr(1);
    return host.size() > domain.size() && equal_ignoring_ascii_case(host.substr(host.size() - domain.size()), domain);
  });
}

std::vector<std::string> uris_of(const json::object& client) {
  std::vector<std::string> uris;
  for (const auto* name : {"rootUrl", "baseUrl", "adminUrl"}) {
    if (auto uri = string_or(client, name, ""); !uri.empty()) uris.push_back(std::move(uri));
  }
  for (const auto* name : {"redirectUris", "webOrigins"}) {
    const auto* list = client.if_contains(name);
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& uri : list->get_array()) {
      if (uri.is_string() && uri.get_string() != "+") uris.emplace_back(uri.get_string());
    }
  }
  return uris;
}

std::optional<OAuthError> why_not_trusted(const Policy& policy, std::string_view remote_address) {
  const bool judged = policy.is_on("host-sending-registration-request-must-match", true);
  if (!judged || is_trusted_sender(policy.list("trusted-hosts"), remote_address)) return std::nullopt;
  return refused(policy, "Host not trusted.");
}

Result<void, OAuthError> trusted_hosts(const Policy& policy, const RegistrationAttempt& attempt,
                                       const json::object& client) {
  const auto hosts = policy.list("trusted-hosts");
  if (auto refusal = why_not_trusted(policy, attempt.remote_address)) return refuse(std::move(*refusal));
  if (!policy.is_on("client-uris-must-match", true)) return {};
  for (const auto& text : uris_of(client)) {
    const auto uri = parse_uri(text.ends_with('*') ? text.substr(0, text.size() - 1) : text);
    if (!uri || !is_trusted_host(hosts, uri->host)) {
      return refuse(refused(policy, "URL doesn't match any trusted host or trusted domain"));
    }
  }
  return {};
}

constexpr std::size_t kClientsMax = 10'000;  // what a policy may count to

std::size_t max_of(const Policy& policy) {
  const auto listed = policy.list("max-clients");
  const auto max = listed.empty() ? std::optional<std::size_t>(200) : parse_integer<std::size_t>(listed.front());
  return std::min(max.value_or(0), kClientsMax);
}

Result<void, OAuthError> max_clients(const Policy& policy, const RegistrationAttempt& attempt) {
  if (!attempt.is_new || attempt.clients < max_of(policy)) return {};
  return refuse(refused(policy, "It's allowed to have max " + std::to_string(max_of(policy)) + " clients per realm"));
}

/// Who the person is, whom the token is for and which roles they have: a client that registered itself could say it
/// from what people write about themselves.
bool says_what_is_the_realms(const json::object& mapper) {
  static constexpr std::string_view kClaims[] = {"sub", "aud", "realm_access", "resource_access"};
  const auto* config = mapper.if_contains("config");
  if (config == nullptr || !config->is_object()) return false;
  const auto type = string_or(mapper, "protocolMapper", "");
  const bool shows_roles = type == "oidc-usermodel-realm-role-mapper" || type == "oidc-usermodel-client-role-mapper";
  const auto name = string_or(config->get_object(), "claim.name", "");
  return !shows_roles && std::ranges::find(kClaims, name.substr(0, name.find('.'))) != std::end(kClaims);
}

Result<void, OAuthError> allowed_mappers(const Policy& policy, const json::object& client) {
  const auto allowed = policy.list("allowed-protocol-mapper-types");
  const auto* mappers = client.if_contains("protocolMappers");
  if (mappers == nullptr || !mappers->is_array()) return {};
  for (const auto& mapper : mappers->get_array()) {
    const auto type = mapper.is_object() ? string_or(mapper.get_object(), "protocolMapper", "") : std::string();
    if (std::ranges::find(allowed, type) == allowed.end()) {
      return refuse(refused(policy, "ProtocolMapper type not allowed"));
    }
    if (says_what_is_the_realms(mapper.get_object())) {
      return refuse(refused(policy, "ProtocolMapper claim not allowed"));
    }
  }
  return {};
}

Result<void, OAuthError> allowed_scopes(const Policy& policy, const RegistrationAttempt& attempt,
                                        const json::object& client) {
  auto allowed = policy.list("allowed-client-scopes");
  if (policy.is_on("allow-default-scopes", true)) {
    const auto& realm = attempt.realm;
    for (const auto* ids : {&realm.realm.default_scopes, &realm.realm.optional_scopes}) {
      for (const auto& id : *ids) {
        const auto found = realm.scopes_by_id.find(id.str());
        if (found != realm.scopes_by_id.end()) allowed.push_back(found->second->name);
      }
    }
  }
  for (const auto* list : {"defaultClientScopes", "optionalClientScopes"}) {
    const auto* names = client.if_contains(list);
    if (names == nullptr || !names->is_array()) continue;
    for (const auto& name : names->get_array()) {
      if (!name.is_string() || std::ranges::find(allowed, std::string(name.get_string())) == allowed.end()) {
        return refuse(refused(policy, "Not permitted to use specified clientScope"));
      }
    }
  }
  return {};
}

Result<void, OAuthError> apply(const Policy& policy, const RegistrationAttempt& attempt, json::object& client) {
  if (policy.provider == "trusted-hosts") return trusted_hosts(policy, attempt, client);
  if (policy.provider == "max-clients") return max_clients(policy, attempt);
  if (policy.provider == "allowed-protocol-mappers") return allowed_mappers(policy, client);
  if (policy.provider == "allowed-client-templates") return allowed_scopes(policy, attempt, client);
  if (policy.provider == "consent-required") client["consentRequired"] = true;
  if (policy.provider == "scope") client["fullScopeAllowed"] = false;
  if (policy.provider == "client-disabled") client["enabled"] = false;
  const bool known = policy.provider == "consent-required" || policy.provider == "scope" ||
                     policy.provider == "client-disabled" || policy.provider == "registration-web-origins";
  if (known) return {};
  // A rule that we do not know is one that we cannot keep.
  return refuse(refused(policy, "Policy not supported"));
}

}  // namespace

std::optional<std::size_t> clients_max(const Realm& realm, RegistrantKind registrant) {
  std::optional<std::size_t> max;
  for (const auto& policy : policies_of(realm, registrant)) {
    if (policy.provider == "max-clients") max = std::min(max.value_or(kClientsMax), max_of(policy));
  }
  return max;
}

std::optional<OAuthError> why_sender_refused(const Realm& realm, RegistrantKind registrant,
                                             std::string_view remote_address) {
  const auto policies = policies_of(realm, registrant);
  if (policies.empty() && registrant == RegistrantKind::kAnonymous) {
    return OAuthError{OAuthCode::kInsufficientScope, "Anonymous registration is not allowed", 403,
                      "no_policies_for_anonymous"};
  }
  for (const auto& policy : policies) {
    if (policy.provider != "trusted-hosts") continue;
    if (auto refusal = why_not_trusted(policy, remote_address)) return refusal;
  }
  return std::nullopt;
}

Result<void, OAuthError> apply_policies(const RegistrationAttempt& attempt, json::object& client) {
  if (attempt.registrant == RegistrantKind::kAnonymous) {
    auto refusal = why_sender_refused(attempt.realm.realm, attempt.registrant, attempt.remote_address);
    if (refusal) return refuse(std::move(*refusal));
  }
  const auto policies = policies_of(attempt.realm.realm, attempt.registrant);
  for (const auto& policy : policies) {
    if (auto done = apply(policy, attempt, client); !done) return done;
  }
  return {};
}

}  // namespace cardea::oidc
