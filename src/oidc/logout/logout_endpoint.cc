#include "oidc/logout/logout_endpoint.h"

#include "base/uri.h"
#include "core/check_bearer.h"
#include "core/client_urls.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "oidc/authorize/answer.h"
#include "oidc/endpoint.h"
#include "oidc/logout/decide_logout.h"
#include "oidc/redirect_uri.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"
#include "web/form.h"

namespace cardea::oidc {
namespace {

/// One request on its way; shared by its steps.
struct Logout {
  const Dependencies& dependencies;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  web::Form form;
  std::string issuer;
  TimePoint now;
  std::optional<LogoutHint> hint;
  std::shared_ptr<const ClientEntry> client;  // of the hint, else of client_id
  std::optional<IdentityCookie> cookie;
  bool is_owner_found = false;  // `client` was found by its old `redirect_uri`
  std::string onward = {};      // to sign out at the provider that vouched for the session; it leads to the target

  [[nodiscard]] const Client* client_record() const { return client == nullptr ? nullptr : &client->client; }
  /// What the client's relative URLs stand behind.
  [[nodiscard]] std::string server_base() const {
    const std::string_view name = realm->realm.name;
    return dependencies.base_url.of_realm(http, client == nullptr ? name : address_realm(client->client, name));
  }
  /// `redirect_uri` is what clients sent before there was a standard (guides G3.3): held to the same rules.
  [[nodiscard]] std::optional<std::string_view> target() const {
    const auto standard = form.value("post_logout_redirect_uri");
    return standard ? standard : form.value("redirect_uri");
  }
  [[nodiscard]] bool is_legacy() const { return form.value("redirect_uri") && !form.value("post_logout_redirect_uri"); }
  /// As sent, or found as the owner of an old `redirect_uri`; empty: none.
  [[nodiscard]] std::string_view client_id() const {
    if (const auto sent = form.value("client_id")) return *sent;
    return is_owner_found ? std::string_view(client->client.client_id) : std::string_view();
  }
};
using LogoutPtr = std::shared_ptr<Logout>;

/// How long the clients' pages may load before the browser goes on.
const std::string kFrontchannelSeconds = "3";

web::PageFrame frame_of(const Logout& logout) { return logout.dependencies.frame(logout.http, logout.realm->realm); }

web::Response refused(const Logout& logout, int status, std::string_view message) {
  logout.dependencies.log.info("logout_refused",
                               {{"reason", message},
                                {"realm", logout.realm->realm.name},
                                {"client_id", logout.client ? logout.client->client.client_id : std::string()},
                                {"correlation_id", logout.http.correlation_id}});
  return web::error_page(logout.dependencies.pages, status, frame_of(logout), message, logout.http);
}

/// An identity cookie that is not ours, or whose session is gone, goes too.
void clear_stale_cookies(const Logout& logout, web::Response& response, bool is_live) {
  if (is_live || !logout.http.cookie("KEYCLOAK_IDENTITY")) return;
  clear_session_cookies(response, logout.http, *logout.realm, logout.dependencies.base_url);
}

web::Response confirm_page(const Logout& logout, bool is_live) {
  const auto frame = frame_of(logout);
  web::PageData data;
  data.text("title", frame.texts("logoutConfirmTitle"));
  data.text("action", logout.issuer + "/protocol/openid-connect/logout/logout-confirm");
  std::vector<web::PageData> fields;
  const auto add_field = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      fields.push_back(web::PageData().text("name", std::string(name)).text("value", std::string(value)));
    }
  };
  if (is_live) add_field("session_code", logout.cookie->state_checker);
  add_field("client_id",
            logout.hint && logout.client_id().empty() ? std::string_view(logout.hint->client_id) : logout.client_id());
  add_field("post_logout_redirect_uri", logout.target().value_or(""));
  add_field("state", logout.form.value_or("state", ""));
  data.list("fields", std::move(fields));
  web::PagePolicy policy{.frame = &frame};
  if (const auto target = logout.target()) policy.form_targets = web::form_targets_of(*target);
  auto response = logout.dependencies.pages.render("logout-confirm", 200, data, policy);
  clear_stale_cookies(logout, response, is_live);
  return response;
}

std::string target_url(const Logout& logout) {
  if (!logout.onward.empty()) return logout.onward;
  std::string location(*logout.target());
  if (const auto state = logout.form.value("state")) append_query(location, "state", *state);
  return location;
}

/// Loads the logout pages of clients in frames, then goes on (Front-Channel Logout 1.0 section 3). The Refresh header
/// needs no script, and the link no waiting.
web::Response frontchannel_page(const Logout& logout, const std::vector<FrontchannelLogout>& clients, bool redirects) {
  const auto frame = frame_of(logout);
  web::PageData data;
  web::PagePolicy policy{.frame = &frame};
  std::vector<web::PageData> items;
  for (const auto& client : clients) {
    items.push_back(web::PageData().text("client_name", client.client_name).text("url", client.url));
    if (const auto parsed = parse_uri(client.url)) policy.frames.push_back(parsed->origin());
  }
  data.text("title", frame.texts("logoutConfirmTitle"))
      .text("lead", frame.texts("frontchannel-logout.message"))
      .list("clients", std::move(items))
      .flag("is_done", !redirects);
  if (redirects) data.text("link", target_url(logout));
  auto response = logout.dependencies.pages.render("frontchannel-logout", 200, data, policy);
  if (redirects) response.add("Refresh", kFrontchannelSeconds + ("; url=" + target_url(logout)));
  return response;
}

