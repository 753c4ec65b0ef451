#include "oidc/registration/registration.h"

#include <algorithm>

#include "core/changes/check_client.h"
#include "core/changes/new_client.h"
#include "core/client_policies.h"
#include "core/client_secret.h"
#include "core/client_urls.h"
#include "core/realm_defaults.h"
#include "core/realm_keys.h"
#include "core/registration/client_metadata.h"
#include "domain/representation/client_json.h"
#include "oidc/presented_token.h"

namespace cardea::oidc {
namespace {

constexpr TimePoint kNever = from_epoch_seconds(253'402'300'799);  // year 9999

OAuthError bad_metadata(std::string text, std::string note) {
  return {OAuthCode::kInvalidClientMetadata, std::move(text), 400, std::move(note)};
}
OAuthError error_of(MetadataRefusal refusal) {
  const auto code = refusal.is_redirect_uri ? OAuthCode::kInvalidRedirectUri : OAuthCode::kInvalidClientMetadata;
  return {code, std::move(refusal.text), 400, std::move(refusal.note)};
}
OAuthError not_authorized(std::string_view what) {
  std::string text = "Not authorized to ";
  text.append(what);
  return {OAuthCode::kInvalidToken, std::move(text), 401, "registration_token"};
}

const Repositories& repositories(const Registration& registration) { return registration.dependencies.repositories; }

/// A person or service account with one of these roles of a client (empty: of the realm), in this token's scope.
Stored<bool> has_role(Tx& tx, const Registration& registration, std::string_view client_id,
                      std::initializer_list<std::string_view> names) {
  if (!registration.bearer) return false;
  const auto loaded =
      load_presented_token(tx, registration.dependencies, registration.realm, *registration.bearer, registration.now);
  if (!loaded) return refuse(loaded.error());
  if (!*loaded) return false;
  const auto& subject = (*loaded)->subject;
  return std::ranges::any_of(subject.roles->items, [&](const EffectiveRoles::Item& role) {
    const bool seen = subject.scope_roles == nullptr || subject.scope_roles->contains(role.id);
    return seen && role.client_id == client_id && std::ranges::find(names, role.name) != names.end();
  });
}
/// The same for roles of the realm's own administration.
Stored<bool> has_role(Tx& tx, const Registration& registration, std::initializer_list<std::string_view> names) {
  return has_role(tx, registration, admin_client_id(registration.realm->realm.name), names);
}

/// Nobody becomes a client that may more than they do: admin roles of its service account are the caller's, too (attack
/// class 21; as in the admin API).
Stored<bool> covers_service_account(Tx& tx, const Registration& registration, const Client& client) {
  if (!client.service_accounts_enabled) return true;
  const auto& realm = registration.realm->realm;
  const auto account = repositories(registration).subjects.load_service_account(tx, realm.id, client.id);
  if (!account) return refuse(account.error());
  if (!*account) return true;
  const auto held = registration.dependencies.settings.effective_roles(tx, *registration.realm, **account);
  if (!held) return refuse(held.error());
  for (const auto& role : (*held)->items) {
    const bool is_admin = role.client_id.empty()
                              ? realm.name == kMasterRealm && (role.name == "admin" || role.name == "create-realm")
                              : is_reserved_client_id(realm.name, role.client_id);
    if (!is_admin) continue;
    const auto has = has_role(tx, registration, role.client_id, {role.name});
    if (!has || !*has) return has;
  }
  return true;
}

/// The client of the path, when whoever asks may have it: by its own token, or by a role. Unknown clients get the same
/// answer (RG-14).
Stored<Result<Client, OAuthError>> own_client(Tx& tx, const Registration& registration, std::string_view refusal) {
  using Own = Result<Client, OAuthError>;
  auto client =
      repositories(registration).clients.find_by_client_id(tx, registration.realm->realm.id, registration.client_id);
  if (!client) return refuse(client.error());
  const bool is_reserved = is_reserved_client_id(registration.realm->realm.name, registration.client_id);
  if (!*client || is_reserved) return Own(refuse(not_authorized(refusal)));
  const auto manages = has_role(tx, registration, {"manage-clients"});
  if (!manages) return refuse(manages.error());
  if (*manages) {
    const auto covers = covers_service_account(tx, registration, **client);
    if (!covers) return refuse(covers.error());
    if (!*covers) return Own(refuse(not_authorized(refusal)));
    return Own(std::move(**client));
  }
  if (!registration.token || registration.token->kind != TicketKind::kRegistration) {
    return Own(refuse(not_authorized(refusal)));
  }
  const auto ticket = repositories(registration)
                          .tickets.find(tx, registration.realm->realm.id, TicketKind::kRegistration,
                                        registration.token->id, registration.now);
  if (!ticket) return refuse(ticket.error());
  const bool own = *ticket && (*ticket)->content == (*client)->id.str() && (*client)->enabled;
  if (!own) return Own(refuse(not_authorized(refusal)));
  return Own(std::move(**client));
}

/// Who may make a client: how policies see them, or the refusal.
Stored<Result<RegistrantKind, OAuthError>> registrant_of(Tx& tx, const Registration& registration) {
  using Kind = Result<RegistrantKind, OAuthError>;
  if (!registration.has_credentials) return Kind(RegistrantKind::kAnonymous);
  const auto refused = [](std::string_view text) {
    return Kind(refuse(OAuthError{OAuthCode::kInvalidToken, std::string(text), 401, "initial_access_token"}));
  };
  if (registration.token && registration.token->kind == TicketKind::kInitialAccess) {
    const auto ticket = repositories(registration)
                            .tickets.find(tx, registration.realm->realm.id, TicketKind::kInitialAccess,
                                          registration.token->id, registration.now);
    if (!ticket) return refuse(ticket.error());
    if (!*ticket) return refused("No remaining count on initial access token");
    return Kind(RegistrantKind::kAuthenticated);
  }
  const auto creates = has_role(tx, registration, {"create-client", "manage-clients"});
  if (!creates) return refuse(creates.error());
  if (*creates) return Kind(RegistrantKind::kAuthenticated);
  if (registration.bearer) {
    return Kind(refuse(OAuthError{OAuthCode::kInsufficientScope, "Not permitted to register clients", 403, "no_role"}));
  }
  return refused("Failed decode token");
}

/// How many clients there are, as far as a policy wants to know.
Stored<std::size_t> count_clients(Tx& tx, const Registration& registration, RegistrantKind registrant) {
  const auto max = clients_max(registration.realm->realm, registrant);
  if (!max) return std::size_t{0};
  const auto clients = repositories(registration)
                           .clients.list(tx, registration.realm->realm.id, "", 0, static_cast<std::int64_t>(*max) + 1);
  if (!clients) return refuse(clients.error());
  return clients->size();
}

/// The body as a representation, judged by the realm's policies.
Result<json::object, OAuthError> wanted_client(const Registration& registration, const RegistrationAttempt& attempt) {
  auto client = registration.body;
  if (registration.format == RegistrationFormat::kMetadata) {
    auto read = client_of_metadata(registration.body, *registration.realm);
    if (!read) return refuse(error_of(std::move(read).error()));
    client = std::move(*read);
  } else {
    // What only administrators set.
    for (const auto* name : {"id", "authenticationFlowBindingOverrides", "authorizationSettings", "access", "origin",
                             "registrationAccessToken", "notBefore", "registeredNodes"}) {
      client.erase(name);
    }
  }
  if (auto judged = apply_policies(attempt, client); !judged) return refuse(judged.error());
  return client;
}

Result<std::vector<ScopeId>, OAuthError> scopes_by_name(const RealmEntry& realm,
                                                        const std::vector<std::string>& names) {
  std::vector<ScopeId> ids;
  for (const auto& name : names) {
    const auto found = realm.scopes_by_name.find(name);
    if (found == realm.scopes_by_name.end()) return refuse(bad_metadata("Client metadata invalid", "scope_unknown"));
    ids.push_back(found->second->id);
  }
  return ids;
}

std::vector<ScopeId> without(std::vector<ScopeId> ids, const std::vector<ScopeId>& taken) {
  std::erase_if(ids, [&](const ScopeId& id) { return std::ranges::find(taken, id) != taken.end(); });
  return ids;
}

/// Those that a client of OpenID Connect can name: the realm's lists have scopes of SAML, too.
std::vector<ScopeId> with_names(const RealmEntry& realm, std::vector<ScopeId> ids) {
  std::erase_if(ids, [&](const ScopeId& id) {
    const auto found = realm.scopes_by_id.find(id.str());
    return found == realm.scopes_by_id.end() || !realm.scopes_by_name.contains(found->second->name);
  });
  return ids;
}

/// Names to ids; what was not said is the realm's. A scope is default or optional, not both.
Result<void, OAuthError> settle_scopes(const RealmEntry& realm, ClientRepresentation& from) {
  auto& client = from.client;
  client.default_scopes = with_names(realm, realm.realm.default_scopes);
  client.optional_scopes = with_names(realm, realm.realm.optional_scopes);
  if (from.default_scopes) {
    auto ids = scopes_by_name(realm, *from.default_scopes);
    if (!ids) return refuse(ids.error());
    client.default_scopes = std::move(*ids);
  }
  if (from.optional_scopes) {
    auto ids = scopes_by_name(realm, *from.optional_scopes);
    if (!ids) return refuse(ids.error());
    client.optional_scopes = std::move(*ids);
  }
  client.optional_scopes = without(std::move(client.optional_scopes), client.default_scopes);
  const auto service = realm.scopes_by_name.find("service_account");
  const bool wants = client.service_accounts_enabled && service != realm.scopes_by_name.end();
  const auto lists = [&](const std::vector<ScopeId>& ids) {
    return std::ranges::find(ids, service->second->id) != ids.end();
  };
  if (wants && !lists(client.default_scopes) && !lists(client.optional_scopes)) {
    client.default_scopes.push_back(service->second->id);
  }
  return {};
}

/// Mappers get ids, pairwise ones a salt.
void settle_mappers(Client& client, const NewIds& ids) {
  int count = 0;
  for (auto& mapper : client.mappers) {
    if (mapper.id.empty()) mapper.id = ids.ticket + "-" + std::to_string(++count);
    const bool pairwise = mapper.provider == "oidc-sha256-pairwise-sub-mapper";
    if (pairwise && mapper.config["pairwiseSubAlgorithmSalt"].empty()) {
      mapper.config["pairwiseSubAlgorithmSalt"] = ids.salt;
    }
  }
}

/// When a secret ends and which one was before it is written by rotations alone: a client that wrote them itself would
/// have a second secret, or one without end.
void keep_secret_attributes(const Client& before, Client& client) {
  std::erase_if(client.attributes, [](const auto& pair) { return is_secret_attribute(pair.first); });
  for (const auto& [name, value] : before.attributes) {
    if (is_secret_attribute(name)) client.attributes[name] = value;
  }
}

/// From the representation to the record, over `base` for its ids and secret.
Result<Client, OAuthError> record_of(const Registration& registration, const json::object& wanted, Client base,
                                     const NewIds& ids) {
  auto object = wanted;
  object["clientId"] = base.client_id;
  RepresentationProblems problems;
  ClientRepresentation fresh;
  fresh.client.id = base.id;
  fresh.client.client_id = base.client_id;
  fresh.client.direct_access_grants_enabled = false;
  auto read = parse_client(object, JsonPath(), problems, std::move(fresh));
  if (!problems.empty()) return refuse(bad_metadata("Client metadata invalid", problems.list().front().path));
  auto& client = read.client;
  client.id = base.id;
  client.client_id = base.client_id;
  if (client.secret.empty()) client.secret = std::move(base.secret);
  if (client.secret.empty() && !client.public_client) client.secret = SecretBytes::copy_of(ids.secret);
  keep_secret_attributes(base, client);
  complete_new_client(read, object, registration.now, registration.dependencies.random);
  if (auto settled = settle_scopes(*registration.realm, read); !settled) return refuse(settled.error());
  settle_mappers(client, ids);
  client.attributes[std::string(kSelfRegistered)] = "true";
  if (const auto refused = settle_by_policies(registration.realm->realm, client)) {
    return refuse(bad_metadata(std::string(refused->description), "client_policy"));
  }
  for (const auto& algorithm : signature_algorithms_of(client)) {  // keys are made for administrators alone
    if (registration.realm->signing_key(algorithm) == nullptr) {
      return refuse(bad_metadata("The realm has no key for " + algorithm, "no_key"));
    }
  }
  if (const auto rotation = rotation_of(registration.realm->realm, client)) {
    keep_rotating(client, *rotation, registration.now, registration.dependencies.random);
  }
  // Of metadata much more was asked already; a representation says what it likes.
  if (auto found = client_problems(client, registration.dependencies.production); !found.empty()) {
    return refuse(bad_metadata(std::move(found.front()), "client_invalid"));
  }
  return std::move(client);
}

Stored<void> store_service_account(Tx& tx, const Registration& registration, const Client& client, const NewIds& ids) {
  if (!client.service_accounts_enabled || client.public_client) return {};
  const auto& repos = repositories(registration);
  const auto known = repos.subjects.load_service_account(tx, registration.realm->realm.id, client.id);
  if (!known) return refuse(known.error());
  if (*known) return {};
  User account;
  account.id = UserId(ids.service_account);
  account.realm = registration.realm->realm.id;
  account.username = service_account_username(client.client_id);
  account.created_at = registration.now;
  account.service_account_client = client.id;
  if (auto stored = repos.users.insert(tx, account, false); !stored) return stored;
  const auto& role = registration.realm->realm.default_role;
  return role.str().empty() ? Stored<void>() : repos.users.add_role(tx, account.id, role);
}

/// The client's new token; the one that was shown is good no more.
Stored<Answer> hand_out_token(Tx& tx, const Registration& registration, Client client, const NewIds& ids) {
  const auto& realm = registration.realm->realm.id;
  if (registration.token && registration.token->kind == TicketKind::kRegistration) {
    const auto removed =
        repositories(registration).tickets.remove(tx, realm, TicketKind::kRegistration, registration.token->id);
    if (!removed) return refuse(removed.error());
  }
  const Ticket ticket{.hash = ids.ticket,
                      .realm = realm,
                      .kind = TicketKind::kRegistration,
                      .content = client.id.str(),
                      .created_at = registration.now,
                      .expires_at = kNever};
  if (auto stored = repositories(registration).tickets.insert(tx, ticket); !stored) return refuse(stored.error());
  auto token = make_registration_token(*registration.realm, registration.issuer,
                                       {TicketKind::kRegistration, ids.ticket}, registration.now, std::nullopt);
  return Answer(Registered{std::move(client), std::move(token)});
}

/// RG-16: nobody chooses an id for a client that registers by metadata.
Result<std::string, OAuthError> id_of_new(const Registration& registration, const NewIds& ids) {
  if (registration.format == RegistrationFormat::kMetadata) {
    if (registration.body.contains("client_id")) {
      return refuse(bad_metadata("Client Identifier included", "client_id_included"));
    }
    return ids.client_id;
  }
  auto asked = string_or(registration.body, "clientId", "");
  return asked.empty() ? ids.client_id : std::move(asked);
}

}  // namespace

NewIds draw_ids(Random& random) {
  return {random_uuid(random), random_uuid(random),   random_uuid(random),
          random_uuid(random), random_handle(random), random_handle(random)};
}

Stored<Answer> create_client(Tx& tx, const Registration& registration, const NewIds& ids) {
  const auto& repos = repositories(registration);
  const auto& realm = registration.realm->realm.id;
  const auto registrant = registrant_of(tx, registration);
  if (!registrant) return refuse(registrant.error());
  if (!*registrant) return Answer(refuse(registrant->error()));
  const auto id = id_of_new(registration, ids);
  if (!id) return Answer(refuse(id.error()));
  const auto count = count_clients(tx, registration, **registrant);
  if (!count) return refuse(count.error());
  const RegistrationAttempt attempt{.realm = *registration.realm,
                                    .registrant = **registrant,
                                    .remote_address = registration.http.remote_address,
                                    .clients = *count};
  const auto wanted = wanted_client(registration, attempt);
  if (!wanted) return Answer(refuse(wanted.error()));
  if (is_reserved_client_id(registration.realm->realm.name, *id)) {
    return Answer(refuse(bad_metadata("Client Identifier in use", "client_id_reserved")));
  }
  const auto taken_by = repos.clients.find_by_client_id(tx, realm, *id);
  if (!taken_by) return refuse(taken_by.error());
  if (*taken_by) return Answer(refuse(bad_metadata("Client Identifier in use", "client_id_taken")));
  Client base;
  base.id = ClientId(ids.client);
  base.client_id = *id;
  auto client = record_of(registration, *wanted, std::move(base), ids);
  if (!client) return Answer(refuse(client.error()));
  if (registration.token) {
    const auto taken =
        repos.tickets.take(tx, realm, TicketKind::kInitialAccess, registration.token->id, registration.now);
    if (!taken) return refuse(taken.error());
    if (!*taken) {
      return Answer(refuse(OAuthError{OAuthCode::kInvalidToken, "No remaining count on initial access token", 401,
                                      "initial_access_token_used_up"}));
    }
  }
  if (auto stored = repos.clients.insert(tx, realm, *client); !stored) return refuse(stored.error());
  if (auto stored = store_service_account(tx, registration, *client, ids); !stored) return refuse(stored.error());
  return hand_out_token(tx, registration, std::move(*client), ids);
}

Stored<Answer> read_client(Tx& tx, const Registration& registration) {
  auto client = own_client(tx, registration, "view client. Not valid token or client credentials provided.");
  if (!client) return refuse(client.error());
  if (!*client) return Answer(refuse(client->error()));
  Registered registered{std::move(**client), std::nullopt};
  if (registration.token) {
    registered.registration_token = make_registration_token(*registration.realm, registration.issuer,
                                                            *registration.token, registration.now, std::nullopt);
  }
  return Answer(std::move(registered));
}

Stored<Answer> update_client(Tx& tx, const Registration& registration, const NewIds& ids) {
  auto before = own_client(tx, registration, "update client. Maybe missing token or bad token type.");
  if (!before) return refuse(before.error());
  if (!*before) return Answer(refuse(before->error()));
  const auto* name = registration.format == RegistrationFormat::kMetadata ? "client_id" : "clientId";
  if (string_or(registration.body, name, "") != (*before)->client_id) {  // said always: RFC 7592 section 2.2
    return Answer(refuse(bad_metadata("Client Identifier modified", "client_id_changed")));
  }
  const RegistrationAttempt attempt{.realm = *registration.realm,
                                    .registrant = RegistrantKind::kAuthenticated,
                                    .remote_address = registration.http.remote_address,
                                    .is_new = false};
  const auto wanted = wanted_client(registration, attempt);
  if (!wanted) return Answer(refuse(wanted.error()));
  // RFC 7592 section 2.2: the secret may be sent, but not chosen.
  const auto sent = string_or(registration.body, "client_secret", "");
  if (!sent.empty() && !equal_secrets(sent, (*before)->secret.reveal())) {
    return Answer(refuse(bad_metadata("Client metadata invalid", "client_secret_changed")));
  }
  const bool asks_consent = (*before)->consent_required, has_full_scope = (*before)->full_scope_allowed;
  auto client = record_of(registration, *wanted, std::move(**before), ids);
  if (!client) return Answer(refuse(client.error()));
  if (registration.token) {  // a client that changes itself never sheds what the realm's policies gave it
    client->consent_required = client->consent_required || asks_consent;
    client->full_scope_allowed = client->full_scope_allowed && has_full_scope;
  }
  const auto& repos = repositories(registration);
  if (auto stored = repos.clients.update(tx, registration.realm->realm.id, *client); !stored) {
    return refuse(stored.error());
  }
  if (auto stored = store_service_account(tx, registration, *client, ids); !stored) return refuse(stored.error());
  return hand_out_token(tx, registration, std::move(*client), ids);
}

Stored<Answer> remove_client(Tx& tx, const Registration& registration) {
  auto client = own_client(tx, registration, "delete client. Maybe missing token or bad token type.");
  if (!client) return refuse(client.error());
  if (!*client) return Answer(refuse(client->error()));
  const auto& repos = repositories(registration);
  const auto& realm = registration.realm->realm.id;
  const auto removed = repos.clients.remove(tx, realm, (*client)->id);
  if (!removed) return refuse(removed.error());
  if (registration.token) {
    const auto gone = repos.tickets.remove(tx, realm, TicketKind::kRegistration, registration.token->id);
    if (!gone) return refuse(gone.error());
  }
  return Answer(Registered{std::move(**client), std::nullopt});
}

}  // namespace cardea::oidc
