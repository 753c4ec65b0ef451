#include "broker/callback.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/uri.h"
#include "broker/account.h"
#include "broker/client_proof.h"
#include "broker/kept_token.h"
#include "broker/keys_of_provider.h"
#include "broker/more_claims.h"
#include "broker/source.h"
#include "broker/start.h"
#include "broker/upstream_check.h"
#include "upstream/id_token.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kFailed = "Unexpected error when authenticating with identity provider";
constexpr PageRefusal kBadState = {.status = 400,
                                   .reason = "state_check_failed",
                                   .message = "State check failed. Go back to the application and sign in again."};

struct Exchange {
  ArrivalPtr arrival;
  Addresses addresses;
  upstream::Callback callback;
  upstream::TokenAnswer answer = {};
  json::object claims = {};
  json::object access_claims = {};
};
using ExchangePtr = std::shared_ptr<Exchange>;

/// A reason is a word of ours, since metrics are counted by it (core/events): of what a browser or a provider says, the
/// words of RFC 6749 sections 4.1.2.1 and 5.2 and OpenID Connect Core section 3.1.2.6. The log has what was said.
std::string_view known_error(std::string_view said) {
  static constexpr std::array<std::string_view, 19> kErrors = {"access_denied",
                                                               "account_selection_required",
                                                               "consent_required",
                                                               "interaction_required",
                                                               "invalid_client",
                                                               "invalid_grant",
                                                               "invalid_request",
                                                               "invalid_request_object",
                                                               "invalid_request_uri",
                                                               "invalid_scope",
                                                               "login_required",
                                                               "registration_not_supported",
                                                               "request_not_supported",
                                                               "request_uri_not_supported",
                                                               "server_error",
                                                               "temporarily_unavailable",
                                                               "unauthorized_client",
                                                               "unsupported_grant_type",
                                                               "unsupported_response_type"};
  const auto* found = std::ranges::find(kErrors, said);
  return found == kErrors.end() ? "other_error" : *found;
}

web::Outcome fail(const Exchange& exchange, std::string_view reason, std::string_view message = kFailed) {
  return fail_arrival(*exchange.arrival, reason, message);
}

std::string_view message_for(upstream::IdTokenError error) {
  switch (error) {
    case upstream::IdTokenError::kTenant:
      return "Tenant not allowed. Sign in with an account of your organization.";
    case upstream::IdTokenError::kExpired:
    case upstream::IdTokenError::kNotYetValid:
      return "The provider's token is not valid at this time. The clock of this server or of the provider may be "
             "wrong.";
    default:
      return kFailed;
  }
}

web::Outcome arrive(const ExchangePtr& exchange, const json::object& more) {
  auto& arrival = *exchange->arrival;
  auto identity = make_identity(*arrival.provider, exchange->addresses, exchange->claims, more);
  if (!identity) {
    const bool is_filter = identity.error() == IdentityError::kFilteredOut;
    return fail(*exchange, describe(identity.error()),
                is_filter ? "Your account at the provider may not sign in here. Ask your administrator." : kFailed);
  }
  add_access_claims(std::move(exchange->access_claims), identity->claims);
  const auto renamed =
      rename_identity(mappers_of(arrival.realm->realm, *arrival.provider), exchange->addresses, *identity);
  if (!renamed) return fail(*exchange, renamed.error());
  arrival.identity = std::move(*identity);
  arrival.identity.answer = answer_without_tokens(exchange->answer.text);
  if (keeps_token(*arrival.provider)) {
    arrival.token_text = kept_answer(exchange->answer, arrival.dependencies.clock.now());
  }
  const bool is_entra = exchange->addresses.dialect == Dialect::kEntra;
  arrival.groups_at_hand = {.in_token = groups_in_token(exchange->claims),
                            .graph = is_entra ? exchange->addresses.graph : std::string(),
                            .access_token = exchange->answer.access_token};
  return settle_arrival(exchange->arrival);
}

// Userinfo or Graph: only for what the ID token does not say. Plain OAuth 2.0 has nothing else.
web::Outcome ask_userinfo(const ExchangePtr& exchange) {
  const auto& arrival = *exchange->arrival;
  const bool is_needed = exchange->addresses.dialect == Dialect::kOauth2;
  if (!outbound_url(exchange->addresses, exchange->addresses.userinfo)) {
    return is_needed ? fail(*exchange, "bad_userinfo_url") : arrive(exchange, {});
  }
  return ask_profile({.dependencies = arrival.dependencies,
                      .provider = arrival.provider,
                      .addresses = exchange->addresses,
                      .access_token = exchange->answer.access_token,
                      .correlation_id = arrival.request.correlation_id},
                     [exchange, is_needed](const Result<json::object, std::string>& more) -> web::Outcome {
                       if (more) return arrive(exchange, *more);
                       if (is_needed) return fail(*exchange, "userinfo_" + more.error(), "Could not retrieve profile.");
                       exchange->arrival->dependencies.log.warning(
                           "upstream_userinfo_failed", {{"provider", exchange->arrival->provider->alias},
                                                        {"reason", more.error()},
                                                        {"correlation_id", exchange->arrival->request.correlation_id}});
                       return arrive(exchange, {});
                     });
}