web::Response logged_out_page(const Logout& logout) {
  std::optional<web::PageLink> link;
  if (const auto target = logout.target()) {
    link = web::PageLink{std::string(*target), "Back to Application"};
  } else if (const auto* client = logout.client_record()) {
    if (auto home = home_url(*client, logout.server_base()))
      link = web::PageLink{std::move(*home), "Back to Application"};
  }
  return web::info_page(logout.dependencies.pages, frame_of(logout), "You are logged out", "You are logged out",
                        link ? &*link : nullptr);
}

web::Outcome end_session(const LogoutPtr& logout, std::optional<SessionId> session, bool redirects) {
  const auto finish = [logout, to_target = redirects](const std::vector<FrontchannelLogout>& clients) {
    const bool goes_on = to_target || !logout->onward.empty();
    // A form of ours may lead to the client's address alone (CSP form-action), so from there a page leads on.
    const bool is_form_to_provider = logout->http.method == web::Method::kPost && !logout->onward.empty();
    auto response = !clients.empty() || is_form_to_provider ? frontchannel_page(*logout, clients, goes_on)
                    : goes_on                               ? web::redirect(target_url(*logout))
                                                            : logged_out_page(*logout);
    clear_session_cookies(response, logout->http, *logout->realm, logout->dependencies.base_url);
    return response;
  };
  if (!session) return finish({});
  return web::then(web::Lane::kStore, [logout, finish, redirects, session = std::move(*session)]() -> web::Outcome {
    const auto& repositories = logout->dependencies.repositories;
    std::optional<UserSession> before;
    const auto ended = write_to(repositories.store, [&](Tx& tx) -> Stored<EndedSession> {
      auto found = repositories.sessions.find(tx, logout->realm->realm.id, session);
      if (!found) return refuse(found.error());
      before = std::move(*found);
      return cardea::end_session(
          tx, repositories, logout->dependencies.random,
          {.realm = logout->realm->realm, .session = session, .issuer = logout->issuer, .now = logout->now});
    });
    if (!ended) return store_failed_on_page(logout->dependencies, logout->http, logout->realm.get(), ended.error());
    logout->dependencies.log.info("logout", {{"realm", logout->realm->realm.name},
                                             {"ended", ended->existed},
                                             {"client_id", logout->client ? logout->client->client.client_id : ""},
                                             {"session_id", session.str()},
                                             {"ip", logout->http.remote_address},
                                             {"correlation_id", logout->http.correlation_id}});
    const bool is_of_upstream = before && !before->note(kProviderNote).empty();
    if (!is_of_upstream || !logout->dependencies.upstream_logout_url) return finish(ended->frontchannel);
    // Whose token it was is said to the provider by the browser of that very session alone: it stands in an address.
    if (!logout->cookie || logout->cookie->session != session) before->notes.erase(std::string(kUpstreamSubjectNote));
    return logout->dependencies.upstream_logout_url(
        logout->http, logout->realm, *before, redirects ? target_url(*logout) : std::string(),
        [logout, finish, clients = ended->frontchannel](const std::string& url) -> web::Outcome {
          logout->onward = url;
          return finish(clients);
        });
  });
}

/// The session of this browser, when it still lives.
Stored<std::optional<SessionId>> find_browser_session(Rows& rows, const Logout& logout) {
  using Answer = std::optional<SessionId>;
  if (!logout.cookie) return Answer{};
  auto found = logout.dependencies.repositories.sessions.find(rows, logout.realm->realm.id, logout.cookie->session);
  if (!found) return refuse(found.error());
  const bool is_live =
      *found && (*found)->user == logout.cookie->user && is_session_alive(logout.realm->realm, **found, logout.now);
  return is_live ? Answer(logout.cookie->session) : Answer{};
}

web::Outcome act(const LogoutPtr& logout, const std::optional<SessionId>& browser_session) {
  const auto base = logout->server_base();
  if (logout->form.value("redirect_uri") && logout->client == nullptr) {
    return refused(*logout, 400, "Invalid parameter: redirect_uri");
  }
  const auto decision =
      decide_logout({.client_id = logout->client_id(),
                     .post_logout_redirect_uri = logout->target(),
                     .has_hint = logout->form.value("id_token_hint").has_value(),
                     .hint = logout->hint,
                     .client = logout->client_record(),
                     .browser_session = browser_session,
                     .server_base = base,
                     .legacy_without_question = logout->dependencies.legacy_logout && logout->is_legacy()});
  if (const auto* refusal = std::get_if<RefuseLogout>(&decision)) return refused(*logout, 400, refusal->message);
  if (std::holds_alternative<ConfirmLogout>(decision)) return confirm_page(*logout, browser_session.has_value());
  const auto& end = std::get<EndSession>(decision);
  return end_session(logout, end.session, end.to_target);
}

