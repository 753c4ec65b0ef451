#include "admin/clients/client_handlers.h"

#include <algorithm>

#include "admin/clients/client_view.h"
#include "admin/mappers/mapper_handlers.h"
#include "admin/seam/signing_keys.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/check_values.h"
#include "core/changes/new_client.h"
#include "core/client_policies.h"
#include "core/client_secret.h"
#include "core/realm_defaults.h"
#include "core/realm_keys.h"
#include "core/registration/adapter_config.h"
#include "core/registration/client_metadata.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

/// Clients whose loss would lock everybody out, or that belong to another realm's administration.
bool is_needed(const Realm& realm, const Client& client) {
  if (client.client_id == admin_client_id(realm.name)) return true;
  return realm.name == kMasterRealm && client.client_id.ends_with("-realm");
}

std::vector<ScopeId> scope_ids(const std::vector<ClientScope>& scopes, const std::vector<std::string>& names) {
  std::vector<ScopeId> ids;
  for (const auto& name : names) {
    const auto found = std::ranges::find(scopes, name, &ClientScope::name);
    if (found != scopes.end()) ids.push_back(found->id);
  }
  return ids;
}

/// Realm defaults unless the body names either list; those of other protocols stay out.
void attach_scopes(const Realm& realm, const std::vector<ClientScope>& scopes, ClientRepresentation& read) {
  if (read.default_scopes || read.optional_scopes) {
    read.client.default_scopes = scope_ids(scopes, read.default_scopes.value_or(std::vector<std::string>()));
    read.client.optional_scopes = scope_ids(scopes, read.optional_scopes.value_or(std::vector<std::string>()));
    return;
  }
  const auto fitting = [&](const std::vector<ScopeId>& ids) {
    std::vector<ScopeId> out;
    for (const auto& id : ids) {
      const auto found = std::ranges::find(scopes, id, &ClientScope::id);
      if (found != scopes.end() && found->protocol == read.client.protocol) out.push_back(id);
    }
    return out;
  };
  read.client.default_scopes = fitting(realm.default_scopes);
  read.client.optional_scopes = fitting(realm.optional_scopes);
}

Or<void> refuse_taken(Call& call, const Client& client) {
  CARDEA_TRY(holder, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, client.client_id));
  if (holder && holder->id != client.id) return refuse(error(409, "conflict", "Duplicate resource error"));
  return {};
}

/// Only what changes keeps its value: an attribute that is sent empty goes.
void merge_attributes(Client& client, const std::map<std::string, std::string>& before) {
  for (const auto& [name, value] : before) client.attributes.emplace(name, value);
  std::erase_if(client.attributes, [](const auto& pair) { return pair.second.empty(); });
  std::erase_if(client.attributes, [](const auto& pair) { return is_secret_attribute(pair.first); });
  for (const auto& [name, value] : before) {  // the server's own
    if (name == "realm_client" || is_secret_attribute(name)) client.attributes[name] = value;
  }
}

/// What the realm's policies want of a client that is written.
Or<void> settle_policies(const Call& call, Client& client) {
  const auto refused = settle_by_policies(call.realm(), client);
  if (refused) return refuse(error(400, refused->error, refused->description));
  return {};
}

Or<json::object> secret_json(Call& call, const Client& client) {
  json::object out;
  out["type"] = "secret";
  CARDEA_TRY(may, may_hold(call, client));
  if (!client.secret.empty()) out["value"] = may ? client.secret.reveal() : kSecretMask;
  return out;
}

Or<void> refuse_reserved(Call& call, std::string_view client_id) {
  if (!is_reserved_client_id(call.realm().name, client_id)) return {};
  return refuse(error(400, "invalid_input", "This client ID is kept for the administration of realms"));
}

/// As the registration endpoint reads it, with the names that an administrator gives.
Answer converted_metadata(Call& call, const json::object& metadata) {
  CARDEA_TRY(realm, call.dependencies().settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  auto client = client_of_metadata(metadata, *realm);
  if (!client) {
    const auto& why = client.error();
    return refuse(error(400, why.is_redirect_uri ? "invalid_redirect_uri" : "invalid_client_metadata", why.text));
  }
  set_unless_empty(*client, "clientId", string_or(metadata, "client_id", ""));
  set_unless_empty(*client, "secret", string_or(metadata, "client_secret", ""));
  return ok(*client);
}

}  // namespace

