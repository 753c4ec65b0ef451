// The backchannel authentication request (OpenID CIBA Core sections 7.1 to 7.3; standards.md section 27): check it,
// find the person, store the request, and have them asked.
#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "base/text.h"
#include "core/brute_force.h"
#include "core/check_bearer.h"
#include "core/policy_requests.h"
#include "core/token/pairwise.h"
#include "core/verify_credential.h"
#include "crypto/hash.h"
#include "oidc/ciba/ciba.h"
#include "oidc/ciba/signed_request.h"
#include "oidc/client_request.h"
#include "oidc/endpoint.h"
#include "web/fetch.h"

namespace cardea::oidc {
namespace {

constexpr std::size_t kNotificationTokenBytesMax = 1024;  // section 7.1
constexpr std::size_t kNotificationTokenBytesMin = 22;    // the same: 128 bits or more, as base64url
constexpr std::size_t kBindingMessageBytesMax = 50;
constexpr std::size_t kAcrValuesBytesMax = 1024;
constexpr seconds kRequestedExpiryMax{3600};
constexpr int kCreated = 201;

constexpr ClientRequestRules kRules{.cors = false};

/// Nobody, or nobody who may be asked: one answer (attack class 27). Classic clients get Keycloak's words, measured on
/// 26.7; the others those of section 13.
OAuthError no_such_user(const ClientRequest& request, std::string note) {
  if (request.client->rules.policy == ClientPolicy::kClassic) {
    return {OAuthCode::kInvalidRequest, "invalid_user", 400, std::move(note)};
  }
  return {OAuthCode::kUnknownUserId, "no user found", 400, std::move(note)};
}

OAuthError bad_request(std::string text, std::string note) {
  return {OAuthCode::kInvalidRequest, std::move(text), 400, std::move(note)};
}

/// A request that was checked; shared by its steps.
struct Asking {
  ClientRequestPtr request;
  PromptLimit& prompts;
  CibaPolicy policy;
  std::string scope;  // as granted, should the person agree
  std::string hint;
  std::string binding_message, acr_values, notification_token;
  seconds expires_in{0};
  // Found and made:
  User user;
  std::string auth_req_id;
};
using AskingPtr = std::shared_ptr<Asking>;

/// Section 7.1: exactly one hint, and the one that the realm takes.
Result<std::string, OAuthError> read_hint(const web::Form& form, std::string_view wanted) {
  int sent = 0;
  for (const std::string_view name : {"login_hint", "login_hint_token", "id_token_hint"}) {
    if (form.value(name)) ++sent;
  }
  const auto hint = form.value(wanted);
  if (!hint) return refuse(bad_request("missing parameter : " + std::string(wanted), "no_hint"));
  if (sent > 1) return refuse(bad_request("only one hint is allowed", "several_hints"));
  return std::string(*hint);
}

bool is_letter_digit_or(std::string_view marks, char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string_view::npos;
}

/// Shown to people on two devices for comparison: plain characters only, as in Keycloak.
bool is_binding_message(std::string_view text) {
  return text.size() <= kBindingMessageBytesMax &&
         std::ranges::all_of(text, [](char c) { return is_letter_digit_or("-._+/!?#", c); });
}

bool is_token68(std::string_view text) {  // RFC 9110 section 11.2
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_letter_digit_or("-._~+/", c); });
}

Result<std::string, OAuthError> read_notification_token(const web::Form& form, bool is_ping) {
  const auto token = form.value("client_notification_token");
  if (!token && is_ping) {
    return refuse(
        bad_request("Client Notification token needs to be provided with the ping mode", "no_notification_token"));
  }
  if (!token) return std::string();
  if (!is_ping) {
    return refuse(bad_request("Client Notification token supported only for the ping mode", "notification_in_poll"));
  }
  if (token->size() > kNotificationTokenBytesMax) {
    return refuse(bad_request("Client Notification token length is limited to 1024 characters", "long_notification"));
  }
  if (token->size() < kNotificationTokenBytesMin || !is_token68(*token)) {
    return refuse(bad_request("Client Notification token is not a bearer token of 128 bits", "weak_notification"));
  }
  return std::string(*token);
}

