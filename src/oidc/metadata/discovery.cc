#include "oidc/metadata/discovery.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/json.h"
#include "core/level_of_assurance.h"
#include "oidc/authenticators/all_authenticators.h"
#include "oidc/ciba/ciba.h"
#include "oidc/cors.h"
#include "oidc/dpop/proof.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"

namespace cardea::oidc {
namespace {

/// Signature algorithms in Keycloak's order, without HMAC: no client has the key to check those.
constexpr std::array<std::string_view, 10> kSigningAlgorithms = {"PS384", "RS384", "EdDSA", "ES384", "ES256",
                                                                 "RS256", "ES512", "PS256", "PS512", "RS512"};

/// What a client may sign an assertion with: any algorithm, and a MAC with its own secret.
constexpr std::array<std::string_view, 13> kAssertionAlgorithms = {"PS384", "RS384", "EdDSA", "ES384", "HS256",
                                                                   "HS512", "ES256", "RS256", "HS384", "ES512",
                                                                   "PS256", "PS512", "RS512"};

class Document {
 public:
  Document(const RealmEntry& realm, std::string_view base_url) : realm_(realm), writer_(out_) {
    issuer_.append(base_url).append("/realms/").append(realm.realm.name);
    writer_.begin_object();
  }

  void text(std::string_view name, std::string_view value) { writer_.member(name, value); }
  void flag(std::string_view name, bool value) { writer_.member(name, value); }
  void endpoint(std::string_view name, std::string_view path) {
    writer_.member(name, issuer_ + "/protocol/openid-connect" + std::string(path));
  }
  void list(std::string_view name, std::initializer_list<std::string_view> values) { add_list(name, values); }
  template <class Values>
  void add_list(std::string_view name, const Values& values) {
    writer_.key(name).begin_array();
    for (const std::string_view value : values) writer_.string(value);
    writer_.end_array();
  }
  void signing_algorithms(std::string_view name, std::initializer_list<std::string_view> more = {}) {
    std::vector<std::string_view> values;
    for (const auto algorithm : kSigningAlgorithms) {
      if (realm_.signing_key(algorithm) != nullptr) values.push_back(algorithm);
    }
    values.insert(values.end(), more.begin(), more.end());
    if (!values.empty()) add_list(name, values);  // empty lists are left out (DS-8)
  }
  /// What is encrypted for clients (RFC 7518 without RSA1_5).
  void encryption(const std::string& of) {
    std::vector<std::string_view> managements, contents;
    for (const auto management : jose::kKeyManagements) managements.push_back(name(management));
    for (const auto content : jose::kContentEncryptions) contents.push_back(name(content));
    add_list(of + "_encryption_alg_values_supported", managements);
    add_list(of + "_encryption_enc_values_supported", contents);
  }
  /// What clients may encrypt for us: as far as the realm has keys for it.
  void decryption(const std::string& of) {
    std::vector<std::string_view> managements, contents;
    for (const auto management : jose::kKeyManagements) {
      const auto serves = [&](const jose::DecryptionKey& key) { return key.management == management; };
      if (std::ranges::any_of(realm_.decryption_keys, serves)) managements.push_back(name(management));
    }
    if (managements.empty()) return;
    for (const auto content : jose::kContentEncryptions) contents.push_back(name(content));
    add_list(of + "_encryption_alg_values_supported", managements);
    add_list(of + "_encryption_enc_values_supported", contents);
  }
  /// `endpoint`_auth_methods_supported, and the algorithms of assertions (RFC 8414 section 2).
  void client_authentication(const std::string& endpoint, ServerCan can) {
    std::vector<std::string_view> methods = {"client_secret_basic", "client_secret_post"};
    for (const auto& authenticator : all_authenticators()) {
      if (authenticator.method_name.empty()) continue;
      if (authenticator.needs_certificate && !can.see_client_certificates) continue;
      methods.push_back(authenticator.method_name);
    }
    add_list(endpoint + "_auth_methods_supported", methods);
    add_list(endpoint + "_auth_signing_alg_values_supported", kAssertionAlgorithms);
  }

  [[nodiscard]] const std::string& issuer() const { return issuer_; }
  [[nodiscard]] std::string finish() {
    writer_.end_object();
    return std::move(out_);
  }

