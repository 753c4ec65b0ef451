#include "oidc/authorize/pushed_request.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "core/policy_requests.h"
#include "crypto/hash.h"
#include "oidc/authorize/object_keys.h"
#include "oidc/client_request.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

constexpr seconds kLifeDefault{60};
constexpr seconds kLifeMin{5};
constexpr seconds kLifeMax{599};  // FAPI 2.0 section 5.3.2.2: less than 600

constexpr ClientRequestRules kRules{.targets_may_repeat = true,
                                    .takes_proof = true,
                                    .needs_form = "Content type must be application/x-www-form-urlencoded"};

std::string hash_of(std::string_view handle) { return crypto::sha256_base64url("pushed:" + std::string(handle)); }

/// Realm attribute `parRequestUriLifespan`, in seconds.
seconds life_of(const Realm& realm) {
  const auto found = realm.attributes.find("parRequestUriLifespan");
  if (found == realm.attributes.end()) return kLifeDefault;
  const auto number = parse_integer<std::int64_t>(found->second);
  return number ? std::clamp(seconds(*number), kLifeMin, kLifeMax) : kLifeDefault;
}

/// A login that began in time may end later: its handle is used up with the answer, and must be there until then.
seconds kept_for(const Realm& realm) {
  return life_of(realm) + realm.lifespans.access_code_login + realm.lifespans.access_code_user_action;
}

/// What proves the client is not part of its request.
web::Form without_proof(const web::Form& form, const std::string& client_id) {
  constexpr std::array<std::string_view, 4> kProofs = {"client_id", "client_secret", "client_assertion",
                                                       "client_assertion_type"};
  web::Form left;
  left.add("client_id", client_id);
  for (const auto& [name, value] : form.parameters()) {
    if (std::ranges::find(kProofs, name) == kProofs.end()) left.add(name, value);
  }
  return left;
}

/// The refusal of the authorization endpoint in the words of this one (PA-5). Keycloak has one code for all of them.
OAuthError pushed_error(const AuthorizeRefusal& refusal, ClientPolicy policy) {
  if (const auto* page = std::get_if<PageRefusal>(&refusal)) {
    return {OAuthCode::kInvalidRequest, page->message, 400, page->note};
  }
  auto error = std::get<RedirectRefusal>(refusal).error;
  if (error.code == OAuthCode::kUnsupportedResponseType && error.description.empty()) {
    error.description = "Unsupported response type";
  }
  if (policy == ClientPolicy::kClassic) error.code = OAuthCode::kInvalidRequest;
  error.status = 400;
  return error;
}

/// PA-13: the header and the parameter name one key, whichever is there.
Result<std::string, OAuthError> bound_key(const ClientRequest& request, const AuthorizationRequest& checked) {
  const auto& proven = request.binding.key_thumbprint;
  if (!proven.empty() && !checked.dpop_jkt.empty() && proven != checked.dpop_jkt) {
    return refuse(
        OAuthError{OAuthCode::kInvalidDpopProof, "DPoP proof and dpop_jkt name different keys", 0, "dpop_jkt_differs"});
  }
  return proven;
}

std::string encoded(const web::Form& form) {
  std::string text;
  for (const auto& [name, value] : form.parameters()) web::append_form(text, name, value);
  return text;
}

std::string content_of(const Client& client, const web::Form& form, std::string_view dpop_jkt) {
  std::string content;
  JsonWriter writer(content);
  writer.begin_object().member("c", client.id.str()).member("f", encoded(form));
  if (!dpop_jkt.empty()) writer.member("j", dpop_jkt);
  writer.end_object();
  return content;
}

web::Outcome store(const ClientRequestPtr& request, Ticket ticket, std::string handle) {
  return web::then(
      web::Lane::kStore, [request, ticket = std::move(ticket), handle = std::move(handle)]() -> web::Outcome {
        const auto& repositories = request->dependencies.repositories;
        const auto stored = repositories.store.write([&](Tx& tx) { return repositories.tickets.insert(tx, ticket); });
        if (!stored) return store_failed(request->dependencies, request->http, stored.error());
        std::string body;
        JsonWriter writer(body);
        writer.begin_object().member("request_uri", std::string(kPushedPrefix) + handle);
        writer.member("expires_in", life_of(request->realm->realm).count());
        writer.end_object();
        return web::no_store_json(201, std::move(body));
      });
}

