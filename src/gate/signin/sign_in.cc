#include "gate/signin/sign_in.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "gate/signin/id_session.h"
#include "gate/signin/log_refused.h"
#include "gate/signin/session_cookie.h"
#include "jose/jws.h"
#include "upstream/id_token.h"
#include "web/error_page.h"
#include "web/form.h"
#include "web/rounds.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kRoundsCookie = "rounds";
constexpr std::string_view kNoStore = "Who is signed in cannot be looked up just now. Please try again in a moment.";
/// How long a session outlives its tokens while the provider cannot be asked.
constexpr seconds kRefreshGrace{3600};

/// True when a failed refresh says nothing about the person: the provider is away or busy, or does not know us.
bool is_providers_trouble(const web::Fetched& fetched, std::string_view error) {
  return !fetched || fetched->status >= 500 || fetched->status == 429 || error == "invalid_client";
}

std::string login_cookie(const web::Request& request, const Application& application, std::string_view state) {
  return cookie_name(request, application, "login-" + state_tag(state));
}

/// The person themselves asked to be signed out, here: any other site can make their browser send a GET that carries
/// the cookie. Browsers say where a request came from in Sec-Fetch-Site; on plain http, where they do
/// not, its page stands in Referer. A POST of another site comes without the cookie (SameSite=Lax), so nothing ends.
bool is_own_wish(const web::Request& request) {
  const bool is_post = request.method == web::Method::kPost;
  if (const auto site = request.header("Sec-Fetch-Site"))
    return *site == "same-origin" || (*site == "none" && !is_post);
  const auto own = application_base(request);
  const auto origin = request.header("Origin");
  if (is_post) return !origin || *origin == own || *origin == "null";  // "null": our page tells no referrer
  const auto referer = request.header("Referer");
  return referer && (*referer == own || referer->starts_with(own + "/"));
}

std::string redirect_uri(const web::Request& request, const Application& application) {
  return application_base(request) + application.sign_in->callback_path;
}

}  // namespace

upstream::ClientProof client_proof(const SignInSettings& sign_in, const upstream::Metadata& metadata) {
  upstream::ClientProof proof;
  proof.client_id = sign_in.client_id;
  proof.secret = sign_in.client_secret.reveal();
  const auto& methods = metadata.token_auth_methods;
  const bool takes_basic = methods.empty() || std::ranges::find(methods, "client_secret_basic") != methods.end();
  if (sign_in.client_secret.empty())
    proof.method = upstream::ClientAuthentication::kNone;
  else
    proof.method =
        takes_basic ? upstream::ClientAuthentication::kSecretBasic : upstream::ClientAuthentication::kSecretPost;
  return proof;
}

std::string application_base(const web::Request& request) { return request.scheme + "://" + request.host; }

std::string cookie_name(const web::Request& request, const Application& application, std::string_view kind) {
  std::string name = request.is_https() ? "__Host-" : "";
  name.append(kCookiePrefix);
  // Cookies do not know ports: two applications of one host name must not share them.
  return name.append(crypto::sha256_base64url(application.name).substr(0, 6)).append("-").append(kind);
}

web::Response SignIn::failed(const web::Request& request, const Application& application, int status,
                             std::string_view reason, std::string_view detail, std::string_view message) {
  parts_.reach.log.info("gate_sign_in_failed", {{"application", application.name},
                                                {"reason", reason},
                                                {"detail", detail},
                                                {"remote_address", request.remote_address},
                                                {"correlation_id", request.correlation_id}});
  const web::PageLink again{application.sign_in->login_path, "Sign in again"};
  auto response = web::error_page(parts_.pages, status, {.name = application.name}, message, request, &again);
  if (status == 503) response.add("Retry-After", "5");
  return response;
}

web::Outcome SignIn::with_provider(const AppPtr& application, WithMetadata next) {
  const auto url = web::ConfiguredUrl::parse(application->sign_in->discovery_url);
  if (!url) return next(nullptr);
  return upstream::with_metadata(
      parts_.reach, *url,
      [this, application, next = std::move(next)](Result<MetadataPtr, std::string> metadata) -> web::Outcome {
        if (!metadata) return next(nullptr);
        const auto& wanted = application->sign_in->issuer;
        if (upstream::check_issuer(**metadata, wanted)) return next(std::move(*metadata));
        parts_.reach.log.warning(
            "gate_issuer_differs",
            {{"application", application->name}, {"configured", wanted}, {"discovery_says", (*metadata)->issuer}});
        return next(nullptr);
      });
}

