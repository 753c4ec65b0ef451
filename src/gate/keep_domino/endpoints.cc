#include "gate/keep_domino/endpoints.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "gate/front/answers.h"
#include "gate/front/bearer.h"
#include "gate/keep_domino/notes_name.h"
#include "gate/signin/id_session.h"
#include "gate/signin/log_refused.h"
#include "gate/signin/sign_in.h"
#include "gate/token/token_rules.h"
#include "upstream/id_token.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kAuth = "/api/v1/auth";
constexpr std::string_view kLogout = "/api/v1/auth/logout";
constexpr std::string_view kUserinfo = "/api/v1/userinfo";
constexpr std::string_view kAuthorization = "/oauth/authorization";
constexpr std::string_view kToken = "/oauth/token";

Refusal refusal_with(int status, std::string_view text, std::string_view reason) {
  return {
      .status = status, .text = std::string(text), .oauth = {}, .log_reason = std::string(reason), .log_detail = {}};
}

Refusal no_token() { return refusal_with(401, "Invalid token", "no_credential"); }

Refusal no_provider() { return refusal_with(503, "The provider cannot be reached", "provider_unavailable"); }

jose::SigningKey signing_key(const SecretBytes& pem) {
  auto key = crypto::PrivateKey::from_pem(pem.reveal());
  CARDEA_ASSERT(key);
  auto kid = crypto::sha256_base64url(key->spki_der()).substr(0, 16);
  auto signing = jose::SigningKey::make(std::move(*key), std::move(kid), jose::Algorithm::kES256);
  CARDEA_ASSERT(signing);
  return std::move(*signing);
}

ProviderPtr provider_of(const jose::SigningKey& key) {
  ProviderSettings settings{.name = std::string(kKeepIssuer),
                            .issuers = {std::string(kKeepIssuer)},
                            .algorithms = {jose::Algorithm::kES256},
                            .rules = {}};
  settings.rules.audiences = {"Domino"};
  settings.rules.name_form = NameForm::kNotes;
  return std::make_shared<TokenProvider>(std::move(settings), std::vector{key.verification_key()});
}

/// A value for an attribute of an LDAP name (RFC 4514 section 2.4).
std::string ldap_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(",+\"\\<>;=#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// The X.500 name of the person: a claim that holds one, or the user name with the organization of the settings.
/// Absent: neither (guides.md issue of a `sub` that is no X.500 name: refused unless a mapping is set).
std::optional<std::string> notes_name(const KeepDominoSettings& settings, const json::object& claims) {
  for (const auto* claim : {"CN", "dominoDN", "sub"})
    if (const auto* text = find_string(claims, claim); text != nullptr && is_notes_name(*text))
      return std::string(*text);
  const auto* user = find_string(claims, "preferred_username");
  if (settings.organization.empty() || user == nullptr) return std::nullopt;
  return notes_name_from_ldap("cn=" + ldap_value(*user) + ",o=" + ldap_value(settings.organization));
}

/// RFC 6749 section 4.3, with the application's own client.
web::FetchRequest password_request(const Application& application, const upstream::Metadata& metadata,
                                   const web::ConfiguredUrl& url, const std::string& username,
                                   const SecretBytes& password) {
  std::string form;
  web::append_form(form, "grant_type", "password");
  web::append_form(form, "username", username);
  web::append_form(form, "password", password.reveal());
  web::append_form(form, "scope", join(application.sign_in->scopes, " "));
  return upstream::token_request(url, std::move(form), client_proof(*application.sign_in, metadata));
}

}  // namespace

std::vector<std::string> keep_domino_paths(bool has_sign_in) {
  std::vector<std::string> paths{std::string(kLogout), std::string(kUserinfo)};
  if (has_sign_in)
    for (const auto path : {kAuth, kAuthorization, kToken}) paths.emplace_back(path);
  return paths;
}

KeepEndpoints::KeepEndpoints(const Parts& parts)
    : parts_(parts), key_(signing_key(parts.key)), provider_(provider_of(key_)) {}