Answer list_clients(Call& call) {
  // query-clients alone
  if (!call.may_any({AdminRole::kViewClients, AdminRole::kManageClients})) return ok(json::array());
  CARDEA_TRY(page, call.page());
  // `viewableOnly` asks for what everybody who comes here may see anyway. Keycloak searches by those attributes alone
  // that its operator named, and nobody named any.
  if (const auto colon = call.query("q").find(':'); colon != std::string_view::npos) {
    const auto name = std::string(call.query("q").substr(0, colon));
    return refuse(error(400, "invalid_request", "Attributes [" + name + "] not allowed for search"));
  }
  const auto wanted = call.query("clientId");
  if (!wanted.empty() && !call.flag("search")) {
    CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, wanted));
    if (!client || page.first != 0 || page.max == 0) return ok(json::array());
    CARDEA_TRY(row, client_json(call, *client));
    return ok(json::array{std::move(row)});
  }
  CARDEA_TRY(clients, call.repositories().clients.list(call.rows(), call.realm().id, wanted, page.first, page.max));
  CARDEA_TRY(list, client_rows(call, clients));
  return ok(list);
}

Answer create_client(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(refuse_unknown_client_members(*body));
  auto object = *body;
  const auto id = string_or(object, "id", "");
  const auto made = id.empty() ? call.new_id() : id;
  if (check_id(made)) return refuse(error(400, "invalid_input", "Bad id"));
  if (string_or(object, "clientId", "").empty()) object["clientId"] = made;
  RepresentationProblems problems;
  ClientRepresentation base;
  base.client.direct_access_grants_enabled = false;
  auto read = parse_client(object, JsonPath(), problems, std::move(base));
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  auto& client = read.client;
  client.id = ClientId(made);
  CARDEA_DO(check_client(call, client));
  CARDEA_DO(refuse_reserved(call, client.client_id));
  CARDEA_TRY(holder, call.repositories().clients.find_by_client_id(call.rows(), call.realm().id, client.client_id));
  if (holder) return refuse(error_message(409, "Client " + client.client_id + " already exists"));
  // Rotations alone write these: a second secret could be hidden among them.
  std::erase_if(client.attributes,
                [](const auto& pair) { return pair.second.empty() || is_secret_attribute(pair.first); });
  complete_new_client(read, object, call.now(), call.random());
  client.attributes["realm_client"] = "false";
  CARDEA_DO(settle_policies(call, client));
  if (const auto rotation = rotation_of(call.realm(), client)) {
    keep_rotating(client, *rotation, call.now(), call.random());
  }
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  attach_scopes(call.realm(), scopes, read);
  if (client.service_accounts_enabled) add_service_account_scope(client, scopes);
  CARDEA_DO(require_signing_keys(call, signature_algorithms_of(client)));
  CARDEA_DO(settle_mappers(call, {}, client.mappers));
  CARDEA_DO(call.repositories().clients.insert(call.tx(), call.realm().id, client));
  CARDEA_DO(settle_service_account(call, client, false));
  call.note_after(masked_client_json(call, client, scopes));
  return call.created(client.id.str());
}

/// A client as other programs describe it, as ClientRepresentation. Nothing is stored.
Answer convert_client_description(Call& call) {
  const auto text = trim(std::string_view(call.request().body));
  if (text.starts_with('<')) return refuse(not_offered("This server has no SAML."));
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return refuse(error(400, "Unsupported format"));
  const auto& object = parsed->get_object();
  if (object.contains("redirect_uris")) return converted_metadata(call, object);
  if (!object.contains("clientId")) return refuse(error(400, "Unsupported format"));
  CARDEA_DO(refuse_unknown_client_members(object));
  RepresentationProblems problems;
  (void)parse_client(object, JsonPath(), problems, ClientRepresentation());
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  return ok(object);
}

Answer get_client(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(shown, client_json(call, client));
  return ok(shown);
}