web::Outcome SignIn::start(const web::Request& request, AppPtr application, std::string target) {
  const auto now = parts_.reach.clock.now();
  const auto address = address_key(request.remote_address);
  if (starts_.is_exhausted(address, now)) return too_many(request, *application, "too_many_sign_ins_begun");
  starts_.count(address, now);
  if (web::Rounds::read(request, cookie_name(request, *application, kRoundsCookie), now).is_loop()) {
    return failed(request, *application, 400, "loop", "",
                  "Signing in worked several times in a row and was lost each "
                  "time. Are cookies allowed for this site?");
  }
  return with_provider(application, [this, &request, application, target](const MetadataPtr& metadata) -> web::Outcome {
    if (!metadata || metadata->authorization_endpoint.empty()) {
      return failed(request, *application, 503, "provider_unavailable", application->sign_in->issuer,
                    "The place where you sign in cannot be reached. Please try again in a moment.");
    }
    return go_to_provider(request, *application, *metadata, target);
  });
}

web::Response SignIn::go_to_provider(const web::Request& request, const Application& application,
                                     const upstream::Metadata& metadata, std::string target) {
  const auto now = parts_.reach.clock.now();
  const auto state = new_login_state(parts_.random, std::move(target), now);
  upstream::AuthorizationCall call;
  call.endpoint = metadata.authorization_endpoint;
  call.client_id = application.sign_in->client_id;
  call.redirect_uri = redirect_uri(request, application);
  call.scope = join(application.sign_in->scopes, " ");
  call.state = state.state;
  call.nonce = state.nonce;
  call.code_challenge = upstream::challenge_of(state.verifier);
  if (auto wanted = take_challenge(request, application); !wanted.empty())
    call.more.emplace_back("claims", std::move(wanted));
  auto response = web::redirect(upstream::authorization_url(call));
  set_cookie(response, request, login_cookie(request, application, state.state),
             seal_state(parts_.sealer, application.name, state), kLoginStateLife);
  return response;
}

web::Response SignIn::too_many(const web::Request& request, const Application& application, std::string_view what) {
  auto response = failed(request, application, 429, what, request.remote_address,
                         "Too many people or programs sign in from where you are. Please try again in a minute.");
  response.add("Retry-After", "60");
  return response;
}

web::Outcome SignIn::callback(const web::Request& request, AppPtr application) {
  const auto form = web::Form::parse(request.method == web::Method::kPost ? request.body : request.query);
  const auto read =
      form ? upstream::read_callback(*form)
           : Result<upstream::Callback, upstream::CallbackError>(refuse(upstream::CallbackError::kNeither));
  constexpr std::string_view kStale = "This sign-in is not one that your browser began, or it took too long.";
  if (!read) return failed(request, *application, 400, "bad_callback", upstream::describe(read.error()), kStale);
  const auto now = parts_.reach.clock.now();
  const auto address = address_key(request.remote_address);
  if (failed_callbacks_.is_exhausted(address, now)) return too_many(request, *application, "too_many_callbacks");
  const auto cookie = request.cookie(login_cookie(request, *application, read->state));
  auto state = cookie ? open_state(parts_.sealer, application->name, *cookie, now) : std::nullopt;
  if (!state || !equal_secrets(state->state, read->state))
    return failed(request, *application, 400, "wrong_state", cookie ? "not_opened" : "no_cookie", kStale);
  if (used_states_.is_exhausted(state->state, now))
    return failed(request, *application, 400, "replayed_callback", "", kStale);
  used_states_.count(state->state, now);
  failed_callbacks_.count(address, now);  // given back by signed_in
  return with_provider(application,
                       [this, &request, application, state = std::move(*state),
                        callback = *read](const MetadataPtr& metadata) -> web::Outcome {
                         return redeem(request, application, state, callback, metadata);
                       });
}