void KeepEndpoints::log_refusal(const web::Request& request, const Application& application, const Refusal& refusal) {
  log_refused(parts_.reach.log, request, application.name, refusal.log_reason, refusal.log_detail);
}

web::Response KeepEndpoints::refused(const web::Request& request, const Application& application,
                                     const Refusal& refusal) {
  log_refusal(request, application, refusal);
  return answer(AnswerForm::kKeepDomino, refusal);
}

web::Response KeepEndpoints::refused_grant(const web::Request& request, const Application& application, int status,
                                           std::string_view error) {
  log_refusal(request, application, refusal_with(status, "", error));
  auto response = web::json_error(status, error);
  if (status == 429) response.add("Retry-After", std::to_string(kAttemptWindow.count()));
  return response;
}

web::Outcome KeepEndpoints::userinfo(const web::Request& request, const AppPtr& application,
                                     const CallerOf& caller_of) {
  const auto token = bearer_of(request);
  if (!token) return refused(request, *application, no_token());
  return caller_of(
      std::string(*token),
      [this, &request, application](const Result<std::shared_ptr<const Caller>, RefusedToken>& caller) -> web::Outcome {
        if (!caller) return refused(request, *application, refusal_of(AnswerForm::kKeepDomino, caller.error()));
        auto claims = (*caller)->claims();
        claims["name"] = (*caller)->name;
        return web::no_store_json(200, json::serialize(claims));
      });
}

std::optional<web::Outcome> KeepEndpoints::handle(const web::Request& request, const AppPtr& application,
                                                  const CallerOf& caller_of) {
  using web::Method;
  const bool is_get = request.method == Method::kGet, is_post = request.method == Method::kPost;
  if (request.path == kLogout && (is_get || is_post)) return log_out(request, application, caller_of);
  if (request.path == kUserinfo && is_get) return userinfo(request, application, caller_of);
  if (!application->sign_in) return std::nullopt;
  if (request.path == kAuth && is_post) return sign_in(request, application);
  if (request.path == kAuthorization && is_get) return to_authorization(request, application);
  if (request.path == kToken && is_post) return to_token(request, application);
  return std::nullopt;
}

web::Outcome KeepEndpoints::log_out(const web::Request& request, const AppPtr& application, const CallerOf& caller_of) {
  const auto token = bearer_of(request);
  if (!token) return refused(request, *application, no_token());
  return caller_of(std::string(*token),
                   [this, &request, application, token = std::string(*token)](
                       const Result<std::shared_ptr<const Caller>, RefusedToken>& caller) -> web::Outcome {
                     if (!caller)
                       return refused(request, *application, refusal_of(AnswerForm::kKeepDomino, caller.error()));
                     return logged_out(request, application, token, **caller);
                   });
}

web::Outcome KeepEndpoints::logged_out(const web::Request& request, const AppPtr& application, const std::string& token,
                                       const Caller& caller) {
  return parts_.revoked.revoke(
      token, caller.over_at,
      [this, &request, application, name = caller.name](const Stored<bool>& done) -> web::Outcome {
        if (!done)
          return refused(
              request, *application,
              refusal_with(503, "It cannot be noted just now that the token is logged out", "store_unavailable"));
        if (!*done)
          return refused(request, *application,
                         refusal_with(503, "Too many tokens are logged out", "too_many_revocations"));
        parts_.reach.log.info(
            "gate_token_logged_out",
            {{"application", application->name}, {"name", name}, {"correlation_id", request.correlation_id}});
        return web::no_store_json(200, R"({"logout":"Yes"})");
      });
}

