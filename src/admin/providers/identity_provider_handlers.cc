#include "admin/providers/identity_provider_handlers.h"

#include <algorithm>
#include <map>

#include "admin/flows/flow_document.h"
#include "admin/providers/property_mapping_handlers.h"
#include "admin/providers/scim_token.h"
#include "admin/realms/realm_view.h"
#include "admin/roles/role_rights.h"
#include "admin/server/component_types.h"
#include "admin/settings/realm_document.h"
#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"
#include "core/changes/role_by_path.h"
#include "core/pasted_key.h"
#include "domain/identity_provider.h"
#include "domain/provider_kinds.h"
#include "domain/provider_mapper_types.h"
#include "domain/representation/object_reader.h"
#include "domain/representation/realm_json.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kUrlMembers[] = {
    "authorizationUrl",     "tokenUrl", "userInfoUrl", "logoutUrl", "jwksUrl", "tokenIntrospectionUrl",
    "metadataDescriptorUrl"};

json::array& providers_of(Call& call) { return list_of(call.realm().extra, "identityProviders"); }
json::array& mappers_of(Call& call) { return list_of(call.realm().extra, "identityProviderMappers"); }

Or<json::object*> load_provider(Call& call) {
  auto* found = find_in(providers_of(call), "alias", call.path("alias"));
  if (found == nullptr) return refuse(not_found("HTTP 404 Not Found"));
  return found;
}

/// Where and how the client secret of a provider is sent.
constexpr std::string_view kSecretGoesTo[] = {"tokenUrl",
                                              "authorizationUrl",  // Entra ID's other addresses follow it
                                              "cloud",
                                              "clientAssertionAudience",
                                              "tokenIntrospectionUrl",
                                              "metadataDescriptorUrl",
                                              "clientAuthMethod",
                                              "issuer",
                                              "baseUrl",
                                              "apiUrl",
                                              "tenantId"};

/// A secret that nobody typed goes where it was typed for and nowhere else: or whoever may change the address would
/// read it (attack class 22).
Or<void> refuse_moved_secret(const json::object& provider, const json::object& config, const json::object* before) {
  const bool is_kept =
      std::ranges::any_of(config, [](const auto& member) { return member.value() == json::value(kSecretMask); });
  if (!is_kept) return {};
  const auto* old = before == nullptr ? nullptr : before->if_contains("config");
  if (old == nullptr || !old->is_object()) return refuse(error_message(400, "The client secret is missing"));
  bool is_moved = string_or(provider, "providerId", "") != string_or(*before, "providerId", "");
  for (const auto name : kSecretGoesTo) {
    is_moved = is_moved || string_or(config, name, "") != string_or(old->get_object(), name, "");
  }
  if (!is_moved) return {};
  return refuse(error_message(400, "The address of the provider changed: give its client secret again"));
}

/// A setting that would be passed over in silence lets in people, or believes keys, as its administrator does not
/// expect.
Or<void> refuse_what_cannot_be(const json::object& config) {
  IdentityProvider read;
  for (const auto& [name, value] : config) read.config.emplace(name, value.get_string());
  for (const auto name : kProviderSwitchesNotRun) {
    if (read.is_on(name)) return refuse(error_message(400, std::string(name).append(" is not supported")));
  }
  if (trusts_pasted_key(read) && !pasted_keys(read, std::nullopt)) {
    return refuse(error_message(400, "publicKeySignatureVerifier is no public key: PEM or a JWK Set"));
  }
  if (read.is_on("disableNonce") && read.setting("pkceEnabled") == "false") {
    return refuse(error_message(400, "With disableNonce PKCE must stay on: nothing else ties a code to its browser"));
  }
  const auto method = read.setting("clientAuthMethod");
  const auto* known = std::ranges::find(kProviderClientAuthentications, method);
  if (known == std::end(kProviderClientAuthentications)) {
    return refuse(error_message(400, "The client authentication " + std::string(method) + " is not supported"));
  }
  for (const auto& name : forwarded_parameters(read)) {
    if (std::ranges::find(kForwardable, name) != std::end(kForwardable)) continue;
    return refuse(error_message(400, "The parameter " + name + " cannot be forwarded"));
  }
  const bool filters = read.is_on("filteredByClaim");
  if (filters && (read.setting("claimFilterName").empty() || read.setting("claimFilterValue").empty())) {
    return refuse(error_message(400, "claimFilterName and claimFilterValue say whom filteredByClaim lets in"));
  }
  return {};
}

