#include "broker/start.h"

#include <algorithm>

#include "base/uri.h"
#include "broker/decide.h"
#include "broker/levels.h"
#include "broker/source.h"
#include "broker/upstream_check.h"
#include "core/post_login_flow.h"
#include "core/source_claims.h"
#include "upstream/code_flow.h"

namespace cardea::broker {
namespace {

struct Departure {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ProviderPtr provider;
  PausedLogin paused;
  AuthorizationRequest authorization;
};

// What of the client's wishes the provider is told, as the record allows (keycloak.md section 5.6).
std::vector<std::pair<std::string, std::string>> wishes(const Departure& departure) {
  const auto& provider = *departure.provider;
  const auto& asked = departure.authorization;
  std::vector<std::pair<std::string, std::string>> out;
  const bool fresh = wants_fresh_login(asked);
  auto prompt = fresh ? std::string("login") : std::string(provider.setting("prompt"));
  // Who links an account chooses which: the browser may be signed in there as somebody else (attack class 8).
  if (departure.paused.links && (prompt.empty() || prompt == "unspecified")) prompt = "select_account";
  if (!prompt.empty() && prompt != "unspecified") out.emplace_back("prompt", prompt);
  const auto forwarded = forwarded_parameters(provider);
  const auto forwards = [&](std::string_view name) { return std::ranges::find(forwarded, name) != forwarded.end(); };
  if (provider.is_on("loginHint") || forwards("login_hint")) out.emplace_back("login_hint", asked.login_hint);
  if (provider.is_on("uiLocales") || forwards("ui_locales")) out.emplace_back("ui_locales", asked.ui_locales);
  if (fresh || asked.max_age) out.emplace_back("max_age", std::to_string(fresh ? 0 : *asked.max_age));
  out.emplace_back("acr_values",
                   forwards("acr_values") ? asked.acr_values : acr_values_for(provider, asked.acr_values));
  out.emplace_back("domain_hint", std::string(provider.setting("domainHint")));
  if (provider.kind == "google") {
    out.emplace_back("hd", std::string(provider.setting("hostedDomain")));
    // It knows no scope offline_access: without this there is no refresh token to keep or to ask with.
    if (provider.is_on("offlineAccess") || keeps_token(provider)) out.emplace_back("access_type", "offline");
  }
  return out;
}

web::Outcome leave(const Departure& departure, const Addresses& addresses) {
  const auto& dependencies = departure.dependencies;
  const auto& provider = *departure.provider;
  const auto cookie = encode_paused(departure.paused);
  if (cookie.empty()) {
    return dependencies.login.show(departure.request, departure.realm, departure.paused, "request_too_long",
                                   "The request is too long. The parameters state, nonce and redirect_uri of the "
                                   "application must be shorter.");
  }
  const UpstreamState state{.realm = departure.realm->realm.name,
                            .alias = provider.alias,
                            .tab_id = departure.paused.tab_id,
                            .secret = random_handle(dependencies.random),
                            .paused_hash = hash_of_paused(cookie),
                            .is_source = comes_back_to_source(provider),
                            .expires_at = dependencies.clock.now() + kStateLife};
  const bool has_id_token = addresses.dialect != Dialect::kOauth2;
  auto response = web::redirect(upstream::authorization_url(
      {.endpoint = addresses.authorization,
       .client_id = std::string(provider.setting("clientId")),
       .redirect_uri = callback_url(dependencies, departure.request, departure.realm->realm, provider),
       .scope = scope_of(provider, addresses),
       .state = seal_state(dependencies.sealer, state),
       .nonce = has_id_token ? nonce_for(provider, state) : std::string(),
       .code_challenge = uses_pkce(provider) ? upstream::challenge_of(state.secret) : std::string(),
       .response_mode = std::string(provider.setting("responseMode")),
       .more = wishes(departure)}));
  set_paused_cookie(response, departure.request, state.tab_id, cookie);
  return response;
}

}  // namespace

bool wants_fresh_login(const AuthorizationRequest& asked) {
  return asked.prompt_login || (asked.max_age && *asked.max_age == 0);
}

std::string nonce_for(const IdentityProvider& provider, const UpstreamState& state) {
  return provider.is_on("disableNonce") ? std::string() : state.nonce();
}

bool uses_pkce(const IdentityProvider& provider) { return provider.setting("pkceEnabled") != "false"; }

bool comes_back_to_source(const IdentityProvider& provider) { return provider.setting("callbackPath") == "source"; }

std::string callback_url(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                         const IdentityProvider& provider) {
  const auto base = dependencies.base_url.of(request);
  if (comes_back_to_source(provider)) return base + "/source/oauth/callback/" + percent_encode(provider.alias) + "/";
  return base + "/realms/" + percent_encode(realm.name) + "/broker/" + percent_encode(provider.alias) + "/endpoint";
}

std::string message_without_addresses(std::string_view reason) {
  // What the record lacks is the administrator's to mend, and the log says what.
  const bool is_record = reason.starts_with("no_") || reason.starts_with("bad_") || reason.ends_with("_cannot_run");
  return is_record ? "This provider cannot be used to sign in. Ask your administrator."
                   : "The provider cannot be reached. Try again later.";
}

web::Outcome with_addresses(const Dependencies& dependencies, const IdentityProvider& provider, AddressesNext next) {
  if (const auto reason = cannot_run(provider)) return next(refuse(std::string(*reason)));
  auto addresses = addresses_of(provider);
  if (!needs_discovery(addresses)) {
    if (const auto lacks = missing(addresses)) return next(refuse(std::string(*lacks)));
    return next(std::move(addresses));
  }
  auto url = web::ConfiguredUrl::parse(addresses.discovery);
  if (!url) return next(refuse(std::string("bad_discovery_url")));
  return upstream::with_metadata(
      dependencies.reach(provider), std::move(*url),
      [addresses = std::move(addresses), next = std::move(next)](
          const Result<std::shared_ptr<const upstream::Metadata>, std::string>& found) mutable -> web::Outcome {
        if (!found) return next(refuse(found.error()));
        // OpenID Connect Discovery section 4.3, where we know whose document we asked for.
        if (!upstream::check_issuer(**found, addresses.issuer.issuer)) {
          return next(refuse(std::string("discovery_of_other_issuer")));
        }
        auto filled = filled_in(std::move(addresses), **found);
        if (const auto lacks = missing(filled)) return next(refuse(std::string(*lacks)));
        return next(std::move(filled));
      });
}

namespace {

web::Outcome fail_departure(const Departure& departure, std::string_view reason) {
  return departure.dependencies.login.show(departure.request, departure.realm, departure.paused, std::string(reason),
                                           message_without_addresses(reason));
}

web::Outcome leave_with_addresses(const std::shared_ptr<const Departure>& departure) {
  return with_addresses(departure->dependencies, *departure->provider,
                        [departure](const Result<Addresses, std::string>& addresses) -> web::Outcome {
                          if (addresses) return leave(*departure, *addresses);
                          return fail_departure(*departure, addresses.error());
                        });
}

// A step of the flow may be about one provider: another one proves nothing there.
bool is_wanted(const Departure& departure) {
  return departure.paused.provider.empty() || departure.paused.provider == departure.provider->alias;
}

// authentik's callback path is one realm's at the host that callback_url names: from another nobody would come back to
// it.
web::Outcome set_out(const std::shared_ptr<const Departure>& departure) {
  if (!is_wanted(*departure)) return fail_departure(*departure, "no_way_by_this_provider");
  // Nobody goes there in vain: the login would not end.
  if (!departure->paused.links && post_login_flow(*departure->realm, departure->provider->alias).is_missing()) {
    return fail_departure(*departure, "post_login_flow_cannot_run");
  }
  if (!comes_back_to_source(*departure->provider)) return leave_with_addresses(departure);
  const auto& base_url = departure->dependencies.base_url;
  return with_source_realm_at(departure->dependencies, departure->request, host_of_url(base_url.of(departure->request)),
                              departure->provider->alias, [departure](const std::string& realm) -> web::Outcome {
                                if (realm == departure->realm->realm.name) return leave_with_addresses(departure);
                                return fail_departure(*departure, "no_source_paths_in_this_realm");
                              });
}

}  // namespace

web::Outcome start_upstream_login(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(dependencies, request, request.path_parameter("realm"),
                          [&dependencies, &request](RealmPtr realm) -> web::Outcome {
                            const auto& alias = request.path_parameter("alias");
                            auto provider = enabled_provider(realm->realm, alias);
                            if (provider == nullptr) return no_such_provider(dependencies, request, *realm, alias);
                            return dependencies.login.pause(
                                request, realm,
                                [&dependencies, &request, realm, provider](
                                    PausedLogin paused, const AuthorizationRequest& authorization) -> web::Outcome {
                                  if (provider->link_only && !paused.links)
                                    return no_such_provider(dependencies, request, *realm, provider->alias);
                                  return set_out(std::make_shared<const Departure>(
                                      dependencies, request, realm, provider, std::move(paused), authorization));
                                });
                          });
}

}  // namespace cardea::broker
