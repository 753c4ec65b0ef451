#include "core/registration/client_metadata.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/uri.h"
#include "core/changes/check_values.h"
#include "core/client_secret.h"
#include "core/client_urls.h"
#include "jose/jwk.h"
#include "jose/key_set.h"

namespace cardea {
namespace {

constexpr std::size_t kListMax = 50;

MetadataRefusal bad(std::string text, std::string note) {
  return {.is_redirect_uri = false, .text = std::move(text), .note = std::move(note)};
}
MetadataRefusal bad_uri(std::string text) {
  return {.is_redirect_uri = true, .text = std::move(text), .note = "redirect_uri"};
}

using Texts = std::vector<std::string>;

Result<std::optional<Texts>, MetadataRefusal> texts_of(const json::object& metadata, std::string_view name) {
  const auto* value = metadata.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<Texts>();
  const auto wrong = bad("Client metadata invalid", std::string(name) + " is no list of texts");
  if (!value->is_array() || value->get_array().size() > kListMax) return refuse(wrong);
  Texts texts;
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return refuse(wrong);
    texts.emplace_back(item.get_string());
  }
  return std::optional(std::move(texts));
}

bool has(const Texts& texts, std::string_view text) { return std::ranges::find(texts, text) != texts.end(); }

struct Method {
  std::string_view method, authenticator;
};
constexpr std::array kMethods = {
    Method{"client_secret_basic", "client-secret"}, Method{"client_secret_post", "client-secret"},
    Method{"private_key_jwt", "client-jwt"},        Method{"client_secret_jwt", "client-secret-jwt"},
    Method{"tls_client_auth", "client-x509"},       Method{"none", "client-secret"}};

/// Attributes that are texts or flags in both worlds.
struct Twin {
  std::string_view metadata, attribute;
};
constexpr std::array kTextTwins = {
    Twin{"token_endpoint_auth_signing_alg", "token.endpoint.auth.signing.alg"},
    Twin{"id_token_signed_response_alg", "id.token.signed.response.alg"},
    Twin{"userinfo_signed_response_alg", "user.info.response.signature.alg"},
    Twin{"request_object_signing_alg", "request.object.signature.alg"},
    Twin{"authorization_signed_response_alg", "authorization.signed.response.alg"},
    Twin{"id_token_encrypted_response_alg", "id.token.encrypted.response.alg"},
    Twin{"id_token_encrypted_response_enc", "id.token.encrypted.response.enc"},
    Twin{"userinfo_encrypted_response_alg", "user.info.encrypted.response.alg"},
    Twin{"userinfo_encrypted_response_enc", "user.info.encrypted.response.enc"},
    Twin{"authorization_encrypted_response_alg", "authorization.encrypted.response.alg"},
    Twin{"authorization_encrypted_response_enc", "authorization.encrypted.response.enc"},
    Twin{"request_object_encryption_alg", "request.object.encryption.alg"},
    Twin{"request_object_encryption_enc", "request.object.encryption.enc"},
    Twin{"logo_uri", "logoUri"},
    Twin{"policy_uri", "policyUri"},
    Twin{"tos_uri", "tosUri"},
    Twin{"jwks_uri", "jwks.url"},
    Twin{"tls_client_auth_subject_dn", "x509.subjectdn"},
    Twin{"backchannel_logout_uri", "backchannel.logout.url"},
    Twin{"frontchannel_logout_uri", "frontchannel.logout.url"},
};
constexpr std::array kFlagTwins = {
    Twin{"tls_client_certificate_bound_access_tokens", "tls.client.certificate.bound.access.tokens"},
    Twin{"dpop_bound_access_tokens", "dpop.bound.access.tokens"},
    Twin{"backchannel_logout_session_required", "backchannel.logout.session.required"},
    Twin{"require_pushed_authorization_requests", "require.pushed.authorization.requests"},
    Twin{"frontchannel_logout_session_required", "frontchannel.logout.session.required"},
};
/// What we sign ourselves needs a key of the realm; what clients sign any algorithm we know.
constexpr std::array<std::string_view, 3> kSignedByUs = {"id_token_signed_response_alg", "userinfo_signed_response_alg",
                                                         "authorization_signed_response_alg"};

Result<void, MetadataRefusal> check_algorithm(std::string_view name, std::string_view algorithm,
                                              const RealmEntry& realm) {
  const bool is_encryption = name.find("_encrypt") != std::string_view::npos;
  if (!name.ends_with("_alg") || is_encryption) return {};  // those are checked with the client (check_client.h)
  const bool ours = std::ranges::find(kSignedByUs, name) != kSignedByUs.end();
  const bool fits = ours ? realm.signing_key(algorithm) != nullptr && algorithm != "HS512"
                         : jose::parse_algorithm(algorithm).has_value();
  if (fits) return {};
  return refuse(bad("Client metadata invalid", std::string(name) + " is not supported"));
}

Result<void, MetadataRefusal> check_uri(std::string_view name, std::string_view uri) {
  const bool is_uri = name.ends_with("_uri") || name.ends_with("_url");
  const auto parsed = parse_uri(uri);
  if (!is_uri || (parsed && parsed->is_http())) return {};
  return refuse(bad("Client metadata invalid", std::string(name) + " is no http address"));
}

/// standards.md AZ-7 to AZ-9: absolute, no fragment, no pattern; https, or http on this machine, or an app's own
/// scheme.
Result<void, MetadataRefusal> check_redirect(std::string_view text) {
  if (text.find('#') != std::string_view::npos) {
    return refuse(bad_uri("A redirect URI must not contain an URL fragment"));
  }
  const auto uri = parse_uri(text);
  if (!uri || text.find('*') != std::string_view::npos || check_redirect_uri(text)) {
    return refuse(bad_uri("A redirect URI is not a valid URI"));
  }
  if (is_safe_redirect(*uri)) return {};
  return refuse(bad_uri("A redirect URI must use https, an address of this machine, or an app's own scheme"));
}

Result<void, MetadataRefusal> read_redirects(const json::object& metadata, bool code_flow, json::object& client) {
  const auto uris = texts_of(metadata, "redirect_uris");
  if (!uris) return refuse(uris.error());
  if (code_flow && (!*uris || (*uris)->empty())) return refuse(bad_uri("A redirect URI is required"));
  json::array list;
  for (const auto& uri : uris->value_or(Texts())) {
    if (auto checked = check_redirect(uri); !checked) return checked;
    list.emplace_back(uri);
  }
  client["redirectUris"] = std::move(list);
  return {};
}

struct Grants {
  bool code = false;
};

Result<Grants, MetadataRefusal> read_grants(const json::object& metadata, json::object& client,
                                            json::object& attributes) {
  const auto asked = texts_of(metadata, "grant_types");
  if (!asked) return refuse(asked.error());
  const auto types = texts_of(metadata, "response_types");
  if (!types) return refuse(types.error());
  const auto grants = asked->value_or(Texts{"authorization_code", "refresh_token"});
  const bool code = has(grants, "authorization_code");
  for (const auto& type : types->value_or(Texts())) {
    if (type == "none" || (type == "code" && code)) continue;
    return refuse(bad("Client metadata invalid", "response_types do not go with grant_types or the rules here"));
  }
  client["standardFlowEnabled"] = code;
  client["implicitFlowEnabled"] = false;
  client["directAccessGrantsEnabled"] = false;  // gone in OAuth 2.1
  client["serviceAccountsEnabled"] = has(grants, "client_credentials");
  const auto grant_attribute = [&](const char* attribute, std::string_view grant) {
    attributes[attribute] = has(grants, grant) ? "true" : "false";
  };
  grant_attribute("use.refresh.tokens", "refresh_token");
  grant_attribute("oauth2.device.authorization.grant.enabled", "urn:ietf:params:oauth:grant-type:device_code");
  grant_attribute("standard.token.exchange.enabled", "urn:ietf:params:oauth:grant-type:token-exchange");
  return Grants{code};
}

Result<void, MetadataRefusal> read_keys(const json::object& metadata, json::object& attributes) {
  const auto* keys = metadata.if_contains("jwks");
  const bool by_address = metadata.contains("jwks_uri");
  if (keys != nullptr && by_address) return refuse(bad("Illegal to use both jwks_uri and jwks_string", "two key sets"));
  if (by_address) attributes["use.jwks.url"] = "true";
  if (keys == nullptr) return {};
  const auto text = json::serialize(*keys);
  const auto read = jose::KeySet::from_jwks(text);
  if (!read || read->empty()) return refuse(bad("Client metadata invalid", "jwks holds no usable public key"));
  attributes["use.jwks.string"] = "true";
  attributes["jwks.string"] = text;
  return {};
}

Result<void, MetadataRefusal> read_authentication(const json::object& metadata, json::object& client) {
  const auto method = string_or(metadata, "token_endpoint_auth_method", "client_secret_basic");
  const auto* found = std::ranges::find(kMethods, method, &Method::method);
  if (found == kMethods.end()) return refuse(bad("Client metadata invalid", "token_endpoint_auth_method"));
  client["publicClient"] = method == "none";
  client["clientAuthenticatorType"] = found->authenticator;
  if (method == "none" && bool_or(client, "serviceAccountsEnabled", false)) {
    return refuse(bad("Client metadata invalid", "client_credentials of a client without authentication"));
  }
  if (method == "private_key_jwt" && !metadata.contains("jwks") && !metadata.contains("jwks_uri")) {
    return refuse(bad("Client metadata invalid", "private_key_jwt without keys"));
  }
  if (method == "tls_client_auth" && string_or(metadata, "tls_client_auth_subject_dn", "").empty()) {
    return refuse(bad("Client metadata invalid", "tls_client_auth without a subject"));
  }
  return {};
}

Result<void, MetadataRefusal> read_twins(const json::object& metadata, const RealmEntry& realm,
                                         json::object& attributes) {
  for (const auto& twin : kTextTwins) {
    const auto value = string_or(metadata, twin.metadata, "");
    if (value.empty()) continue;
    if (auto checked = check_algorithm(twin.metadata, value, realm); !checked) return checked;
    if (auto checked = check_uri(twin.metadata, value); !checked) return checked;
    attributes[twin.attribute] = value;
  }
  for (const auto& twin : kFlagTwins) {
    const auto* value = metadata.if_contains(twin.metadata);
    if (value != nullptr && value->is_bool()) attributes[twin.attribute] = value->get_bool() ? "true" : "false";
  }
  return {};
}

/// Names of scopes that the realm has; "openid" is not one of them, and goes without saying.
Result<void, MetadataRefusal> read_scope(const json::object& metadata, json::object& client) {
  const auto* scope = find_string(metadata, "scope");
  if (scope == nullptr) return {};
  json::array names;
  for (const auto word : split_words(*scope)) {
    if (word != "openid") names.emplace_back(word);
  }
  client["optionalClientScopes"] = std::move(names);
  return {};
}

Result<void, MetadataRefusal> read_subject_type(const json::object& metadata, json::object& client) {
  if (metadata.contains("sector_identifier_uri")) {
    return refuse(bad("Client metadata invalid", "sector identifiers are not fetched"));
  }
  const auto type = string_or(metadata, "subject_type", "public");
  if (type == "public") return {};
  if (type != "pairwise") return refuse(bad("Client metadata invalid", "subject_type"));
  json::object mapper = {{"name", "pairwise subject identifier"},
                         {"protocol", "openid-connect"},
                         {"protocolMapper", "oidc-sha256-pairwise-sub-mapper"},
                         {"config", json::object()}};
  client["protocolMappers"] = json::array{std::move(mapper)};
  return {};
}

void read_rest(const json::object& metadata, json::object& client, json::object& attributes) {
  client["name"] = string_or(metadata, "client_name", "");
  if (const auto uri = string_or(metadata, "client_uri", ""); !uri.empty()) client["baseUrl"] = uri;
  if (metadata.contains("frontchannel_logout_uri")) client["frontchannelLogout"] = true;
  if (const auto uris = texts_of(metadata, "post_logout_redirect_uris"); uris && *uris) {
    attributes["post.logout.redirect.uris"] = join(**uris, "##");
  }
  if (const auto values = texts_of(metadata, "default_acr_values"); values && *values) {
    attributes["default.acr.values"] = join(**values, "##");
  }
  attributes["cardea.policy"] = "oauth21";
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

json::array grants_of(const Client& client) {
  std::vector<std::string> grants;
  if (client.standard_flow_enabled) grants.emplace_back("authorization_code");
  if (client.implicit_flow_enabled) grants.emplace_back("implicit");
  if (client.direct_access_grants_enabled) grants.emplace_back("password");
  if (client.service_accounts_enabled) grants.emplace_back("client_credentials");
  if (client.attribute_is_true("oauth2.device.authorization.grant.enabled")) {
    grants.emplace_back("urn:ietf:params:oauth:grant-type:device_code");
  }
  if (client.attribute_is_true("standard.token.exchange.enabled")) {
    grants.emplace_back("urn:ietf:params:oauth:grant-type:token-exchange");
  }
  if (client.attribute("use.refresh.tokens") != "false" && client.standard_flow_enabled) {
    grants.emplace_back("refresh_token");
  }
  return array_of(grants);
}

std::string_view method_of(const Client& client) {
  if (client.public_client) return "none";
  const auto* found = std::ranges::find(kMethods, client.authenticator_type, &Method::authenticator);
  return found == kMethods.end() ? "client_secret_basic" : found->method;
}

std::string scope_of(const Client& client, const RealmEntry& realm) {
  std::string names;
  for (const auto& id : client.optional_scopes) {
    const auto found = realm.scopes_by_id.find(id.str());
    if (found != realm.scopes_by_id.end()) names.append(names.empty() ? "" : " ").append(found->second->name);
  }
  return names;
}

}  // namespace

Result<json::object, MetadataRefusal> client_of_metadata(const json::object& metadata, const RealmEntry& realm) {
  json::object client = {{"protocol", "openid-connect"}, {"enabled", true}};
  json::object attributes;
  const auto grants = read_grants(metadata, client, attributes);
  if (!grants) return refuse(grants.error());
  if (auto done = read_redirects(metadata, grants->code, client); !done) return refuse(done.error());
  if (auto done = read_authentication(metadata, client); !done) return refuse(done.error());
  if (auto done = read_keys(metadata, attributes); !done) return refuse(done.error());
  if (auto done = read_twins(metadata, realm, attributes); !done) return refuse(done.error());
  if (auto done = read_scope(metadata, client); !done) return refuse(done.error());
  if (auto done = read_subject_type(metadata, client); !done) return refuse(done.error());
  for (const auto* list : {"post_logout_redirect_uris", "default_acr_values"}) {
    if (const auto texts = texts_of(metadata, list); !texts) return refuse(texts.error());
  }
  read_rest(metadata, client, attributes);
  client["attributes"] = std::move(attributes);
  return client;
}

json::object metadata_of_client(const Client& client, const RealmEntry& realm) {
  json::object out;
  out["redirect_uris"] = array_of(client.redirect_uris);
  const auto method = method_of(client);
  out["token_endpoint_auth_method"] = method;
  out["grant_types"] = grants_of(client);
  out["response_types"] = client.standard_flow_enabled ? json::array{"code", "none"} : json::array{};
  out["client_id"] = client.client_id;
  const bool has_secret = method.starts_with("client_secret_") && !client.secret.empty();
  if (has_secret) out["client_secret"] = client.secret.reveal();
  if (!client.name.empty()) out["client_name"] = client.name;
  if (!client.base_url.empty()) out["client_uri"] = client.base_url;
  out["scope"] = scope_of(client, realm);
  const bool pairwise = std::ranges::any_of(client.mappers, [](const ProtocolMapper& mapper) {
    return mapper.provider == "oidc-sha256-pairwise-sub-mapper";
  });
  out["subject_type"] = pairwise ? "pairwise" : "public";
  for (const auto& twin : kTextTwins) {
    if (const auto value = client.attribute(twin.attribute); !value.empty()) out[twin.metadata] = value;
  }
  for (const auto& twin : kFlagTwins) out[twin.metadata] = client.attribute_is_true(twin.attribute);
  if (const auto keys = parse_json(client.attribute("jwks.string"))) out["jwks"] = *keys;
  json::array targets;
  const auto listed = client.attribute("post.logout.redirect.uris");
  if (listed.empty() || listed == "+") {
    targets = array_of(client.redirect_uris);
  } else if (listed != "-") {
    for (const auto uri : split(listed, std::string_view("##"))) targets.emplace_back(uri);
  }
  out["post_logout_redirect_uris"] = std::move(targets);
  // RFC 7591 section 3.2.1: 0 says never.
  const auto end = secret_end(client);
  if (has_secret) out["client_secret_expires_at"] = end ? epoch_seconds(*end) : 0;
  return out;
}

}  // namespace cardea
