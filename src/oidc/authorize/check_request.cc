#include "oidc/authorize/check_request.h"

#include "base/text.h"
#include "core/client_policies.h"
#include "core/policy_requests.h"
#include "core/token/token_plan.h"
#include "oidc/authorize/audience.h"
#include "oidc/authorize/claims_parameter.h"
#include "oidc/authorize/resources.h"
#include "oidc/device/device_endpoints.h"
#include "oidc/pkce.h"
#include "oidc/redirect_uri.h"

namespace cardea::oidc {
namespace {

PageRefusal page(std::string message, std::string note, int status = 400) {
  return {status, std::move(message), std::move(note)};
}

OAuthError invalid_request(std::string description, std::string note) {
  return {OAuthCode::kInvalidRequest, std::move(description), 0, std::move(note)};
}

std::optional<PageRefusal> refuse_client(const ClientEntry* client) {
  if (client == nullptr) return page("Client not found.", "client_not_found");
  if (!client->client.enabled) return page("Client disabled.", "client_disabled");
  if (client->client.bearer_only)
    return page("Bearer-only applications are not allowed to initiate browser login", "bearer_only", 403);
  if (client->client.protocol != "openid-connect") return page("Wrong client protocol.", "wrong_protocol");
  return std::nullopt;
}

/// Steps 2 to 5: whatever fails here is told on our own page.
Result<void, PageRefusal> check_redirect(const web::Form& form, const Client& client, std::string_view server_base,
                                         bool production, AuthorizationRequest& request) {
  int times = 0;
  for (const auto& [name, value] : form.parameters()) times += name == "redirect_uri" ? 1 : 0;
  if (times > 1) return refuse(page("Invalid parameter: redirect_uri", "redirect_uri_repeated"));
  const auto sent = form.value("redirect_uri");
  if (sent) {
    if (!is_redirect_allowed(client, *sent, server_base, production))
      return refuse(page("Invalid parameter: redirect_uri", "redirect_uri_not_registered"));
    request.redirect_uri = *sent;
    return {};
  }
  const auto only = only_redirect_uri(client, server_base, production);
  const bool must_say = has_word(form.value_or("scope", ""), "openid") || client.policy() == ClientPolicy::kFapi2;
  if (must_say || !only) return refuse(page("Invalid parameter: redirect_uri", "redirect_uri_missing"));
  request.redirect_uri = *only;
  request.redirect_uri_sent = false;
  return {};
}

/// Of S256 always the 43 letters of a SHA-256 (RFC 7636 section 4.2).
bool is_code_challenge(std::string_view text, ChallengeMethod method) {
  return is_pkce_text(text) && (method != ChallengeMethod::kS256 || text.size() == 43);
}

Result<void, OAuthError> check_scope(const web::Form& form, const ClientEntry& client, AuthorizationRequest& request) {
  const auto plan = plan_for(client, scope_with_audience(form, client));
  if (!plan)
    return refuse(OAuthError{OAuthCode::kInvalidScope, "Invalid scopes: " + std::string(form.value_or("scope", "")), 0,
                             "scope_not_allowed"});
  if (request.asks_for("id_token") && !(*plan)->openid) {
    return refuse(OAuthError{OAuthCode::kInvalidScope, "Missing openid scope", 0, "id_token_without_openid"});
  }
  request.scope = (*plan)->full_scope;
  return {};
}

/// prompt (OpenID Connect Core section 3.1.2.1).
Result<void, OAuthError> check_prompt(const web::Form& form, AuthorizationRequest& request) {
  const auto words = split_words(form.value_or("prompt", ""));
  for (const auto word : words) {
    if (word == "none") request.prompt_none = true;
    if (word == "login") request.prompt_login = true;
    if (word == "consent") request.prompt_consent = true;
    if (word == "create") request.prompt_create = true;
  }
  if (request.prompt_none && words.size() > 1) {
    return refuse(invalid_request("Invalid parameter: prompt", "prompt_none_with_others"));
  }
  return {};
}

/// Executor secure-session: an answer must be one to a request of this browser.
Result<void, OAuthError> check_held_session(const web::Form& form, const Client& client,
                                            const AuthorizationRequest& request) {
  if (!client.attribute_is_true(kHeldSession)) return {};
  const bool asks_for_identity = has_word(form.value_or("scope", ""), "openid");
  if (asks_for_identity && request.nonce.empty()) {
    return refuse(invalid_request("Missing parameter: nonce", "policy_secure_session"));
  }
  if (!asks_for_identity && (!request.state || request.state->empty())) {
    return refuse(invalid_request("Missing parameter: state", "policy_secure_session"));
  }
  return {};
}

Result<void, OAuthError> check_rest(const web::Form& form, const ClientEntry& client, AuthorizationRequest& request) {
  if (!client.rules.verdict.type_allowed) {
    return refuse(OAuthError{OAuthCode::kInvalidClient, "invalid client access type", 0, "policy_confidential_client"});
  }
  if (auto done = check_response(form, client.client, request); !done) return done;
  if (const auto twice = form.first_repeated({"resource"})) {
    return refuse(invalid_request("duplicated parameter", "repeated:" + std::string(*twice)));
  }
  if (auto done = check_code_challenge(form, client.client, request); !done) return done;
  if (auto done = check_scope(form, client, request); !done) return done;
  if (auto done = check_held_session(form, client.client, request); !done) return done;
  if (auto done = check_resources(form, request); !done) return done;
  if (auto done = check_proof_key(form, request); !done) return done;
  return check_prompt(form, request);
}

}  // namespace

std::optional<std::string> why_client_may_not(const ClientEntry* client, const AuthorizationRequest& request,
                                              std::string_view server_base, bool production) {
  if (const auto refused = refuse_client(client)) return refused->note;
  if (client->client.id != request.client) return "client_replaced";
  if (!client->rules.verdict.type_allowed) return "policy_confidential_client";
  if (!request.device_user_code.empty()) {
    return is_device_grant_enabled(client->client) ? std::nullopt : std::optional<std::string>("device_grant_off");
  }
  if (!is_redirect_allowed(client->client, request.redirect_uri, server_base, production))
    return "redirect_uri_not_registered";
  const auto allowed = check_allowed(client->client, request);
  return allowed ? std::nullopt : std::optional(allowed.error().note);
}

Result<void, OAuthError> check_code_challenge(const web::Form& form, const Client& client,
                                              AuthorizationRequest& request) {
  const auto method = form.value("code_challenge_method");
  const auto challenge = form.value("code_challenge");
  const auto required = client.attribute("pkce.code.challenge.method");
  const bool classic = client.policy() == ClientPolicy::kClassic;
  if (!required.empty()) {
    if (!method) return refuse(invalid_request("Missing parameter: code_challenge_method", "pkce_required"));
    if (*method != required)
      return refuse(
          invalid_request("Invalid parameter: code challenge method is not configured one", "pkce_method_differs"));
  }
  if (!challenge) {
    if (!required.empty() || method || !classic)
      return refuse(invalid_request("Missing parameter: code_challenge", "pkce_required"));
    return {};
  }
  if (method && *method != "S256" && *method != "plain") {
    return refuse(invalid_request("Invalid parameter: invalid code_challenge_method", "pkce_method_unknown"));
  }
  // A missing method means plain (RFC 7636 section 4.3), which only classic clients may use.
  const bool plain = !method || *method == "plain";
  if (plain && !classic)
    return refuse(invalid_request("Invalid parameter: code_challenge_method", "pkce_plain_refused"));
  request.challenge_method = plain ? ChallengeMethod::kPlain : ChallengeMethod::kS256;
  if (!is_code_challenge(*challenge, request.challenge_method))
    return refuse(invalid_request("Invalid parameter: code_challenge", "pkce_challenge_malformed"));
  request.code_challenge = *challenge;
  return {};
}

Result<AuthorizationRequest, AuthorizeRefusal> check_authorization_request(const web::Form& form,
                                                                           const ClientEntry* client,
                                                                           std::string_view server_base,
                                                                           bool production) {
  if (auto refused = refuse_client(client)) return refuse(AuthorizeRefusal(std::move(*refused)));
  AuthorizationRequest request;
  request.client = client->client.id;
  request.client_id = client->client.client_id;
  if (auto done = check_redirect(form, client->client, server_base, production, request); !done)
    return refuse(AuthorizeRefusal(done.error()));
  if (const auto state = form.raw("state")) request.state = std::string(*state);
  request.nonce = form.value_or("nonce", "");
  request.login_hint = form.value_or("login_hint", "");
  request.ui_locales = form.value_or("ui_locales", "");
  request.kc_action = form.value_or("kc_action", "");
  // There and empty it says "none, not the default one either", as in Keycloak: no provider has such a name.
  request.idp_hint = form.value_or("kc_idp_hint", form.raw("kc_idp_hint") ? "?" : "");
  if (const auto age = form.raw("max_age")) {
    request.max_age = parse_integer<std::int64_t>(*age);
    if (!request.max_age || *request.max_age < 0)
      return refuse(AuthorizeRefusal(page("Invalid Request", "bad_max_age")));
  }
  if (auto done = check_rest(form, *client, request); !done) {
    return refuse(AuthorizeRefusal(RedirectRefusal{target_of(request), done.error()}));
  }
  if (auto done = check_claims_parameter(form, *client, request); !done) {
    if (const auto* shown = std::get_if<PageRefusal>(&done.error())) return refuse(AuthorizeRefusal(*shown));
    return refuse(AuthorizeRefusal(RedirectRefusal{target_of(request), std::get<OAuthError>(done.error())}));
  }
  return request;
}

}  // namespace cardea::oidc
