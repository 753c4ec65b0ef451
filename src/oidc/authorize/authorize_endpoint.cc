#include "oidc/authorize/authorize_endpoint.h"

#include "core/required_actions.h"
#include "core/session.h"
#include "domain/flow/executor.h"
#include "oidc/authorize/check_request.h"
#include "oidc/authorize/decide.h"
#include "oidc/authorize/issue_code.h"
#include "oidc/endpoint.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

/// One authorization request on its way; shared by its steps.
struct Authorize {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  AuthorizationRequest request;
  std::string issuer;
};
using AuthorizePtr = std::shared_ptr<const Authorize>;

void log_refusal(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                 std::string_view client_id, std::string_view note) {
  dependencies.log.info("authorize_refused", {{"reason", note},
                                              {"realm", realm.realm.name},
                                              {"client_id", client_id},
                                              {"correlation_id", http.correlation_id}});
}

web::Response answer_refusal(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                             const ClientEntry* client, const AuthorizeRefusal& refusal) {
  const std::string_view client_id =
      client == nullptr ? std::string_view{} : std::string_view(client->client.client_id);
  if (const auto* page = std::get_if<PageRefusal>(&refusal)) {
    log_refusal(dependencies, http, realm, client_id, page->note);
    return web::error_page(dependencies.pages, page->status, display_name(realm.realm), page->message, http);
  }
  const auto& redirect = std::get<RedirectRefusal>(refusal);
  log_refusal(dependencies, http, realm, client_id, redirect.error.note);
  return send_error(dependencies.pages, redirect.target, client->client, redirect.error,
                    dependencies.base_url.issuer(http, realm.realm.name));
}

web::Response refuse_to_client(const Authorize& authorize, OAuthCode code, std::string_view note) {
  const AuthorizeRefusal refusal =
      RedirectRefusal{target_of(authorize.request, authorize.realm->realm), {code, "", 0, std::string(note)}};
  return answer_refusal(authorize.dependencies, authorize.http, *authorize.realm, authorize.client.get(), refusal);
}

/// Single sign-on: the session stays as it is, only a code is written.
web::Outcome sign_on(const AuthorizePtr& authorize, const LiveSession& live) {
  Authentication proven;
  proven.user = live.session.user;
  proven.auth_time = live.session.auth_time;
  proven.acr = "0";
  return web::then(web::Lane::kStore, [authorize, session = live.session, proven]() -> web::Outcome {
    const auto& dependencies = authorize->dependencies;
    auto made = make_code(authorize->realm->realm, authorize->request, session, proven, dependencies.clock.now(),
                          dependencies.random);
    const bool touches = wants_touch(authorize->realm->realm, session, dependencies.clock.now());
    auto stored = dependencies.repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (touches) {
        if (auto done = dependencies.repositories.sessions.touch(tx, session.id, dependencies.clock.now()); !done)
          return done;
      }
      return dependencies.repositories.codes.insert(tx, made.record);
    });
    if (!stored) return refuse_to_client(*authorize, OAuthCode::kTemporarilyUnavailable, describe(stored.error()));
    return send_code(dependencies.pages, target_of(authorize->request, authorize->realm->realm),
                     authorize->client->client, std::move(made.code), session.id.str(), authorize->issuer);
  });
}

/// Does the client's flow let a session stand for a login? Judged without any form, so only its cookie step can pass.
bool accepts_session(const Authorize& authorize, const UserId& user) {
  const auto* flow = authorize.realm->flows.browser_flow(authorize.client->client);
  if (flow == nullptr) return false;
  const FlowProgress nothing;
  const FlowSubject nobody;
  const auto decision = run_flow(*flow, {.progress = nothing, .subject = nobody, .session_user = &user});
  return std::holds_alternative<Complete>(decision);
}

