#include "admin/realms/realm_handlers.h"

#include <array>
#include <map>

#include "admin/realms/realm_view.h"
#include "admin/seam/admin_event.h"
#include "admin/seam/signing_keys.h"
#include "core/changes/check_values.h"
#include "core/changes/remove_realm.h"
#include "core/client_urls.h"
#include "core/frontend_url.h"
#include "core/realm_defaults.h"
#include "core/realm_import.h"
#include "core/source_claims.h"
#include "domain/representation/object_reader.h"

namespace cardea::admin {
namespace {

Refusal import_refusal(Call& call, const ImportFailure& failure) {
  if (failure.error == ImportError::kInvalid) return bad_representation(failure.problems);
  if (failure.error == ImportError::kStore) return failure.store;
  if (failure.error == ImportError::kTaken || failure.error == ImportError::kInProgress) {
    return error_message(409, "Conflict detected. See logs for details");
  }
  call.dependencies().log.error("realm_not_made",
                                {{"reason", failure.describe()}, {"correlation_id", call.request().correlation_id}});
  return error(500, "unknown_error", "For more on this error consult the server log.");
}

/// URLs of Keycloak's own clients name their realm.
void rename_urls(Client& client, std::string_view before, std::string_view after) {
  const auto rename = [&](std::string& url) {
    for (const std::string_view start : {"/realms/", "/admin/"}) {
      const auto old = std::string(start).append(before).append("/");
      if (url.starts_with(old)) url = std::string(start).append(after).append("/").append(url.substr(old.size()));
    }
  };
  rename(client.base_url);
  for (auto& uri : client.redirect_uris) rename(uri);
}

/// The client of master through which the realm is administered.
Or<std::optional<Client>> access_client(Call& call, Rows& rows, std::string_view realm) {
  CARDEA_TRY(master, call.repositories().realms.find_by_name(rows, kMasterRealm));
  if (!master) return std::optional<Client>();
  CARDEA_TRY(client, call.repositories().clients.find_by_client_id(rows, master->id, std::string(realm) + "-realm"));
  return std::move(client);
}

Or<void> rename_realm(Call& call, std::string_view before, const Realm& after) {
  auto& clients = call.repositories().clients;
  CARDEA_TRY(access, access_client(call, call.rows(), before));
  if (access) {
    CARDEA_TRY(master, call.repositories().realms.find_by_name(call.rows(), kMasterRealm));
    access->client_id = after.name + "-realm";
    CARDEA_DO(clients.update(call.tx(), master->id, *access));
  }
  for (const std::string_view name : {"account", "account-console", "security-admin-console"}) {
    CARDEA_TRY(client, clients.find_by_client_id(call.rows(), after.id, name));
    if (!client) continue;
    rename_urls(*client, before, after.name);
    CARDEA_DO(clients.update(call.tx(), after.id, *client));
  }
  return {};
}

/// 409 when another realm claims authentik's paths at the same host: one realm has them there (mix-up, attack class 8).
Or<void> refuse_source_paths_of_two(Call& call, Rows& rows, const Realm& realm) {
  const auto& base_url = call.dependencies().base_url;
  const auto server_host =
      base_url.is_configured("") ? host_of_url(base_url.of_realm(web::Request(), "")) : std::string();
  CARDEA_TRY(realms, realms_for_claims(rows, call.repositories()));
  const auto* rival = find_rival(realm, realms, server_host);
  if (rival == nullptr) return {};
  return refuse(error_message(409, "Realm " + rival->name + " has the attribute authentikPaths for this host already"));
}

/// A host that the gate gave to an application is no realm's: nobody would reach the realm there.
Or<void> refuse_host_of_application(Call& call, const Realm& realm) {
  const auto& is_application = call.dependencies().is_host_of_application;
  const auto host = host_of_url(frontend_url(realm));
  if (!is_application || host.empty() || !is_application(host)) return {};
  return refuse(error_message(409, "frontendUrl: " + host + " is where an application behind the gate is"));
}

/// Who manages one realm alone does not take authentik's paths from another.
Or<void> check_hosts(Call& call, const Realm& before, const Realm& after) {
  if (frontend_url(before) != frontend_url(after)) CARDEA_DO(refuse_host_of_application(call, after));
  if (source_host(before) == source_host(after)) return {};
  CARDEA_TRY(creates, may_create_realms(call.rows(), call.dependencies(), call.caller()));
  if (!creates) return refuse(forbidden());
  if (!source_host(after)) return {};
  return refuse_source_paths_of_two(call, call.rows(), after);
}

/// The same for a realm that is to be made of `body`; who may do that may give it the paths.
Or<void> check_new_hosts(Call& call, const json::object& body) {
  RepresentationProblems problems;  // the import tells them
  Realm realm;
  ObjectReader(body, JsonPath(), problems).text_map("attributes", realm.attributes);
  CARDEA_DO(refuse_host_of_application(call, realm));
  if (!source_host(realm)) return {};
  Or<void> checked;
  CARDEA_DO(call.repositories().store.read([&](Rows& rows) -> Stored<void> {
    checked = refuse_source_paths_of_two(call, rows, realm);
    return {};
  }));
  return checked;
}

}  // namespace

Answer list_realms(Call& call) {
  const bool brief = call.flag("briefRepresentation");
  CARDEA_TRY(administered, admin_realms(call.rows(), call.dependencies(), call.caller()));
  std::vector<std::string> names;
  for (const auto& [name, roles] : administered) names.push_back(name);
  CARDEA_TRY(realms, call.repositories().realms.find_all(call.rows(), names));
  std::vector<const Realm*> whole;
  for (const auto& realm : realms) {
    const bool may_view = administered[realm.name].has_any_of({AdminRole::kViewRealm, AdminRole::kManageRealm});
    if (!brief && may_view) whole.push_back(&realm);
  }
  CARDEA_TRY(rows, realm_rows(call, whole));
  json::array list;
  for (std::size_t i = 0, next = 0; i < realms.size(); ++i) {
    if (next < whole.size() && whole[next] == &realms[i]) {
      list.push_back(std::move(rows[next++]));
    } else {
      list.push_back(brief_realm_json(realms[i]));
    }
  }
  return ok(list);
}

Answer create_realm(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto name = string_or(*body, "realm", string_or(*body, "id", ""));
  if (name.empty()) return refuse(error_message(400, "Realm name cannot be empty"));
  if (name.contains('/')) return refuse(error(400, "Character '/' not allowed."));
  if (check_realm_name(name)) return refuse(error(400, "Character not allowed in a realm's name."));
  CARDEA_DO(check_new_hosts(call, *body));
  CARDEA_DO(check_new_realm(*body, name, call.dependencies().settings.password_lists()));
  auto realm = *body;
  realm["realm"] = name;
  const ImportTools tools{call.repositories(), call.dependencies().clock, call.random()};
  const auto report = import_realm(tools, std::move(realm), {.lookup = {}, .abandoned_after = seconds{15}});
  if (!report) return refuse(import_refusal(call, report.error()));
  if (report->outcome == ImportOutcome::kExists) {
    return refuse(error_message(409, "Realm " + name + " already exists"));
  }
  call.dependencies().log.info(
      "realm_made",
      {{"realm", name}, {"by_user", call.caller().user.id.str()}, {"correlation_id", call.request().correlation_id}});
  // A whole realm may have come, with all its secrets: the event says no more than a list of realms does.
  write_realm_event(call, "CREATE", name,
                    json::object{{"realm", name},
                                 {"displayName", string_or(*body, "displayName", "")},
                                 {"enabled", bool_or(*body, "enabled", false)}});
  return call.created(name);
}

Answer get_realm(Call& call) {
  if (!call.may_any({AdminRole::kViewRealm, AdminRole::kManageRealm})) {
    json::object reduced;  // enough for a console to begin with
    reduced["realm"] = call.realm().name;
    if (call.may_any({AdminRole::kViewUsers, AdminRole::kManageUsers, AdminRole::kQueryUsers})) {
      reduced["registrationEmailAsUsername"] = call.realm().registration_email_as_username;
      reduced["editUsernameAllowed"] = call.realm().edit_username_allowed;
    }
    return ok(reduced);
  }
  CARDEA_TRY(shown, realm_json(call, call.realm()));
  return ok(shown);
}

Answer update_realm(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto before = call.realm();
  CARDEA_TRY(after, read_realm(*body, before, call.dependencies().settings.password_lists()));
  CARDEA_DO(check_hosts(call, before, after));
  if (after.default_signature_algorithm != before.default_signature_algorithm) {
    CARDEA_DO(require_signing_keys(call, std::array{after.default_signature_algorithm}));
  }
  if (after.name != before.name) {
    if (before.name == kMasterRealm) return refuse(error_message(400, "The realm master keeps its name"));
    CARDEA_TRY(holder, call.repositories().realms.find_by_name(call.rows(), after.name));
    if (holder) return refuse(error_message(409, "Realm with same name exists"));
  }
  CARDEA_TRY(shown_before, realm_json(call, before));
  CARDEA_TRY(shown_after, realm_json(call, after));
  call.note_before(std::move(shown_before));
  call.note_after(std::move(shown_after));
  CARDEA_DO(call.repositories().realms.update(call.tx(), after));
  if (after.name != before.name) CARDEA_DO(rename_realm(call, before.name, after));
  return no_content();
}

Answer delete_realm(Call& call) {
  if (call.realm().name == kMasterRealm) return refuse(error_message(400, "Can't remove master realm"));
  call.dependencies().log.info("realm_removed", {{"realm", call.realm().name},
                                                 {"by_user", call.caller().user.id.str()},
                                                 {"correlation_id", call.request().correlation_id}});
  CARDEA_DO(remove_realm(call.repositories(), call.realm().name));
  write_realm_event(call, "DELETE", call.realm().name, brief_realm_json(call.realm()));
  return no_content();
}

Answer clear_realm_cache(Call& call) {
  CARDEA_DO(call.repositories().realms.update(call.tx(), call.realm()));
  return no_content();
}

namespace {

constexpr std::int64_t kClientsPage = 100;

Or<std::vector<ClientKeysAddress>> key_addresses_of_clients(Call& call) {
  std::vector<ClientKeysAddress> addresses;
  std::vector<Client> clients;
  for (std::int64_t first = 0; first == 0 || std::ssize(clients) == kClientsPage; first += kClientsPage) {
    CARDEA_TRY(page, read_from(call.repositories().store, [&](Rows& rows) {
                 return call.repositories().clients.list(rows, call.realm().id, "", first, kClientsPage);
               }));
    clients = std::move(page);
    for (const auto& client : clients) {
      const auto url = client.attribute("jwks.url");
      if (!url.empty()) addresses.push_back({std::string(url), client.attribute_is_true(kSelfRegistered)});
    }
  }
  return addresses;
}

}  // namespace

Answer clear_keys_cache(Call& call) {
  CARDEA_TRY(clients, key_addresses_of_clients(call));
  if (call.dependencies().forget_keys) call.dependencies().forget_keys(clients, identity_providers(call.realm()));
  return no_content();
}

Answer clear_nothing(Call&) { return no_content(); }

}  // namespace cardea::admin
