#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/log_refusal.h"

#include <algorithm>

#include "core/client_urls.h"
#include "core/consent.h"
#include "core/level_of_assurance.h"
#include "core/required_actions.h"
#include "core/second_factor.h"
#include "core/session.h"
#include "domain/flow/executor.h"
#include "oidc/authorize/check_request.h"
#include "oidc/authorize/decide.h"
#include "oidc/authorize/grant_answer.h"
#include "oidc/authorize/object_keys.h"
#include "oidc/authorize/pushed_request.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

/// P/registrations is P/auth with prompt=create.
constexpr std::string_view kRegistrations = "/registrations";

using RealmPtr = std::shared_ptr<const RealmEntry>;

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

web::Response refuse_on_page(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                             const NamedClient& named, const PageRefusal& page) {
  log_refusal(dependencies, http, realm, named, page.note);
  return web::error_page(dependencies.pages, page.status, dependencies.frame(http, realm.realm), page.message, http);
}

web::Response answer_refusal(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                             const ClientEntry* client, const NamedClient& named, const AuthorizeRefusal& refusal) {
  if (const auto* page = std::get_if<PageRefusal>(&refusal)) {
    return refuse_on_page(dependencies, http, realm, named, *page);
  }
  const auto& redirect = std::get<RedirectRefusal>(refusal);
  log_refusal(dependencies, http, realm, named, redirect.error.note);
  const auto issuer = dependencies.base_url.issuer(http, realm.realm.name);
  return send_error({dependencies, http, realm, client->client, issuer, dependencies.clock.now()}, redirect.target,
                    redirect.error);
}

web::Response refuse_to_client(const Authorize& authorize, OAuthError error) {
  const AuthorizeRefusal refusal = RedirectRefusal{target_of(authorize.request), std::move(error)};
  const auto& request = authorize.request;
  return answer_refusal(authorize.dependencies, authorize.http, *authorize.realm, authorize.client.get(),
                        {authorize.client->client.client_id, request.redirect_uri}, refusal);
}

web::Response refuse_to_client(const Authorize& authorize, OAuthCode code, std::string_view note) {
  return refuse_to_client(authorize, {code, "", 0, std::string(note)});
}
web::Response store_failed_to_client(const Authorize& authorize, StoreError error) {
  return refuse_to_client(authorize, store_failed_for_client(authorize.dependencies, authorize.http, error));
}

/// The level that the session still reaches in the client's flow; kNoLevel where the flow has none.
int level_of_session(const Authorize& authorize, const UserSession& session) {
  const auto* flow = authorize.realm->flows.browser_flow(authorize.client->client);
  if (flow == nullptr) return kNoLevel;
  return level_still_reached(*flow,
                             {.earlier = levels_of(session), .now = epoch_seconds(authorize.dependencies.clock.now())});
}

std::string acr_of_session(const Authorize& authorize, const UserSession& session) {
  const auto level = level_of_session(authorize, session);
  return LevelNames(authorize.realm->realm, authorize.client->client)
      .name_of(level == kNoLevel ? 0 : level, authorize.request.acr_values);
}

/// A flow without levels can reach none, so asking again would change nothing; but an active login is "1" where single
/// sign-on is "0", and an essential acr may ask for that.
bool is_level_missing(const Authorize& authorize, const UserSession& session) {
  const auto* flow = authorize.realm->flows.browser_flow(authorize.client->client);
  if (flow == nullptr) return false;
  const LevelNames names(authorize.realm->realm, authorize.client->client);
  const auto requested = requested_level(names, authorize.request.acr_values);
  if (!uses_authenticator(*flow, kLevelCondition)) return authorize.request.acr_essential && requested == 1;
  return requested > level_of_session(authorize, session);
}

/// Sent by browsers that load a page before anybody asked for it.
bool is_prefetch(const web::Request& request) {
  for (const auto* name : {"Sec-Purpose", "Purpose", "X-Moz"}) {
    const auto value = request.header(name);
    if (value && value->starts_with("prefetch")) return true;
  }
  return false;
}

