// The device authorization request (RFC 8628 sections 3.1 and 3.2).
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "oidc/authorize/audience.h"
#include "oidc/authorize/check_request.h"
#include "oidc/client_request.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/device/user_code.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

constexpr ClientRequestRules kRules{};
constexpr int kUserCodeAttempts = 5;
constexpr seconds kLifespanMax{86400};

seconds attribute_or(const Client& client, std::string_view key, seconds realm_value) {
  const auto number = parse_integer<std::int64_t>(client.attribute(key));
  return number && *number > 0 ? seconds(*number) : realm_value;
}

struct Started {
  std::string device_code, user_code;
  DeviceCode record;
};

/// Everything but the codes.
Result<DeviceCode, OAuthError> check(const ClientRequest& request) {
  const auto& client = request.client->client;
  const auto& lifespans = request.realm->realm.lifespans;
  if (!is_device_grant_enabled(client)) {
    return refuse(OAuthError{OAuthCode::kUnauthorizedClient,
                             "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is "
                             "disabled for the client.",
                             400, "device_grant_off"});
  }
  const auto plan = plan_for(*request.client, scope_with_audience(request.form, *request.client));
  if (!plan) {
    return refuse(OAuthError{OAuthCode::kInvalidScope,
                             "Invalid scopes: " + std::string(request.form.value_or("scope", "")), 0,
                             "scope_not_allowed"});
  }
  DeviceCode record;
  record.realm = request.realm->realm.id;
  record.client = client.id;
  record.scope = (*plan)->full_scope;
  if (request.form.value("code_challenge") || request.form.value("code_challenge_method")) {
    AuthorizationRequest with_challenge;
    if (auto checked = check_code_challenge(request.form, client, with_challenge); !checked) {
      return refuse(checked.error());
    }
    record.code_challenge = with_challenge.code_challenge;
    record.challenge_method = with_challenge.challenge_method;
  }
  record.interval =
      std::max(seconds{1}, attribute_or(client, "oauth2.device.polling.interval", lifespans.device_polling_interval));
  record.expires_at = request.now + device_code_life(request.realm->realm, client);
  return record;
}

/// Draws codes until the user code is free; with thousands waiting it nearly always is at once.
Stored<Started> store_new(const ClientRequest& request, const DeviceCode& checked) {
  auto& random = request.dependencies.random;
  for (int attempt = 0; attempt < kUserCodeAttempts; ++attempt) {
    Started started{.device_code = random_handle(random), .user_code = make_user_code(random), .record = checked};
    started.record.hash = crypto::sha256_base64url(started.device_code);
    started.record.user_code_hash = user_code_hash(started.user_code);
    const auto& repositories = request.dependencies.repositories;
    const auto stored =
        repositories.store.write([&](Tx& tx) { return repositories.device_codes.insert(tx, started.record); });
    if (stored) return started;
    if (stored.error() != StoreError::kConflict) return refuse(stored.error());
  }
  return refuse(StoreError::kBusy);
}

web::Response answer(const ClientRequest& request, const Started& started) {
  const auto page = request.issuer + "/device";
  const auto& attributes = request.realm->realm.attributes;
  const auto short_uri = attributes.find("shortVerificationUri");
  const bool is_shortened = short_uri != attributes.end() && !short_uri->second.empty();
  std::string complete = page;
  append_query(complete, "user_code", started.user_code);
  std::string body;
  JsonWriter(body)
      .begin_object()
      .member("device_code", started.device_code)
      .member("user_code", started.user_code)
      .member("verification_uri", is_shortened ? short_uri->second : page)
      .member("verification_uri_complete", complete)
      .member("expires_in", std::chrono::floor<seconds>(started.record.expires_at - request.now).count())
      .member("interval", started.record.interval.count())
      .end_object();
  return web::no_store_json(200, std::move(body));
}

web::Outcome start(DeviceLimits& limits, ClientRequestPtr request) {
  const auto key = address_key(request->http.remote_address);
  if (limits.starts.is_exhausted(key, request->now)) {
    return refuse_client(*request,
                         {OAuthCode::kTemporarilyUnavailable, "Too many requests", 429, "too_many_device_codes"});
  }
  auto checked = check(*request);
  if (!checked) return refuse_client(*request, checked.error());
  limits.starts.count(key, request->now);
  return web::then(web::Lane::kStore, [request = std::move(request), checked = std::move(*checked)]() -> web::Outcome {
    const auto started = store_new(*request, checked);
    if (!started) return store_failed(request->dependencies, request->http, started.error());
    return answer(*request, *started);
  });
}

}  // namespace

seconds device_code_life(const Realm& realm, const Client& client) {
  return std::min(attribute_or(client, "oauth2.device.code.lifespan", realm.lifespans.device_code), kLifespanMax);
}

bool is_device_grant_enabled(const Client& client) {
  return client.enabled && !client.bearer_only && client.attribute_is_true("oauth2.device.authorization.grant.enabled");
}

web::Outcome device_authorization_endpoint(const Dependencies& dependencies, DeviceLimits& limits,
                                           const web::Request& request) {
  return with_proven_client(dependencies, request, kRules,
                            [&limits](ClientRequestPtr proven) { return start(limits, std::move(proven)); });
}

}  // namespace cardea::oidc
