// From a path and a token to an operation.
#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "endpoint/store_failure.h"
#include "endpoint/with_realm.h"
#include "scim/groups.h"
#include "scim/schema.h"
#include "scim/users.h"

namespace cardea::scim {
namespace {

using RealmPtr = std::shared_ptr<const RealmEntry>;
using Read = Answer (*)(Rows&, const Call&);
using Write = Answer (*)(Tx&, const Call&);
using Say = Answer (*)(const Call&);  // without rows

struct Operation {
  web::Method method;
  std::string_view path;  // below the provider's SCIM
  Say say = nullptr;      // one of these three
  Read read = nullptr;
  Write write = nullptr;
};

// ---- what says how this service is

Answer say_config(const Call& call) { return answer(200, service_provider_config_json(call.base)); }

/// A list, or the one of it whose id the path names. A filter could ask for what is hidden (RFC 7644 section 4).
Answer say_one_of(const json::array& all, std::string_view id) {
  for (const auto& each : all) {
    if (equal_ignoring_ascii_case(string_or(each.get_object(), "id", ""), id)) return answer(200, each.get_object());
  }
  return refuse(not_found());
}
Answer say_all(const Call& call, const json::array& all) {
  if (call.request.query.starts_with("filter=") || call.request.query.contains("&filter=")) {
    return refuse(ScimError{403, {}, "No filter here"});
  }
  return answer(200, {{"schemas", json::array{kListUrn}},
                      {"totalResults", all.size()},
                      {"startIndex", 1},
                      {"itemsPerPage", all.size()},
                      {"Resources", all}});
}
Answer say_schemas(const Call& call) { return say_all(call, schemas_json(call.base)); }
Answer say_schema(const Call& call) { return say_one_of(schemas_json(call.base), call.request.path_parameter("id")); }
Answer say_types(const Call& call) { return say_all(call, resource_types_json(call.base)); }
Answer say_type(const Call& call) {
  return say_one_of(resource_types_json(call.base), call.request.path_parameter("id"));
}
Answer say_not_offered(const Call&) { return refuse(ScimError{501, {}, "This is not offered"}); }

using enum web::Method;
constexpr Operation kOperations[] = {
    {.method = kGet, .path = "/ServiceProviderConfig", .say = &say_config},
    {.method = kGet, .path = "/Schemas", .say = &say_schemas},
    {.method = kGet, .path = "/Schemas/{id}", .say = &say_schema},
    {.method = kGet, .path = "/ResourceTypes", .say = &say_types},
    {.method = kGet, .path = "/ResourceTypes/{id}", .say = &say_type},
    {.method = kGet, .path = "/Me", .say = &say_not_offered},
    {.method = kPost, .path = "/Bulk", .say = &say_not_offered},
    {.method = kPost, .path = "/.search", .say = &say_not_offered},
    {.method = kGet, .path = "/Users", .read = &list_users},
    {.method = kPost, .path = "/Users/.search", .read = &list_users},
    {.method = kGet, .path = "/Users/{id}", .read = &get_user},
    {.method = kPost, .path = "/Users", .write = &create_user},
    {.method = kPut, .path = "/Users/{id}", .write = &replace_user},
    {.method = kPatch, .path = "/Users/{id}", .write = &patch_user},
    {.method = kDelete, .path = "/Users/{id}", .write = &delete_user},
    {.method = kGet, .path = "/Groups", .read = &list_groups},
    {.method = kPost, .path = "/Groups/.search", .read = &list_groups},
    {.method = kGet, .path = "/Groups/{id}", .read = &get_group},
    {.method = kPost, .path = "/Groups", .write = &create_group},
    {.method = kPut, .path = "/Groups/{id}", .write = &replace_group},
    {.method = kPatch, .path = "/Groups/{id}", .write = &patch_group},
    {.method = kDelete, .path = "/Groups/{id}", .write = &delete_group},
};

// ---- who asks

std::string_view bearer_token(const web::Request& request) {
  const auto header = request.header("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (!header || !equal_ignoring_ascii_case(header->substr(0, kScheme.size()), kScheme)) return {};
  return trim(header->substr(kScheme.size()));
}

/// Why the token is not good, for the log; empty: it is. Always compares, so that time says nothing of what is there.
std::string_view token_problem(const std::optional<IdentityProvider>& provider, std::string_view token) {
  const auto expected = provider ? provider->setting("scimTokenHash") : std::string_view();
  const bool is_equal = equal_secrets(crypto::sha256_base64url(token), expected);
  if (!provider) return "no_such_provider";
  if (!provider->enabled) return "provider_disabled";
  if (!provider->is_on("scim")) return "scim_is_off";
  if (expected.empty()) return "no_token_was_made";
  if (token.empty()) return "no_token";
  return is_equal ? std::string_view() : "wrong_token";
}

web::Response refuse_token(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                           std::string_view reason) {
  dependencies.log.info("scim_token_refused", {{"reason", reason},
                                               {"realm", realm.name},
                                               {"provider", request.path_parameter("alias")},
                                               {"ip", request.remote_address},
                                               {"correlation_id", request.correlation_id}});
  // One answer for all of it: which providers have SCIM is nobody's business.
  if (!dependencies.wrong_tokens->take(address_key(request.remote_address), dependencies.clock.now())) {
    auto response = refuse_request(dependencies, request, {429, {}, "Too many wrong tokens"});
    response.add("Retry-After", std::to_string(kWrongTokensWindow.count()));
    return response;
  }
  auto response = refuse_request(dependencies, request, {401, {}, "The bearer token is missing or wrong"});
  response.add("WWW-Authenticate", "Bearer");
  return response;
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  const auto* text = may_pass ? "The database does not answer. Try again." : "Unexpected error";
  return endpoint::with_retry(refuse_request(dependencies, request, {status_of(failure), {}, text}), failure);
}

// ---- running one

web::Response finish(const Call& call, Answer result) {
  if (result) return std::move(*result);
  if (const auto* error = result.error().store_error()) return store_failed(call.dependencies, call.request, *error);
  return refuse_request(call.dependencies, call.request, result.error().scim_error());
}

web::Response run_read(const Call& call, Read operation) {
  Answer result = refuse(StoreError::kUnavailable);
  const auto done = call.repositories().store.read([&](Rows& rows) -> Stored<void> {
    result = operation(rows, call);
    return {};
  });
  if (!done) result = refuse(done.error());
  return finish(call, std::move(result));
}

web::Response run_write(const Call& call, Write operation) {
  Answer result = refuse(StoreError::kUnavailable);
  const auto done = call.repositories().store.write([&](Tx& tx) -> Stored<void> {
    result = operation(tx, call);
    if (result) return {};
    const auto* error = result.error().store_error();
    return refuse(error != nullptr ? *error : StoreError::kConflict);  // rolls back
  });
  const bool is_refused = !result && result.error().store_error() == nullptr;
  if (!done && !is_refused) result = refuse(done.error());
  return finish(call, std::move(result));
}

bool has_scim_body(const web::Request& request) {
  const auto type = request.content_type();
  return type == "application/scim+json" || type == "application/json";
}

web::Outcome run(Call call, const Operation& operation) {
  if (operation.say != nullptr) return finish(call, operation.say(call));
  const bool has_body = operation.method == kPost || operation.method == kPut || operation.method == kPatch;
  if (has_body && !has_scim_body(call.request)) {
    return refuse_request(call.dependencies, call.request, {415, {}, "The body is application/scim+json"});
  }
  if (operation.read != nullptr) {
    // A list costs more than a thread that serves connections has time for.
    return web::then(web::Lane::kAdmin, [call = std::move(call), read = operation.read]() -> web::Outcome {
      return run_read(call, read);
    });
  }
  return web::then(web::Lane::kStore, [call = std::move(call), write = operation.write]() -> web::Outcome {
    return run_write(call, write);
  });
}

web::Outcome run_in(const Dependencies& dependencies, const web::Request& request, RealmPtr realm, std::string base,
                    const Operation& operation) {
  auto provider = find_identity_provider(realm->realm, request.path_parameter("alias"));
  const auto problem = token_problem(provider, bearer_token(request));
  if (!problem.empty()) return refuse_token(dependencies, request, realm->realm, problem);
  Call call{.dependencies = dependencies,
            .request = request,
            .entry = std::move(realm),
            .provider = std::move(*provider),
            .base = std::move(base),
            .now = dependencies.clock.now()};
  return run(std::move(call), operation);
}

web::Outcome run_in_named(const Dependencies& dependencies, const web::Request& request, std::string_view name,
                          std::string base, const Operation& operation) {
  auto failed = [&dependencies, &request](StoreError error) -> web::Outcome {
    return store_failed(dependencies, request, error);
  };
  return endpoint::with_named_realm(
      endpoint::asking(dependencies, request, std::move(failed)), dependencies, request, name,
      [&dependencies, &request, &operation, base = std::move(base)](RealmPtr realm) mutable -> web::Outcome {
        return run_in(dependencies, request, std::move(realm), std::move(base), operation);
      });
}

web::Outcome run_below_realm(const Dependencies& dependencies, const web::Request& request,
                             const Operation& operation) {
  const auto& name = request.path_parameter("realm");
  auto base = dependencies.base_url.of(request) + "/realms/" + percent_encode(name) + "/broker/" +
              percent_encode(request.path_parameter("alias")) + "/scim/v2";
  return run_in_named(dependencies, request, name, std::move(base), operation);
}

web::Outcome run_below_source(const Dependencies& dependencies, const web::Request& request,
                              const Operation& operation) {
  return dependencies.with_source_realm(
      request, [&dependencies, &request, &operation](const std::string& realm) -> web::Outcome {
        if (realm.empty()) {
          return refuse_token(dependencies, request, Realm{}, "no_realm_has_authentik_paths");
        }
        auto base = dependencies.base_url.of_realm(request, realm) + "/source/scim/" +
                    percent_encode(request.path_parameter("alias")) + "/v2";
        return run_in_named(dependencies, request, realm, std::move(base), operation);
      });
}

}  // namespace

web::Response answer(int status, const json::object& body) {
  auto response = web::no_store_json(status, json::serialize(body));
  response.set("Content-Type", "application/scim+json");
  return response;
}

web::Response refuse_request(const Dependencies& dependencies, const web::Request& request, const ScimError& error) {
  dependencies.log.info("scim_refused", {{"status", std::to_string(error.status)},
                                         {"type", error.type},
                                         {"reason", error.detail},
                                         {"path", request.path},
                                         {"correlation_id", request.correlation_id}});
  json::object body{{"schemas", json::array{kErrorUrn}}, {"status", std::to_string(error.status)}};
  if (!error.type.empty()) body["scimType"] = error.type;
  body["detail"] = error.detail;
  return answer(error.status, body);
}

void add_routes(web::Router& router, const Dependencies& dependencies) {
  for (const auto& operation : kOperations) {
    router.add(operation.method, std::string("/realms/{realm}/broker/{alias}/scim/v2").append(operation.path),
               [&dependencies, &operation](const web::Request& request) {
                 return run_below_realm(dependencies, request, operation);
               });
    router.add(operation.method, std::string("/source/scim/{alias}/v2").append(operation.path),
               [&dependencies, &operation](const web::Request& request) {
                 return run_below_source(dependencies, request, operation);
               });
  }
}

}  // namespace cardea::scim
