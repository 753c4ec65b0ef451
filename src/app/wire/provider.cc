#include "app/wire/provider.h"

#include <utility>

#include "app/wire/login_side.h"
#include "base/uri.h"
#include "broker/foreign_jwt.h"
#include "broker/grant_jwt.h"
#include "broker/source.h"
#include "login/playground.h"
#include "login/send_mail.h"
#include "login/texts.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/check_request.h"
#include "oidc/endpoint.h"
#include "oidc/keys_at_address.h"
#include "oidc/redirect_uri.h"
#include "oidc/registration/token.h"
#include "oidc/routes.h"
#include "oidc/session_cookies.h"
#include "upstream/provider_cache.h"
#include "web/asset.h"
#include "web/console_files.h"

namespace cardea::app {

namespace {

/// The path in front of ours in the browser: that of the public URL when there is one, since a proxy may take it off.
std::string browser_path(const ProviderAddress& address) {
  if (address.frontend.empty()) return address.served_under;
  const auto uri = parse_uri(address.frontend);
  return uri ? uri->path : std::string();
}

}  // namespace

Provider::Provider(const Parts& parts, ProviderAddress address, bool development)
    : event_log_(parts.log, parts.clock, parts.random),
      address_(std::move(address)),
      base_url_(address_.frontend, browser_path(address_), &frontends_),
      pages_(parts.random, web::embedded_assets(), browser_path(address_)),
      settings_(parts.repositories, parts.log),
      login_guard_(parts.clock, parts.random),
      oidc_(oidc_dependencies(parts, development)),
      login_(login_dependencies(parts)),
      broker_(broker_dependencies(parts)),
      account_(account_dependencies(parts, development)),
      scim_(scim_dependencies(parts)),
      admin_console_{settings_, base_url_,   web::embedded_consoles(),
                     parts.log, parts.clock, parts.repositories.store.reads_block()},
      admin_(admin_dependencies(parts)),
      router_(&parts.log) {
  settings_.use_frontends(frontends_);
  event_log_.attach(settings_);
  oidc::add_routes(router_, oidc_);
  login_.add_routes(router_);
  broker::add_routes(router_, broker_);
  account::add_routes(router_, account_);
  scim::add_routes(router_, scim_);
  admin::add_console_routes(router_, admin_console_);
  admin::add_routes(router_, admin_);
  web::add_asset_routes(router_);
  web::add_console_file_routes(router_, web::embedded_consoles());
  if (development) login::add_playground_routes(router_, {pages_, base_url_});
}

/// The two features meet here: `oidc` hands a checked request to `login`, which hands back what was proven.
oidc::Dependencies Provider::oidc_dependencies(const Parts& parts, bool development) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .pages = pages_,
      .base_url = base_url_,
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .login_guard = login_guard_,
      .start_login =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                 AuthorizationRequest authorization, std::string username_shown, std::optional<SessionId> steps_up) {
            return login_.start(request, std::move(realm), std::move(authorization), std::move(username_shown),
                                std::move(steps_up));
          },
      .require_actions =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                 AuthorizationRequest authorization, Authentication proven, std::vector<std::string> actions) {
            return login_.require_actions(request, std::move(realm), std::move(authorization), std::move(proven),
                                          std::move(actions));
          },
      .frame = [](const web::Request& request, const Realm& realm) { return login::frame_for(request, realm); },
      .client_certificates = parts.client_certificates,
      .legacy_logout = parts.legacy_logout,
      .production = !development,
      .channel = {.url = parts.ciba_channel, .sealer = &parts.sealer},
      .check_foreign_jwt =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const Client& client,
                 std::string token, broker::ForeignJwtNext next) {
            return broker::check_foreign_jwt(broker_, request, std::move(realm), client, std::move(token),
                                             std::move(next));
          },
      .check_grant_jwt =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const Client& client,
                 std::string token, broker::ForeignJwtNext next) {
            return broker::check_grant_jwt(broker_, request, std::move(realm), client, std::move(token),
                                           std::move(next));
          },
      .with_source_realm =
          [this](const web::Request& request, broker::SourceRealmNext next) {
            return broker::with_source_realm(broker_, request, {}, std::move(next));
          },
      .upstream_logout_url =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const UserSession& session,
                 std::string target, broker::UpstreamLogoutNext next) {
            return broker::upstream_logout_url(broker_, request, std::move(realm), session, std::move(target),
                                               std::move(next));
          },
      .check_upstream =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const UserSession& session,
                 broker::UpstreamCheckNext next) {
            return broker::check_upstream(broker_, request, std::move(realm), session, std::move(next));
          },
  };
}