web::Outcome KeepEndpoints::sign_in(const web::Request& request, const AppPtr& application) {
  if (application->keep_domino.is_login_disabled)
    return refused(request, *application,
                   refusal_with(404, "Signing in by name and password is switched off", "login_disabled"));
  const auto value = parse_json(request.body);
  const auto* body = value ? value->if_object() : nullptr;
  Login login;
  if (body != nullptr) {
    login.username = string_or(*body, "username", "");
    login.password = SecretBytes(string_or(*body, "password", ""));
    login.scope = string_or(*body, "scope", "");
  }
  if (login.username.empty() || login.password.empty() || login.username.size() > kUsernameBytesMax ||
      login.password.size() > kPasswordBytesMax) {
    return refused(request, *application,
                   refusal_with(400, "username and password are needed, as JSON", "no_username_or_password"));
  }
  const auto now = parts_.reach.clock.now();
  const auto address = address_key(request.remote_address), name = name_key(login, address);
  if (by_name_.is_exhausted(name, now) || by_address_.is_exhausted(address, now))
    return wrong(request, login, "throttled");
  by_name_.count(name, now);
  by_address_.count(address, now);
  return ask_provider(request, application, std::move(login));
}

/// Of fixed size, and no name in the memory of those who try.
std::string KeepEndpoints::name_key(const Login& login, std::string_view address) {
  return crypto::sha256_base64url(std::string(address) + "/" + ascii_lower(login.username));
}

web::Response KeepEndpoints::wrong(const web::Request& request, const Login& login, std::string_view reason) {
  parts_.reach.log.info("gate_login_refused", {{"username", login.username},
                                               {"reason", reason},
                                               {"remote_address", request.remote_address},
                                               {"correlation_id", request.correlation_id}});
  return answer(AnswerForm::kKeepDomino, reason == "throttled"
                                             ? refusal_with(429, "Too many attempts, try again in a minute", reason)
                                             : refusal_with(401, "Invalid credentials or account locked", reason));
}

web::Outcome KeepEndpoints::ask_provider(const web::Request& request, AppPtr application, Login login) {
  const auto away = [this, &request, application] {
    return refused(request, *application,
                   refusal_with(503, "The provider of names and passwords cannot be reached", "provider_unavailable"));
  };
  const auto document = web::ConfiguredUrl::parse(application->sign_in->discovery_url);
  if (!document) return away();
  auto held = std::make_shared<Login>(std::move(login));
  return upstream::with_metadata(
      parts_.reach, *document,
      [this, &request, application, held,
       away](Result<std::shared_ptr<const upstream::Metadata>, std::string> found) -> web::Outcome {
        const auto url = found ? web::ConfiguredUrl::parse((*found)->token_endpoint) : std::nullopt;
        const auto jwks = found ? web::ConfiguredUrl::parse((*found)->jwks_uri) : std::nullopt;
        if (!url || !jwks || !upstream::check_issuer(**found, application->sign_in->issuer)) return away();
        auto call = password_request(*application, **found, *url, held->username, held->password);
        return web::fetch(std::move(call), web::Lane::kInline,
                          [this, &request, application, held, away, metadata = *found,
                           jwks](const web::Fetched& fetched) -> web::Outcome {
                            auto tokens = upstream::read_token_answer(fetched);
                            if (!tokens) {
                              if (!fetched || fetched->status >= 500) return away();
                              return wrong(request, *held, tokens.error().error);
                            }
                            auto kid = upstream::key_id_of(tokens->id_token);
                            return upstream::with_keys(
                                parts_.reach, *jwks, std::move(kid),
                                [this, &request, application, held, away, metadata, tokens = std::move(*tokens)](
                                    Result<upstream::SharedKeys, std::string> keys) -> web::Outcome {
                                  if (!keys) return away();
                                  const auto session = session_of(
                                      {*application, *metadata, **keys, "", parts_.reach.clock.now()}, tokens);
                                  if (!session) return wrong(request, *held, session.error());
                                  auto name = notes_name(application->keep_domino, session->caller->token->claims());
                                  if (!name) return wrong(request, *held, "no_notes_name");
                                  return signed_in(request, *application, *held, std::move(*name));
                                });
                          });
      });
}

