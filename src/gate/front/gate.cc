#include "gate/front/gate.h"

#include <utility>

#include "base/secret.h"
#include "gate/front/bearer.h"
#include "gate/front/proxy_snippet.h"
#include "gate/front/vouched.h"
#include "gate/keep/front_session.h"
#include "gate/keep/keep_api.h"
#include "gate/signin/log_refused.h"
#include "gate/store/shared_secrets.h"
#include "web/asset.h"
#include "web/page.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kCheckPath = "/gate/check";
constexpr std::string_view kForwardPath = "/gate/forward";
constexpr std::string_view kKeysPath = "/gate/keys";
constexpr std::string_view kOwnPrefix = "/gate/";

Refusal invalid_key(const Application& application, bool is_throttled) {
  auto refusal = nobody(application.answers);
  refusal.text = is_throttled ? "Too many wrong API keys, try again in a minute" : "Invalid API Key";
  refusal.log_reason = is_throttled ? "too_many_wrong_api_keys" : "invalid_api_key";
  if (is_throttled) refusal.status = 429;
  return refusal;
}

}  // namespace

Gate::Gate(const Parts& parts, GateSettings settings)
    : parts_(parts),
      sign_in_({parts.reach, parts.sealer, parts.pages, parts.random, parts.store}),
      revoked_({parts.reach.clock, parts.reach.log, parts.store}),
      keep_domino_({parts.reach, revoked_, parts.random, parts.keep_key}),
      lookups_(parts.reach),
      people_({parts.reach.clock, parts.reach.log, parts.store}),
      owners_({parts.reach.log, parts.store}),
      identity_tokens_(parts.identity_key == nullptr ? make_signing_key()
                                                     : SecretBytes::copy_of(parts.identity_key->reveal())),
      overage_{parts.reach} {
  web::add_asset_routes(assets_);
  replace(std::move(settings));
}

std::shared_ptr<GateState> Gate::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Gate::replace(GateSettings settings) {
  auto next = std::make_shared<GateState>(std::move(settings), keep_domino_.provider());
  const std::lock_guard lock(mutex_);
  state_ = std::move(next);
}

bool Gate::serves(const web::Request& request) const {
  const auto current = state();
  return request.path.starts_with(kOwnPrefix) || current->settings.find_application(request.host) != nullptr;
}

web::Outcome Gate::handle(web::Request& request) {
  auto current = state();
  // The application lives as long as the settings it stands in.
  const AppPtr application(current, current->settings.find_application(request.host));
  if (request.path.starts_with("/gate/resources/")) {
    request.path.erase(0, kOwnPrefix.size() - 1);
    return assets_.handle(request);
  }
  auto outcome = own_path(request, current, application);
  return web::with_answer(std::move(outcome), [current, https = request.is_https()](web::Response& response) {
    web::add_security_headers(response, https);
  });
}

web::Outcome Gate::own_path(const web::Request& request, const StatePtr& current, const AppPtr& application) {
  if (!application) {
    log_refused(parts_.reach.log, request, "", "no_application_of_this_host", request.host);
    return answer(
        AnswerForm::kOAuth,
        {.status = 403, .text = "No application of this host", .oauth = {}, .log_reason = {}, .log_detail = {}});
  }
  if (request.path == kCheckPath) return question(request, current, application, Form::kStatusOnly);
  if (request.path == kKeysPath) return web::no_store_json(200, identity_tokens_.keys());
  if (request.path == kForwardPath || request.path.starts_with(kEnvoyPrefix))
    return question(request, current, application, Form::kFull);
  if (application->answers == AnswerForm::kKeepDomino) {
    const auto caller_of = [&](std::string token, KeepEndpoints::WithCaller next) {
      return with_caller(
          {current, application, std::make_shared<const std::string>(std::move(token)), request.remote_address},
          std::move(next));
    };
    if (auto outcome = keep_domino_.handle(request, application, caller_of)) return std::move(*outcome);
  }
  if (application->sign_in) return sign_in_path(request, application);
  return no_such_path(request, *application, 404, "not_found");
}

web::Response Gate::no_such_path(const web::Request& request, const Application& application, int status,
                                 std::string_view reason) const {
  log_refused(parts_.reach.log, request, application.name, reason);
  return web::json_error(status, reason);
}

web::Response Gate::no_such_method(const web::Request& request, const Application& application) const {
  auto response = no_such_path(request, application, 405, "method_not_allowed");
  response.add("Allow", application.sign_in->is_logout_by_get ? "GET, POST" : "POST");
  return response;
}

