#include <algorithm>
#include <array>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

/// What the server makes with a realm; never pruned.
constexpr std::array<std::string_view, 6> kBuiltInClients = {"account", "account-console",  "admin-cli",
                                                             "broker",  "realm-management", "security-admin-console"};
constexpr std::array<std::string_view, 13> kBuiltInScopes = {
    "acr",   "address", "basic",     "email", "microprofile-jwt",  "offline_access", "organization",
    "phone", "profile", "role_list", "roles", "saml_organization", "service_account"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Sent by calls of their own.
const std::vector<std::string_view> kNotOfAClient = {"protocolMappers", "defaultClientScopes", "optionalClientScopes",
                                                     "access"};
const std::vector<std::string_view> kNotOfAScope = {"protocolMappers"};

/// default-client-scopes or optional-client-scopes of a client that is there already.
void apply_client_scope_list(Run& run, const std::string& realm, const std::string& client, const std::string& what,
                             const json::object& want, std::string_view member, const std::string& resource) {
  if (!want.contains(member)) return;
  const auto scopes = run.list(realm + "/client-scopes");
  const auto have = run.list(client + "/" + resource);
  const auto names = texts_of(array_of(want, member));
  for (const auto& name : names) {
    if (find_by(have, "name", name) != nullptr) continue;
    const auto* scope = find_by(scopes, "name", name);
    if (scope == nullptr && !run.options().dry_run) return run.fail(what + ": there is no client scope " + name);
    run.change(what + " + client scope " + name, web::Method::kPut,
               client + "/" + resource + "/" + (scope == nullptr ? "" : string_or(*scope, "id", "")));
  }
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    if (!holds(names, name))
      run.prune(what + " client scope", name, client + "/" + resource + "/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_client(Run& run, const std::string& realm, const json::object& document) {
  const auto id = string_or(document, "clientId", "");
  if (id.empty()) return run.fail("clients: a clientId is missing");
  const auto what = "client " + id;
  const auto uuid = client_uuid(run, realm, id);
  if (uuid.empty()) {
    // Mappers and scopes come with a new client, in one call.
    const auto made = run.create("client", id, realm + "/clients", document);
    run.check("client", id, realm + "/clients/" + made, without(document, kNotOfAClient));
    return;
  }
  const auto path = realm + "/clients/" + uuid;
  const auto have = run.find(path);
  if (!have) return;
  run.update("client", id, path, have->as_object(), without(document, kNotOfAClient), kNotOfAClient);
  apply_mappers(run, path, what, document);
  apply_client_scope_list(run, realm, path, what, document, "defaultClientScopes", "default-client-scopes");
  apply_client_scope_list(run, realm, path, what, document, "optionalClientScopes", "optional-client-scopes");
}

}  // namespace

bool is_built_in_client(std::string_view client_id) {
  return holds(kBuiltInClients, client_id) || client_id.ends_with("-realm");
}

std::string client_uuid(Run& run, const std::string& realm, const std::string& client_id) {
  const auto found = run.list(realm + "/clients?clientId=" + percent_encode(client_id));
  const auto* client = find_by(found, "clientId", client_id);
  return client == nullptr ? std::string() : string_or(*client, "id", "");
}

void apply_mappers(Run& run, const std::string& holder, const std::string& what, const json::object& want) {
  if (!want.contains("protocolMappers")) return;
  const auto models = holder + "/protocol-mappers/models";
  const auto have = run.list(models);
  const auto& mappers = array_of(want, "protocolMappers");
  for (const auto& item : mappers) {
    if (!item.is_object()) return run.fail(what + ": protocolMappers must be objects");
    const auto name = string_or(item.as_object(), "name", "");
    const auto* present = find_by(have, "name", name);
    if (present == nullptr) {
      run.create("mapper of " + what + ":", name, models, item.as_object());
    } else {
      run.update("mapper of " + what + ":", name, models + "/" + string_or(*present, "id", ""), *present,
                 item.as_object());
    }
  }
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(mappers, "name", name) == nullptr)
      run.prune("mapper of " + what + ":", name, models + "/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_client_scopes(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("clientScopes")) return;
  const auto have = run.list(realm + "/client-scopes");
  const auto& scopes = array_of(document, "clientScopes");
  for (const auto& item : scopes) {
    const auto& want = item.as_object();
    const auto name = string_or(want, "name", "");
    const auto* present = find_by(have, "name", name);
    if (present == nullptr) {
      const auto made = run.create("client scope", name, realm + "/client-scopes", want);
      run.check("client scope", name, realm + "/client-scopes/" + made, without(want, kNotOfAScope));
      continue;
    }
    const auto path = realm + "/client-scopes/" + string_or(*present, "id", "");
    run.update("client scope", name, path, *present, without(want, kNotOfAScope), kNotOfAScope);
    apply_mappers(run, path, "client scope " + name, want);
  }
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    if (find_by(scopes, "name", name) == nullptr && !holds(kBuiltInScopes, name) && name != "web-origins")
      run.prune("client scope", name, realm + "/client-scopes/" + string_or(item.as_object(), "id", ""));
  }
}

void apply_clients(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("clients")) return;
  const auto& clients = array_of(document, "clients");
  for (const auto& item : clients) apply_client(run, realm, item.as_object());
  if (!run.options().prune) return;
  for (const auto& item : run.list(realm + "/clients?max=1000")) {
    const auto id = string_or(item.as_object(), "clientId", "");
    if (find_by(clients, "clientId", id) == nullptr && !is_built_in_client(id))
      run.prune("client", id, realm + "/clients/" + string_or(item.as_object(), "id", ""));
  }
}

}  // namespace cardea::tool
