#include "domain/identity_provider.h"

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

const json::array* list_in(const Realm& realm, std::string_view name) {
  const auto* found = realm.extra.if_contains(name);
  return found == nullptr ? nullptr : found->if_array();
}

ProviderConfig read_config(const json::object& object) {
  ProviderConfig out;
  const auto* config = object.if_contains("config");
  if (config == nullptr || !config->is_object()) return out;
  for (const auto& [name, value] : config->get_object()) {
    if (value.is_string()) out.emplace(std::string(name), std::string(value.get_string()));
  }
  return out;
}

std::string_view setting_of(const ProviderConfig& config, std::string_view name) {
  const auto found = config.find(name);
  return found == config.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<IdentityProvider> read_provider(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  IdentityProvider out;
  out.alias = string_or(*object, "alias", "");
  out.kind = string_or(*object, "providerId", "");
  if (out.alias.empty() || out.kind.empty()) return std::nullopt;
  out.display_name = string_or(*object, "displayName", "");
  out.enabled = bool_or(*object, "enabled", true);
  out.trust_email = bool_or(*object, "trustEmail", false);
  out.store_token = bool_or(*object, "storeToken", false);
  out.add_read_token_role = bool_or(*object, "addReadTokenRoleOnCreate", false);
  out.link_only = bool_or(*object, "linkOnly", false);
  out.config = read_config(*object);
  out.hide_on_login = bool_or(*object, "hideOnLogin", false) || out.is_on("hideOnLoginPage");
  out.first_login_flow = string_or(*object, "firstBrokerLoginFlowAlias", "");
  out.post_login_flow = string_or(*object, "postBrokerLoginFlowAlias", "");
  out.organization = string_or(*object, "organizationId", "");
  return out;
}

SyncMode parse_sync(std::string_view text, SyncMode inherited) {
  if (text == "IMPORT") return SyncMode::kImport;
  if (text == "FORCE") return SyncMode::kForce;
  if (text == "LEGACY") return SyncMode::kLegacy;
  return inherited;
}

int gui_order(const IdentityProvider& provider) {
  constexpr int kLast = 1'000'000;
  return parse_integer<int>(provider.setting("guiOrder")).value_or(kLast);
}

}  // namespace

std::string_view IdentityProvider::setting(std::string_view name) const { return setting_of(config, name); }
std::string_view IdentityProviderMapper::setting(std::string_view key) const { return setting_of(config, key); }

bool trusts_pasted_key(const IdentityProvider& provider) {
  return provider.setting("useJwksUrl") == "false" && !trim(provider.setting("publicKeySignatureVerifier")).empty();
}

std::vector<std::string> forwarded_parameters(const IdentityProvider& provider) {
  std::vector<std::string> out;
  auto rest = provider.setting("forwardParameters");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (const auto name = trim(rest.substr(0, comma)); !name.empty()) out.emplace_back(name);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return out;
}

std::optional<IdentityProvider> find_identity_provider(const Realm& realm, std::string_view alias) {
  const auto* list = list_in(realm, "identityProviders");
  if (list == nullptr) return std::nullopt;
  for (const auto& item : *list) {  // sessions are asked about at each use: others are not read whole
    const auto* object = item.if_object();
    if (object == nullptr || string_or(*object, "alias", "") != alias) continue;
    if (auto provider = read_provider(item)) return provider;
  }
  return std::nullopt;
}

std::vector<IdentityProvider> identity_providers(const Realm& realm) {
  std::vector<IdentityProvider> out;
  const auto* list = list_in(realm, "identityProviders");
  if (list == nullptr) return out;
  for (const auto& item : *list) {
    if (auto provider = read_provider(item)) out.push_back(std::move(*provider));
  }
  return out;
}

std::vector<IdentityProvider> login_providers(const Realm& realm) {
  auto out = identity_providers(realm);
  std::erase_if(out, [](const IdentityProvider& provider) {
    return !provider.enabled || provider.link_only || provider.kind == kGrantProvider;
  });
  std::ranges::sort(out, [](const IdentityProvider& left, const IdentityProvider& right) {
    return std::pair(gui_order(left), left.alias) < std::pair(gui_order(right), right.alias);
  });
  return out;
}

bool can_sign_in_by(const IdentityProvider& provider) {
  const auto has = [&](std::string_view name) { return !trim(provider.setting(name)).empty(); };
  if (!provider.enabled || provider.link_only || !has("clientId")) return false;
  const std::string_view kind = provider.kind;
  if (kind == "entra" || kind == "microsoft" || kind == "google" || kind == "github") return true;
  if (kind == "oauth2") return has("authorizationUrl") && has("tokenUrl") && has("userInfoUrl");
  if (kind != "oidc" && kind != "keycloak-oidc") return false;
  return has("metadataDescriptorUrl") || has("issuer") || (has("authorizationUrl") && has("tokenUrl"));
}

SyncMode sync_mode_of(const IdentityProvider& provider) {
  return parse_sync(provider.setting("syncMode"), SyncMode::kLegacy);
}

std::vector<IdentityProviderMapper> mappers_of(const Realm& realm, const IdentityProvider& provider) {
  std::vector<IdentityProviderMapper> out;
  const auto* list = list_in(realm, "identityProviderMappers");
  if (list == nullptr) return out;
  for (const auto& item : *list) {
    const auto* object = item.if_object();
    if (object == nullptr || string_or(*object, "identityProviderAlias", "") != provider.alias) continue;
    IdentityProviderMapper mapper;
    mapper.id = string_or(*object, "id", "");
    mapper.name = string_or(*object, "name", "");
    mapper.kind = string_or(*object, "identityProviderMapper", "");
    mapper.config = read_config(*object);
    mapper.sync = parse_sync(mapper.setting("syncMode"), sync_mode_of(provider));
    out.push_back(std::move(mapper));
  }
  return out;
}

}  // namespace cardea
