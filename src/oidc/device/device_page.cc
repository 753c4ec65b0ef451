// The person's side of the device grant (RFC 8628 section 3.3): type the code, sign in, see which application asks,
// agree or not. The person always decides, also when the code came in the address (sections 3.3.1 and 5.4: whoever
// sends that address to somebody else gets nothing without a click).
#include "base/uri.h"
#include "core/consent.h"
#include "core/required_actions.h"
#include "core/session.h"
#include "oidc/authorize/answer.h"
#include "oidc/authorize/decide.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/device/user_code.h"
#include "oidc/endpoint.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"
#include "web/form.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kInvalidCode = "Invalid code, please try again.";
constexpr std::string_view kExpiredCode =
    "The code has expired. Please go back to your device and try connecting again.";
constexpr std::string_view kTooMany = "Too many wrong codes. Wait a minute, then try again.";

/// One visit on its way; shared by its steps.
struct Visit {
  const Dependencies& dependencies;
  DeviceLimits& limits;
  const web::Request& http;
  std::shared_ptr<const RealmEntry> realm;
  web::Form form;
  std::string issuer;
  TimePoint now;
  std::string user_code;  // as shown
  std::optional<IdentityCookie> cookie;

  // Loaded:
  DeviceCode code;
  std::shared_ptr<const ClientEntry> client;
  std::optional<LiveSession> live;
};
using VisitPtr = std::shared_ptr<Visit>;

web::PageFrame frame_of(const Visit& visit) { return visit.dependencies.frame(visit.http, visit.realm->realm); }

web::Response code_page(const Visit& visit, int status, std::string_view error) {
  const auto frame = frame_of(visit);
  web::PageData data;
  data.text("title", frame.texts("oauth2DeviceVerificationTitle"))
      .text("action", visit.issuer + "/device")
      .text("error", frame.texts.said(error));
  web::add_languages(data, frame, visit.issuer + "/device?");
  auto response = visit.dependencies.pages.render("device-code", status, data, {.frame = &frame});
  web::keep_language(response, visit.http, frame, visit.dependencies.base_url);
  return response;
}

web::Response refused_code(const Visit& visit, std::string_view message, std::string_view note) {
  visit.dependencies.log.info("device_refused", {{"reason", note},
                                                 {"realm", visit.realm->realm.name},
                                                 {"ip", visit.http.remote_address},
                                                 {"correlation_id", visit.http.correlation_id}});
  return code_page(visit, 200, message);
}

/// A wrong code counts against the address it came from.
web::Response wrong_code(const Visit& visit, std::string_view note) {
  visit.limits.guesses.count(address_key(visit.http.remote_address), visit.now);
  return refused_code(visit, kInvalidCode, note);
}

std::string page_of(const Visit& visit) {
  std::string url = visit.issuer + "/device";
  append_query(url, "user_code", visit.user_code);
  return url;
}

/// Name and the scopes that say what they are for.
web::Response confirm_page(const Visit& visit) {
  const auto& client = visit.client->client;
  const bool has_name = !client.name.empty() && !client.name.starts_with("${");
  const auto frame = frame_of(visit);
  const auto& name = has_name ? client.name : client.client_id;
  const auto& username = visit.live->subject.user.username;
  web::PageData data;
  std::vector<web::PageData> scopes;
  if (const auto plan = plan_for_granted(*visit.client, visit.code.scope)) {
    for (const auto* scope : plan->scopes) {
      if (scope->in_token_scope()) scopes.push_back(web::PageData().text("text", scope->name));
    }
  }
  data.text("title", frame.texts("oauth2DeviceVerificationTitle"))
      .text("heading", frame.texts("oauthGrantTitle", {name}))
      .text("lead", frame.texts("deviceConfirmLead", {name, username}))
      .text("user_code", visit.user_code)
      .text("session_code", visit.cookie->state_checker)
      .text("action", visit.issuer + "/device/confirm")
      .flag("has_scopes", !scopes.empty())
      .list("scopes", std::move(scopes));
  return visit.dependencies.pages.render("device-confirm", 200, data, {.frame = &frame});
}