/// Confirmed by the person. The state checker is in nobody's hands but those of this browser and its pages.
web::Outcome confirm(const LogoutPtr& logout, const std::optional<SessionId>& browser_session) {
  const auto target = logout->target();
  if (target && !is_target_allowed(logout->client_record(), *target, logout->server_base())) {
    return refused(*logout, 400, "Invalid redirect uri");
  }
  const auto code = logout->form.value_or("session_code", "");
  if (browser_session && !equal_secrets(code, logout->cookie->state_checker)) {
    return refused(*logout, 403, "Logout failed");
  }
  return end_session(logout, browser_session, target.has_value());
}

/// The client of this browser's session to which an old `redirect_uri` belongs; null when there is none.
Stored<std::shared_ptr<const ClientEntry>> find_owner(const Logout& logout, const SessionId& session) {
  const auto& repositories = logout.dependencies.repositories;
  const auto shares =
      read_from(repositories.store, [&](Rows& rows) { return repositories.sessions.client_sessions(rows, session); });
  if (!shares) return refuse(shares.error());
  for (const auto& share : *shares) {
    auto client = logout.dependencies.settings.load_client_by_id(logout.realm, share.client);
    if (!client) return refuse(client.error());
    const bool owns =
        *client != nullptr && is_target_allowed(&(*client)->client, *logout.target(), logout.server_base());
    if (owns) return std::move(*client);
  }
  return std::shared_ptr<const ClientEntry>();
}

using NextStep = web::Outcome (*)(const LogoutPtr&, const std::optional<SessionId>&);

/// Client, cookie and session of the request; then `next`.
web::Outcome load(LogoutPtr logout, NextStep next) {
  const std::string client_id(logout->hint ? std::string_view(logout->hint->client_id)
                                           : logout->form.value_or("client_id", ""));
  const auto go_on = [logout, next](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
    logout->client = std::move(client);
    return then_read(logout->dependencies, [logout, next]() -> web::Outcome {
      const auto session = read_from(logout->dependencies.repositories.store,
                                     [&](Rows& rows) { return find_browser_session(rows, *logout); });
      if (!session)
        return store_failed_on_page(logout->dependencies, logout->http, logout->realm.get(), session.error());
      const bool asks_owner = !logout->client && !logout->form.value("client_id") && logout->form.value("redirect_uri");
      if (asks_owner && *session) {
        auto owner = find_owner(*logout, **session);
        if (!owner) return store_failed_on_page(logout->dependencies, logout->http, logout->realm.get(), owner.error());
        logout->client = std::move(*owner);
        logout->is_owner_found = logout->client != nullptr;
      }
      return next(logout, *session);
    });
  };
  if (client_id.empty()) return go_on(nullptr);
  return cardea::with_client(asking_for_page(logout->dependencies, logout->http, logout->realm), logout->realm,
                             client_id, go_on);
}

std::optional<LogoutHint> read_hint(const Logout& logout) {
  const auto text = logout.form.value("id_token_hint");
  if (!text) return std::nullopt;
  const auto token = verify_id_token_hint(*logout.realm, logout.issuer, *text, logout.now);
  if (!token) return std::nullopt;
  return LogoutHint{
      .session = SessionId(token->sid()), .user = UserId(token->sub()), .client_id = std::string(token->azp())};
}

Result<web::Form, web::FormError> parameters_of(const web::Request& request) {
  if (request.method != web::Method::kPost) return web::Form::parse(request.query);
  if (!request.has_form()) return web::Form{};
  return web::Form::parse(request.body);
}

web::Outcome start(const Dependencies& dependencies, const web::Request& request, NextStep next) {
  return with_path_realm(asking_for_page(dependencies, request, nullptr), dependencies, request,
                         [&dependencies, &request, next](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
                           auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
                           auto form = parameters_of(request);
                           auto logout = std::make_shared<Logout>(dependencies, request, std::move(realm),
                                                                  form ? std::move(*form) : web::Form{},
                                                                  std::move(issuer), dependencies.clock.now());
                           if (!form || logout->form.first_repeated()) return refused(*logout, 400, "Invalid Request");
                           logout->hint = read_hint(*logout);
                           logout->cookie = read_identity_cookie(request, *logout->realm, logout->issuer, logout->now);
                           return load(std::move(logout), next);
                         });
}

}  // namespace

web::Outcome logout_endpoint(const Dependencies& dependencies, const web::Request& request) {
  if (request.method == web::Method::kPost) {
    const auto form = parameters_of(request);
    if (form && form->raw("refresh_token")) return refresh_token_logout(dependencies, request);
  }
  return start(dependencies, request, &act);
}

web::Outcome logout_confirm_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return start(dependencies, request, &confirm);
}

}  // namespace cardea::oidc