/// Single sign-on: the session stays as it is, only the answer is written.
web::Outcome sign_on(const AuthorizePtr& authorize, const LiveSession& live) {
  Authentication proven;
  proven.user = live.session.user;
  proven.auth_time = live.session.auth_time;
  proven.acr = acr_of_session(*authorize, live.session);
  auto grant = std::make_shared<const Grantable>(authorize->dependencies, authorize->realm, authorize->client,
                                                 authorize->request, proven, authorize->issuer,
                                                 authorize->dependencies.clock.now());
  return web::then(web::Lane::kStore, [authorize, grant, session = live.session]() -> web::Outcome {
    const auto& repositories = grant->dependencies.repositories;
    const bool touches = wants_touch(grant->realm->realm, session, grant->now);
    auto granted = write_to(repositories.store, [&](Tx& tx) -> Stored<Granted> {
      if (touches) {
        if (auto done = repositories.sessions.touch(tx, session.id, grant->now); !done) return refuse(done.error());
      }
      return store_grant(tx, *grant, session);
    });
    if (!granted) return store_failed_to_client(*authorize, granted.error());
    return web::then(answer_lane(*grant->realm, *grant->client),
                     [authorize, grant, session, granted = std::move(*granted)]() mutable -> web::Outcome {
                       return answer_grant(*grant, authorize->http, session, std::move(granted));
                     });
  });
}

/// A page that nobody looks at: a browser that loads ahead, or an image, a script or a fetch of another site (Fetch
/// Metadata). What comes next stores a row, may send a mail, and takes the place of a login in another tab.
bool is_background_load(const web::Request& request) {
  const auto mode = request.header("Sec-Fetch-Mode");
  return request.method == web::Method::kGet && (is_prefetch(request) || (mode && *mode != "navigate"));
}

/// Browsers ask again when the person really goes there.
web::Response refuse_background_load(const Authorize& authorize) {
  log_refusal(authorize.dependencies, authorize.http, *authorize.realm,
              {authorize.request.client_id, authorize.request.redirect_uri}, "background_load");
  return web::error_page(authorize.dependencies.pages, 503,
                         authorize.dependencies.frame(authorize.http, authorize.realm->realm),
                         "This page cannot be loaded ahead. Open it again.", authorize.http);
}

/// What an identity cookie is worth for this request.
struct Found {
  std::optional<LiveSession> live = {};  // the session behind it, when all of it still lives
  bool is_over = false;                  // no request will find it again
  bool wants_consent = false;
  bool needs_factor = false;  // a credential is to be removed, by more than the session has proven
};

web::Outcome go_on(const AuthorizePtr& authorize, const Found& found) {
  const auto& live = found.live;
  const auto& dependencies = authorize->dependencies;
  const auto now = dependencies.clock.now();
  std::vector<std::string> pending;
  if (live) pending = pending_actions(*authorize->realm, live->subject.user, std::nullopt, now);
  if (live && found.wants_consent) pending.emplace_back(kConsentAction);
  const std::string_view asked = authorize->request.kc_action;
  const AuthorizeFacts facts{
      .level_missing = live && (found.needs_factor || is_level_missing(*authorize, live->session)),
      .action_max_age = action_max_auth_age(authorize->realm->realm, asked.substr(0, asked.find(':')))};
  switch (decide_authorization(authorize->request, live, pending, now, facts)) {
    case AuthorizeNext::kLogin:
      return dependencies.start_login(authorize->http, authorize->realm, authorize->request, "", std::nullopt);
    case AuthorizeNext::kReauthenticate:
      return dependencies.start_login(authorize->http, authorize->realm, authorize->request,
                                      live->subject.user.username, std::nullopt);
    case AuthorizeNext::kStepUp:
      return dependencies.start_login(authorize->http, authorize->realm, authorize->request,
                                      live->subject.user.username, live->session.id);
    case AuthorizeNext::kActions: {
      if (is_background_load(authorize->http)) return refuse_background_load(*authorize);
      std::erase(pending, kConsentAction);  // login asks for it by itself, behind the others
      const Authentication proven{.user = live->session.user,
                                  .auth_time = live->session.auth_time,
                                  .acr = acr_of_session(*authorize, live->session),
                                  .remember_me = live->session.remember_me,
                                  .session = live->session.id};
      return dependencies.require_actions(authorize->http, authorize->realm, authorize->request, proven,
                                          std::move(pending));
    }
    case AuthorizeNext::kComplete:
      if (is_prefetch(authorize->http)) return refuse_background_load(*authorize);
      return sign_on(authorize, *live);
    case AuthorizeNext::kLoginRequired:
      return refuse_to_client(*authorize, OAuthCode::kLoginRequired, "login_required");
    case AuthorizeNext::kInteractionRequired:
      return refuse_to_client(*authorize, OAuthCode::kInteractionRequired, "interaction_required");
  }
  return refuse_to_client(*authorize, OAuthCode::kServerError, "undecided");
}