/// The provider sends the browser here by GET when it has signed out, so there is no session: that ends by no GET.
web::Outcome Gate::back_from_logout(const web::Request& request, const AppPtr& application) {
  return sign_in_.with_session(request, application,
                               [this, &request, application](const Stored<SessionPtr>& found) -> web::Outcome {
                                 if (found && *found) return no_such_method(request, *application);
                                 return sign_in_.logout(request, application);
                               });
}

web::Outcome Gate::sign_in_path(const web::Request& request, const AppPtr& application) {
  using web::Method;
  const auto& paths = *application->sign_in;
  const bool is_get = request.method == Method::kGet, is_post = request.method == Method::kPost;
  if (request.path == paths.callback_path && (is_get || is_post)) {
    auto outcome = sign_in_.callback(request, application);
    if (application->answers != AnswerForm::kKeep) return outcome;
    return web::with_answer(std::move(outcome), [&request](web::Response& response) {
      if (response.status == 302) end_front_session(request, response);
    });
  }
  if (request.path == paths.login_path && is_get) return sign_in_.start(request, application, "/");
  if (request.path == paths.logout_path || request.path == paths.logout_return_path ||
      (application->answers == AnswerForm::kKeep && request.path == kKeepSignOutPath)) {
    if (is_post || (is_get && paths.is_logout_by_get)) return sign_in_.logout(request, application);
    if (is_get && request.path == paths.logout_return_path) return back_from_logout(request, application);
    return no_such_method(request, *application);
  }
  if (request.path == paths.backchannel_path && is_post) return sign_in_.backchannel_logout(request, application);
  if (request.path == paths.frontchannel_path && is_get) return sign_in_.frontchannel_logout(request, application);
  return no_such_path(request, *application, 404, "not_found");
}

web::Outcome Gate::question(const web::Request& request, const StatePtr& current, const AppPtr& application,
                            Form form) {
  auto original = read_original(request);
  if (!original && original.error() == OriginalError::kMissing && application->trusted_headers)
    return refuse_with(request, {current, application, {}, form, {}}, nobody(application->answers), nullptr);
  if (!original) {
    const auto status = original.error() == OriginalError::kMissing ? 403 : 400;
    const Question unknown{current, application, {}, form, {}};
    return refuse_with(request, unknown,
                       {.status = status,
                        .text = "The request cannot be judged",
                        .oauth = {},
                        .log_reason = std::string(describe(original.error())),
                        .log_detail = {}},
                       nullptr);
  }
  const auto asked =
      std::make_shared<Question>(Question{current, application, std::move(*original), form, std::string()});
  const auto* rule = find_rule(*application, asked->original);
  if (rule != nullptr && rule->is_open) return pass(request, *asked, nullptr, nullptr);
  const auto key = application->api_keys.empty() ? std::nullopt : api_key_of(request, application->answers);
  if (key) return by_api_key(request, asked, *key);
  if (const auto caller = vouched_caller(request, *application)) return judge(request, asked, caller);
  if (application->trusted_headers) return refuse_with(request, *asked, nobody(application->answers), nullptr);
  const auto token = bearer_of(request);
  if (token && application->answers == AnswerForm::kKeep && application->sign_in && is_keep_placeholder(*token))
    return by_session(request, asked);
  if (token && application->takes_tokens) {
    asked->token = *token;
    return by_token(request, asked);
  }
  if (has_authorization(request) || !application->sign_in)
    return refuse_with(request, *asked, nobody(application->answers), nullptr);
  return by_session(request, asked);
}

web::Outcome Gate::by_api_key(const web::Request& request, const Asked& asked, std::string_view key) {
  const auto address = address_key(request.remote_address);
  const auto now = parts_.reach.clock.now();
  const bool is_throttled = wrong_keys_.is_exhausted(address, now);
  const auto caller = is_throttled ? nullptr : caller_of_key(*asked->application, key);
  if (caller) return judge(request, asked, caller);
  if (!is_throttled) wrong_keys_.count(address, now);
  return refuse_with(request, *asked, invalid_key(*asked->application, is_throttled), nullptr);
}

web::Outcome Gate::by_session(const web::Request& request, Asked asked) {
  auto application = asked->application;
  return sign_in_.with_session(
      request, application,
      [this, &request, asked = std::move(asked)](const Stored<SessionPtr>& found) -> web::Outcome {
        if (!found) return refuse_with(request, *asked, no_store(), nullptr);
        if (*found) return judge(request, asked, (*found)->caller);
        if (asked->form == Form::kFull && is_page_request(request, asked->original))
          return sign_in_.start(request, asked->application, asked->original.target());
        return refuse_with(request, *asked, nobody(asked->application->answers), nullptr);
      });
}

}  // namespace cardea::gate
