#include "account/api.h"

#include <algorithm>
#include <set>

#include "account/console.h"
#include "base/json.h"
#include "base/text.h"
#include "core/client_urls.h"
#include "web/cors.h"

namespace cardea::account {
namespace {

constexpr std::string_view kBase = "/realms/{realm}/account";
constexpr std::string_view kClientId = "account";

web::Response unauthorized(const Dependencies& dependencies, const web::Request& request, std::string_view reason) {
  dependencies.log.info("account_refused",
                        {{"reason", reason}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  auto response = web::json_error(401, "HTTP 401 Unauthorized");
  response.add("WWW-Authenticate", "Bearer").add("Cache-Control", "no-store");
  return response;
}

web::Response forbidden(const Dependencies& dependencies, const web::Request& request, std::string_view user) {
  dependencies.log.info(
      "account_refused",
      {{"reason", "missing_role"}, {"user", user}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  auto response = web::json_error(403, "HTTP 403 Forbidden");
  response.add("Cache-Control", "no-store");
  return response;
}

/// The scheme in any case, then exactly one space (keycloak.md section 1.18); empty when there is no such header.
std::string_view bearer_token(const web::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return {};
  const auto space = header->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_ascii_case(header->substr(0, space), "Bearer")) return {};
  const auto token = header->substr(space + 1);
  return token.contains(' ') ? std::string_view{} : token;
}

/// `resource_access.account.roles` of the token, or null.
const json::array* account_roles(const jose::VerifiedJwt& token) {
  const auto member = [](const json::object* object, std::string_view name) -> const json::value* {
    return object == nullptr ? nullptr : object->if_contains(name);
  };
  const auto object_of = [](const json::value* value) { return value == nullptr ? nullptr : value->if_object(); };
  const auto* access = object_of(member(&token.claims(), "resource_access"));
  const auto* roles = member(object_of(member(access, kClientId)), "roles");
  return roles == nullptr ? nullptr : roles->if_array();
}

bool has_one_of(const json::array& roles, std::span<const std::string_view> wanted) {
  if (wanted.empty()) return true;
  return std::ranges::any_of(roles, [wanted](const json::value& role) {
    return role.is_string() && std::ranges::find(wanted, std::string_view(role.as_string())) != wanted.end();
  });
}

struct Checked {
  const Operation& operation;
  RealmPtr realm;
  std::string issuer;
  jose::VerifiedJwt token;
  TimePoint now;
};

/// Pages of other origins may call this API, keycloak-js with loadUserProfile() first of all (keycloak.md section 1.7).
/// Refusals that come before the client is loaded go by what the token says.
void share(web::Response& response, const web::Request& request, const jose::VerifiedJwt& token) {
  if (request.header("Origin")) web::share_with_origin(response, request, allowed_origins(token));
}

/// Loads who stands behind the token and runs the operation, all in one read or transaction.
template <class Handle, class Run>
Stored<web::Response> run_with(Handle& rows, const Dependencies& dependencies, const web::Request& request,
                               const Checked& checked, Run operation) {
  const auto live = load_live_token(rows, dependencies.repositories, dependencies.settings, checked.realm,
                                    checked.token, checked.now);
  if (!live) return refuse(live.error());
  const auto refused = [&](std::string_view reason) {
    auto response = unauthorized(dependencies, request, reason);
    share(response, request, checked.token);
    return response;
  };
  if (!*live) return refused(describe(live->error()));
  // The API is of people: a client's own account has nobody who could look at it. Keycloak refuses it likewise.
  if ((*live)->subject.user.service_account_client) return refused("service_account");
  auto response =
      operation(rows, Call{dependencies, request, *checked.realm, checked.token, **live, checked.issuer, checked.now});
  if (response && request.header("Origin")) {
    const auto& client = (*live)->client->client;
    const auto base = dependencies.base_url.of_realm(request, address_realm(client, checked.realm->realm.name));
    web::share_with_origin(*response, request, web_origins(client, base));
  }
  return response;
}

web::Outcome run(const Dependencies& dependencies, const web::Request& request, Checked checked) {
  const auto answer = [&dependencies, &request](Stored<web::Response> response) -> web::Outcome {
    if (!response) return store_failed(dependencies, request, response.error());
    return std::move(*response);
  };
  auto& store = dependencies.repositories.store;
  if (const auto read = checked.operation.read) {
    return then_read(
        dependencies, [&dependencies, &request, &store, answer, read, checked = std::move(checked)]() -> web::Outcome {
          return answer(
              read_from(store, [&](Rows& rows) { return run_with(rows, dependencies, request, checked, read); }));
        });
  }
  const auto write = checked.operation.write;
  return web::then(
      web::Lane::kStore,
      [&dependencies, &request, &store, answer, write, checked = std::move(checked)]() -> web::Outcome {
        return answer(write_to(store, [&](Tx& tx) { return run_with(tx, dependencies, request, checked, write); }));
      });
}

web::Outcome call(const Dependencies& dependencies, const web::Request& request, const Operation& operation,
                  RealmPtr realm) {
  const auto text = bearer_token(request);
  if (text.empty()) return unauthorized(dependencies, request, "no_token");
  auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
  const auto now = dependencies.clock.now();
  auto token = verify_access_token(*realm, issuer, text, now);
  if (!token) return unauthorized(dependencies, request, describe(token.error()));
  const auto refused = [&](web::Response response) {
    share(response, request, *token);
    return response;
  };
  if (!token->has_audience(kClientId)) return refused(unauthorized(dependencies, request, "wrong_audience"));
  // A token that is bound to a key is no bearer token (RFC 9449 section 7.2).
  if (token->claims().contains("cnf")) return refused(unauthorized(dependencies, request, "bound_token"));
  const auto* roles = account_roles(*token);
  if (roles == nullptr || roles->empty()) return refused(unauthorized(dependencies, request, "no_account_role"));
  if (!has_one_of(*roles, operation.roles)) return refused(forbidden(dependencies, request, token->sub()));
  return run(dependencies, request, Checked{operation, std::move(realm), std::move(issuer), std::move(*token), now});
}

void add_preflight(web::Router& router, std::string_view below) {
  router.options(std::string(kBase).append(below), [](const web::Request& request) -> web::Outcome {
    return web::cors_preflight(request, "HEAD, DELETE, POST, GET, OPTIONS, PUT");
  });
}

}  // namespace

bool wants_api(const web::Request& request) {
  if (request.content_type() == "application/json") return true;
  const auto accept = request.header("Accept");
  if (!accept) return false;
  return std::ranges::any_of(split(*accept, ','), [](std::string_view range) {
    return equal_ignoring_ascii_case(trim(range.substr(0, range.find(';'))), "application/json");
  });
}

void add_api_routes(web::Router& router, const Dependencies& dependencies) {
  std::set<std::string_view> paths;
  for (const auto& operation : operations()) {
    if (paths.insert(operation.path).second) add_preflight(router, operation.path);
    router.add(operation.method, std::string(kBase).append(operation.path),
               [&dependencies, &operation](const web::Request& request) {
                 return with_path_realm(
                     dependencies, request, [&dependencies, &request, &operation](RealmPtr realm) -> web::Outcome {
                       const bool page = operation.method == web::Method::kGet && !wants_api(request);
                       if (page) return show_console(dependencies, request, std::move(realm));
                       return call(dependencies, request, operation, std::move(realm));
                     });
               });
  }
}

web::Response json_answer(std::string json_text) { return web::no_store_json(200, std::move(json_text)); }

web::Response error_message(int status, std::string_view message) {
  std::string body;
  JsonWriter(body).begin_object().member("errorMessage", message).end_object();
  return web::no_store_json(status, std::move(body));
}

web::Response done() {
  auto response = web::empty_response(204);
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace cardea::account
