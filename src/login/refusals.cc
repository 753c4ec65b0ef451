#include "login/refusals.h"

#include <algorithm>
#include <utility>

#include "core/client_urls.h"
#include "core/required_actions.h"
#include "endpoint/store_failure.h"
#include "login/actions/action.h"
#include "login/endpoint.h"
#include "login/texts.h"
#include "web/error_page.h"

namespace cardea::login {
namespace {

struct Text {
  int status;
  std::string_view reason;  // for the log
  std::string_view message;
};

Text text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::kForeignPost:
      return {403, "cross_site_post",
              "This form was sent from another site. Go back to the application and sign in from there."};
    case Refusal::kMediaType:
      return {415, "media_type", "Invalid Request"};
    case Refusal::kMalformed:
      return {400, "malformed_request", "Invalid Request"};
    case Refusal::kNoCookie:
      return {
          400, "cookie_not_found",
          "Restart login cookie not found. It may have expired; it may have been deleted or cookies are disabled in "
          "your browser. If cookies are disabled then enable them. Go back to the application to login again."};
    case Refusal::kGone:
      return {400, "expired_code", "Page has expired. Go back to the application to start the login again."};
    case Refusal::kProofOver:
      return {400, "proof_over", "Page has expired. Go back to the application to start the login again."};
    case Refusal::kClientGone:
      return {400, "client_not_found", "Client not found."};
    case Refusal::kClientDisabled:
      return {400, "client_disabled", "Client disabled."};
    case Refusal::kRedirectGone:
      return {400, "invalid_redirect_uri", "Invalid parameter: redirect_uri"};
    case Refusal::kSettingsChanged:
      return {400, "client_settings_changed",
              "The application's settings have changed. Please start again from there."};
    case Refusal::kUserDisabled:
      return {400, "user_disabled", "Account is disabled, contact your administrator."};
  }
  return {400, "unknown", "Invalid Request"};
}

web::Response refusal_page(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                           Refusal refusal) {
  const auto text = text_of(refusal);
  return web::error_page(dependencies.pages, text.status, frame_for(request, realm), text.message, request);
}

web::Response send_expired(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                           const Client& client, const ClientData& data) {
  AuthorizationRequest answered;
  answered.redirect_uri = data.redirect_uri;
  answered.response_mode = data.response_mode;
  answered.state = data.state;
  return dependencies.answer_with_error(request, realm, client, answered, "temporarily_unavailable",
                                        "authentication_expired");
}

}  // namespace

web::Outcome refuse_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                          const LoginLink& link, Refusal refusal) {
  dependencies.log.info("login_refused", {{"reason", text_of(refusal).reason},
                                          {"realm", realm->realm.name},
                                          {"ip", request.remote_address},
                                          {"correlation_id", request.correlation_id}});
  auto data = decode_client_data(link.client_data);
  const bool is_expired = refusal == Refusal::kGone || refusal == Refusal::kProofOver;
  if (!is_expired || !data || link.client_id.empty()) {
    return refusal_page(dependencies, request, realm->realm, refusal);
  }
  return with_client_entry(dependencies, request, realm, link.client_id,
                           [&dependencies, &request, realm, data = std::move(*data)](ClientPtr client) -> web::Outcome {
                             const bool known = client != nullptr && client->client.enabled &&
                                                dependencies.is_redirect_allowed(
                                                    client->client, data.redirect_uri,
                                                    dependencies.base_url.of_realm(
                                                        request, address_realm(client->client, realm->realm.name)));
                             if (!known) return refusal_page(dependencies, request, realm->realm, Refusal::kGone);
                             return send_expired(dependencies, request, *realm, client->client, data);
                           });
}

web::Response actions_not_supported(const Dependencies& dependencies, const web::Request& request, const Realm& realm,
                                    const UserId& user, const std::vector<std::string>& actions) {
  const auto frame = frame_for(request, realm);
  std::string names;
  for (const auto& action : actions) {
    if (is_action_supported(action)) continue;
    dependencies.log.warning("login_refused", {{"reason", "action_not_supported"},
                                               {"action", action},
                                               {"realm", realm.name},
                                               {"user_id", user.str()},
                                               {"correlation_id", request.correlation_id}});
    names += names.empty() ? "" : ", ";
    names += action_label(frame.texts, realm, action);
  }
  const auto message = frame.texts("actionsNotSupported", {names});
  return web::error_page(dependencies.pages, 403, frame, message, request);
}

void tell_lockout(const Dependencies& dependencies, const web::Request& request, const Realm& realm, const UserId& user,
                  Lockout lockout) {
  log_lockout(dependencies.log, lockout, realm, user, {request.remote_address, request.correlation_id});
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, const RealmEntry* realm,
                           StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  const auto* text = may_pass ? "The server is busy. Wait a moment and try again."
                              : "The server cannot read its data. Tell your administrator.";
  return endpoint::with_retry(
      web::error_page(dependencies.pages, status_of(failure),
                      realm == nullptr ? web::PageFrame() : frame_for(request, realm->realm), text, request),
      failure);
}

}  // namespace cardea::login