bool vouches(const json::object* provider) {
  const auto* config = provider == nullptr ? nullptr : provider->if_contains("config");
  return config != nullptr && config->is_object() &&
         string_or(config->get_object(), "supportsClientAssertions", "") == "true";
}

/// Whose keys a vouching provider is believed by decides who may be its clients, with all that their service accounts
/// may do: that takes who may change the whole realm (attack class 21).
Or<void> require_vouching_covered(Call& call, const json::object& provider, const json::object* before) {
  if (!vouches(&provider) && !vouches(before)) return {};
  static constexpr std::string_view kBelieved[] = {"supportsClientAssertions",
                                                   "supportsClientAssertionReuse",
                                                   "jwksUrl",
                                                   "useJwksUrl",
                                                   "publicKeySignatureVerifier",
                                                   "issuer",
                                                   "v1Issuer",
                                                   "metadataDescriptorUrl",
                                                   "baseUrl",
                                                   "tenantId",
                                                   "allowedTenants"};
  bool is_same = before != nullptr && string_or(provider, "alias", "") == string_or(*before, "alias", "") &&
                 string_or(provider, "providerId", "") == string_or(*before, "providerId", "");
  const auto* old = before == nullptr ? nullptr : before->if_contains("config");
  is_same = is_same && old != nullptr && old->is_object();
  for (const auto name : kBelieved) {
    is_same =
        is_same && string_or(provider.at("config").as_object(), name, "") == string_or(old->get_object(), name, "");
  }
  return is_same ? Or<void>() : call.require({AdminRole::kManageRealm});
}

/// With keys of the realm it proves itself to the provider as itself: whoever may say where that proof goes, and what
/// it says, speaks for the realm there. A record that was removed and made anew is no other case.
Or<void> require_proof_covered(Call& call, const json::object& provider, const json::object* before) {
  static constexpr std::string_view kBySecret[] = {"", "client_secret_basic", "client_secret_basic_unencoded",
                                                   "client_secret_post", "client_secret_jwt"};
  static constexpr std::string_view kProof[] = {"clientAuthMethod", "clientId", "clientAssertionAudience",
                                                "clientAssertionSigningAlg", "jwtX509HeadersEnabled"};
  const auto& config = provider.at("config").as_object();
  if (std::ranges::find(kBySecret, string_or(config, "clientAuthMethod", "")) != std::end(kBySecret)) return {};
  const auto* old = before == nullptr ? nullptr : before->if_contains("config");
  bool is_same =
      old != nullptr && old->is_object() && string_or(provider, "alias", "") == string_or(*before, "alias", "");
  for (const auto name : kProof) {
    is_same = is_same && string_or(config, name, "") == string_or(old->get_object(), name, "");
  }
  return is_same ? Or<void>() : call.require({AdminRole::kManageRealm});
}

/// Whoever may change where a provider is becomes everybody who signs in by it: that takes who may change the whole
/// realm (attack class 21).
Or<void> require_move_covered(Call& call, const json::object& provider, const json::object* before) {
  if (before == nullptr) return {};
  // What broker/addresses.cc makes its addresses and its issuer of, and which of its claims names the person.
  static constexpr std::string_view kWhere[] = {"authorizationUrl",
                                                "tokenUrl",
                                                "userInfoUrl",
                                                "logoutUrl",
                                                "jwksUrl",
                                                "useJwksUrl",
                                                "publicKeySignatureVerifier",
                                                "publicKeySignatureVerifierKeyId",
                                                "issuer",
                                                "baseUrl",
                                                "apiUrl",
                                                "tenantId",
                                                "cloud",
                                                "allowedTenants",
                                                "userIDClaim",
                                                "metadataDescriptorUrl"};
  bool is_same = string_or(provider, "providerId", "") == string_or(*before, "providerId", "");
  const auto* old = before->if_contains("config");
  const auto known = old != nullptr && old->is_object() ? old->get_object() : json::object();
  for (const auto name : kWhere) {
    is_same = is_same && string_or(provider.at("config").as_object(), name, "") == string_or(known, name, "");
  }
  return is_same ? Or<void>() : call.require({AdminRole::kManageRealm});
}

