// POST P/logout with refresh_token: client authentication, then the whole session ends (keycloak.md section 1.14).
#include "core/check_bearer.h"
#include "core/logout/end_session.h"
#include "oidc/client_request.h"
#include "oidc/endpoint.h"
#include "oidc/logout/logout_endpoint.h"

namespace cardea::oidc {
namespace {

constexpr ClientRequestRules kRules{};

/// An offline token ends the offline session, and the browser's session of the same id with it.
web::Outcome end_session(ClientRequestPtr request, SessionId session, bool offline) {
  return web::then(
      web::Lane::kStore, [request = std::move(request), session = std::move(session), offline]() -> web::Outcome {
        const auto& repositories = request->dependencies.repositories;
        SessionEnding ending{.realm = request->realm->realm,
                             .session = session,
                             .offline = false,
                             .issuer = request->issuer,
                             .now = request->now};
        std::optional<UserSession> before;
        const auto removed = write_to(repositories.store, [&](Tx& tx) -> Stored<bool> {
          ending.offline = false;
          auto found = repositories.sessions.find(tx, ending.realm.id, ending.session);
          if (!found) return refuse(found.error());
          before = std::move(*found);
          const auto online = cardea::end_session(tx, repositories, request->dependencies.random, ending);
          if (!online) return refuse(online.error());
          if (!offline) return online->existed;
          ending.offline = true;
          const auto kept = cardea::end_session(tx, repositories, request->dependencies.random, ending);
          if (!kept) return refuse(kept.error());
          return online->existed || kept->existed;
        });
        auto response =
            removed ? web::empty_response(204) : store_failed(request->dependencies, request->http, removed.error());
        if (removed) {
          request->dependencies.log.info("logout", {{"realm", request->realm->realm.name},
                                                    {"client_id", request->client->client.client_id},
                                                    {"ended", *removed},
                                                    {"session_id", ending.session.str()},
                                                    {"ip", request->http.remote_address},
                                                    {"correlation_id", request->http.correlation_id}});
          response.add("Cache-Control", "no-cache");
        }
        const bool is_of_upstream = removed && before && !before->note(kProviderNote).empty();
        if (!is_of_upstream || !request->dependencies.upstream_logout_url) return response;
        // There is no browser to send to the provider: only one that is told without it hears of this.
        return request->dependencies.upstream_logout_url(
            request->http, request->realm, *before, {},
            [response = std::move(response)](const std::string&) mutable -> web::Outcome {
              return std::move(response);
            });
      });
}

web::Outcome check_token(ClientRequestPtr request) {
  const auto refused = [&](std::string_view text, std::string_view note) {
    return refuse_client(
        *request, {.code = OAuthCode::kInvalidGrant, .description = std::string(text), .note = std::string(note)});
  };
  const auto token = request->form.value("refresh_token");
  if (!token) return refused("Invalid refresh token", "empty_token");
  const auto jwt = verify_refresh_token(*request->realm, request->issuer, *token, request->now);
  if (!jwt) return refused("Invalid refresh token", describe(jwt.error()));
  if (jwt->azp() != request->client->client.client_id) {
    return refused("Invalid refresh token. Token client and authorized client don't match", "token_of_other_client");
  }
  return end_session(std::move(request), SessionId(jwt->sid()), is_of_offline_session(*jwt));
}

}  // namespace

web::Outcome refresh_token_logout(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &check_token);
}

}  // namespace cardea::oidc
