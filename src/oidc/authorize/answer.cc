#include "oidc/authorize/answer.h"

#include "base/uri.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

/// A Location with more than this is refused by some proxies.
constexpr std::size_t kDescriptionBytesMax = 300;

web::Response by_form(const web::Pages& pages, const AnswerTarget& target, const AnswerParameters& parameters) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : parameters) fields.emplace_back(name, value);
  return web::form_post_page(pages, target.realm_display_name, target.redirect_uri, fields);
}

}  // namespace

const std::string& display_name(const Realm& realm) {
  return realm.display_name.empty() ? realm.name : realm.display_name;
}

AnswerTarget target_of(const AuthorizationRequest& request, const Realm& realm) {
  return {request.redirect_uri, request.response_mode, request.state, display_name(realm)};
}

web::Response send_answer(const web::Pages& pages, const AnswerTarget& target, const AnswerParameters& parameters) {
  if (target.mode == ResponseMode::kFormPost) return by_form(pages, target, parameters);
  std::string location = target.redirect_uri;
  if (target.mode == ResponseMode::kQuery) {
    for (const auto& [name, value] : parameters) append_query(location, name, value);
    return web::redirect(std::move(location));
  }
  // A fragment of the redirect URI itself, kept by classic clients, is replaced by ours.
  location.resize(std::min(location.size(), location.find('#')));
  char separator = '#';
  for (const auto& [name, value] : parameters) {
    location.push_back(std::exchange(separator, '&'));
    location.append(name).push_back('=');
    percent_encode_append(location, value);
  }
  return web::redirect(std::move(location));
}

web::Response send_error(const web::Pages& pages, const AnswerTarget& target, const Client& client,
                         const OAuthError& error, std::string_view issuer) {
  AnswerParameters parameters;
  parameters.emplace_back("error", std::string(wire_name(error.code)));
  if (!error.description.empty()) {
    parameters.emplace_back("error_description", public_text(error.description).substr(0, kDescriptionBytesMax));
  }
  if (target.state) parameters.emplace_back("state", *target.state);
  if (!client.attribute_is_true("exclude.issuer.from.auth.response"))
    parameters.emplace_back("iss", std::string(issuer));
  return send_answer(pages, target, parameters);
}

web::Response send_code(const web::Pages& pages, const AnswerTarget& target, const Client& client, std::string code,
                        std::string_view session_id, std::string_view issuer) {
  AnswerParameters parameters;
  if (target.state) parameters.emplace_back("state", *target.state);
  if (!client.attribute_is_true("exclude.session.state.from.auth.response"))
    parameters.emplace_back("session_state", std::string(session_id));
  if (!client.attribute_is_true("exclude.issuer.from.auth.response"))
    parameters.emplace_back("iss", std::string(issuer));
  parameters.emplace_back("code", std::move(code));
  return send_answer(pages, target, parameters);
}

}  // namespace cardea::oidc