/// Keycloak's answer. Nobody could sign in by such a provider; a flow below another is none to begin with.
Or<void> check_flows(Call& call, json::object& provider) {
  for (const auto* member : {"firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"}) {
    const auto alias = string_or(provider, member, "");
    if (alias.empty()) {
      provider.erase(member);
      continue;
    }
    const auto* flow = find_in(flows_of(call.realm()), "alias", alias);
    if (flow == nullptr || !bool_or(*flow, "topLevel", false)) {
      return refuse(error_message(400, "No available authentication flow with alias: " + alias));
    }
  }
  return {};
}

/// Numbers and booleans stand for texts, as everywhere where texts are stored: the console sends some so.
Or<void> make_texts(json::object& config) {
  std::map<std::string, std::string> texts;
  RepresentationProblems problems;
  const JsonPath root;
  const json::object holder{{"config", config}};
  ObjectReader(holder, root, problems).text_map("config", texts);
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  json::object read;
  for (const auto& [name, value] : config) {
    if (const auto text = texts.find(std::string(name)); text != texts.end()) read[name] = text->second;
  }
  config = std::move(read);
  return {};
}

Or<json::object> read_provider(Call& call, const json::object& body, const json::object* before) {
  static constexpr std::string_view kMembers[] = {"alias",
                                                  "displayName",
                                                  "internalId",
                                                  "providerId",
                                                  "enabled",
                                                  "updateProfileFirstLoginMode",
                                                  "trustEmail",
                                                  "storeToken",
                                                  "addReadTokenRoleOnCreate",
                                                  "authenticateByDefault",
                                                  "linkOnly",
                                                  "hideOnLogin",
                                                  "firstBrokerLoginFlowAlias",
                                                  "postBrokerLoginFlowAlias",
                                                  "organizationId",
                                                  "config",
                                                  "types",
                                                  "updateProfileFirstLogin"};
  json::object provider;
  for (const auto& [name, value] : body) {
    if (std::ranges::find(kMembers, std::string_view(name)) == std::end(kMembers)) {
      return refuse(error(400, "Invalid json representation for IdentityProviderRepresentation. Unrecognized field \"" +
                                   std::string(name) + "\" at line 1 column 1."));
    }
    if (name != "types" && !value.is_null()) provider[name] = value;
  }
  const auto alias = string_or(provider, "alias", "");
  if (check_name(alias) || alias.find_first_of("/?#%;\\") != std::string::npos) {
    return refuse(error_message(400, "Bad alias"));
  }
  const auto type = string_or(provider, "providerId", "");
  const bool is_known = std::ranges::any_of(kProviderKinds, [&](const ProviderKind& each) { return each.id == type; });
  if (!is_known) return refuse(error_message(400, "Invalid identity provider id [" + type + "]"));
  if (!provider.contains("enabled")) provider["enabled"] = true;
  CARDEA_DO(check_flows(call, provider));
  auto& config = object_of(provider, "config");
  CARDEA_DO(make_texts(config));
  CARDEA_DO(check_provider_urls(call.realm(), config));
  CARDEA_DO(refuse_what_cannot_be(config));
  CARDEA_DO(refuse_moved_secret(provider, config, before));
  CARDEA_DO(require_vouching_covered(call, provider, before));
  CARDEA_DO(require_move_covered(call, provider, before));
  CARDEA_DO(require_proof_covered(call, provider, before));
  CARDEA_DO(require_scim_covered(call, provider, before));
  json::value masked(config);
  const auto* old = before == nullptr ? nullptr : before->if_contains("config");
  keep_masked(masked, old == nullptr ? json::value() : *old);
  provider["config"] = std::move(masked);
  // Linked through the organization alone, by who may change that.
  provider.erase("organizationId");
  if (before != nullptr && before->contains("organizationId"))
    provider["organizationId"] = before->at("organizationId");
  provider["internalId"] = before == nullptr ? call.new_id() : string_or(*before, "internalId", call.new_id());
  return provider;
}

Or<json::object*> load_mapper(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  auto* found = find_in(mappers_of(call), "id", call.path("mapperId"));
  if (found == nullptr || string_or(*found, "identityProviderAlias", "") != string_or(*provider, "alias", "")) {
    return refuse(not_found("Model not found"));
  }
  return found;
}

/// A mapper hands out its role or group at every login, to whom the provider says: nobody writes one that gives what
/// they could not give themselves (attack class 21). What is not there yet is refused, since nobody can say what it
/// will be.
Or<void> require_grants_covered(Call& call, const json::object& config) {
  if (const auto name = string_or(config, "role", ""); !name.empty()) {
    CARDEA_TRY(role, find_role_by_path(call.rows(), call.repositories(), call.realm().id, name));
    if (!role) return refuse(error_message(400, "There is no such role"));
    CARDEA_DO(require_roles_covered(call, {role->id}));
  }
  if (const auto path = string_or(config, "group", ""); !path.empty()) {
    CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
    const auto group = std::ranges::find(groups, path, &Group::path);
    if (group == groups.end()) return refuse(error_message(400, "There is no such group"));
    CARDEA_DO(require_group_covered(call, *group));
  }
  return {};
}