upstream::IdTokenPolicy policy_of(const Exchange& exchange) {
  const auto& arrival = *exchange.arrival;
  const auto skew = parse_integer<std::int64_t>(arrival.provider->setting("allowedClockSkew"));
  return {.issuer = exchange.addresses.issuer,
          .client_id = std::string(arrival.provider->setting("clientId")),
          .nonce = nonce_for(*arrival.provider, arrival.state),
          .access_token = exchange.answer.access_token,
          .algorithms = algorithms_of(exchange.addresses),
          .now = arrival.dependencies.clock.now(),
          .leeway = skew && *skew >= 0 && *skew <= 600 ? seconds(*skew) : upstream::kClockLeeway};
}

// prompt and max_age go through the person's hands, who can take them out: what counts is when the provider says that
// it saw them (OpenID Connect Core sections 3.1.2.1 and 3.1.3.7, rule 13). Absent: young enough.
std::optional<std::string_view> why_not_fresh(const Arrival& arrival) {
  const auto& asked = arrival.authorization;
  const bool fresh = wants_fresh_login(asked);
  if (!fresh && !asked.max_age) return std::nullopt;
  if (!arrival.auth_time) return "no_auth_time";
  const auto earliest =
      fresh ? epoch_seconds(arrival.state.left_at()) : epoch_seconds(arrival.dependencies.clock.now()) - *asked.max_age;
  if (*arrival.auth_time + upstream::kClockLeeway.count() < earliest) return "auth_time_too_old";
  return std::nullopt;
}

web::Outcome check_token(const ExchangePtr& exchange, const Result<upstream::SharedKeys, std::string>& keys) {
  if (!keys) return fail(*exchange, keys.error(), "The provider cannot be reached. Try again later.");
  const auto policy = policy_of(*exchange);
  auto token = upstream::check_id_token(exchange->answer.id_token, **keys, policy);
  if (!token) {
    return fail(*exchange, "id_token_" + std::string(describe(token.error())), message_for(token.error()));
  }
  exchange->claims = token->claims();
  auto access = access_token_claims(*exchange->arrival->provider, **keys, policy, exchange->claims);
  if (!access) return fail(*exchange, access.error());
  exchange->access_claims = std::move(*access);
  auto& arrival = *exchange->arrival;
  if (const auto at = token->auth_time()) arrival.auth_time = epoch_seconds(*at);
  arrival.level = upstream_level(*arrival.provider, token->claims());
  if (arrival.level.level && !arrival.auth_time) {
    arrival.dependencies.log.warning("upstream_level_without_auth_time",
                                     {{"provider", arrival.provider->alias},
                                      {"hint", "the level does not count: let the provider send auth_time"},
                                      {"correlation_id", arrival.request.correlation_id}});
  }
  if (const auto reason = why_not_fresh(arrival)) {
    return fail(
        *exchange, *reason,
        "The application asks for a new sign-in, and the provider did not ask you for one. Sign out there, then "
        "sign in again.");
  }
  return ask_userinfo(exchange);
}

web::Outcome take_answer(const ExchangePtr& exchange, const web::Fetched& fetched) {
  auto answer = upstream::read_token_answer(fetched);
  if (!answer) {
    exchange->arrival->dependencies.log.info("upstream_token_refused",
                                             {{"provider", exchange->arrival->provider->alias},
                                              {"error", answer.error().error},
                                              {"description", answer.error().description},
                                              {"correlation_id", exchange->arrival->request.correlation_id}});
    if (answer.error().error != "invalid_client") {
      return fail(*exchange, known_error(answer.error().error), "Could not retrieve token.");
    }
    // Ended, or replaced there: nobody can sign in until somebody mends it. Entra ID says which (entra.md section 11).
    const bool has_ended = answer.error().description.find("AADSTS7000222") != std::string::npos;
    exchange->arrival->dependencies.log.error(
        "upstream_secret_refused",
        {{"realm", exchange->arrival->realm->realm.name},
         {"provider", exchange->arrival->provider->alias},
         {"has_ended", has_ended},
         {"hint", has_ended ? "make a new client secret at the provider and store it here" : ""},
         {"correlation_id", exchange->arrival->request.correlation_id}});
    return fail(*exchange, answer.error().error,
                has_ended ? "The provider does not accept this server any more: its client secret has ended. Ask your "
                            "administrator for a new one."
                          : "The provider does not accept this server any more: its client secret may have ended. Ask "
                            "your administrator.");
  }
  exchange->answer = std::move(*answer);
  if (exchange->addresses.dialect == Dialect::kOauth2) {
    // Nothing there says when somebody signed in.
    if (const auto reason = why_not_fresh(*exchange->arrival)) {
      return fail(*exchange, *reason, "The application asks for a new sign-in, which this provider cannot prove.");
    }
    return ask_userinfo(exchange);
  }
  if (exchange->answer.id_token.empty()) return fail(*exchange, "no_id_token");
  return with_keys_of(
      exchange->arrival->dependencies, *exchange->arrival->provider, exchange->addresses, exchange->answer.id_token,
      [exchange](const Result<upstream::SharedKeys, std::string>& keys) { return check_token(exchange, keys); });
}

