#include "oidc/authorize/answer.h"

#include <algorithm>

#include "base/json.h"
#include "base/uri.h"
#include "jose/signing_key.h"
#include "oidc/encryption.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

/// A Location with more than this is refused by some proxies.
constexpr std::size_t kDescriptionBytesMax = 300;

constexpr seconds kSignedAnswerLife{600};  // JARM section 2.1: at most ten minutes

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

bool is_signed(ResponseMode mode) {
  return mode == ResponseMode::kQueryJwt || mode == ResponseMode::kFragmentJwt || mode == ResponseMode::kFormPostJwt;
}

web::Response by_form(const Answerer& answerer, const AnswerTarget& target, const Parameters& parameters) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : parameters) fields.emplace_back(name, value);
  return web::form_post_page(answerer.dependencies.pages,
                             answerer.dependencies.frame(answerer.http, answerer.realm.realm), target.redirect_uri,
                             fields);
}

web::Response by_query(const AnswerTarget& target, const Parameters& parameters) {
  std::string location = target.redirect_uri;
  for (const auto& [name, value] : parameters) append_query(location, name, value);
  return web::redirect(std::move(location));
}

/// A fragment of the redirect URI itself, kept by classic clients, is replaced by ours.
web::Response by_fragment(const AnswerTarget& target, const Parameters& parameters) {
  std::string location = target.redirect_uri;
  location.resize(std::min(location.size(), location.find('#')));
  char separator = '#';
  for (const auto& [name, value] : parameters) {
    location.push_back(std::exchange(separator, '&'));
    location.append(name).push_back('=');
    percent_encode_append(location, value);
  }
  return web::redirect(std::move(location));
}

/// JARM section 2.1: issuer, audience and end, and every parameter as a claim. `iss` stands there once.
std::string signed_parameters(const Answerer& answerer, const jose::SigningKey& key, const Parameters& parameters) {
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object().member("exp", epoch_seconds(answerer.now + kSignedAnswerLife));
  writer.member("iss", answerer.issuer).member("aud", answerer.client.client_id);
  for (const auto& [name, value] : parameters) {
    if (name != "iss") writer.member(name, value);
  }
  writer.end_object();
  return jose::sign_jwt(key, "JWT", payload);
}

web::Response not_encrypted(const Answerer& answerer, std::string_view reason) {
  answerer.dependencies.log.warning(
      "answer_not_encrypted",
      {{"reason", reason}, {"realm", answerer.realm.realm.name}, {"client_id", answerer.client.client_id}});
  return web::json_error(500, wire_name(OAuthCode::kServerError), "The client has no key to encrypt to");
}

web::Response send(const Answerer& answerer, const AnswerTarget& target, Parameters parameters) {
  if (is_signed(target.mode)) {
    const auto* key = answer_key(answerer.realm, answerer.client);
    // Never unsigned instead: the client would take it for one that anybody may have made.
    if (key == nullptr) return web::json_error(500, wire_name(OAuthCode::kServerError), "The realm has no signing key");
    auto response = encrypted_for(answerer.dependencies, answerer.client, Encrypted::kAnswer,
                                  signed_parameters(answerer, *key, parameters));
    if (!response) return not_encrypted(answerer, response.error());
    parameters.clear();
    parameters.emplace_back("response", std::move(*response));
  }
  switch (target.mode) {
    case ResponseMode::kFormPost:
    case ResponseMode::kFormPostJwt:
      return by_form(answerer, target, parameters);
    case ResponseMode::kFragment:
    case ResponseMode::kFragmentJwt:
      return by_fragment(target, parameters);
    case ResponseMode::kQuery:
    case ResponseMode::kQueryJwt:
      break;
  }
  return by_query(target, parameters);
}

void add_issuer(const Answerer& answerer, Parameters& parameters) {
  if (answerer.client.attribute_is_true("exclude.issuer.from.auth.response")) return;
  parameters.emplace_back("iss", std::string(answerer.issuer));
}

}  // namespace

AnswerTarget target_of(const AuthorizationRequest& request) {
  return {.redirect_uri = request.redirect_uri,
          .mode = request.response_mode,
          .state = request.state,
          .kc_action = request.kc_action.substr(0, request.kc_action.find(':')),
          .kc_action_status = request.kc_action_status};
}

const jose::SigningKey* answer_key(const RealmEntry& realm, const Client& client) {
  const auto own = client.attribute("authorization.signed.response.alg");
  return realm.signing_key(own.empty() ? std::string_view(realm.realm.default_signature_algorithm) : own);
}

web::Response send_error(const Answerer& answerer, const AnswerTarget& target, const OAuthError& error) {
  return send_error(answerer, target, wire_name(error.code), error.description);
}

web::Response send_error(const Answerer& answerer, const AnswerTarget& target, std::string_view error,
                         std::string_view description) {
  Parameters parameters;
  parameters.emplace_back("error", std::string(error));
  if (!description.empty()) {
    parameters.emplace_back("error_description", public_text(description).substr(0, kDescriptionBytesMax));
  }
  if (target.state) parameters.emplace_back("state", *target.state);
  add_issuer(answerer, parameters);
  return send(answerer, target, std::move(parameters));
}

web::Response send_granted(const Answerer& answerer, const AnswerTarget& target, AnswerContent content,
                           std::string_view session_id) {
  Parameters parameters;
  if (target.state) parameters.emplace_back("state", *target.state);
  if (!answerer.client.attribute_is_true("exclude.session.state.from.auth.response")) {
    parameters.emplace_back("session_state", std::string(session_id));
  }
  add_issuer(answerer, parameters);
  if (!target.kc_action_status.empty()) {
    parameters.emplace_back("kc_action", target.kc_action);
    parameters.emplace_back("kc_action_status", target.kc_action_status);
  }
  if (!content.code.empty()) parameters.emplace_back("code", std::move(content.code));
  if (!content.id_token.empty()) parameters.emplace_back("id_token", std::move(content.id_token));
  if (!content.access_token.empty()) {
    parameters.emplace_back("access_token", std::move(content.access_token));
    parameters.emplace_back("token_type", std::string(content.token_type));
    parameters.emplace_back("expires_in", std::to_string(content.expires_in));
  }
  return send(answerer, target, std::move(parameters));
}

}  // namespace cardea::oidc