/// What people are known by at the provider, as one of its mappers says it; empty: it does not.
std::string key_of_people(const json::object* mapper) {
  if (mapper == nullptr || string_or(*mapper, "identityProviderMapper", "") != kUsernameMapper) return {};
  const auto& config = mapper->at("config").as_object();
  if (string_or(config, "target", "") != kBrokerIdTarget) return {};
  return "by " + string_or(config, "template", "");
}

/// Which claim names the person decides who somebody becomes, as in require_move_covered: with the key of another
/// person in a claim that one can change there, one would be them.
Or<void> require_key_covered(Call& call, const json::object* before, const json::object* after) {
  const bool is_same = key_of_people(before) == key_of_people(after);
  return is_same ? Or<void>() : call.require({AdminRole::kManageRealm});
}

Or<json::object> read_idp_mapper(Call& call, const json::object& body, std::string_view id) {
  json::object mapper;
  mapper["id"] = id;
  mapper["name"] = string_or(body, "name", "");
  mapper["identityProviderAlias"] = call.path("alias");
  mapper["identityProviderMapper"] = string_or(body, "identityProviderMapper", "");
  const auto* config = body.if_contains("config");
  mapper["config"] = config != nullptr && config->is_object() ? *config : json::value(json::object());
  CARDEA_DO(require_grants_covered(call, mapper["config"].get_object()));
  if (check_name(string_or(mapper, "name", ""))) return refuse(error(400, "invalid_request", "A mapper has a name"));
  const auto type = string_or(mapper, "identityProviderMapper", "");
  const bool is_known =
      std::ranges::any_of(kProviderMapperTypes, [&](const ProviderMapperType& each) { return each.id == type; });
  if (!is_known) return refuse(error_message(400, "Invalid identity provider mapper [" + type + "]"));
  CARDEA_DO(check_expression(mapper));
  for (const auto& item : mappers_of(call)) {
    const auto& other = item.as_object();
    if (string_or(other, "id", "") != id && string_or(other, "name", "") == string_or(mapper, "name", "") &&
        string_or(other, "identityProviderAlias", "") == call.path("alias")) {
      return refuse(error_message(400, "Failed to add mapper '" + string_or(mapper, "name", "") +
                                           "' to identity provider [" + call.path("alias") + "]."));
    }
  }
  return mapper;
}

/// Keycloak's IdentityProviderType: what one of a kind may be used for.
json::array uses_of(std::string_view kind) {
  if (kind == kGrantProvider) return {"JWT_AUTHORIZATION_GRANT"};
  if (kind == "oauth2") return {"USER_AUTHENTICATION", "EXCHANGE_EXTERNAL_TOKEN"};
  if (kind == "github" || kind == "google") return {"USER_AUTHENTICATION"};
  return {"USER_AUTHENTICATION", "CLIENT_ASSERTION", "TRUST_MATERIAL", "EXCHANGE_EXTERNAL_TOKEN",
          "JWT_AUTHORIZATION_GRANT"};
}

}  // namespace

Or<void> check_provider_urls(const Realm& realm, const json::object& config) {
  for (const auto name : kUrlMembers) {
    const auto url = string_or(config, name, "");
    if (url.empty()) continue;
    const auto parsed = parse_uri(url);
    if (!parsed || !parsed->is_http()) {
      return refuse(error_message(400, std::string("The url [").append(name).append("] is malformed")));
    }
    const bool is_plain = ascii_lower(parsed->scheme) == "http";
    if (is_plain && realm.ssl_required != SslRequired::kNone && !parsed->is_loopback()) {
      return refuse(error_message(400, std::string("The url [").append(name).append("] requires secure connections")));
    }
  }
  return {};
}

json::object identity_provider_json(const json::object& provider) {
  json::object extra{{"identityProviders", json::array{provider}}};
  mask_secrets(extra);
  auto row = extra["identityProviders"].get_array().front().get_object();
  row["types"] = uses_of(string_or(provider, "providerId", ""));
  return ordered(
      row, {"alias", "displayName", "internalId", "providerId", "enabled", "updateProfileFirstLoginMode", "trustEmail",
            "storeToken", "addReadTokenRoleOnCreate", "authenticateByDefault", "linkOnly", "hideOnLogin",
            "firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias", "organizationId", "config", "types"});
}

