#include "domain/representation/client_json.h"

#include <algorithm>
#include <array>

#include "domain/representation/mapper_json.h"
#include "domain/representation/object_reader.h"

namespace cardea {
namespace {

constexpr std::array<std::string_view, 38> kOrder = {"id",
                                                     "clientId",
                                                     "name",
                                                     "description",
                                                     "type",
                                                     "rootUrl",
                                                     "adminUrl",
                                                     "baseUrl",
                                                     "surrogateAuthRequired",
                                                     "enabled",
                                                     "alwaysDisplayInConsole",
                                                     "clientAuthenticatorType",
                                                     "secret",
                                                     "registrationAccessToken",
                                                     "redirectUris",
                                                     "webOrigins",
                                                     "notBefore",
                                                     "bearerOnly",
                                                     "consentRequired",
                                                     "standardFlowEnabled",
                                                     "implicitFlowEnabled",
                                                     "directAccessGrantsEnabled",
                                                     "serviceAccountsEnabled",
                                                     "authorizationServicesEnabled",
                                                     "publicClient",
                                                     "frontchannelLogout",
                                                     "protocol",
                                                     "attributes",
                                                     "authenticationFlowBindingOverrides",
                                                     "fullScopeAllowed",
                                                     "nodeReRegistrationTimeout",
                                                     "registeredNodes",
                                                     "protocolMappers",
                                                     "defaultClientScopes",
                                                     "optionalClientScopes",
                                                     "authorizationSettings",
                                                     "access",
                                                     "origin"};
/// Taken from older files, never served.
constexpr std::array<std::string_view, 7> kOldMembers = {
    "defaultRoles",       "directGrantsOnly", "clientTemplate", "useTemplateConfig",
    "useTemplateMappers", "useTemplateScope", "claims"};

void read_texts_and_lists(ObjectReader& reader, ClientRepresentation& into) {
  auto& client = into.client;
  std::string id;
  if (reader.text("id", id)) client.id = ClientId(std::move(id));
  reader.text("clientId", client.client_id);
  reader.text("name", client.name);
  reader.text("description", client.description);
  reader.text("rootUrl", client.root_url);
  reader.text("adminUrl", client.admin_url);
  reader.text("baseUrl", client.base_url);
  reader.text("clientAuthenticatorType", client.authenticator_type);
  reader.text("protocol", client.protocol);
  SecretBytes secret;
  if (reader.secret("secret", secret) && secret.reveal() != kSecretMask) client.secret = std::move(secret);
  // The console sends the field that a person left empty: [""] is a list of nothing.
  if (reader.texts("redirectUris", client.redirect_uris)) std::erase(client.redirect_uris, "");
  if (reader.texts("webOrigins", client.web_origins)) std::erase(client.web_origins, "");
  reader.text_map("attributes", client.attributes);
  std::vector<std::string> scopes;
  if (reader.texts("defaultClientScopes", scopes)) into.default_scopes = std::move(scopes);
  if (reader.texts("optionalClientScopes", scopes)) into.optional_scopes = std::move(scopes);
}

void read_switches(ObjectReader& reader, Client& client) {
  bool direct_grants_only = false;
  if (reader.boolean("directGrantsOnly", direct_grants_only)) {  // before Keycloak 2
    client.standard_flow_enabled = !direct_grants_only;
    client.direct_access_grants_enabled = direct_grants_only;
  }
  reader.boolean("enabled", client.enabled);
  reader.number("notBefore", client.not_before);
  reader.boolean("bearerOnly", client.bearer_only);
  reader.boolean("consentRequired", client.consent_required);
  reader.boolean("standardFlowEnabled", client.standard_flow_enabled);
  reader.boolean("implicitFlowEnabled", client.implicit_flow_enabled);
  reader.boolean("directAccessGrantsEnabled", client.direct_access_grants_enabled);
  reader.boolean("serviceAccountsEnabled", client.service_accounts_enabled);
  reader.boolean("publicClient", client.public_client);
  reader.boolean("frontchannelLogout", client.frontchannel_logout);
  reader.boolean("fullScopeAllowed", client.full_scope_allowed);
}

void write_switches(json::object& out, const Client& client) {
  out["enabled"] = client.enabled;
  out["notBefore"] = client.not_before;
  out["bearerOnly"] = client.bearer_only;
  out["consentRequired"] = client.consent_required;
  out["standardFlowEnabled"] = client.standard_flow_enabled;
  out["implicitFlowEnabled"] = client.implicit_flow_enabled;
  out["directAccessGrantsEnabled"] = client.direct_access_grants_enabled;
  out["serviceAccountsEnabled"] = client.service_accounts_enabled;
  out["publicClient"] = client.public_client;
  out["frontchannelLogout"] = client.frontchannel_logout;
  out["fullScopeAllowed"] = client.full_scope_allowed;
}

void write_secret(json::object& out, const Client& client, Secrets secrets) {
  if (secrets == Secrets::kOmit || client.public_client || client.secret.empty()) return;
  out["secret"] = secrets == Secrets::kMask ? kSecretMask : client.secret.reveal();
}

}  // namespace

ClientRepresentation parse_client(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                                  ClientRepresentation base) {
  ObjectReader reader(object, at, problems);
  read_texts_and_lists(reader, base);
  read_switches(reader, base.client);
  std::vector<ProtocolMapper> mappers;
  const auto read_mapper = [&](const json::object& item, const JsonPath& here) {
    mappers.push_back(parse_mapper(item, here, problems));
  };
  if (reader.objects("protocolMappers", read_mapper)) base.client.mappers = std::move(mappers);
  reader.skip({"access", "defaultRoles"});
  reader.take_extra(base.client.extra);
  if (base.client.client_id.empty()) reader.add_problem("clientId", "expected a client id");
  return base;
}

json::object to_json(const ClientRepresentation& representation, Secrets secrets) {
  const auto& client = representation.client;
  auto out = client.extra;
  set_unless_empty(out, "id", client.id.str());
  out["clientId"] = client.client_id;
  set_unless_empty(out, "name", client.name);
  set_unless_empty(out, "description", client.description);
  set_unless_empty(out, "rootUrl", client.root_url);
  set_unless_empty(out, "adminUrl", client.admin_url);
  set_unless_empty(out, "baseUrl", client.base_url);
  set_unless_empty(out, "clientAuthenticatorType", client.authenticator_type);
  write_secret(out, client, secrets);
  write_switches(out, client);
  out["redirectUris"] = to_json(client.redirect_uris);
  out["webOrigins"] = to_json(client.web_origins);
  set_unless_empty(out, "protocol", client.protocol);
  auto attributes = to_json(client.attributes);
  // The secret before the present one stands among them. Masked, it would come back as a secret of its own.
  if (secrets != Secrets::kReveal) attributes.erase("client.secret.rotated");
  out["attributes"] = std::move(attributes);
  if (!client.mappers.empty()) out["protocolMappers"] = to_json(client.mappers);
  if (representation.default_scopes) out["defaultClientScopes"] = to_json(*representation.default_scopes);
  if (representation.optional_scopes) out["optionalClientScopes"] = to_json(*representation.optional_scopes);
  return in_order(std::move(out), kOrder);
}

bool is_client_member(std::string_view name) {
  return std::ranges::find(kOrder, name) != kOrder.end() || std::ranges::find(kOldMembers, name) != kOldMembers.end();
}

std::vector<std::string_view> client_members() {
  std::vector<std::string_view> names(kOrder.begin(), kOrder.end());
  names.insert(names.end(), kOldMembers.begin(), kOldMembers.end());
  return names;
}

}  // namespace cardea