web::Outcome SignIn::redeem(const web::Request& request, AppPtr application, LoginState state,
                            upstream::Callback callback, MetadataPtr metadata) {
  const auto url = metadata ? web::ConfiguredUrl::parse(metadata->token_endpoint) : std::nullopt;
  if (!url) {
    return failed(request, *application, 503, "provider_unavailable", application->sign_in->issuer,
                  "The place where you sign in cannot be reached. Please try again in a moment.");
  }
  if (!upstream::is_from_issuer(callback, metadata->issuer, metadata->sends_iss_parameter))
    return failed(request, *application, 400, "wrong_issuer_in_answer", callback.iss,
                  "The answer came from another place than the one you were sent to.");
  if (!callback.error.empty()) {
    const bool denied = callback.error == "access_denied";
    return failed(request, *application, denied ? 403 : 400, callback.error, callback.error_description,
                  denied ? "You may not use this application, or did not allow it to know who you are."
                         : "Signing in did not work.");
  }
  auto form = upstream::code_form(callback.code, redirect_uri(request, *application), state.verifier);
  auto call = upstream::token_request(*url, std::move(form), client_proof(*application->sign_in, *metadata));
  return web::fetch(
      std::move(call), web::Lane::kInline,
      [this, &request, application = std::move(application), metadata = std::move(metadata),
       state = std::move(state)](const web::Fetched& fetched) mutable -> web::Outcome {
        auto answer = upstream::read_token_answer(fetched);
        if (answer)
          return check_tokens(request, std::move(application), std::move(metadata), std::move(*answer),
                              std::move(state));
        const bool away = !fetched || fetched->status >= 500;
        const bool ours = answer.error().error == "invalid_client" || answer.error().error == "unauthorized_client";
        if (ours)
          parts_.reach.log.warning("gate_client_refused",
                                   {{"application", application->name}, {"detail", answer.error().description}});
        return failed(request, *application, away ? 503 : 400, answer.error().error, answer.error().description,
                      ours ? "The provider does not know this application any more. Its administrator must "
                             "look at the client's secret."
                           : "Signing in did not work.");
      });
}

web::Outcome SignIn::check_tokens(const web::Request& request, AppPtr application, MetadataPtr metadata,
                                  upstream::TokenAnswer answer, LoginState state) {
  const auto url = web::ConfiguredUrl::parse(metadata->jwks_uri);
  if (!url) return failed(request, *application, 503, "no_key_address", metadata->issuer, "Signing in did not work.");
  auto kid = upstream::key_id_of(answer.id_token);
  return upstream::with_keys(
      parts_.reach, *url, std::move(kid),
      [this, &request, application = std::move(application), metadata = std::move(metadata), answer = std::move(answer),
       state = std::move(state)](Result<upstream::SharedKeys, std::string> keys) mutable -> web::Outcome {
        if (!keys)
          return failed(request, *application, 503, "keys_unavailable", keys.error(), "Signing in did not work.");
        const TokenFacts facts{*application, *metadata, **keys, state.nonce, parts_.reach.clock.now()};
        const auto access_token = answer.access_token;
        const auto id_token = answer.id_token;
        auto session = session_of(facts, std::move(answer));
        if (!session) return refused_tokens(request, *application, session.error(), id_token);
        for (const auto& claim : claims_left_out(facts, access_token, *session))
          parts_.reach.log.warning("gate_claim_not_in_id_token",
                                   {{"application", application->name},
                                    {"claim", claim},
                                    {"text", "it is in the access token: switch on Add to ID token at the provider"}});
        return signed_in(request, std::move(application), std::move(*session), std::move(state));
      });
}

web::Response SignIn::refused_tokens(const web::Request& request, const Application& application,
                                     std::string_view reason, std::string_view id_token) {
  if (reason != "id_token_" + std::string(upstream::describe(upstream::IdTokenError::kTenant)))
    return failed(request, application, 400, reason, "", "Signing in did not work.");
  // Verified, and of a tenant that is not listed: the text is a tenant id or the words of its issuer.
  const auto jws = jose::UnverifiedJws::parse(id_token);
  const auto issuer = jws ? jws->claimed_issuer() : std::string();
  return failed(request, application, 403, reason, issuer,
                "People of your organization may not use this application (" + issuer + ").");
}