 private:
  const RealmEntry& realm_;
  std::string issuer_;
  std::string out_;
  JsonWriter writer_;
};

std::vector<std::string_view> grant_types(bool has_channel) {
  std::vector<std::string_view> names;
  for (const auto& grant : all_grants()) {
    if (has_channel || grant.grant_type != kCibaGrant) names.push_back(grant.grant_type);
    // Not of the token endpoint, but response types with tokens need it (OpenID Connect Registration section 2).
    if (grant.grant_type == "client_credentials") names.push_back("implicit");
  }
  return names;
}

std::vector<std::string_view> scopes_of(const RealmEntry& realm) {
  std::vector<std::string_view> names = {"openid"};
  for (const auto& scope : realm.scopes) {
    const auto hidden = scope.attributes.find("include.in.openid.provider.metadata");
    if (scope.protocol != "openid-connect" || scope.name == "openid") continue;
    if (hidden == scope.attributes.end() || hidden->second != "false") names.push_back(scope.name);
  }
  return names;
}

std::vector<std::string> acr_values(const Realm& realm) {
  std::vector<std::string> names = {"0", "1"};
  for (auto& name : LevelNames::of_realm(realm)) {
    if (name != "0" && name != "1") names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::string discovery_json(const RealmEntry& realm, std::string_view base_url, ServerCan can) {
  Document document(realm, base_url);
  document.text("issuer", document.issuer());
  document.endpoint("authorization_endpoint", "/auth");
  document.endpoint("token_endpoint", "/token");
  document.endpoint("introspection_endpoint", "/token/introspect");
  document.endpoint("userinfo_endpoint", "/userinfo");
  document.endpoint("end_session_endpoint", "/logout");
  document.flag("frontchannel_logout_session_supported", true);
  document.flag("frontchannel_logout_supported", true);
  document.endpoint("jwks_uri", "/certs");
  document.endpoint("check_session_iframe", "/login-status-iframe.html");
  document.add_list("grant_types_supported", grant_types(can.ask_on_devices));
  document.add_list("acr_values_supported", acr_values(realm.realm));
  document.list("response_types_supported", {"code", "none", "id_token", "token", "id_token token", "code id_token",
                                             "code token", "code id_token token"});
  document.list("subject_types_supported", {"public", "pairwise"});
  if (realm.realm.registration_allowed) {
    document.list("prompt_values_supported", {"none", "login", "consent", "create"});
  } else {
    document.list("prompt_values_supported", {"none", "login", "consent"});
  }
  document.signing_algorithms("id_token_signing_alg_values_supported");
  document.encryption("id_token");
  document.signing_algorithms("userinfo_signing_alg_values_supported", {"none"});
  document.encryption("userinfo");
  document.add_list("request_object_signing_alg_values_supported", kAssertionAlgorithms);
  document.decryption("request_object");
  document.list("response_modes_supported",
                {"query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"});
  document.text("registration_endpoint", document.issuer() + "/clients-registrations/openid-connect");
  document.client_authentication("token_endpoint", can);
  document.client_authentication("introspection_endpoint", can);
  document.signing_algorithms("authorization_signing_alg_values_supported");
  document.encryption("authorization");
  document.list("claims_supported", {"iss", "sub", "aud", "exp", "iat", "auth_time", "name", "given_name",
                                     "family_name", "preferred_username", "email", "acr", "azp", "nonce"});
  document.list("claim_types_supported", {"normal"});
  document.flag("claims_parameter_supported", true);
  document.add_list("scopes_supported", scopes_of(realm));
  document.flag("request_parameter_supported", true);
  document.flag("request_uri_parameter_supported",
                false);  // none is fetched; handles of pushed requests are RFC 9126's
  document.list("code_challenge_methods_supported", {"plain", "S256"});
  document.flag("tls_client_certificate_bound_access_tokens", can.see_client_certificates);
  document.add_list("dpop_signing_alg_values_supported", proof_algorithms());
  document.endpoint("revocation_endpoint", "/revoke");
  document.client_authentication("revocation_endpoint", can);
  document.flag("backchannel_logout_supported", true);
  document.flag("backchannel_logout_session_supported", true);
  document.endpoint("device_authorization_endpoint", "/auth/device");
  if (can.ask_on_devices) {
    document.list("backchannel_token_delivery_modes_supported", {"poll", "ping"});
    document.list("backchannel_authentication_request_signing_alg_values_supported",
                  {"PS384", "RS384", "EdDSA", "ES384", "ES256", "RS256", "ES512", "PS256", "PS512", "RS512"});
    document.endpoint("backchannel_authentication_endpoint", "/ext/ciba/auth");
  }
  document.flag("require_pushed_authorization_requests", false);
  document.endpoint("pushed_authorization_request_endpoint", "/ext/par/request");
  document.flag("authorization_response_iss_parameter_supported", true);
  return document.finish();
}

web::Outcome discovery_endpoint(const Dependencies& dependencies, DocumentCache& documents,
                                const web::Request& request) {
  return with_path_realm(dependencies, request, [&](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
    web::Response response;
    response.headers.reserve(6);
    response.add("Content-Type", "application/json");
    response.add("Cache-Control", "no-cache, must-revalidate, no-transform, no-store");
    response.body = documents.get(realm, dependencies.base_url.of(request));
    add_cors_for_all(response, request);
    return response;
  });
}

}  // namespace cardea::oidc
