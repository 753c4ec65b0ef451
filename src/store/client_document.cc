#include "store/client_document.h"

#include "store/document.h"

namespace cardea::store {
namespace {

// The bindings break the build when a client gains a member: it then gets its line here.
template <class Document, class AnyClient>
void members(Document& document, AnyClient& client) {
  auto& [id, client_id, name, description, root_url, admin_url, base_url, enabled, authenticator_type, secret,
         redirect_uris, web_origins, not_before, bearer_only, consent_required, standard_flow_enabled,
         implicit_flow_enabled, direct_access_grants_enabled, service_accounts_enabled, public_client,
         frontchannel_logout, protocol, attributes, full_scope_allowed, mappers, default_scopes, optional_scopes,
         role_mappings, extra] = client;
  document("name", name);
  document("description", description);
  document("root_url", root_url);
  document("admin_url", admin_url);
  document("base_url", base_url);
  document("enabled", enabled);
  document("authenticator_type", authenticator_type);
  document("redirect_uris", redirect_uris);
  document("web_origins", web_origins);
  document("not_before", not_before);
  document("bearer_only", bearer_only);
  document("consent_required", consent_required);
  document("standard_flow_enabled", standard_flow_enabled);
  document("implicit_flow_enabled", implicit_flow_enabled);
  document("direct_access_grants_enabled", direct_access_grants_enabled);
  document("service_accounts_enabled", service_accounts_enabled);
  document("public_client", public_client);
  document("frontchannel_logout", frontchannel_logout);
  document("protocol", protocol);
  document("attributes", attributes);
  document("full_scope_allowed", full_scope_allowed);
  document("mappers", mappers);
  document("default_scopes", default_scopes);
  document("optional_scopes", optional_scopes);
  document("role_mappings", role_mappings);
  document("extra", extra);
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