login::Dependencies Provider::login_dependencies(const Parts& parts) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .sealer = parts.sealer,
      .pages = pages_,
      .base_url = base_url_,
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .login_guard = login_guard_,
      .complete =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                 const AuthorizationRequest& authorization, const Authentication& proven) {
            return oidc::complete_interaction(oidc_, request, std::move(realm), authorization, proven);
          },
      .deny =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                 const AuthorizationRequest& authorization) {
            return oidc::deny_interaction(oidc_, request, std::move(realm), authorization);
          },
      .why_client_may_not =
          [this](const ClientEntry* client, const AuthorizationRequest& authorization, std::string_view base) {
            return oidc::why_client_may_not(client, authorization, base, oidc_.production);
          },
      .is_redirect_allowed =
          [this](const Client& client, std::string_view uri, std::string_view base) {
            return oidc::is_redirect_allowed(client, uri, base, oidc_.production);
          },
      .answer_with_error =
          [this](const web::Request& request, const RealmEntry& realm, const Client& client,
                 const AuthorizationRequest& authorization, std::string_view error, std::string_view description) {
            return oidc::answer_with_error(oidc_, request, realm, client, authorization, error, description);
          },
      .link_upstream =
          [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const std::string& handle,
                 const UserId& user, std::move_only_function<web::Outcome()> next) {
            return broker::link_upstream(broker_, request, std::move(realm), handle, user, std::move(next));
          },
  };
}

broker::Dependencies Provider::broker_dependencies(const Parts& parts) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .sealer = parts.sealer,
      .pages = pages_,
      .base_url = base_url_,
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .login = login_side(login_),
      .frame = [](const web::Request& request, const Realm& realm) { return login::frame_for(request, realm); },
  };
}

account::Dependencies Provider::account_dependencies(const Parts& parts, bool development) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .pages = pages_,
      .base_url = base_url_,
      .consoles = web::embedded_consoles(),
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .development = development,
  };
}

scim::Dependencies Provider::scim_dependencies(const Parts& parts) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .base_url = base_url_,
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .with_source_realm =
          [this](const web::Request& request, scim::SourceRealmNext next) {
            return broker::with_source_realm(broker_, request, {}, std::move(next));
          },
  };
}

admin::Dependencies Provider::admin_dependencies(const Parts& parts) {
  return {
      .repositories = parts.repositories,
      .settings = settings_,
      .base_url = base_url_,
      .clock = parts.clock,
      .random = parts.random,
      .log = event_log_,
      .mailer = login::make_theme_mailer(),
      .mail_base = [this](const web::Request& request,
                          std::string_view realm) { return login::mail_base(base_url_, request, realm); },
      .is_redirect_allowed =
          [this](const Client& client, std::string_view uri, std::string_view base) {
            return oidc::is_redirect_allowed(client, uri, base, oidc_.production);
          },
      .production = oidc_.production,
      .make_registration_token =
          [](const RealmEntry& realm, std::string_view issuer, const admin::RegistrationTokenOrder& order,
             TimePoint now) {
            return oidc::make_registration_token(realm, issuer, {order.kind, order.ticket}, now, order.expires_at);
          },
      .add_session_cookies =
          [this, &random = parts.random](web::Response& response, const web::Request& request, const RealmEntry& realm,
                                         const UserSession& session, TimePoint now) {
            oidc::add_session_cookies(response, request, realm, session, base_url_.issuer(request, realm.realm.name),
                                      base_url_, random_handle(random), now);
          },
      .forget_keys =
          [this](const std::vector<admin::ClientKeysAddress>& clients, const std::vector<IdentityProvider>& providers) {
            std::vector<web::OutboundUrl> urls;
            for (const auto& client : clients) {
              if (auto url = oidc::jwks_url(client.url, client.is_self_registered)) urls.push_back(std::move(*url));
            }
            oidc_.client_keys->forget(urls);
            for (const auto& provider : providers) {
              const auto url = web::ConfiguredUrl::parse(provider.setting("jwksUrl"));
              if (url) upstream::forget_keys(broker_.reach(provider), *url);
            }
          },
      .keep_provider_keys =
          [this](const IdentityProvider& provider, const web::OutboundUrl& url, std::string_view jwks_json) {
            auto keys = upstream::parse_provider_keys(jwks_json);
            if (!keys) return false;
            upstream::keep_keys(broker_.reach(provider), url,
                                std::make_shared<upstream::ProviderKeys>(std::move(*keys)));
            return true;
          },
      .issuer_of_links = &broker::issuer_of_links,
  };
}

namespace {

/// What guides from before Keycloak 17 put in front of every path. It is served as well, with an issuer of its own:
/// each of the two bases is a provider to its clients, and tokens of one are refused at the other.
constexpr std::string_view kAlias = "/auth";
constexpr std::string_view kAliased[] = {"/realms/", "/admin/", "/resources/", "/js/"};

web::Request& without_alias(web::Request& request) {
  const std::string_view path = request.path;
  if (!path.starts_with(kAlias)) return request;
  const auto rest = path.substr(kAlias.size());
  const bool is_served =
      std::ranges::any_of(kAliased, [&](std::string_view prefix) { return rest.starts_with(prefix); });
  if (!is_served) return request;
  request.path.erase(0, kAlias.size());
  request.alias = kAlias;
  return request;
}

}  // namespace

web::Outcome Provider::handle(web::Request& request) const {
  const auto& prefix = address_.served_under;
  request.alias = {};
  if (prefix.empty()) return router_.handle(without_alias(request));
  const bool below =
      request.path.starts_with(prefix) && (request.path.size() == prefix.size() || request.path[prefix.size()] == '/');
  if (!below) {
    auto response = web::json_error(404, "Unable to find matching target resource method");
    web::add_security_headers(response, request.is_https());
    return response;
  }
  request.path.erase(0, prefix.size());
  if (request.path.empty()) request.path = "/";
  return router_.handle(request);
}

}  // namespace cardea::app