web::Outcome SignIn::signed_in(const web::Request& request, AppPtr application, Session session, LoginState state) {
  parts_.reach.log.info("gate_signed_in", {{"application", application->name},
                                           {"name", session.caller->name},
                                           {"remote_address", request.remote_address},
                                           {"correlation_id", request.correlation_id}});
  failed_callbacks_.give_back(address_key(request.remote_address), parts_.reach.clock.now());
  const auto begin = [this, &request, application, state = std::move(state),
                      held = std::make_shared<Session>(std::move(session))]() -> web::Outcome {
    return sessions_.begin(std::move(*held),
                           [this, &request, application, state](const Stored<std::string>& handle) -> web::Outcome {
                             return signed_in_answer(request, *application, state, handle);
                           });
  };
  // The handle of before, whoever set it, opens nothing afterwards (attack classes 3, 4).
  const auto old = request.cookie(cookie_name(request, *application, kSessionCookie));
  if (!old) return begin();
  return sessions_.end({std::string(*old), application->name, {}},
                       [this, &request, application, begin](const Stored<SessionPtr>& ended) -> web::Outcome {
                         if (ended) return begin();
                         return failed(request, *application, 503, "store_unavailable", describe(ended.error()),
                                       kNoStore);
                       });
}

web::Response SignIn::signed_in_answer(const web::Request& request, const Application& application,
                                       const LoginState& state, const Stored<std::string>& handle) {
  if (!handle) return failed(request, application, 503, "store_unavailable", describe(handle.error()), kNoStore);
  const auto rounds_name = cookie_name(request, application, kRoundsCookie);
  const auto rounds = web::Rounds::read(request, rounds_name, parts_.reach.clock.now());
  auto response = web::redirect(application_base(request) + state.target);
  set_cookie(response, request, cookie_name(request, application, kSessionCookie), *handle, std::nullopt);
  set_cookie(response, request, login_cookie(request, application, state.state), "", seconds{0});
  set_cookie(response, request, rounds_name, rounds.after_one_more(), web::Rounds::kWindow);
  return response;
}

void SignIn::note_challenge(const KeptSessions::Handle& handle, const web::Fetched& fetched) {
  constexpr std::size_t kBytesMax = 1500;  // it becomes a part of a URL
  const auto body = fetched ? parse_json(fetched->body) : Result<json::value, JsonError>(refuse(JsonError::kMalformed));
  if (!body || !body->is_object()) return;
  auto claims = string_or(body->get_object(), "claims", "");
  const auto wanted = parse_json(claims);
  if (claims.size() > kBytesMax || !wanted || !wanted->is_object()) return;
  const std::lock_guard lock(mutex_);
  challenges_.put(crypto::sha256_base64url(handle.text), std::move(claims));
}

std::string SignIn::take_challenge(const web::Request& request, const Application& application) {
  const auto handle = request.cookie(cookie_name(request, application, kSessionCookie));
  if (!handle) return {};
  const auto hash = crypto::sha256_base64url(*handle);
  const std::lock_guard lock(mutex_);
  const auto* known = challenges_.find(hash);
  if (known == nullptr) return {};
  auto wanted = *known;
  challenges_.erase_if([&](std::string_view key, const std::string&) { return key == hash; });
  return wanted;
}

web::Outcome SignIn::end_session(const KeptSessions::Handle& handle, const WithSession& next) {
  return sessions_.end(handle, [next](const Stored<SessionPtr>& ended) -> web::Outcome {
    if (!ended) return next(refuse(ended.error()));
    return next(SessionPtr());
  });
}

KeptSessions::Handle SignIn::handle_of(const web::Request& request, const Application& application) {
  const auto cookie = request.cookie(cookie_name(request, application, kSessionCookie));
  return {std::string(cookie.value_or("")), application.name, application.sign_in->idle};
}

