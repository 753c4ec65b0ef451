// What the person said, as the channel tells it (keycloak.md section 1.9), and the client's notification of it (OpenID
// CIBA Core section 10.2). The bearer token is the channel's ticket: whoever holds it was asked by us.
#include "base/json.h"
#include "core/client_urls.h"
#include "core/consent.h"
#include "oidc/ciba/ciba.h"
#include "oidc/endpoint.h"
#include "oidc/error.h"
#include "oidc/userinfo/bearer_token.h"
#include "web/fetch.h"

namespace cardea::oidc {
namespace {

struct Answering {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  ChannelTicket ticket;
  DeviceState state = DeviceState::kDenied;
  TimePoint now;
  // Loaded:
  DeviceCode row;
  std::shared_ptr<const ClientEntry> client;
};
using AnsweringPtr = std::shared_ptr<Answering>;

web::Response refused(const Answering& answering, const OAuthError& error) {
  const auto client = answering.client ? std::string_view(answering.client->client.client_id) : std::string_view();
  return error_response(error, answering.http, answering.realm->realm.name, client, answering.dependencies.log);
}

OAuthError invalid_token(int status, std::string note) {
  return {OAuthCode::kInvalidToken, "Invalid token", status, std::move(note)};
}

/// Keycloak's words: SUCCEED, UNAUTHORIZED (the device could not tell who it was), CANCELLED (they said no).
std::optional<DeviceState> state_of(std::string_view status) {
  if (status == "SUCCEED") return DeviceState::kApproved;
  if (status == "UNAUTHORIZED" || status == "CANCELLED") return DeviceState::kDenied;
  return std::nullopt;
}

/// Where and how the client wants to be told; absent: not at all.
std::optional<web::FetchRequest> notification(const Answering& answering) {
  const auto& client = answering.client->client;
  if (answering.ticket.auth_req_id.empty()) return std::nullopt;
  const auto text = client.attribute("ciba.backchannel.client.notification.endpoint");
  std::optional<web::OutboundUrl> url;
  if (client.attribute_is_true(kSelfRegistered)) {  // attack class 10
    if (auto own = web::ClientUrl::parse(text)) url = std::move(*own);
  } else if (auto set = web::ConfiguredUrl::parse(text)) {
    url = std::move(*set);
  }
  if (!url) {
    answering.dependencies.log.warning("ciba_ping_failed", {{"reason", "no_notification_endpoint"},
                                                            {"realm", answering.realm->realm.name},
                                                            {"client_id", client.client_id},
                                                            {"correlation_id", answering.http.correlation_id}});
    return std::nullopt;
  }
  std::string body;
  JsonWriter(body).begin_object().member("auth_req_id", answering.ticket.auth_req_id).end_object();
  return web::FetchRequest{.url = std::move(*url),
                           .method = web::Method::kPost,
                           .headers = {{"Content-Type", "application/json"},
                                       {"Authorization", "Bearer " + answering.ticket.notification_token}},
                           .body = std::move(body)};
}

web::Outcome notified(const Answering& answering, const web::Fetched& fetched) {
  const bool heard = fetched && fetched->status >= 200 && fetched->status < 300;
  if (heard) return web::empty_response(200);
  answering.dependencies.log.warning("ciba_ping_failed",
                                     {{"reason", fetched ? std::string_view("status") : web::describe(fetched.error())},
                                      {"status", fetched ? fetched->status : 0},
                                      {"realm", answering.realm->realm.name},
                                      {"client_id", answering.client->client.client_id},
                                      {"correlation_id", answering.http.correlation_id}});
  return web::empty_response(200);
}

web::Outcome settled(const AnsweringPtr& answering) {
  const bool agreed = answering->state == DeviceState::kApproved;
  answering->dependencies.log.info(agreed ? "ciba_approved" : "ciba_denied",
                                   {{"realm", answering->realm->realm.name},
                                    {"client_id", answering->client->client.client_id},
                                    {"user_id", answering->row.user.str()},
                                    {"reason", agreed ? "" : "access_denied"},
                                    {"ip", answering->http.remote_address},
                                    {"correlation_id", answering->http.correlation_id}});
  auto ping = notification(*answering);
  if (!ping) return web::empty_response(200);
  return web::fetch(std::move(*ping), web::Lane::kInline,
                    [answering](const web::Fetched& fetched) { return notified(*answering, fetched); });
}

web::Outcome settle(const AnsweringPtr& answering) {
  const auto& repositories = answering->dependencies.repositories;
  auto row = answering->row;
  row.state = answering->state;
  if (row.state == DeviceState::kApproved) row.acr = "1";
  const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
    if (auto done = repositories.device_codes.settle(tx, row, answering->now); !done) return done;
    const auto items = consent_items(*answering->client, row.scope);  // the channel was told to ask for it
    if (row.state != DeviceState::kApproved || items.empty()) return {};
    return grant_consent(tx, repositories, row.user, row.client, items, answering->now);
  });
  if (stored) return settled(answering);
  if (stored.error() == StoreError::kConflict) return refused(*answering, invalid_token(403, "settled_before"));
  return store_failed(answering->dependencies, answering->http, stored.error());
}

web::Outcome load(const AnsweringPtr& answering) {
  const auto& dependencies = answering->dependencies;
  auto found = read_from(dependencies.repositories.store, [&](Rows& rows) {
    return dependencies.repositories.device_codes.find(rows, answering->realm->realm.id,
                                                       answering->ticket.request_hash);
  });
  if (!found) return store_failed(dependencies, answering->http, found.error());
  if (!*found || answering->now >= (*found)->expires_at) {
    return refused(*answering, invalid_token(403, "request_over"));
  }
  answering->row = std::move(**found);
  auto client = dependencies.settings.load_client_by_id(answering->realm, answering->row.client);
  if (!client) return store_failed(dependencies, answering->http, client.error());
  if (*client == nullptr || !is_ciba_enabled((*client)->client)) {
    return refused(*answering, {OAuthCode::kInvalidRequest, "Invalid token recipient", 400, "client_gone"});
  }
  answering->client = std::move(*client);
  return web::then(web::Lane::kStore, [answering] { return settle(answering); });
}

web::Outcome begin(const Dependencies& dependencies, const web::Request& request,
                   std::shared_ptr<const RealmEntry> realm) {
  auto answering = std::make_shared<Answering>(dependencies, request, std::move(realm));
  answering->now = dependencies.clock.now();
  const auto sent = read_bearer_token(request);
  if (!sent || !*sent) return refused(*answering, invalid_token(401, "no_ticket"));
  const auto* sealer = dependencies.channel.sealer;
  auto ticket = sealer == nullptr ? std::nullopt : open_ticket(*sealer, answering->realm->realm.id, (*sent)->token);
  if (!ticket) return refused(*answering, invalid_token(403, "not_a_ticket"));
  answering->ticket = std::move(*ticket);
  const auto document = parse_json(request.body);
  if (!document || !document->is_object()) {
    return refused(*answering, {OAuthCode::kInvalidRequest, "Cannot parse the JSON", 400, "no_json"});
  }
  const auto state = state_of(string_or(document->get_object(), "status", ""));
  if (!state) {
    return refused(*answering, {OAuthCode::kInvalidRequest, "Invalid authentication status", 400, "bad_status"});
  }
  answering->state = *state;
  return then_read(dependencies, [answering] { return load(answering); });
}

}  // namespace

web::Outcome ciba_callback_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(dependencies, request, [&](std::shared_ptr<const RealmEntry> realm) {
    return begin(dependencies, request, std::move(realm));
  });
}

}  // namespace cardea::oidc
