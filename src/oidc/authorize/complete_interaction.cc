// The end of an interaction: session, code, cookies, answer. Runs on the store lane, as the last step of the person's
// POST.
#include "core/level_of_assurance.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/grant_answer.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/endpoint.h"
#include "oidc/redirect_uri.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

struct Completion {
  Grantable grant;
  const web::Request& http;
};

/// The session of this login. A live one of the same user in this browser is confirmed and kept, so that its other
/// clients stay signed in; one of somebody else ends; else a new one is made.
Stored<UserSession> settle_session(Tx& tx, const Completion& completion, const UserSession& fresh) {
  const auto& grant = completion.grant;
  auto& sessions = grant.dependencies.repositories.sessions;
  const auto& realm = grant.realm->realm;
  if (const auto cookie = read_identity_cookie(completion.http, *grant.realm, grant.issuer, grant.now)) {
    auto found = sessions.find(tx, realm.id, cookie->session);
    if (!found) return refuse(found.error());
    if (*found) {
      auto& known = **found;
      if (known.user == grant.proven.user && cookie->user == known.user && is_session_alive(realm, known, grant.now)) {
        known.auth_time = grant.proven.auth_time;
        known.last_seen = grant.now;
        if (auto done = sessions.reauthenticate(tx, known.id, known.auth_time, known.last_seen); !done)
          return refuse(done.error());
        if (!grant.proven.levels.empty()) {
          note_levels(known, grant.proven);
          if (auto done = sessions.set_notes(tx, known.id, known.notes); !done) return refuse(done.error());
        }
        return std::move(known);
      }
      const auto ended = end_session(tx, grant.dependencies.repositories, grant.dependencies.random,
                                     {.realm = realm, .session = known.id, .issuer = grant.issuer, .now = grant.now});
      if (!ended) return refuse(ended.error());
    }
  }
  if (auto stored = sessions.insert(tx, fresh, session_end(realm, fresh)); !stored) return refuse(stored.error());
  return fresh;
}

Stored<Granted> settle(Tx& tx, const Completion& completion, const UserSession& fresh) {
  auto session = settle_session(tx, completion, fresh);
  if (!session) return refuse(session.error());
  // A device's login ends on our own page: there is nothing to answer a client with.
  if (!completion.grant.request.device_user_code.empty()) return Granted{.session = std::move(*session)};
  return store_grant(tx, completion.grant, *session);
}

web::Response unavailable(const Completion& completion, StoreError error) {
  const auto& grant = completion.grant;
  if (!grant.request.device_user_code.empty()) return store_failed(grant.dependencies, completion.http, error);
  grant.dependencies.log.warning("authorize_failed",
                                 {{"reason", describe(error)}, {"correlation_id", completion.http.correlation_id}});
  return send_error({grant.dependencies.pages, *grant.realm, grant.client->client, grant.issuer, grant.now},
                    target_of(grant.request), {OAuthCode::kTemporarilyUnavailable, "", 0, ""});
}

web::Response answer(const Completion& completion, Granted granted) {
  const auto& grant = completion.grant;
  const auto& dependencies = grant.dependencies;
  dependencies.log.info(granted.refusal ? "authorize_refused" : "login",
                        {{"realm", grant.realm->realm.name},
                         {"client_id", grant.request.client_id},
                         {"user_id", grant.proven.user.str()},
                         {"reason", granted.refusal ? std::string_view(granted.refusal->note) : "signed_in"},
                         {"correlation_id", completion.http.correlation_id}});
  const auto session = granted.session;
  auto response = grant.request.device_user_code.empty() ? answer_grant(grant, std::move(granted))
                                                         : web::redirect(grant.request.redirect_uri);
  add_session_cookies(response, completion.http, *grant.realm, session, grant.issuer, dependencies.base_url,
                      random_handle(dependencies.random), grant.now);
  return response;
}