/// What sign-in is told: who asks, and where to come back to. Our own page, so nothing is sent anywhere.
AuthorizationRequest as_authorization(const Visit& visit) {
  AuthorizationRequest request;
  request.client = visit.client->client.id;
  request.client_id = visit.client->client.client_id;
  request.redirect_uri = page_of(visit);
  request.scope = visit.code.scope;
  request.device_user_code = visit.user_code;
  return request;
}

Stored<std::optional<LiveSession>> find_live(Rows& rows, const Visit& visit) {
  using Answer = std::optional<LiveSession>;
  if (!visit.cookie) return Answer{};
  auto live = visit.dependencies.repositories.sessions.load(rows, visit.realm->realm.id, visit.cookie->session,
                                                            visit.code.client);
  if (!live || !*live) return live;
  const bool good =
      is_cookie_of(*visit.cookie, (*live)->session) && !why_no_single_sign_on(visit.realm->realm, *live, visit.now);
  if (!good) live->reset();
  return live;
}

/// May this session decide? Where the client's flow takes none, one that was made, or proven anew, for this code.
bool may_stand(const Visit& visit) {
  const auto& session = visit.live->session;
  if (accepts_session(*visit.realm, visit.client->client, session.user)) return true;
  const auto asked_at = visit.code.expires_at - device_code_life(visit.realm->realm, visit.client->client);
  return session.auth_time >= epoch_seconds(asked_at);
}

/// The code, its client and the browser's session.
Stored<std::optional<std::string_view>> load(Visit& visit) {
  using Answer = std::optional<std::string_view>;
  const auto& repositories = visit.dependencies.repositories;
  const auto refusal = read_from(repositories.store, [&](Rows& rows) -> Stored<Answer> {
    auto found =
        repositories.device_codes.find_by_user_code(rows, visit.realm->realm.id, user_code_hash(visit.user_code));
    if (!found) return refuse(found.error());
    if (!*found) return Answer("unknown");
    visit.code = std::move(**found);
    if (visit.now >= visit.code.expires_at || visit.code.state != DeviceState::kPending) return Answer("over");
    auto live = find_live(rows, visit);
    if (!live) return refuse(live.error());
    visit.live = std::move(*live);
    return Answer{};
  });
  if (!refusal || *refusal) return refusal;
  auto client = visit.dependencies.settings.load_client_by_id(visit.realm, visit.code.client);
  if (!client) return refuse(client.error());
  if (*client == nullptr || !is_device_grant_enabled((*client)->client)) return Answer("client_gone");
  visit.client = std::move(*client);
  if (visit.live && !may_stand(visit)) visit.live.reset();
  return Answer{};
}

using NextStep = web::Outcome (*)(const VisitPtr&);

web::Outcome load_and_go_on(const VisitPtr& visit, NextStep next) {
  return then_read(visit->dependencies, [visit, next]() -> web::Outcome {
    const auto refusal = load(*visit);
    if (!refusal) return store_failed_on_page(visit->dependencies, visit->http, visit->realm.get(), refusal.error());
    if (*refusal == "unknown") return wrong_code(*visit, "user_code_unknown");
    if (*refusal) return refused_code(*visit, kExpiredCode, **refusal);
    return next(visit);
  });
}

web::Outcome look(const VisitPtr& visit) {
  const auto& dependencies = visit->dependencies;
  const auto request = as_authorization(*visit);
  std::vector<std::string> pending;
  if (visit->live) {
    pending = pending_actions(*visit->realm, visit->live->subject.user, std::nullopt, visit->now);
  }
  switch (decide_authorization(request, visit->live, pending, visit->now)) {
    case AuthorizeNext::kComplete:
      return confirm_page(*visit);
    case AuthorizeNext::kActions: {
      const auto& session = visit->live->session;
      const Authentication proven{.user = session.user,
                                  .auth_time = session.auth_time,
                                  .acr = "0",
                                  .remember_me = session.remember_me,
                                  .session = session.id};
      return dependencies.require_actions(visit->http, visit->realm, request, proven, std::move(pending));
    }
    default:
      return dependencies.start_login(visit->http, visit->realm, request, "", std::nullopt);
  }
}

web::Response settled_answer(const Visit& visit, DeviceState state) {
  visit.dependencies.log.info(state == DeviceState::kApproved ? "device_approved" : "device_denied",
                              {{"realm", visit.realm->realm.name},
                               {"client_id", visit.client->client.client_id},
                               {"user_id", visit.live->session.user.str()},
                               {"correlation_id", visit.http.correlation_id}});
  return web::redirect(visit.issuer +
                       (state == DeviceState::kApproved ? "/device/status" : "/device/status?error=access_denied"));
}