web::Outcome SignIn::look_up(const web::Request& request, const KeptSessions::Handle& handle, WithSession next) {
  if (handle.text.empty()) return next(SessionPtr());
  const auto address = address_key(request.remote_address);
  if (misses_.is_exhausted(address, parts_.reach.clock.now()) && !sessions_.knows(handle)) {
    log_unknown_sessions(request, handle.application);
    return next(SessionPtr());
  }
  return sessions_.find(handle, [this, address, next = std::move(next)](Stored<SessionPtr> found) -> web::Outcome {
    if (found && !*found) misses_.count(address, parts_.reach.clock.now());
    return next(std::move(found));
  });
}

void SignIn::log_unknown_sessions(const web::Request& request, std::string_view application) {
  log_refused(parts_.reach.log, request, application, "too_many_unknown_sessions");
}

web::Outcome SignIn::with_session(const web::Request& request, AppPtr application, WithSession next) {
  const auto handle = handle_of(request, *application);
  return look_up(
      request, handle, [this, &request, application, handle, next](Stored<SessionPtr> found) -> web::Outcome {
        const auto now = parts_.reach.clock.now();
        if (!found || !*found) return next(std::move(found));
        auto session = std::move(*found);
        // The settings may name another provider since: what the old one said counts no more.
        const bool is_foreign = session->caller->provider != application->sign_in->issuer ||
                                !is_issuer(*application->sign_in, session->issuer);
        const bool has_ended = now >= session->tokens_end;
        if (is_foreign || (has_ended && session->refresh_token.empty())) return end_session(handle, next);
        if (!has_ended) return next(std::move(session));
        const bool is_late = now - session->tokens_end >= kRefreshGrace;
        auto asked = std::make_shared<const Refresh>(Refresh{request, application, handle, session, next, is_late});
        const auto go_on = [this, asked](const Stored<KeptSessions::Turn>& turn) -> web::Outcome {
          if (turn && *turn == KeptSessions::Turn::kMine) return refresh(asked);
          if (turn && *turn == KeptSessions::Turn::kNobodys) return asked->next(SessionPtr());
          // Another request is at it; or the database cannot say whose turn it is. What is known goes on for a while.
          return asked->next(asked->is_late ? SessionPtr() : asked->session);
        };
        return sessions_.take_refresh(handle, asked->session->version, go_on);
      });
}

web::Outcome SignIn::refresh(const RefreshPtr& asked) {
  return with_provider(asked->application, [this, asked](const MetadataPtr& metadata) -> web::Outcome {
    const auto url = metadata ? web::ConfiguredUrl::parse(metadata->token_endpoint) : std::nullopt;
    const auto jwks = metadata ? web::ConfiguredUrl::parse(metadata->jwks_uri) : std::nullopt;
    if (!url || !jwks) return provider_is_away(asked);
    // Its keys first: tokens that cannot be checked when they come would be lost, and the refresh token is spent then.
    return upstream::with_keys(
        parts_.reach, *jwks, std::nullopt,
        [this, asked, metadata, url, jwks](Result<upstream::SharedKeys, std::string> keys) -> web::Outcome {
          if (!keys) return provider_is_away(asked);
          std::string form;
          web::append_form(form, "grant_type", "refresh_token");
          web::append_form(form, "refresh_token", asked->session->refresh_token.reveal());
          const auto& sign_in = *asked->application->sign_in;
          return web::fetch(upstream::token_request(*url, std::move(form), client_proof(sign_in, *metadata)),
                            web::Lane::kInline,
                            [this, asked, metadata, jwks](const web::Fetched& fetched) -> web::Outcome {
                              return refresh_answered(asked, metadata, *jwks, fetched);
                            });
        });
  });
}

/// Sessions live (guides.md section 6), for a while.
web::Outcome SignIn::provider_is_away(const RefreshPtr& asked) {
  return asked->is_late ? end_session(asked->handle, asked->next) : asked->next(asked->session);
}