Stored<Found> find_live(Rows& rows, const Authorize& authorize, const IdentityCookie& cookie) {
  const auto now = authorize.dependencies.clock.now();
  auto live = authorize.dependencies.repositories.sessions.load(rows, authorize.realm->realm.id, cookie.session,
                                                                authorize.request.client);
  if (!live) return refuse(live.error());
  if (!*live || !is_session_alive(authorize.realm->realm, (*live)->session, now))
    return Found{.live = std::nullopt, .is_over = true};
  const auto& session = (*live)->session;
  const bool good = is_cookie_of(cookie, session) && !why_no_single_sign_on(authorize.realm->realm, *live, now) &&
                    accepts_session(*authorize.realm, authorize.client->client, session.user);
  return good ? Found{.live = std::move(*live)} : Found{};
}

/// Is there something in the request that this person has not allowed the client yet?
Stored<bool> asks_for_consent(Rows& rows, const Authorize& authorize, const UserId& user) {
  if (!authorize.client->client.consent_required) return false;
  const auto allowed = authorize.dependencies.repositories.consents.find(rows, user, authorize.client->client.id);
  if (!allowed) return refuse(allowed.error());
  return !items_to_ask(*authorize.client, authorize.request, *allowed).empty();
}

/// Is one of the person's credentials to be removed that the session's login has not proven enough for?
Stored<bool> needs_factor(Rows& rows, const Authorize& authorize, const UserSession& session) {
  const auto id = credential_to_remove(authorize.request);
  if (id.empty()) return false;
  const auto all = authorize.dependencies.repositories.credentials.list_all(rows, session.user);
  if (!all) return refuse(all.error());
  const auto named = std::ranges::find_if(*all, [id](const Credential& each) { return each.id.str() == id; });
  if (named == all->end()) return false;  // the action says that it is not there
  const auto& flows = authorize.realm->flows;
  return !may_remove_credential(flows, flows.browser_flow(authorize.client->client), named->type, {.session = &session},
                                authorize.dependencies.clock.now());
}

web::Outcome find_session(const AuthorizePtr& authorize) {
  const auto& dependencies = authorize->dependencies;
  const auto cookie =
      read_identity_cookie(authorize->http, *authorize->realm, authorize->issuer, dependencies.clock.now());
  if (!cookie) return go_on(authorize, {});
  return then_read(dependencies, [authorize, cookie = *cookie]() -> web::Outcome {
    auto found = read_from(authorize->dependencies.repositories.store, [&](Rows& rows) {
      auto read = find_live(rows, *authorize, cookie);
      if (!read || !read->live) return read;
      auto asks = asks_for_consent(rows, *authorize, cookie.user);
      if (!asks) return Stored<Found>(refuse(asks.error()));
      read->wants_consent = *asks;
      auto needs = needs_factor(rows, *authorize, (*read->live).session);
      if (!needs) return Stored<Found>(refuse(needs.error()));
      read->needs_factor = *needs;
      return read;
    });
    if (!found) return store_failed_to_client(*authorize, found.error());
    auto outcome = go_on(authorize, *found);
    if (!found->is_over) return outcome;
    // keycloak.md section 2.6: pages that watch the session must see that it is over.
    return web::with_answer(std::move(outcome), [authorize](web::Response& response) {
      clear_session_cookies(response, authorize->http, *authorize->realm, authorize->dependencies.base_url);
    });
  });
}

web::Outcome check_and_go(const Dependencies& dependencies, const web::Request& http,
                          std::shared_ptr<const RealmEntry> realm, std::shared_ptr<const ClientEntry> client,
                          const RequestParameters& parameters) {
  const auto& name = realm->realm.name;
  const auto base =
      dependencies.base_url.of_realm(http, client == nullptr ? name : address_realm(client->client, name));
  auto checked = check_authorization_request(parameters.form, client.get(), base, dependencies.production);
  if (checked) checked = check_entry(parameters, *client, std::move(*checked));
  if (!checked) {
    const NamedClient named{parameters.form.value_or("client_id", ""), parameters.form.value_or("redirect_uri", "")};
    return answer_refusal(dependencies, http, *realm, client.get(), named, checked.error());
  }
  if (http.path.ends_with(kRegistrations)) checked->prompt_create = true;
  auto issuer = dependencies.base_url.issuer(http, realm->realm.name);
  return find_session(std::make_shared<const Authorize>(dependencies, http, std::move(realm), std::move(client),
                                                        std::move(*checked), std::move(issuer)));
}

