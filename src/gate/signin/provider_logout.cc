// The provider says that somebody is signed out: to the gate itself, or by way of the person's browser.
#include <utility>

#include "crypto/hash.h"
#include "gate/signin/id_session.h"
#include "gate/signin/log_refused.h"
#include "gate/signin/session_cookie.h"
#include "gate/signin/sign_in.h"
#include "upstream/logout_token.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

// OpenID Connect Back-Channel Logout 1.0 section 2.8.
constexpr int kBadRequest = 400, kAway = 503;
constexpr std::string_view kInvalid = "invalid_request", kUnavailable = "temporarily_unavailable";

}  // namespace

web::Response SignIn::logout_refused(const web::Request& request, const Application& application,
                                     const LogoutRefusal& refusal) {
  log_refused(parts_.reach.log, request, application.name, refusal.reason, refusal.detail);
  return refusal.text.empty() ? web::json_error(refusal.status, refusal.error)
                              : web::json_error(refusal.status, refusal.error, refusal.text);
}

web::Outcome SignIn::backchannel_logout(const web::Request& request, AppPtr application) {
  const auto form = web::Form::parse(request.body);
  const auto token = form ? form->value("logout_token") : std::nullopt;
  if (!token)
    return logout_refused(request, *application,
                          {kBadRequest, kInvalid, "logout_token is missing", "no_logout_token", ""});
  return with_provider(
      application,
      [this, &request, application, token = std::string(*token)](const MetadataPtr& metadata) -> web::Outcome {
        const auto url = metadata ? web::ConfiguredUrl::parse(metadata->jwks_uri) : std::nullopt;
        if (!url) return logout_refused(request, *application, {kAway, kUnavailable, "", "provider_unavailable", ""});
        return upstream::with_keys(
            parts_.reach, *url, upstream::key_id_of(token),
            [this, &request, application, token,
             metadata](Result<upstream::SharedKeys, std::string> keys) -> web::Outcome {
              if (!keys)
                return logout_refused(request, *application,
                                      {kAway, kUnavailable, "", "keys_unavailable", keys.error()});
              const auto order = upstream::check_logout_token(
                  token, **keys, id_token_policy(*application, *metadata, parts_.reach.clock.now()));
              if (!order)
                return logout_refused(request, *application,
                                      {kBadRequest, kInvalid, "the logout token is not valid", "bad_logout_token",
                                       upstream::describe(order.error())});
              return obey_logout(request, application, *order);
            });
      });
}

web::Outcome SignIn::obey_logout(const web::Request& request, const AppPtr& application,
                                 const upstream::LogoutToken& order) {
  const auto now = parts_.reach.clock.now();
  // An id is its issuer's, so nobody else's token uses it up.
  const auto id = crypto::sha256_base64url(order.issuer + '\n' + application->sign_in->client_id + '\n' + order.id);
  if (used_logouts_.is_exhausted(id, now))
    return logout_refused(request, *application,
                          {kBadRequest, kInvalid, "the logout token was used before", "replayed_logout_token", ""});
  used_logouts_.count(id, now);
  return sessions_.end_of({application->name, order.issuer, order.sid, order.subject},
                          [this, &request, application, id, now](const Stored<int>& ended) -> web::Outcome {
                            // The provider sends it again then.
                            if (!ended) used_logouts_.give_back(id, now);
                            return signed_out_by_provider(request, *application, ended);
                          });
}

web::Response SignIn::signed_out_by_provider(const web::Request& request, const Application& application,
                                             const Stored<int>& ended) {
  if (!ended)
    return logout_refused(request, application,
                          {kAway, kUnavailable, "", "store_unavailable", describe(ended.error())});
  parts_.reach.log.info(
      "gate_signed_out_by_provider",
      {{"application", application.name}, {"sessions", *ended}, {"correlation_id", request.correlation_id}});
  auto response = web::empty_response(200);
  response.add("Cache-Control", "no-store");
  return response;
}

web::Outcome SignIn::frontchannel_logout(const web::Request& request, AppPtr application) {
  const auto form = web::Form::parse(request.query);
  const auto sid = form ? form->value("sid") : std::nullopt;
  const auto issuer = form ? form->value("iss") : std::nullopt;
  if (!sid || (issuer && !is_issuer(*application->sign_in, *issuer)))
    return logout_refused(request, *application,
                          {kBadRequest, kInvalid, "", sid ? "wrong_issuer" : "no_sid", issuer.value_or("")});
  const auto address = address_key(request.remote_address);
  if (misses_.is_exhausted(address, parts_.reach.clock.now())) {
    auto response = logout_refused(request, *application, {429, "slow_down", "", "too_many_unknown_sessions", ""});
    response.add("Retry-After", "60");
    return response;
  }
  // The cookie goes only with the session it stands for: anybody can make a browser load this.
  return look_up(
      request, handle_of(request, *application),
      [this, &request, application, address, sid = std::string(*sid)](const Stored<SessionPtr>& found) -> web::Outcome {
        const bool is_own = found && *found && (*found)->sid == sid;
        return sessions_.end_of(
            {application->name, {}, sid, {}},
            [this, &request, application, address, is_own](const Stored<int>& ended) -> web::Outcome {
              if (ended && *ended == 0) misses_.count(address, parts_.reach.clock.now());
              auto response = signed_out_by_provider(request, *application, ended);
              if (response.status != 200) return response;
              response = web::html_response(200, "<!doctype html><title>Signed out</title>");
              response.add("Cache-Control", "no-store").add("Content-Security-Policy", "default-src 'none'");
              if (is_own)
                set_cookie(response, request, cookie_name(request, *application, kSessionCookie), "", seconds{0});
              return response;
            });
      });
}

}  // namespace cardea::gate