Answer update_client(Call& call) {
  CARDEA_TRY(before, load_client_to_change(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_DO(refuse_unknown_client_members(*body));
  CARDEA_TRY(scopes, call.repositories().scopes.list(call.rows(), call.realm().id));
  call.note_before(masked_client_json(call, before, scopes));
  const auto attributes_before = before.attributes;
  const auto default_scopes = before.default_scopes;
  const auto optional_scopes = before.optional_scopes;
  const auto mappers_before = before.mappers;
  const auto id = before.id;
  const auto client_id = before.client_id;
  const bool had_service_account = before.service_accounts_enabled;
  auto object = *body;
  for (const auto name : {"id", "registrationAccessToken", "access"}) object.erase(name);
  RepresentationProblems problems;
  auto read = parse_client(object, JsonPath(), problems,
                           {.client = std::move(before), .default_scopes = {}, .optional_scopes = {}});
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  auto& client = read.client;
  client.id = id;
  client.default_scopes = default_scopes;  // these have resources of their own
  client.optional_scopes = optional_scopes;
  merge_attributes(client, attributes_before);
  CARDEA_DO(check_client(call, client));
  CARDEA_DO(refuse_taken(call, client));
  if (client.client_id != client_id) {
    CARDEA_DO(refuse_reserved(call, client.client_id));
    Client named;
    named.client_id = client_id;
    if (is_needed(call.realm(), named)) return refuse(error(400, "invalid_input", "This client keeps its ID"));
  }
  CARDEA_DO(settle_policies(call, client));
  const auto rotation = rotation_of(call.realm(), client);
  if (client.public_client) {
    client.secret = SecretBytes();
    drop_rotated_secret(client);
  } else if (client.bearer_only) {
    drop_rotated_secret(client);  // and its own stays as it was given
  } else if (client.secret.empty()) {
    renew_secret(client, rotation, call.now(), call.random());
  } else if (rotation) {
    keep_rotating(client, *rotation, call.now(), call.random());
  }
  CARDEA_DO(require_signing_keys(call, signature_algorithms_of(client)));
  CARDEA_DO(settle_mappers(call, mappers_before, client.mappers));
  if (client.service_accounts_enabled && !had_service_account) add_service_account_scope(client, scopes);
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  CARDEA_DO(settle_service_account(call, client, had_service_account));
  call.note_after(masked_client_json(call, client, scopes));
  return no_content();
}

Answer delete_client(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  if (is_needed(call.realm(), client)) {
    return refuse(error_message(400, "Client " + client.client_id + " is needed by the realm and cannot be removed."));
  }
  CARDEA_TRY(shown, masked_client_json(call, client));
  call.note_before(std::move(shown));
  CARDEA_DO(call.repositories().clients.remove(call.tx(), call.realm().id, client.id));
  return no_content();
}

Answer get_client_secret(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(secret, secret_json(call, client));
  return ok(secret);
}

Answer regenerate_client_secret(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  if (client.public_client || client.bearer_only) {
    return refuse(error(400, "invalid_input", "This client has no secret"));
  }
  renew_secret(client, rotation_of(call.realm(), client), call.now(), call.random());
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  CARDEA_TRY(shown, masked_client_json(call, client));
  call.note_after(std::move(shown));
  CARDEA_TRY(secret, secret_json(call, client));
  return ok(secret);
}

/// The secret before the present one, while it is taken (core/client_secret.h).
Answer get_rotated_secret(Call& call) {
  CARDEA_TRY(client, load_client(call));
  const auto rotated = rotated_secret(client);
  if (!rotated || rotated->until <= call.now()) return refuse(not_found("Client does not have a rotated secret"));
  CARDEA_TRY(may, may_hold(call, client));
  return ok(json::object{{"type", "secret"}, {"value", may ? rotated->secret.reveal() : kSecretMask}});
}
Answer delete_rotated_secret(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  if (!rotated_secret(client)) return refuse(not_found("Client does not have a rotated secret"));
  CARDEA_TRY(shown_before, masked_client_json(call, client));
  call.note_before(std::move(shown_before));
  drop_rotated_secret(client);
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  return no_content();
}

Answer get_service_account_user(Call& call) {
  CARDEA_TRY(client, load_client(call));
  CARDEA_TRY(account, call.repositories().subjects.load_service_account(call.rows(), call.realm().id, client.id));
  if (!client.service_accounts_enabled || !account) {
    return refuse(error(400, "Service account not enabled for the client '" + client.client_id + "'"));
  }
  CARDEA_TRY(shown, user_json(call, account->user, UserView::kRow));
  shown.erase("access");
  return ok(shown);
}

/// keycloak.json, for adapters.
Answer get_installation(Call& call) {
  CARDEA_TRY(client, load_client(call));
  if (call.path("providerId") != "keycloak-oidc-keycloak-json") return refuse(not_found("Unknown Provider"));
  auto out =
      adapter_config(call.realm(), client, call.dependencies().base_url.of_realm(call.request(), call.realm().name));
  if (adapter_has_secret(client)) {
    CARDEA_TRY(secret, secret_json(call, client));
    add_adapter_secret(out, std::string_view(secret.at("value").as_string()));
  }
  return ok(out);
}

}  // namespace cardea::admin