web::Outcome check_read(const Dependencies& dependencies, const web::Request& http,
                        const std::shared_ptr<const RealmEntry>& realm,
                        const std::shared_ptr<const ClientEntry>& client,
                        const Result<RequestParameters, OAuthError>& read) {
  if (read && !client->rules.encrypts) return check_and_go(dependencies, http, realm, client, *read);
  if (read) {
    return with_encryption_keys(
        dependencies, *client, [&dependencies, &http, realm, client, read = *read]() -> web::Outcome {
          if (!wants_encrypted(client->client, Encrypted::kAnswer)) {
            return check_and_go(dependencies, http, realm, client, read);
          }
          return web::then(web::Lane::kCpu,
                           [&dependencies, &http, realm, client, read] {  // refusals are encrypted, too
                             return check_and_go(dependencies, http, realm, client, read);
                           });
        });
  }
  return refuse_on_page(dependencies, http, *realm, {.client_id = client->client.client_id},
                        {400, "Invalid Request", read.error().note});
}

/// The parameters themselves: of the request, of a signed object in it, or pushed before.
web::Outcome read_parameters(const Dependencies& dependencies, const web::Request& http,
                             std::shared_ptr<const RealmEntry> realm, std::shared_ptr<const ClientEntry> client,
                             web::Form form) {
  if (client == nullptr || !client->client.enabled) {
    return check_and_go(dependencies, http, std::move(realm), std::move(client), {std::move(form), {}, {}});
  }
  const auto handle = pushed_handle(form);
  if (!handle) {
    const auto issuer = dependencies.base_url.issuer(http, realm->realm.name);
    const ObjectRules rules{.issuer = issuer, .now = dependencies.clock.now(), .source = RequestSource::kBrowser};
    return with_request_parameters(dependencies, std::move(form), client, rules,
                                   [&dependencies, &http, realm, client](const auto& read) -> web::Outcome {
                                     return check_read(dependencies, http, realm, client, read);
                                   });
  }
  return then_read(dependencies,
                   [&dependencies, &http, realm = std::move(realm), client = std::move(client),
                    handle = std::string(*handle), form = std::move(form)]() -> web::Outcome {
                     auto pushed = load_pushed_request(dependencies, realm->realm, *client, handle);
                     if (!pushed) return store_failed_on_page(dependencies, http, realm.get(), pushed.error());
                     if (!*pushed) {
                       return refuse_on_page(dependencies, http, *realm, {.client_id = client->client.client_id},
                                             {400, "Invalid Request", "pushed_request_unknown"});
                     }
                     if (!may_stand_beside(form, **pushed, client->client)) {
                       return refuse_on_page(
                           dependencies, http, *realm, {.client_id = client->client.client_id},
                           {400, "PAR request did not include necessary parameters", "policy_secure_par_content"});
                     }
                     return check_read(dependencies, http, realm, client, std::move(**pushed));
                   });
}

int count_of(const web::Form& form, std::string_view wanted) {
  int times = 0;
  for (const auto& [name, value] : form.parameters()) times += name == wanted ? 1 : 0;
  return times;
}

}  // namespace

web::Outcome authorize_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      asking_for_page(dependencies, request, nullptr), dependencies, request,
      [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const bool posted = request.method == web::Method::kPost;
        auto form = web::Form::parse(posted ? request.body : request.query);
        const auto refused = [&](std::string message, std::string note) {
          return refuse_on_page(dependencies, request, *realm, {}, {400, std::move(message), std::move(note)});
        };
        if (posted && !request.has_form()) return refused("Invalid Request", "no_form");
        if (!form) return refused("Invalid Request", "malformed_parameters");
        const auto client_id = form->value("client_id");
        if (!client_id) return refused("Missing parameters: client_id", "no_client_id");
        if (count_of(*form, "client_id") > 1) return refused("Invalid Request", "client_id_repeated");
        const std::string id(*client_id);
        return cardea::with_client(
            asking_for_page(dependencies, request, realm), realm, id,
            [&dependencies, &request, realm,
             form = std::move(*form)](std::shared_ptr<const ClientEntry> client) mutable -> web::Outcome {
              return read_parameters(dependencies, request, realm, std::move(client), std::move(form));
            });
      });
}

web::Response answer_with_error(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                                const Client& client, const AuthorizationRequest& authorization, std::string_view error,
                                std::string_view description) {
  const auto issuer = dependencies.base_url.issuer(request, realm.realm.name);
  return send_error({dependencies, request, realm, client, issuer, dependencies.clock.now()}, target_of(authorization),
                    error, description);
}

}  // namespace cardea::oidc