web::Outcome go_on(const AuthorizePtr& authorize, const std::optional<LiveSession>& live) {
  const auto& dependencies = authorize->dependencies;
  const auto now = dependencies.clock.now();
  std::vector<std::string> pending;
  if (live) pending = pending_actions(authorize->realm->realm, live->subject.user, std::nullopt, now);
  switch (decide_authorization(authorize->request, live, pending, now)) {
    case AuthorizeNext::kLogin:
      return dependencies.start_login(authorize->http, authorize->realm, authorize->request, "");
    case AuthorizeNext::kReauthenticate:
      return dependencies.start_login(authorize->http, authorize->realm, authorize->request,
                                      live->subject.user.username);
    case AuthorizeNext::kActions: {
      const Authentication proven{live->session.user, live->session.auth_time, "0", live->session.remember_me};
      return dependencies.require_actions(authorize->http, authorize->realm, authorize->request, proven,
                                          std::move(pending));
    }
    case AuthorizeNext::kComplete:
      return sign_on(authorize, *live);
    case AuthorizeNext::kLoginRequired:
      return refuse_to_client(*authorize, OAuthCode::kLoginRequired, "login_required");
    case AuthorizeNext::kInteractionRequired:
      return refuse_to_client(*authorize, OAuthCode::kInteractionRequired, "interaction_required");
  }
  return refuse_to_client(*authorize, OAuthCode::kServerError, "undecided");
}

/// The session behind the identity cookie, when all of it still lives.
Stored<std::optional<LiveSession>> find_live(Rows& rows, const Authorize& authorize, const IdentityCookie& cookie) {
  auto live = authorize.dependencies.repositories.sessions.load(rows, authorize.realm->realm.id, cookie.session,
                                                                authorize.request.client);
  if (!live || !*live) return live;
  const auto& session = (*live)->session;
  const bool good = session.user == cookie.user &&
                    !why_no_single_sign_on(authorize.realm->realm, *live, authorize.dependencies.clock.now()) &&
                    accepts_session(authorize, session.user);
  if (!good) live->reset();
  return live;
}

web::Outcome find_session(const AuthorizePtr& authorize) {
  const auto& dependencies = authorize->dependencies;
  const auto cookie =
      read_identity_cookie(authorize->http, *authorize->realm, authorize->issuer, dependencies.clock.now());
  if (!cookie) return go_on(authorize, std::nullopt);
  return then_read(dependencies, [authorize, cookie = *cookie]() -> web::Outcome {
    auto live = read_from(authorize->dependencies.repositories.store,
                          [&](Rows& rows) { return find_live(rows, *authorize, cookie); });
    if (!live) return refuse_to_client(*authorize, OAuthCode::kTemporarilyUnavailable, describe(live.error()));
    return go_on(authorize, *live);
  });
}

web::Outcome check_and_go(const Dependencies& dependencies, const web::Request& http,
                          std::shared_ptr<const RealmEntry> realm, std::shared_ptr<const ClientEntry> client,
                          const web::Form& form) {
  auto checked = check_authorization_request(form, client.get(), dependencies.base_url.of(http));
  if (!checked) return answer_refusal(dependencies, http, *realm, client.get(), checked.error());
  auto issuer = dependencies.base_url.issuer(http, realm->realm.name);
  return find_session(std::make_shared<const Authorize>(dependencies, http, std::move(realm), std::move(client),
                                                        std::move(*checked), std::move(issuer)));
}

web::Response refuse_on_page(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                             std::string_view message, std::string_view note) {
  log_refusal(dependencies, http, realm, "", note);
  return web::error_page(dependencies.pages, 400, display_name(realm.realm), message, http);
}

}  // namespace

web::Outcome authorize_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const bool posted = request.method == web::Method::kPost;
        auto form = web::Form::parse(posted ? request.body : request.query);
        if (!form) return refuse_on_page(dependencies, request, *realm, "Invalid Request", "malformed_parameters");
        const auto client_id = form->value("client_id");
        if (!client_id)
          return refuse_on_page(dependencies, request, *realm, "Missing parameters: client_id", "no_client_id");
        int times = 0;
        for (const auto& [name, value] : form->parameters()) times += name == "client_id" ? 1 : 0;
        if (times > 1) return refuse_on_page(dependencies, request, *realm, "Invalid Request", "client_id_repeated");
        const std::string id(*client_id);
        return with_client_entry(dependencies, request, realm, id,
                                 [&dependencies, &request, realm,
                                  form = std::move(*form)](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
                                   return check_and_go(dependencies, request, realm, std::move(client), form);
                                 });
      });
}

}  // namespace cardea::oidc