web::Outcome redeem(const ExchangePtr& exchange) {
  const auto& arrival = *exchange->arrival;
  auto url = outbound_url(exchange->addresses, exchange->addresses.token);
  if (!url) return fail(*exchange, "bad_token_url");
  const auto proof =
      client_proof(arrival.dependencies, arrival.request, *arrival.realm, *arrival.provider, exchange->addresses);
  if (!proof) return fail(*exchange, proof.error());
  const auto verifier = uses_pkce(*arrival.provider) ? arrival.state.secret : std::string();
  auto form = upstream::code_form(
      exchange->callback.code,
      callback_url(arrival.dependencies, arrival.request, arrival.realm->realm, *arrival.provider), verifier);
  return web::fetch(upstream::token_request(std::move(*url), std::move(form), *proof), web::Lane::kInline,
                    [exchange](const web::Fetched& fetched) { return take_answer(exchange, fetched); });
}

// A stranger with one state must not make us ask the provider without end.
web::Outcome redeem_if_allowed(const ExchangePtr& exchange) {
  auto& arrival = *exchange->arrival;
  const auto attempt = arrival.dependencies.callback_guard->reserve(arrival.realm->realm.id, arrival.state.used_hash(),
                                                                    arrival.request.remote_address);
  if (attempt) {
    arrival.attempt = *attempt;
    return redeem(exchange);
  }
  auto page = refuse_page(arrival.dependencies, arrival.request, *arrival.realm, arrival.provider->alias,
                          {.status = 429,
                           .reason = "too_many_callbacks",
                           .message = "Too many attempts. Wait a moment, then sign in again."});
  page.set("Retry-After", std::to_string(attempt.error().retry_after.count()));
  return page;
}

// What a person did there, in words; everything else is the administrator's to read in the log.
std::string_view message_of_error(const upstream::Callback& callback) {
  if (callback.error == "access_denied") return "Access denied when authenticating with identity provider";
  if (callback.error == "login_required" || callback.error == "interaction_required") {
    return "The provider asks you to sign in there again.";
  }
  return kFailed;
}

web::Outcome judge(const ExchangePtr& exchange) {
  const auto& callback = exchange->callback;
  if (!upstream::is_from_issuer(callback, exchange->addresses.issuer.issuer, exchange->addresses.sends_iss_parameter)) {
    return fail(*exchange, "callback_of_other_issuer");
  }
  if (callback.error.empty()) return redeem_if_allowed(exchange);
  exchange->arrival->dependencies.log.info("upstream_error",
                                           {{"provider", exchange->arrival->provider->alias},
                                            {"error", callback.error},
                                            {"description", callback.error_description},
                                            {"correlation_id", exchange->arrival->request.correlation_id}});
  return fail(*exchange, "upstream_" + std::string(known_error(callback.error)), message_of_error(callback));
}

web::Outcome go_on(const ArrivalPtr& arrival, upstream::Callback callback) {
  const auto& dependencies = arrival->dependencies;
  auto paused = arrival->paused;
  auto outcome = dependencies.login.check_paused(
      arrival->request, arrival->realm, std::move(paused),
      [arrival, callback = std::move(callback)](PausedLogin held,
                                                const AuthorizationRequest& authorization) mutable -> web::Outcome {
        arrival->paused = std::move(held);
        arrival->authorization = authorization;
        const auto& wanted = arrival->paused.provider;
        if (!wanted.empty() && wanted != arrival->provider->alias) {
          return fail_arrival(*arrival, "provider_of_other_step", kFailed);
        }
        return with_addresses(
            arrival->dependencies, *arrival->provider,
            [arrival,
             callback = std::move(callback)](Result<Addresses, std::string> addresses) mutable -> web::Outcome {
              if (!addresses) {
                return fail_arrival(*arrival, addresses.error(), message_without_addresses(addresses.error()));
              }
              return judge(std::make_shared<Exchange>(arrival, std::move(*addresses), std::move(callback)));
            });
      });
  // Used once, whatever comes of it.
  return web::with_answer(std::move(outcome), [arrival](web::Response& response) {
    drop_paused_cookie(response, arrival->request, arrival->state.tab_id);
  });
}