web::Response KeepEndpoints::signed_in(const web::Request& request, const Application& application, const Login& login,
                                       std::string name) {
  const auto now = parts_.reach.clock.now();
  const auto address = address_key(request.remote_address);
  by_name_.give_back(name_key(login, address), now);
  by_address_.give_back(address, now);
  const auto& settings = application.keep_domino;
  std::vector<std::string> scopes;
  for (const auto word :
       split_words(login.scope.empty() ? std::string_view(settings.scopes) : std::string_view(login.scope)))
    if (has_word(settings.scopes, word)) scopes.emplace_back(word);
  std::string claims;
  JsonWriter writer(claims);
  writer.begin_object().member("iss", kKeepIssuer).member("sub", name).member("aud", "Domino");
  writer.member(kKeepApplicationClaim, application.name);
  writer.member("iat", epoch_seconds(now)).member("exp", epoch_seconds(now + settings.token_lifetime));
  writer.member("jti", random_uuid(parts_.random)).member("scope", join(scopes, " ")).end_object();
  std::string body;
  JsonWriter out(body);
  out.begin_object().member("bearer", jose::sign_jwt(key_, "JWT", claims)).key("claims").raw(claims);
  out.member("leeway", std::int64_t{30}).member("expSeconds", std::int64_t{settings.token_lifetime.count()});
  out.member("issueDate", epoch_seconds(now)).end_object();
  parts_.reach.log.info("gate_signed_in", {{"application", application.name},
                                           {"name", name},
                                           {"remote_address", request.remote_address},
                                           {"correlation_id", request.correlation_id}});
  return web::no_store_json(200, std::move(body));
}

web::Outcome KeepEndpoints::to_authorization(const web::Request& request, const AppPtr& application) {
  const auto document = web::ConfiguredUrl::parse(application->sign_in->discovery_url);
  if (!document) return refused(request, *application, no_provider());
  return upstream::with_metadata(
      parts_.reach, *document,
      [this, &request,
       application](Result<std::shared_ptr<const upstream::Metadata>, std::string> found) -> web::Outcome {
        if (!found || (*found)->authorization_endpoint.empty()) return refused(request, *application, no_provider());
        const auto& endpoint = (*found)->authorization_endpoint;
        // The provider judges every parameter, the address to return to above all.
        return web::redirect(endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") + request.query);
      });
}

web::Outcome KeepEndpoints::to_token(const web::Request& request, const AppPtr& application) {
  if (application->keep_domino.is_login_disabled)
    return refused(request, *application, refusal_with(404, "Signing in here is switched off", "login_disabled"));
  const auto document = web::ConfiguredUrl::parse(application->sign_in->discovery_url);
  const auto form = web::Form::parse(request.body);
  if (!form || !request.has_form()) return refused_grant(request, *application, 400, "invalid_request");
  // No grant that tries passwords or other people's tokens: the provider would see the gate's address alone.
  constexpr std::string_view kGrants[] = {"authorization_code", "refresh_token", "client_credentials"};
  const auto grant = form->value("grant_type");
  if (form->first_repeated() || !grant || std::ranges::find(kGrants, *grant) == std::end(kGrants))
    return refused_grant(request, *application, 400, "unsupported_grant_type");
  const auto address = address_key(request.remote_address);
  if (by_address_.is_exhausted(address, parts_.reach.clock.now()))
    return refused_grant(request, *application, 429, "slow_down");
  if (!document) return refused_grant(request, *application, 503, "temporarily_unavailable");
  return upstream::with_metadata(
      parts_.reach, *document,
      [this, &request, application,
       address](Result<std::shared_ptr<const upstream::Metadata>, std::string> found) -> web::Outcome {
        const auto url = found ? web::ConfiguredUrl::parse((*found)->token_endpoint) : std::nullopt;
        if (!url) return refused_grant(request, *application, 503, "temporarily_unavailable");
        auto call = web::form_request(*url, request.body);
        if (const auto authorization = request.header("Authorization"))
          call.headers.push_back({"Authorization", std::string(*authorization)});
        const auto hand_on = [this, &request, application, address](web::Fetched fetched) -> web::Outcome {
          if (!fetched) return refused_grant(request, *application, 503, "temporarily_unavailable");
          if (fetched->status >= 400 && fetched->status < 500) by_address_.count(address, parts_.reach.clock.now());
          return web::no_store_json(fetched->status, std::move(fetched->body));
        };
        return web::fetch(std::move(call), web::Lane::kInline, hand_on);
      });
}

}  // namespace cardea::gate