/// The state checker is in nobody's hands but those of this browser and its pages, so no other site can press for the
/// person (BR-2).
web::Outcome decide(const VisitPtr& visit) {
  const bool accepts = visit->form.value("accept").has_value();
  const bool cancels = visit->form.raw("cancel").has_value();
  if (!visit->live || accepts == cancels) return web::redirect(page_of(*visit));
  if (!equal_secrets(visit->form.value_or("session_code", ""), visit->cookie->state_checker)) {
    return web::error_page(visit->dependencies.pages, 403, frame_of(*visit),
                           "This page has expired. Please enter the code again.", visit->http);
  }
  auto settled = visit->code;
  settled.state = accepts ? DeviceState::kApproved : DeviceState::kDenied;
  if (accepts) {
    settled.session = visit->live->session.id;
    settled.user = visit->live->session.user;
    settled.acr = "1";
  }
  return web::then(web::Lane::kStore, [visit, settled = std::move(settled)]() -> web::Outcome {
    const auto& repositories = visit->dependencies.repositories;
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto done = repositories.device_codes.settle(tx, settled, visit->now); !done) return done;
      // Kept as from any other consent page, so that the person finds it among their applications; as the page asks
      // everybody, also of clients that need none otherwise.
      const auto items = shown_items(*visit->client, visit->code.scope);
      if (settled.state != DeviceState::kApproved || items.empty()) return {};
      return grant_consent(tx, repositories, settled.user, visit->client->client.id, items, visit->now);
    });
    if (stored) return settled_answer(*visit, settled.state);
    if (stored.error() != StoreError::kConflict) {
      return store_failed_on_page(visit->dependencies, visit->http, visit->realm.get(), stored.error());
    }
    return refused_code(*visit, kExpiredCode, "settled_before");
  });
}

web::Outcome begin(const Dependencies& dependencies, DeviceLimits& limits, const web::Request& request, NextStep next) {
  return with_path_realm(
      asking_for_page(dependencies, request, nullptr), dependencies, request,
      [&dependencies, &limits, &request, next](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const bool posted = request.method == web::Method::kPost;
        auto form = web::Form::parse(posted ? request.body : request.query);
        auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
        auto visit =
            std::make_shared<Visit>(dependencies, limits, request, std::move(realm),
                                    form ? std::move(*form) : web::Form{}, std::move(issuer), dependencies.clock.now());
        if (!form || visit->form.first_repeated()) return refused_code(*visit, kInvalidCode, "malformed_parameters");
        auto typed = visit->form.value("user_code");
        if (!typed) typed = visit->form.value("device_user_code");
        if (!typed) return code_page(*visit, 200, "");
        if (limits.guesses.is_exhausted(address_key(request.remote_address), visit->now)) {
          return code_page(*visit, 429, kTooMany);
        }
        const auto user_code = parse_user_code(*typed);
        if (!user_code) return wrong_code(*visit, "user_code_malformed");
        visit->user_code = *user_code;
        visit->cookie = read_identity_cookie(request, *visit->realm, visit->issuer, visit->now);
        return load_and_go_on(visit, next);
      });
}

}  // namespace

web::Outcome device_page_endpoint(const Dependencies& dependencies, DeviceLimits& limits, const web::Request& request) {
  return begin(dependencies, limits, request, &look);
}

web::Outcome device_confirm_endpoint(const Dependencies& dependencies, DeviceLimits& limits,
                                     const web::Request& request) {
  return begin(dependencies, limits, request, &decide);
}

web::Outcome device_status_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(asking_for_page(dependencies, request, nullptr), dependencies, request,
                         [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
                           const auto form = web::Form::parse(request.query);
                           const bool failed = !form || form->value("error");
                           return web::info_page(dependencies.pages, dependencies.frame(request, realm->realm),
                                                 failed ? "Device Login Failed" : "Device Login Successful",
                                                 failed
                                                     ? "Consent denied for connecting the device."
                                                     : "You may close this browser window and go back to your device.");
                         });
}

}  // namespace cardea::oidc