namespace {

/// What a list of many shows of each.
json::object brief_provider_json(const json::object& provider) {
  json::object row;
  for (const auto name : {"alias", "displayName", "internalId", "providerId", "enabled", "organizationId"}) {
    if (const auto* value = provider.if_contains(name)) row[name] = *value;
  }
  row["config"] = json::object();
  return row;
}

/// Keycloak's IdentityProviderType.
bool is_provider_use(std::string_view type) {
  static constexpr std::string_view kUses[] = {"ANY",
                                               "USER_AUTHENTICATION",
                                               "CLIENT_ASSERTION",
                                               "TRUST_MATERIAL",
                                               "EXCHANGE_EXTERNAL_TOKEN",
                                               "JWT_AUTHORIZATION_GRANT"};
  return std::ranges::find(kUses, type) != std::end(kUses);
}

}  // namespace

Answer list_identity_providers(Call& call) {
  CARDEA_TRY(page, call.page());
  const auto type = call.query("type");
  if (!type.empty() && !is_provider_use(type)) return refuse(error(400, "invalid_request", "Unknown type of provider"));
  const bool brief = call.flag("briefRepresentation");
  const auto search = ascii_lower(call.query("search"));
  std::vector<json::object> rows;
  for (const auto& item : providers_of(call)) {
    if (!item.is_object()) continue;
    if (!ascii_lower(string_or(item.get_object(), "alias", "")).contains(search)) continue;
    if (call.flag("realmOnly") && !string_or(item.get_object(), "organizationId", "").empty()) continue;
    auto shown = identity_provider_json(item.get_object());
    const auto& uses = shown.at("types").as_array();
    const bool has_use = std::ranges::find(uses, json::value(type)) != uses.end();
    if (!type.empty() && type != "ANY" && !has_use) continue;
    rows.push_back(brief ? brief_provider_json(shown) : std::move(shown));
  }
  std::ranges::sort(rows, {}, [](const json::object& row) { return string_or(row, "alias", ""); });
  json::array list;
  for (std::size_t i = static_cast<std::size_t>(page.first); i < rows.size(); ++i) {
    if (page.max >= 0 && std::ssize(list) >= page.max) break;
    list.push_back(std::move(rows[i]));
  }
  return ok(list);
}

Answer create_identity_provider(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto alias = string_or(*body, "alias", "");
  if (find_in(providers_of(call), "alias", alias) != nullptr) {
    return refuse(error_message(409, "Identity Provider " + alias + " already exists"));
  }
  CARDEA_TRY(provider, read_provider(call, *body, nullptr));
  call.note_after(identity_provider_json(provider));
  providers_of(call).push_back(std::move(provider));
  CARDEA_DO(save_realm(call));
  return call.created(alias);
}

Answer get_identity_provider(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  return ok(identity_provider_json(*provider));
}

/// What a provider of this kind would be told about us: OpenID Connect has no such document.
Answer export_identity_provider(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  return no_content();
}

namespace {

/// Links of whom the issuer is not known yet are the old one's when the provider moves: what the new one says of an id
/// is about somebody else (attack class 7).
Or<void> keep_links_with_issuer(Call& call, const Realm& before) {
  const auto& issuer_of_links = call.dependencies().issuer_of_links;
  if (!issuer_of_links) return refuse(not_offered("Identity providers"));
  const auto alias = call.path("alias");
  const auto old = find_identity_provider(before, alias);
  const auto now = find_identity_provider(call.realm(), alias);
  const auto issuer = old ? issuer_of_links(*old) : std::string();
  if (issuer.empty() || (now && is_same_issuer(issuer_of_links(*now), issuer))) return {};
  // Where the document is says only nearly whose it is: while that stays, nobody moved.
  const bool is_guess = old->setting("issuer").empty() && !old->setting("metadataDescriptorUrl").empty();
  if (is_guess && now && now->setting("metadataDescriptorUrl") == old->setting("metadataDescriptorUrl")) return {};
  CARDEA_TRY(stamped, call.repositories().federated_identities.stamp_issuer(call.tx(), before.id, alias, issuer));
  return {};
}

}  // namespace