Result<seconds, OAuthError> read_expiry(const web::Form& form, seconds usual) {
  const auto text = form.value("requested_expiry");
  if (!text) return usual;
  const auto number = parse_integer<std::int64_t>(*text);
  if (!number || *number <= 0) return refuse(bad_request("requested_expiry is not a positive number", "bad_expiry"));
  return std::min(seconds(*number), kRequestedExpiryMax);
}

Result<std::string, OAuthError> read_scope(const ClientRequest& request, const web::Form& form) {
  const auto scope = form.value("scope");
  if (!scope) return refuse(bad_request("missing parameter : scope", "no_scope"));
  const auto plan = plan_for(*request.client, *scope);
  if (!plan) return refuse(OAuthError{OAuthCode::kInvalidScope, "Invalid scopes: " + std::string(*scope), 0, "scope"});
  if (!has_word(*scope, "openid")) {  // CB-1
    return refuse(OAuthError{OAuthCode::kInvalidScope, "Invalid scopes: openid is missing", 0, "no_openid"});
  }
  return (*plan)->full_scope;
}

/// Everything that can be said without the database.
Result<AskingPtr, OAuthError> check(ClientRequestPtr request, const web::Form& form, PromptLimit& prompts) {
  const auto policy = ciba_policy(request->realm->realm, request->client->client);
  if (form.value("request_uri")) {
    return refuse(bad_request("Specified 'request_uri' not allowed for this client.", "request_uri"));
  }
  auto hint = read_hint(form, policy.hint);
  if (!hint) return refuse(hint.error());
  auto scope = read_scope(*request, form);
  if (!scope) return refuse(scope.error());
  const auto message = form.value_or("binding_message", "");
  if (message.empty() && request->client->client.attribute_is_true(kHeldBindingMessage)) {
    return refuse(bad_request("Missing parameter: binding_message", "policy_secure_ciba_session"));
  }
  if (!is_binding_message(message)) {
    return refuse(OAuthError{OAuthCode::kInvalidBindingMessage,
                             "the binding_message value has to be max 50 characters in length and must contain only "
                             "basic plain-text characters without spaces",
                             400, "binding_message"});
  }
  auto token = read_notification_token(form, policy.is_ping);
  if (!token) return refuse(token.error());
  const auto expires_in = read_expiry(form, policy.expires_in);
  if (!expires_in) return refuse(expires_in.error());
  const auto acr = form.value_or("acr_values", "");
  if (acr.size() > kAcrValuesBytesMax) return refuse(bad_request("acr_values is too long", "acr_values"));
  if (form.value("user_code"))
    return refuse(bad_request("User code not supported", "user_code"));  // none are registered
  auto asking = std::make_shared<Asking>(std::move(request), prompts, policy);
  asking->scope = std::move(*scope);
  asking->hint = std::move(*hint);
  asking->binding_message = message;
  asking->acr_values = acr;
  asking->notification_token = std::move(*token);
  asking->expires_in = *expires_in;
  return asking;
}

/// An ID token of ours for this client, whatever its age. Nobody where its `sub` is what a mapper says of them: that
/// may be the id of another account.
std::optional<UserId> user_of_id_token(const ClientRequest& request, std::string_view text) {
  const auto token = verify_id_token_hint(*request.realm, request.issuer, text, request.now);
  if (!token || !token->has_audience(request.client->client.client_id)) return std::nullopt;
  if (renames_subject(*plan_for_granted(*request.client, token->text("scope")))) return std::nullopt;
  return UserId(token->sub());
}

struct Found {
  std::optional<User> user;
  bool is_locked = false;
};

