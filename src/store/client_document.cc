#include "store/client_document.h"

#include "store/document.h"

namespace cardea::store {
namespace {

template <class Document, class AnyClient>
void members(Document& document, AnyClient& client) {
  document("name", client.name);
  document("description", client.description);
  document("root_url", client.root_url);
  document("admin_url", client.admin_url);
  document("base_url", client.base_url);
  document("enabled", client.enabled);
  document("authenticator_type", client.authenticator_type);
  document("redirect_uris", client.redirect_uris);
  document("web_origins", client.web_origins);
  document("not_before", client.not_before);
  document("bearer_only", client.bearer_only);
  document("consent_required", client.consent_required);
  document("standard_flow_enabled", client.standard_flow_enabled);
  document("implicit_flow_enabled", client.implicit_flow_enabled);
  document("direct_access_grants_enabled", client.direct_access_grants_enabled);
  document("service_accounts_enabled", client.service_accounts_enabled);
  document("public_client", client.public_client);
  document("frontchannel_logout", client.frontchannel_logout);
  document("protocol", client.protocol);
  document("attributes", client.attributes);
  document("full_scope_allowed", client.full_scope_allowed);
  document("mappers", client.mappers);
  document("default_scopes", client.default_scopes);
  document("optional_scopes", client.optional_scopes);
  document("role_mappings", client.role_mappings);
  document("extra", client.extra);
}

}  // namespace

std::string client_document(const Client& client) {
  DocumentWriter document;
  members(document, client);
  return document.text();
}

bool read_client_document(std::string_view text, Client& client) {
  const auto object = parse_document(text);
  if (!object) return false;
  DocumentReader document(*object);
  members(document, client);
  return document.ok();
}

}  // namespace cardea::store
