#include "oidc/registration/registration_endpoint.h"

#include "base/text.h"
#include "base/uri.h"
#include "core/check_bearer.h"
#include "core/client_secret.h"
#include "core/registration/adapter_config.h"
#include "core/registration/client_metadata.h"
#include "domain/representation/client_json.h"
#include "oidc/client_request.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"
#include "oidc/registration/policies.h"
#include "oidc/registration/registration.h"
#include "oidc/userinfo/bearer_token.h"

namespace cardea::oidc {
namespace {

using RegistrationPtr = std::shared_ptr<Registration>;
enum class Operation { kCreate, kRead, kUpdate, kRemove };

constexpr JsonLimits kBodyLimits{.bytes_max = 64 * 1024, .depth_max = 12};

web::Response refused(const Registration& registration, const OAuthError& error) {
  auto response = error_response(error, registration.http, registration.realm->realm.name, registration.client_id,
                                 registration.dependencies.log);
  if (response.status == 401) response.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");  // RG-9
  return response;
}

std::string address_of(const Registration& registration, std::string_view client_id) {
  const auto* format = registration.format == RegistrationFormat::kMetadata ? "openid-connect" : "default";
  return registration.issuer + "/clients-registrations/" + format + "/" + percent_encode(client_id);
}

std::vector<std::string> names_of(const std::vector<ScopeId>& ids, const RealmEntry& realm) {
  std::vector<std::string> names;
  for (const auto& id : ids) {
    const auto found = realm.scopes_by_id.find(id.str());
    const bool is_named = found != realm.scopes_by_id.end() && realm.scopes_by_name.contains(found->second->name);
    if (is_named) names.push_back(found->second->name);  // others would be refused when the answer is sent back
  }
  return names;
}

json::object representation_of(Client client, const RealmEntry& realm) {
  ClientRepresentation representation;
  representation.default_scopes = names_of(client.default_scopes, realm);
  representation.optional_scopes = names_of(client.optional_scopes, realm);
  representation.client = std::move(client);
  return to_json(representation, Secrets::kReveal);
}

/// `with_secret`: where it has one.
web::Response adapter_answer(const Registration& registration, const Client& client, bool with_secret = true) {
  const auto& realm = registration.realm->realm;
  auto body = adapter_config(realm, client, registration.dependencies.base_url.of_realm(registration.http, realm.name));
  if (with_secret && adapter_has_secret(client)) add_adapter_secret(body, client.secret.reveal());
  return web::no_store_json(200, json::serialize(body));
}

web::Response answer(const Registration& registration, Operation operation, Registered registered) {
  if (registration.format == RegistrationFormat::kAdapter) return adapter_answer(registration, registered.client);
  if (operation == Operation::kRemove) return web::empty_response(204);
  auto& client = registered.client;
  const auto address = address_of(registration, client.client_id);
  json::object body;
  if (registration.format == RegistrationFormat::kMetadata) {
    body = metadata_of_client(client, *registration.realm);
    if (operation == Operation::kCreate) body["client_id_issued_at"] = epoch_seconds(registration.now);
    body["registration_client_uri"] = address;
    if (registered.registration_token) body["registration_access_token"] = *registered.registration_token;
  } else {
    body = representation_of(std::move(client), *registration.realm);
    if (registered.registration_token) body["registrationAccessToken"] = *registered.registration_token;
  }
  auto response = web::no_store_json(operation == Operation::kCreate ? 201 : 200, json::serialize(body));
  if (operation == Operation::kCreate) response.add("Location", address);
  return response;
}

Stored<Answer> run(Tx& tx, const Registration& registration, Operation operation, const NewIds& ids) {
  switch (operation) {
    case Operation::kCreate:
      return create_client(tx, registration, ids);
    case Operation::kRead:
      return read_client(tx, registration);
    case Operation::kUpdate:
      return update_client(tx, registration, ids);
    case Operation::kRemove:
      break;
  }
  return remove_client(tx, registration);
}

web::Outcome store(const RegistrationPtr& registration, Operation operation) {
  return web::then(web::Lane::kStore, [registration, operation]() -> web::Outcome {
    const auto& dependencies = registration->dependencies;
    const auto ids = draw_ids(dependencies.random);
    auto done =
        write_to(dependencies.repositories.store, [&](Tx& tx) { return run(tx, *registration, operation, ids); });
    if (!done && done.error() == StoreError::kConflict) {
      return refused(*registration, {OAuthCode::kInvalidClientMetadata, "Client Identifier in use", 400, "conflict"});
    }
    if (!done) return store_failed(dependencies, registration->http, done.error());
    if (!*done) return refused(*registration, done->error());
    constexpr std::string_view kNames[] = {"client_registered", "client_registration_read", "client_updated",
                                           "client_removed"};
    dependencies.log.info(kNames[static_cast<int>(operation)], {{"realm", registration->realm->realm.name},
                                                                {"client_id", (*done)->client.client_id},
                                                                {"ip", registration->http.remote_address},
                                                                {"correlation_id", registration->http.correlation_id}});
    return answer(*registration, operation, std::move(**done));
  });
}

/// The body of what makes and changes clients.
std::optional<OAuthError> read_body(Registration& registration) {
  if (registration.http.content_type() != "application/json") {
    return OAuthError{OAuthCode::kInvalidRequest, "The content type must be application/json", 415, "not_json"};
  }
  auto body = parse_json(registration.http.body, kBodyLimits);
  if (!body || !body->is_object()) {
    return OAuthError{OAuthCode::kInvalidRequest, "Cannot parse the JSON", 400, "bad_json"};
  }
  registration.body = std::move(body->get_object());
  return std::nullopt;
}

/// Credentials by their look alone; the transaction asks whether they still count.
std::optional<OAuthError> read_credentials(Registration& registration) {
  const auto sent = read_bearer_token(registration.http);
  if (!sent) return OAuthError{OAuthCode::kInvalidRequest, "More than one access token", 400, "several_tokens"};
  registration.has_credentials = registration.http.header("Authorization").has_value();
  if (!*sent || (*sent)->is_dpop) return std::nullopt;
  registration.token =
      read_registration_token(*registration.realm, registration.issuer, (*sent)->token, registration.now);
  if (registration.token) return std::nullopt;
  auto bearer = verify_access_token(*registration.realm, registration.issuer, (*sent)->token, registration.now);
  if (bearer) registration.bearer = std::move(*bearer);
  return std::nullopt;
}

OAuthError not_authenticated(OAuthError error) {
  if (error.status == 401 || error.code == OAuthCode::kInvalidClient) {
    error = {OAuthCode::kInvalidToken, "Failed to authenticate client", 401, std::move(error.note)};
  }
  return error;
}

/// To the client itself, by its own credentials.
web::Outcome show_to_client(const RegistrationPtr& registration) {
  static constexpr ClientRequestRules kRules{
      .bearer_only = BearerOnly::kAllowed, .cors = false, .reword = &not_authenticated};
  return with_proven_client(registration->dependencies, registration->http, kRules,
                            [registration](const ClientRequestPtr& proven) -> web::Outcome {
                              const auto& client = proven->client->client;
                              if (client.client_id == registration->client_id) {
                                // Whoever has the old secret must not come by the new one with it (attack class 22).
                                return adapter_answer(*registration, client, !rotated_secret(client));
                              }
                              return refused(*registration, {OAuthCode::kInvalidToken, "Different client authenticated",
                                                             401, "other_client"});
                            });
}

/// Of public clients there is nothing in it to keep.
web::Outcome show_public(const RegistrationPtr& registration) {
  return then_read(registration->dependencies, [registration]() -> web::Outcome {
    const auto& dependencies = registration->dependencies;
    const auto client = dependencies.settings.load_client(registration->realm, registration->client_id);
    if (!client) return store_failed(dependencies, registration->http, client.error());
    const bool is_public = *client && (*client)->client.enabled && (*client)->client.public_client;
    if (is_public) return adapter_answer(*registration, (*client)->client);
    return refused(*registration, {OAuthCode::kInvalidToken,
                                   "Not authorized to view client. Not valid token or client credentials provided.",
                                   401, "no_credentials"});
  });
}

/// keycloak.json: to whoever may read the client, to the client, and of public ones to everybody.
web::Outcome show_adapter_config(const RegistrationPtr& registration) {
  const auto header = registration->http.header("Authorization");
  if (!header) return show_public(registration);
  if (equal_ignoring_ascii_case(header->substr(0, header->find(' ')), "Basic")) return show_to_client(registration);
  return store(registration, Operation::kRead);
}

/// Without credentials a client can only be made, and only where the realm lets strangers do it.
std::optional<OAuthError> refuse_stranger(const Registration& registration, Operation operation) {
  if (registration.has_credentials || operation != Operation::kCreate) return std::nullopt;
  return why_sender_refused(registration.realm->realm, RegistrantKind::kAnonymous, registration.http.remote_address);
}

web::Outcome serve(const Dependencies& dependencies, const web::Request& request, RegistrationFormat format,
                   Operation operation) {
  return with_path_realm(
      dependencies, request,
      [&dependencies, &request, format, operation](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
        auto registration = std::make_shared<Registration>(dependencies, request, std::move(realm), format,
                                                           std::move(issuer), dependencies.clock.now());
        if (operation != Operation::kCreate) registration->client_id = request.path_parameter("client");
        if (const auto error = read_credentials(*registration)) return refused(*registration, *error);
        if (const auto error = refuse_stranger(*registration, operation)) return refused(*registration, *error);
        if (format == RegistrationFormat::kAdapter) return show_adapter_config(registration);
        const bool has_body = operation == Operation::kCreate || operation == Operation::kUpdate;
        if (has_body) {
          if (const auto error = read_body(*registration)) return refused(*registration, *error);
        }
        return store(registration, operation);
      });
}

}  // namespace

void add_registration_routes(web::Router& router, const Dependencies& dependencies) {
  router.add(web::Method::kGet, "/realms/{realm}/clients-registrations/install/{client}",
             [&dependencies](const web::Request& request) {
               return serve(dependencies, request, RegistrationFormat::kAdapter, Operation::kRead);
             });
  for (const auto format : {RegistrationFormat::kMetadata, RegistrationFormat::kRepresentation}) {
    const std::string base = std::string("/realms/{realm}/clients-registrations/") +
                             (format == RegistrationFormat::kMetadata ? "openid-connect" : "default");
    const auto add = [&](web::Method method, const std::string& pattern, Operation operation) {
      router.add(method, pattern, [format, operation, &dependencies](const web::Request& request) {
        return serve(dependencies, request, format, operation);
      });
    };
    add(web::Method::kPost, base, Operation::kCreate);
    add(web::Method::kGet, base + "/{client}", Operation::kRead);
    add(web::Method::kPut, base + "/{client}", Operation::kUpdate);
    add(web::Method::kDelete, base + "/{client}", Operation::kRemove);
    for (const auto& pattern : {base, base + "/{client}"}) {
      router.options(pattern, [](const web::Request& request) -> web::Outcome {
        return preflight(request, "GET, POST, PUT, DELETE, OPTIONS");
      });
    }
  }
}

}  // namespace cardea::oidc
