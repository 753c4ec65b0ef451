// The end of an interaction: session, code, cookies, answer. Runs on the store lane, as the last step of the person's
// POST.
#include "core/logout/end_session.h"
#include "core/session.h"
#include "oidc/authorize/answer.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/issue_code.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/endpoint.h"
#include "oidc/redirect_uri.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

struct Completion {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  AuthorizationRequest request;
  Authentication proven;
  std::string issuer;
  TimePoint now;
};

/// The session of this login. A live one of the same user in this browser is confirmed and kept, so that its other
/// clients stay signed in; one of somebody else ends; else a new one is made.
Stored<UserSession> settle_session(Tx& tx, const Completion& completion, const UserSession& fresh) {
  auto& sessions = completion.dependencies.repositories.sessions;
  const auto& realm = completion.realm->realm;
  if (const auto cookie = read_identity_cookie(completion.http, *completion.realm, completion.issuer, completion.now)) {
    auto found = sessions.find(tx, realm.id, cookie->session);
    if (!found) return refuse(found.error());
    if (*found) {
      auto& known = **found;
      if (known.user == completion.proven.user && cookie->user == known.user &&
          is_session_alive(realm, known, completion.now)) {
        known.auth_time = completion.proven.auth_time;
        known.last_seen = completion.now;
        if (auto done = sessions.reauthenticate(tx, known.id, known.auth_time, known.last_seen); !done)
          return refuse(done.error());
        return std::move(known);
      }
      const auto ended =
          end_session(tx, completion.dependencies.repositories, completion.dependencies.random,
                      {.realm = realm, .session = known.id, .issuer = completion.issuer, .now = completion.now});
      if (!ended) return refuse(ended.error());
    }
  }
  if (auto stored = sessions.insert(tx, fresh, session_end(realm, fresh)); !stored) return refuse(stored.error());
  return fresh;
}

struct Settled {
  UserSession session;
  std::string code;  // empty: a device's login, which ends on our own page
};

Stored<Settled> settle(Tx& tx, const Completion& completion, const UserSession& fresh) {
  auto session = settle_session(tx, completion, fresh);
  if (!session) return refuse(session.error());
  if (!completion.request.device_user_code.empty()) return Settled{std::move(*session), {}};
  auto made = make_code(completion.realm->realm, completion.request, *session, completion.proven, completion.now,
                        completion.dependencies.random);
  if (auto stored = completion.dependencies.repositories.codes.insert(tx, made.record); !stored)
    return refuse(stored.error());
  return Settled{std::move(*session), std::move(made.code)};
}

web::Outcome finish(const Completion& completion) {
  const auto& dependencies = completion.dependencies;
  const auto fresh = make_session(completion.realm->realm, completion.proven, completion.http.remote_address,
                                  completion.now, dependencies.random);
  auto settled = write_to(dependencies.repositories.store, [&](Tx& tx) { return settle(tx, completion, fresh); });
  const auto target = target_of(completion.request, completion.realm->realm);
  if (!settled && !completion.request.device_user_code.empty()) {
    return store_failed(dependencies, completion.http, settled.error());
  }
  if (!settled) {
    dependencies.log.warning("authorize_failed", {{"reason", describe(settled.error())},
                                                  {"correlation_id", completion.http.correlation_id}});
    return send_error(dependencies.pages, target, completion.client->client,
                      {OAuthCode::kTemporarilyUnavailable, "", 0, ""}, completion.issuer);
  }
  dependencies.log.info("login", {{"realm", completion.realm->realm.name},
                                  {"client_id", completion.request.client_id},
                                  {"user_id", completion.proven.user.str()},
                                  {"correlation_id", completion.http.correlation_id}});
  auto response = settled->code.empty()
                      ? web::redirect(completion.request.redirect_uri)
                      : send_code(dependencies.pages, target, completion.client->client, std::move(settled->code),
                                  settled->session.id.str(), completion.issuer);
  add_session_cookies(response, completion.http, *completion.realm, settled->session, completion.issuer,
                      dependencies.base_url, random_handle(dependencies.random), completion.now);
  return response;
}

/// The client may have changed while the person typed: what was checked then must still hold.
std::optional<std::string_view> no_longer_holds(const ClientEntry* client, const AuthorizationRequest& authorization,
                                                std::string_view server_base) {
  if (client == nullptr || client->client.id != authorization.client) return "client_gone";
  if (!client->client.enabled) return "client_disabled";
  if (!authorization.device_user_code.empty()) {
    return is_device_grant_enabled(client->client) ? std::nullopt : std::optional<std::string_view>("device_grant_off");
  }
  if (client->client.bearer_only || !client->client.standard_flow_enabled) return "standard_flow_off";
  if (!is_redirect_allowed(client->client, authorization.redirect_uri, server_base)) return "redirect_uri_gone";
  return std::nullopt;
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
          dependencies.log.info("authorize_refused", {{"reason", *reason},
                                                      {"realm", realm->realm.name},
                                                      {"client_id", authorization.client_id},
                                                      {"correlation_id", request.correlation_id}});
          return web::error_page(dependencies.pages, 400, display_name(realm->realm),
                                 "The application's settings have changed. Please start again from there.", request);
        }
        auto completion = std::make_shared<const Completion>(
            dependencies, request, realm, std::move(client), authorization, proven,
            dependencies.base_url.issuer(request, realm->realm.name), dependencies.clock.now());
        return web::then(web::Lane::kStore, [completion] { return finish(*completion); });
      });
}

}  // namespace cardea::oidc