Answer update_identity_provider(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  CARDEA_TRY(body, call.body_object());
  const auto before = *provider;
  auto object = *body;
  if (string_or(object, "alias", call.path("alias")) != call.path("alias")) {
    return refuse(error_message(400, "Identity Provider alias cannot be changed"));
  }
  object["alias"] = call.path("alias");
  if (!object.contains("providerId")) object["providerId"] = string_or(before, "providerId", "");
  CARDEA_TRY(after, read_provider(call, object, &before));
  call.note_before(identity_provider_json(before));
  call.note_after(identity_provider_json(after));
  const Realm realm_before = call.realm();
  *provider = std::move(after);
  CARDEA_DO(keep_links_with_issuer(call, realm_before));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_identity_provider(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  call.note_before(identity_provider_json(*provider));
  while (remove_from(mappers_of(call), "identityProviderAlias", call.path("alias"))) {
  }
  remove_from(providers_of(call), "alias", call.path("alias"));
  CARDEA_DO(call.repositories().federated_identities.remove_all(call.tx(), call.realm().id, call.path("alias")));
  CARDEA_DO(call.repositories().provisioned_users.remove_all(call.tx(), call.realm().id, call.path("alias")));
  CARDEA_DO(call.repositories().directory_syncs.remove(call.tx(), call.realm().id, call.path("alias")));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer list_idp_mapper_types(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  json::object out;
  for (const auto& type : kProviderMapperTypes) {
    json::array properties;
    for (const auto name : type.config) {
      if (name.empty()) continue;
      const std::string_view kind = name == "role"                                                          ? "Role"
                                    : name == "group"                                                       ? "Group"
                                    : name == "claims"                                                      ? "Map"
                                    : name == "expression"                                                  ? "Text"
                                    : name == "are.claim.values.regex" || name == "allow.nullable.property" ? "boolean"
                                    : name == "target"                                                      ? "List"
                                                                                                            : "String";
      json::object property{{"name", name}, {"label", name}, {"helpText", ""}, {"type", kind}, {"secret", false}};
      if (name == "target") {
        property["defaultValue"] = "LOCAL";
        property["options"] = json::array{"LOCAL", "BROKER_ID", "BROKER_USERNAME"};
      }
      properties.push_back(std::move(property));
    }
    out[type.id] = json::object{{"id", type.id},
                                {"name", type.name},
                                {"category", type.category},
                                {"helpText", type.help},
                                {"properties", std::move(properties)}};
  }
  return ok(out);
}

Answer list_idp_mappers(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  json::array list;
  for (const auto& item : mappers_of(call)) {
    const auto* mapper = item.if_object();
    if (mapper != nullptr && string_or(*mapper, "identityProviderAlias", "") == call.path("alias")) {
      list.push_back(*mapper);
    }
  }
  return ok(list);
}

Answer create_idp_mapper(Call& call) {
  CARDEA_TRY(provider, load_provider(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(mapper, read_idp_mapper(call, *body, call.new_id()));
  CARDEA_DO(require_key_covered(call, nullptr, &mapper));
  const auto id = string_or(mapper, "id", "");
  call.note_after(mapper);
  mappers_of(call).push_back(std::move(mapper));
  CARDEA_DO(save_realm(call));
  return call.created(id);
}

Answer get_idp_mapper(Call& call) {
  CARDEA_TRY(mapper, load_mapper(call));
  return ok(*mapper);
}

Answer update_idp_mapper(Call& call) {
  CARDEA_TRY(mapper, load_mapper(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(after, read_idp_mapper(call, *body, call.path("mapperId")));
  CARDEA_DO(require_key_covered(call, mapper, &after));
  call.note_before(*mapper);
  call.note_after(after);
  *mapper = std::move(after);
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer delete_idp_mapper(Call& call) {
  CARDEA_TRY(mapper, load_mapper(call));
  CARDEA_DO(require_key_covered(call, mapper, nullptr));
  call.note_before(*mapper);
  remove_from(mappers_of(call), "id", call.path("mapperId"));
  CARDEA_DO(save_realm(call));
  return no_content();
}

Answer get_idp_provider_type(Call& call) {
  for (const auto& type : kProviderKinds) {
    if (type.id != call.path("providerId")) continue;
    return ok(json::object{{"name", type.name},
                           {"id", type.id},
                           {"configProperties", provider_properties(type.id)},
                           {"helpText", ""},
                           {"configMetadata", json::array()}});
  }
  return refuse(error(400, "HTTP 400 Bad Request"));
}

}  // namespace cardea::admin