web::Outcome finish(const std::shared_ptr<const Completion>& completion) {
  const auto& grant = completion->grant;
  auto fresh = make_session(grant.realm->realm, grant.proven, completion->http.remote_address, grant.now,
                            grant.dependencies.random);
  note_user_agent(fresh, completion->http.header("User-Agent"));
  auto granted =
      write_to(grant.dependencies.repositories.store, [&](Tx& tx) { return settle(tx, *completion, fresh); });
  if (!granted) return unavailable(*completion, granted.error());
  return web::then(web::Lane::kInline, [completion, granted = std::move(*granted)]() mutable -> web::Outcome {
    return answer(*completion, std::move(granted));
  });
}

/// The client may have changed while the person typed: what was checked then must still hold.
std::optional<std::string_view> no_longer_holds(const ClientEntry* client, const AuthorizationRequest& authorization,
                                                std::string_view server_base) {
  if (client == nullptr || client->client.id != authorization.client) return "client_gone";
  if (!client->client.enabled) return "client_disabled";
  if (!authorization.device_user_code.empty()) {
    return is_device_grant_enabled(client->client) ? std::nullopt : std::optional<std::string_view>("device_grant_off");
  }
  if (client->client.bearer_only) return "bearer_only";
  const bool wants_tokens = authorization.asks_for("token") || authorization.asks_for("id_token");
  const bool wants_code = authorization.asks_for("code") || !wants_tokens;
  if (wants_code && !client->client.standard_flow_enabled) return "standard_flow_off";
  if (wants_tokens && !client->client.implicit_flow_enabled) return "implicit_flow_off";
  if (!is_redirect_allowed(client->client, authorization.redirect_uri, server_base)) return "redirect_uri_gone";
  return std::nullopt;
}

web::Response settings_changed(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                               const AuthorizationRequest& authorization, std::string_view reason) {
  dependencies.log.info("authorize_refused", {{"reason", reason},
                                              {"realm", realm.realm.name},
                                              {"client_id", authorization.client_id},
                                              {"correlation_id", request.correlation_id}});
  return web::error_page(dependencies.pages, 400, display_name(realm.realm),
                         "The application's settings have changed. Please start again from there.", request);
}

}  // namespace

web::Outcome complete_interaction(const Dependencies& dependencies, const web::Request& request,
                                  std::shared_ptr<const RealmEntry> realm, const AuthorizationRequest& authorization,
                                  const Authentication& proven) {
  return with_client_entry(
      dependencies, request, realm, authorization.client_id,
      [&dependencies, &request, realm, authorization,
       proven](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
        if (const auto reason = no_longer_holds(client.get(), authorization, dependencies.base_url.of(request))) {
          return settings_changed(dependencies, request, *realm, authorization, *reason);
        }
        auto completion = std::make_shared<const Completion>(
            Grantable{dependencies, realm, std::move(client), authorization, proven,
                      dependencies.base_url.issuer(request, realm->realm.name), dependencies.clock.now()},
            request);
        return web::then(web::Lane::kStore, [completion] { return finish(completion); });
      });
}

web::Outcome deny_interaction(const Dependencies& dependencies, const web::Request& request,
                              std::shared_ptr<const RealmEntry> realm, const AuthorizationRequest& authorization) {
  return with_client_entry(
      dependencies, request, realm, authorization.client_id,
      [&dependencies, &request, realm, authorization](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
        if (const auto reason = no_longer_holds(client.get(), authorization, dependencies.base_url.of(request))) {
          return settings_changed(dependencies, request, *realm, authorization, *reason);
        }
        dependencies.log.info("authorize_refused", {{"reason", "access_denied"},
                                                    {"realm", realm->realm.name},
                                                    {"client_id", authorization.client_id},
                                                    {"correlation_id", request.correlation_id}});
        if (!authorization.device_user_code.empty()) {  // a device's login: there is no client to answer
          return web::error_page(dependencies.pages, 403, display_name(realm->realm), "Access denied", request);
        }
        return answer_with_error(dependencies, request, *realm, client->client, authorization, "access_denied", "");
      });
}

}  // namespace cardea::oidc