Stored<Found> find_user(Rows& rows, const Asking& asking) {
  const auto& request = *asking.request;
  const auto& repositories = request.dependencies.repositories;
  const auto& realm = request.realm->realm;
  if (asking.policy.hint == "login_hint") {
    auto attempt = load_login_attempt(rows, repositories, realm, asking.hint, request.now);
    if (!attempt) return refuse(attempt.error());
    return Found{std::move(attempt->user), attempt->is_locked};
  }
  const auto id = user_of_id_token(request, asking.hint);
  if (asking.policy.hint != "id_token_hint" || !id) return Found{};  // a login_hint_token is nobody's that we know
  auto user = repositories.users.find(rows, realm.id, *id);
  if (!user) return refuse(user.error());
  const auto failures = repositories.login_failures.find(rows, realm.id, *id);
  if (!failures) return refuse(failures.error());
  return Found{std::move(*user), brute_force_settings(realm).is_on && is_locked(*failures, request.now)};
}

DeviceCode row_of(const Asking& asking) {
  const auto& request = *asking.request;
  DeviceCode row;
  row.hash = request_hash(asking.auth_req_id);
  row.user_code_hash = crypto::sha256_base64url("ciba-no-user-code:" + row.hash);  // nothing a person could type
  row.realm = request.realm->realm.id;
  row.client = request.client->client.id;
  row.user = asking.user.id;
  row.scope = asking.scope;
  row.interval = asking.policy.interval;
  row.expires_at = request.now + asking.expires_in;
  return row;
}

web::FetchRequest channel_request(const Asking& asking, web::ConfiguredUrl url) {
  const auto& request = *asking.request;
  const auto& client = request.client->client;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  if (!asking.binding_message.empty()) writer.member("binding_message", asking.binding_message);
  writer.member("login_hint", asking.user.username).member("is_consent_required", client.consent_required);
  writer.member("scope", asking.scope);
  if (!asking.acr_values.empty()) writer.member("acr_values", asking.acr_values);
  writer.member("client_id", client.client_id).end_object();
  const bool is_ping = asking.policy.is_ping;
  const auto ticket = seal_ticket(*request.dependencies.channel.sealer, request.realm->realm.id,
                                  {.request_hash = request_hash(asking.auth_req_id),
                                   .auth_req_id = is_ping ? asking.auth_req_id : std::string(),
                                   .notification_token = asking.notification_token});
  return {.url = std::move(url),
          .method = web::Method::kPost,
          .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + ticket}},
          .body = std::move(body)};
}

/// Whom a prompt is counted for.
std::string prompt_key(const ClientRequest& request, const User& user) {
  return request.realm->realm.id.str() + '/' + user.id.str();
}

/// Nobody was asked as far as we know: the prompt does not count, and an answer that comes all the same is too late.
web::Outcome not_asked(const AskingPtr& asking, const web::Fetched& fetched) {
  const auto& request = *asking->request;
  asking->prompts.by_person.give_back(prompt_key(request, asking->user), request.now);
  auto note = fetched ? "channel_status_" + std::to_string(fetched->status)
                      : "channel_" + std::string(web::describe(fetched.error()));
  const std::string_view told =
      fetched ? "Unexpected response from authentication device" : "Failed to send authentication request";
  return web::then(web::Lane::kStore, [asking, note = std::move(note), told]() -> web::Outcome {
    const auto& dependencies = asking->request->dependencies;
    auto row = row_of(*asking);
    row.state = DeviceState::kDenied;
    const auto ended = dependencies.repositories.store.write(
        [&](Tx& tx) { return dependencies.repositories.device_codes.settle(tx, row, asking->request->now); });
    // kConflict: the device was quicker. The client does not know the request's id, so nobody ever polls for it.
    if (!ended && ended.error() != StoreError::kConflict) {
      return store_failed(dependencies, asking->request->http, ended.error());
    }
    return refuse_client(*asking->request, {OAuthCode::kServerError, std::string(told), 503, note});
  });
}