web::Outcome keep(const ClientRequestPtr& request, const Result<RequestParameters, OAuthError>& parameters) {
  const auto refused = [&](const OAuthError& error) { return refuse_client(*request, error); };
  const auto& client = request->client->client;
  if (!parameters) return refused(parameters.error());
  const auto checked = check_authorization_request(parameters->form, request->client.get(), request->server_base,
                                                   request->dependencies.production);
  if (!checked) return refused(pushed_error(checked.error(), client.policy()));
  const auto key = bound_key(*request, *checked);
  if (!key) return refused(key.error());
  auto handle = random_handle(request->dependencies.random);
  Ticket ticket{.hash = hash_of(handle),
                .realm = request->realm->realm.id,
                .kind = TicketKind::kPushedRequest,
                .content = content_of(client, parameters->form, *key),
                .created_at = request->now,
                .expires_at = request->now + kept_for(request->realm->realm)};
  return store(request, std::move(ticket), std::move(handle));
}

web::Outcome push(ClientRequestPtr request) {
  if (request->form.raw("request_uri")) {  // PA-4
    return refuse_client(
        *request, {OAuthCode::kInvalidRequest, "It is not allowed to include request_uri to PAR.", 0, "request_uri"});
  }
  return with_request_parameters(
      request->dependencies, without_proof(request->form, request->client->client.client_id), request->client,
      {.issuer = request->issuer, .now = request->now, .source = RequestSource::kPushed},
      [request](const Result<RequestParameters, OAuthError>& parameters) { return keep(request, parameters); });
}

}  // namespace

web::Outcome pushed_request_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &push);
}

std::optional<std::string_view> pushed_handle(const web::Form& form) {
  const auto uri = form.value("request_uri");
  if (!uri || !uri->starts_with(kPushedPrefix) || form.value("request")) return std::nullopt;
  return uri->substr(kPushedPrefix.size());
}

Stored<std::optional<RequestParameters>> load_pushed_request(const Dependencies& dependencies, const Realm& realm,
                                                             const ClientEntry& client, std::string_view handle) {
  const auto now = dependencies.clock.now();
  const auto& repositories = dependencies.repositories;
  auto hash = hash_of(handle);
  const auto found = read_from(repositories.store, [&](Rows& rows) {
    return repositories.tickets.find(rows, realm.id, TicketKind::kPushedRequest, hash, now);
  });
  if (!found) return refuse(found.error());
  if (!*found || (*found)->created_at + life_of(realm) <= now) return std::nullopt;
  const auto document = parse_json((*found)->content);
  if (!document || !document->is_object()) return refuse(StoreError::kCorrupt);
  const auto& object = document->get_object();
  if (string_or(object, "c", "") != client.client.id.str()) return std::nullopt;
  auto form = web::Form::parse(string_or(object, "f", ""));
  if (!form) return refuse(StoreError::kCorrupt);
  return RequestParameters{std::move(*form), std::move(hash), string_or(object, "j", "")};
}

bool may_stand_beside(const web::Form& outer, const RequestParameters& pushed, const Client& client) {
  if (!client.attribute_is_true(kHeldPush)) return true;
  return std::ranges::all_of(outer.parameters(), [&](const auto& parameter) {
    return parameter.first == "request_uri" || pushed.form.raw(parameter.first).has_value();
  });
}

bool must_push(const Client& client) {
  return client.attribute_is_true("require.pushed.authorization.requests") || client.policy() == ClientPolicy::kFapi2;
}

Result<AuthorizationRequest, AuthorizeRefusal> check_entry(const RequestParameters& parameters,
                                                           const ClientEntry& client, AuthorizationRequest request) {
  if (parameters.pushed_hash.empty() && must_push(client.client)) {
    return refuse(AuthorizeRefusal(RedirectRefusal{
        target_of(request),
        {OAuthCode::kInvalidRequest, "Pushed Authorization Request is only allowed.", 0, "not_pushed"}}));
  }
  request.pushed_hash = parameters.pushed_hash;
  if (!parameters.dpop_jkt.empty()) request.dpop_jkt = parameters.dpop_jkt;
  if (request.dpop_jkt.empty() && client.client.attribute_is_true(kHeldCodeKey)) {
    return refuse(AuthorizeRefusal(
        RedirectRefusal{target_of(request),
                        {OAuthCode::kInvalidRequest, "Missing parameter: dpop_jkt", 0, "policy_dpop_bind_enforcer"}}));
  }
  return request;
}

}  // namespace cardea::oidc