// Only what a callback is made of.
std::string callback_query(const web::Form& form) {
  std::string query;
  for (const std::string_view name : {"state", "code", "error", "error_description", "iss"}) {
    for (const auto& [given, value] : form.parameters()) {
      if (given == name) web::append_form(query, name, value);  // twice stays twice, and is refused where it is read
    }
  }
  return query;
}

web::Outcome bad_callback(const Dependencies& dependencies, const web::Request& request, const RealmEntry* realm,
                          std::string_view reason) {
  static const RealmEntry kNoRealm;
  return refuse_page(dependencies, request, realm == nullptr ? kNoRealm : *realm,
                     request.path_parameter("alias").substr(0, 64),
                     {.status = kBadState.status, .reason = reason, .message = kBadState.message});
}

}  // namespace

web::Outcome take_callback(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(dependencies, request, request.path_parameter("realm"),
                          [&dependencies, &request](RealmPtr realm) -> web::Outcome {
                            const auto& alias = request.path_parameter("alias");
                            auto provider = enabled_provider(realm->realm, alias);
                            if (provider == nullptr) return no_such_provider(dependencies, request, *realm, alias);
                            const auto form = web::Form::parse(request.query);
                            if (!form) return bad_callback(dependencies, request, realm.get(), "malformed_query");
                            auto callback = upstream::read_callback(*form);
                            if (!callback)
                              return bad_callback(dependencies, request, realm.get(), describe(callback.error()));
                            auto state = open_state(dependencies.sealer, callback->state, dependencies.clock.now());
                            if (!state) return bad_callback(dependencies, request, realm.get(), "state_unreadable");
                            if (state->realm != realm->realm.name || state->alias != alias) {
                              return bad_callback(dependencies, request, realm.get(), "state_of_other_provider");
                            }
                            auto paused = read_paused(request, *state);
                            if (!paused)
                              return bad_callback(dependencies, request, realm.get(), "state_of_other_browser");
                            auto arrival = std::make_shared<Arrival>(dependencies, request, realm, std::move(provider),
                                                                     std::move(*state), std::move(*paused));
                            return go_on(arrival, std::move(*callback));
                          });
}

web::Outcome take_source_callback(const Dependencies& dependencies, const web::Request& request) {
  const auto form = web::Form::parse(request.query);
  auto state =
      form ? open_state(dependencies.sealer, form->value_or("state", ""), dependencies.clock.now()) : std::nullopt;
  if (!state) return bad_callback(dependencies, request, nullptr, "state_unreadable");
  if (!state->is_source || state->alias != request.path_parameter("alias")) {
    return bad_callback(dependencies, request, nullptr, "state_of_other_provider");
  }
  // The realm's own path, where the cookies of its logins are sent; never another realm's, which could have a provider
  // of this alias to catch codes with (mix-up).
  const auto alias = state->alias;
  return with_source_realm(dependencies, request, alias,
                           [&dependencies, &request, state = std::move(*state),
                            query = callback_query(*form)](const std::string& realm) -> web::Outcome {
                             if (realm != state.realm)
                               return bad_callback(dependencies, request, nullptr, "state_of_other_realm");
                             return web::redirect(dependencies.base_url.issuer(request, realm) + "/broker/" +
                                                      percent_encode(state.alias) + "/endpoint?" + query,
                                                  303);
                           });
}

web::Outcome take_callback_post(const Dependencies& dependencies, const web::Request& request) {
  if (!request.has_form()) {
    return bad_callback(dependencies, request, nullptr, "media_type");
  }
  const auto form = web::Form::parse(request.body);
  if (!form || form->first_repeated()) return bad_callback(dependencies, request, nullptr, "malformed_form");
  const auto is_source = request.path.starts_with("/source/");
  if (!is_source)
    return web::redirect(dependencies.base_url.of(request) + request.path + "?" + callback_query(*form), 303);
  // At the host of the realm, whose the paths are there and may not be elsewhere.
  return with_source_realm(
      dependencies, request, request.path_parameter("alias"),
      [&dependencies, &request, query = callback_query(*form)](const std::string& realm) -> web::Outcome {
        if (realm.empty()) return bad_callback(dependencies, request, nullptr, "state_of_other_realm");
        return web::redirect(dependencies.base_url.of_realm(request, realm) + request.path + "?" + query, 303);
      });
}

}  // namespace cardea::broker