web::Outcome asked(const AskingPtr& shared, const web::Fetched& fetched) {
  if (!fetched || fetched->status != kCreated) return not_asked(shared, fetched);
  const auto& asking = *shared;
  const auto& request = *asking.request;
  request.dependencies.log.info("ciba_asked", {{"realm", request.realm->realm.name},
                                               {"client_id", request.client->client.client_id},
                                               {"user_id", asking.user.id.str()},
                                               {"correlation_id", request.http.correlation_id}});
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().member("auth_req_id", asking.auth_req_id).member("expires_in", asking.expires_in.count());
  if (asking.policy.interval.count() > 0) writer.member("interval", asking.policy.interval.count());
  writer.end_object();
  return web::no_store_json(200, std::move(body));
}

/// The row comes first: the device may be quicker than its channel's answer.
web::Outcome store_and_ask(const AskingPtr& asking, const web::ConfiguredUrl& url) {
  const auto& repositories = asking->request->dependencies.repositories;
  const auto stored =
      repositories.store.write([&](Tx& tx) { return repositories.device_codes.insert(tx, row_of(*asking)); });
  if (!stored) return store_failed(asking->request->dependencies, asking->request->http, stored.error());
  return web::fetch(channel_request(*asking, url), web::Lane::kInline,
                    [asking](const web::Fetched& fetched) { return asked(asking, fetched); });
}

web::Outcome find_and_ask(const AskingPtr& asking, const web::ConfiguredUrl& url) {
  const auto& request = *asking->request;
  auto found = read_from(request.dependencies.repositories.store, [&](Rows& rows) { return find_user(rows, *asking); });
  if (!found) return store_failed(request.dependencies, request.http, found.error());
  const bool is_there = found->user && found->user->enabled && !found->user->service_account_client;
  if (!is_there || found->is_locked) {
    return refuse_client(request, no_such_user(request, is_there ? "user_locked" : "unknown_user"));
  }
  if (!asking->prompts.by_person.take(prompt_key(request, *found->user), request.now)) {
    auto response = refuse_client(
        request, {OAuthCode::kTemporarilyUnavailable, "Too many requests", 429, "person_asked_too_often"});
    response.set("Retry-After", "60");
    return response;
  }
  asking->user = std::move(*found->user);
  asking->auth_req_id = random_handle(request.dependencies.random);
  return web::then(web::Lane::kStore, [asking, url] { return store_and_ask(asking, url); });
}

web::Outcome ask(PromptLimit& prompts, const ClientRequestPtr& request, const web::Form& form) {
  const auto asking = check(request, form, prompts);
  if (!asking) return refuse_client(*request, asking.error());
  const auto url = web::ConfiguredUrl::parse(request->dependencies.channel.url);
  if (!url) {
    return refuse_client(*request,
                         {OAuthCode::kServerError, "Failed to send authentication request", 503, "no_channel"});
  }
  return then_read(request->dependencies, [asking = *asking, url = *url] { return find_and_ask(asking, url); });
}

web::Outcome start(PromptLimit& prompts, const ClientRequestPtr& request) {
  if (!is_ciba_enabled(request->client->client)) {
    return refuse_client(*request, {OAuthCode::kInvalidGrant, "Client not allowed OIDC CIBA Grant", 401, "ciba_off"});
  }
  return with_ciba_parameters(request, [&prompts, request](Result<web::Form, OAuthError> form) -> web::Outcome {
    return form ? ask(prompts, request, *form) : refuse_client(*request, form.error());
  });
}

}  // namespace

web::Outcome backchannel_authentication_endpoint(const Dependencies& dependencies, PromptLimit& prompts,
                                                 const web::Request& request) {
  return with_proven_client(dependencies, request, kRules,
                            [&prompts](ClientRequestPtr proven) { return start(prompts, proven); });
}

}  // namespace cardea::oidc