web::Outcome SignIn::refresh_answered(const RefreshPtr& asked, const MetadataPtr& metadata,
                                      const web::OutboundUrl& jwks, const web::Fetched& fetched) {
  auto answer = upstream::read_token_answer(fetched);
  if (!answer) {
    const bool refused = asked->is_late || !is_providers_trouble(fetched, answer.error().error);
    parts_.reach.log.info("gate_refresh_failed", {{"application", asked->application->name},
                                                  {"name", asked->session->caller->name},
                                                  {"reason", answer.error().error},
                                                  {"correlation_id", asked->request.correlation_id}});
    if (refused) note_challenge(asked->handle, fetched);
    return refused ? end_session(asked->handle, asked->next) : asked->next(asked->session);
  }
  auto kid = upstream::key_id_of(answer->id_token);
  return upstream::with_keys(
      parts_.reach, jwks, std::move(kid),
      [this, asked, metadata,
       answer = std::move(*answer)](Result<upstream::SharedKeys, std::string> keys) mutable -> web::Outcome {
        if (!keys) return refresh_checked(asked, refuse(std::move(keys.error())));
        const TokenFacts facts{*asked->application, *metadata, **keys, asked->session->nonce, parts_.reach.clock.now()};
        return refresh_checked(asked, refreshed_session(facts, std::move(answer), *asked->session));
      });
}

web::Outcome SignIn::refresh_checked(const RefreshPtr& asked, Result<Session, std::string> fresh) {
  if (fresh) return sessions_.refreshed(asked->handle, std::move(*fresh), asked->next);
  parts_.reach.log.warning("gate_refresh_failed", {{"application", asked->application->name},
                                                   {"reason", fresh.error()},
                                                   {"correlation_id", asked->request.correlation_id}});
  return end_session(asked->handle, asked->next);
}

web::Response SignIn::signed_out_page(const web::Request& request, const Application& application) const {
  const web::PageLink again{application.sign_in->login_path, "Sign in"};
  auto response = web::info_page(parts_.pages, {.name = application.name}, "You are signed out", "", &again);
  const auto name = cookie_name(request, application, kSessionCookie);
  if (request.cookie(name)) set_cookie(response, request, name, "", seconds{0});
  return response;
}

/// The button's POST carries the session's cookie from this page and from no other site (SameSite=Lax).
web::Response SignIn::ask_to_log_out(const Application& application) const {
  const web::PageFrame frame{.name = application.name};
  web::PageData data;
  data.text("action", application.sign_in->logout_path).text("link", "/");
  // The answer leads on to the provider.
  return parts_.pages.render("logout-confirm", 200, data,
                             {.form_targets = web::form_targets_of(application.sign_in->issuer), .frame = &frame});
}

web::Outcome SignIn::logout(const web::Request& request, AppPtr application) {
  const auto handle = handle_of(request, *application);
  const auto unsure = [this, &request, application](StoreError error) {
    return failed(request, *application, 503, "store_unavailable", describe(error), kNoStore);
  };
  return look_up(
      request, handle, [this, &request, application, handle, unsure](const Stored<SessionPtr>& known) -> web::Outcome {
        if (!known) return unsure(known.error());
        if (!*known) return signed_out_page(request, *application);
        if (!is_own_wish(request)) return ask_to_log_out(*application);
        return sessions_.end(handle,
                             [this, &request, application, unsure](const Stored<SessionPtr>& session) -> web::Outcome {
                               if (!session) return unsure(session.error());
                               if (!*session) return signed_out_page(request, *application);
                               return log_out_at_provider(request, application, *session);
                             });
      });
}

web::Outcome SignIn::log_out_at_provider(const web::Request& request, AppPtr application, SessionPtr session) {
  parts_.reach.log.info("gate_signed_out", {{"application", application->name},
                                            {"name", session->caller->name},
                                            {"correlation_id", request.correlation_id}});
  return with_provider(application,
                       [this, &request, application, session](const MetadataPtr& metadata) -> web::Outcome {
                         if (!metadata || metadata->end_session_endpoint.empty())
                           return signed_out_page(request, *application);
                         auto url = metadata->end_session_endpoint;
                         append_query(url, "id_token_hint", session->id_token.reveal());
                         append_query(url, "client_id", application->sign_in->client_id);
                         append_query(url, "post_logout_redirect_uri",
                                      application_base(request) + application->sign_in->logout_return_path);
                         auto response = web::redirect(std::move(url));
                         const auto name = cookie_name(request, *application, kSessionCookie);
                         set_cookie(response, request, name, "", seconds{0});
                         return response;
                       });
}

}  // namespace cardea::gate
