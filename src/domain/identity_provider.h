// Upstream providers of a realm, read from its documents (`identityProviders`, `identityProviderMappers`; keycloak.md
// sections 5.6 and 5.7). The documents stay in Realm::extra as they came; these are typed copies for the length of a
// request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/realm.h"

namespace cardea {

/// The kind of those whose tokens are taken by the JWT authorization grant and that nobody signs in by.
inline constexpr std::string_view kGrantProvider = "jwt-authorization-grant";

using ProviderConfig = std::map<std::string, std::string, std::less<>>;

struct IdentityProvider {
  std::string alias;
  std::string display_name;  // empty: none
  std::string kind;          // Keycloak's providerId: "oidc", "keycloak-oidc", "microsoft" ..., and our "entra"
  bool enabled = true;
  bool trust_email = false;
  bool store_token = false;
  bool add_read_token_role = false;
  bool link_only = false;  // accounts may be linked to it, nobody signs in by it
  bool hide_on_login = false;
  std::string first_login_flow;  // an alias; empty: the realm's
  std::string post_login_flow;   // an alias; empty: none
  std::string organization;      // id of the organization whose people come by it; empty: none
  ProviderConfig config;

  [[nodiscard]] std::string_view setting(std::string_view name) const;  // empty when absent
  [[nodiscard]] bool is_on(std::string_view name) const { return setting(name) == "true"; }
  /// What people call it.
  [[nodiscard]] const std::string& label() const { return display_name.empty() ? alias : display_name; }
};

/// When a mapper runs (Keycloak's syncMode).
enum class SyncMode { kImport, kLegacy, kForce };

struct IdentityProviderMapper {
  std::string id;
  std::string name;
  std::string kind;  // Keycloak's identityProviderMapper
  SyncMode sync = SyncMode::kLegacy;
  ProviderConfig config;
  [[nodiscard]] std::string_view setting(std::string_view key) const;
};

/// Its tokens would be believed by one key in the record (`publicKeySignatureVerifier`) instead of those it publishes.
[[nodiscard]] bool trusts_pasted_key(const IdentityProvider& provider);
/// Parameters of the client's request that the record wants passed on (`forwardParameters`: names, by commas).
[[nodiscard]] std::vector<std::string> forwarded_parameters(const IdentityProvider& provider);
/// Those that can be.
inline constexpr std::string_view kForwardable[] = {"acr_values", "login_hint", "max_age", "ui_locales"};

/// Absent: there is none by that alias, or its document is no provider's.
[[nodiscard]] std::optional<IdentityProvider> find_identity_provider(const Realm& realm, std::string_view alias);
/// All of them, in the order of the document.
[[nodiscard]] std::vector<IdentityProvider> identity_providers(const Realm& realm);
/// Those that are enabled and may be signed in by, in the order of `guiOrder`, then alias.
[[nodiscard]] std::vector<IdentityProvider> login_providers(const Realm& realm);
/// Could somebody sign in by it, as far as its record says: enabled, not for links alone, of a kind that there is, with
/// a client id, and with addresses or a document that names them?
[[nodiscard]] bool can_sign_in_by(const IdentityProvider& provider);
/// In the order of the document; INHERIT is resolved.
[[nodiscard]] std::vector<IdentityProviderMapper> mappers_of(const Realm& realm, const IdentityProvider& provider);
[[nodiscard]] SyncMode sync_mode_of(const IdentityProvider& provider);

}  // namespace cardea
