#include "gate/front/gate.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "gate/front/bearer.h"
#include "gate/front/one_line.h"
#include "gate/front/proxy_snippet.h"
#include "gate/keys/load_keys.h"
#include "gate/signin/log_refused.h"
#include "gate/store/shared_secrets.h"
#include "gate/token/opaque.h"
#include "jose/jws.h"
#include "upstream/id_token.h"
#include "web/asset.h"
#include "web/error_page.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kCheckPath = "/gate/check";
constexpr std::string_view kForwardPath = "/gate/forward";
constexpr std::string_view kKeysPath = "/gate/keys";
constexpr std::string_view kOwnPrefix = "/gate/";

/// nginx takes 200, 401 and 403 from an auth_request; anything else is an error of the server to it.
int status_for_nginx(int status) {
  return status == 401 || status == 403 ? status : status == 503 || status == 302 ? 401 : 403;
}

/// Empty: none is asked for. Absent: the proxy asks for something that nobody has.
std::optional<std::vector<std::string>> asked_scopes(const web::Request& request) {
  std::vector<std::string> scopes;
  if (request.path.starts_with(kEnvoyPrefix) || request.query.empty()) return scopes;  // Envoy's is the application's
  const auto query = web::Form::parse(request.query);
  if (!query || query->first_repeated()) return std::nullopt;
  const auto asked = query->raw(kScopeParameter);
  if (!asked) return scopes;
  for (const auto word : split_words(*asked)) scopes.emplace_back(word);
  if (scopes.empty()) return std::nullopt;
  return scopes;
}

/// Somebody for whom no token of their own speaks, but an API key. Null: it is none of the application's.
std::shared_ptr<const Caller> caller_of_key(const Application& application, std::string_view key) {
  const auto digest = crypto::sha256(key);
  const auto hex = hex_encode(as_text(digest));
  const auto found =
      std::ranges::find_if(application.api_keys, [&](const ApiKey& known) { return equal_secrets(known.sha256, hex); });
  if (found == application.api_keys.end()) return nullptr;
  Caller caller;
  caller.provider = "api-key";
  caller.name = found->name;
  caller.fixed_role = found->role;
  caller.looked_up = std::make_shared<const json::object>();
  return std::make_shared<const Caller>(std::move(caller));
}

/// The same, for whom a proxy that we trust speaks.
std::shared_ptr<const Caller> vouched_caller(const web::Request& request, const Application& application) {
  const auto& trusted = application.trusted_headers;
  if (!trusted || !trusted->from.contains(request.remote_address)) return nullptr;
  const auto user = request.header(application.trusted_headers->user);
  if (!user || trim(*user).empty()) return nullptr;
  Caller caller;
  json::array groups;
  for (const auto part : split(request.header(application.trusted_headers->roles).value_or(""), ','))
    if (!trim(part).empty()) groups.emplace_back(trim(part));
  caller.provider = "proxy";
  caller.name = trim(*user);
  caller.looked_up =
      std::make_shared<const json::object>(json::object{{"email", caller.name}, {"groups", std::move(groups)}});
  return std::make_shared<const Caller>(std::move(caller));
}

Refusal invalid_key(const Application& application, bool is_throttled) {
  auto refusal = nobody(application.answers);
  refusal.text = is_throttled ? "Too many wrong API keys, try again in a minute" : "Invalid API Key";
  refusal.log_reason = is_throttled ? "too_many_wrong_api_keys" : "invalid_api_key";
  if (is_throttled) refusal.status = 429;
  return refusal;
}

Refusal no_store() {
  return {.status = 503,
          .text = "Who is signed in cannot be looked up just now",
          .oauth = {},
          .log_reason = "store_unavailable",
          .log_detail = {}};
}

/// What is said of a request that the caller may not make. `scopes`: what the proxy asked for.
Refusal refusal_for(const Application& application, const Access& access,
                    const std::optional<std::vector<std::string>>& scopes) {
  Refusal refusal{.status = 403,
                  .text = "You may not do this",
                  .oauth = {},
                  .log_reason = std::string(describe(access.verdict)),
                  .log_detail = {}};
  const bool is_keep = application.answers == AnswerForm::kKeep;
  switch (access.verdict) {
    case Access::Verdict::kNoScope:
      refusal.text = "The token's scope does not reach this resource";
      refusal.oauth = "insufficient_scope";
      refusal.log_detail =
          !scopes ? "the proxy asks for no readable scope" : join(scopes->empty() ? access.rule->scopes : *scopes, " ");
      break;
    case Access::Verdict::kNoRole:
      if (is_keep) refusal.text = "User not a member of any authorized groups for Keep";
      refusal.log_detail = "missing claims: " + join(access.role.missing_claims(), ", ");
      break;
    case Access::Verdict::kNoPermission:
      if (is_keep && access.role.role != nullptr)
        refusal.text = "Role " + access.role.role->name + " does not have required permissions";
      refusal.log_detail = access.rule->permission->text();
      break;
    case Access::Verdict::kNoGroup:
      refusal.text = "user does not belong to any of the allowed JWT groups";
      refusal.log_detail = "allowed: " + join(application.people->allowed_groups, ", ");
      break;
    case Access::Verdict::kUsed:
      refusal = refusal_of(application.answers, {.reason = TokenRefusal::kUsed});
      break;
    default:
      break;
  }
  return refusal;
}

/// Both strings, which differ in a letter as a rule (guides.md G4-13).
std::string issuer_difference(std::string_view token, const GateState& state, const Application& application) {
  constexpr std::size_t kNamedMax = 5;
  const auto jws = jose::UnverifiedJws::parse(token);
  std::string text = "the token says " + (jws ? jws->claimed_issuer() : std::string()) + ", expected:";
  std::size_t named = 0;
  for (const auto& provider : state.settings.providers) {
    if (!application.takes_tokens_of(provider->settings().name)) continue;
    for (const auto& issuer : provider->settings().issuers)
      if (++named <= kNamedMax) text.append(" ").append(issuer);
  }
  return text;
}

/// A provider whose keys may have changed: worth a look before the token is refused.
bool may_help(TokenRefusal reason) {
  return reason == TokenRefusal::kUnknownKey || reason == TokenRefusal::kKeysUnavailable;
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

web::Outcome Gate::sign_in_path(const web::Request& request, const AppPtr& application) {
  using web::Method;
  const auto& paths = *application->sign_in;
  const bool is_get = request.method == Method::kGet, is_post = request.method == Method::kPost;
  if (request.path == paths.callback_path && (is_get || is_post)) return sign_in_.callback(request, application);
  if (request.path == paths.login_path && is_get) return sign_in_.start(request, application, "/");
  if (request.path == paths.logout_path || request.path == paths.logout_return_path) {
    if (is_post || (is_get && paths.is_logout_by_get)) return sign_in_.logout(request, application);
    auto response = no_such_path(request, *application, 405, "method_not_allowed");
    response.add("Allow", paths.is_logout_by_get ? "GET, POST" : "POST");
    return response;
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
  if (const auto token = bearer_of(request); token && application->takes_tokens) {
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

std::optional<Gate::Checked> Gate::known(const Presented& presented, const TokenDigest& digest) const {
  auto& state = *presented.state;
  if (revoked_.contains(*presented.token)) return refuse(RefusedToken{.reason = TokenRefusal::kRevoked});
  if (auto caller = state.verified.find(digest, state.providers, parts_.reach.clock.now())) return caller;
  return std::nullopt;
}

Gate::Checked Gate::check(const Presented& presented, const TokenDigest& digest,
                          const Result<jose::UnverifiedJws, RefusedToken>& jws, Search how) const {
  if (!jws) return refuse(jws.error());
  const auto now = parts_.reach.clock.now();
  auto& state = *presented.state;
  auto caller = check_token(state.providers, *jws, now, presented.address, how);
  if (!caller) return refuse(std::move(caller.error()));
  auto accepted = std::make_shared<const Caller>(std::move(*caller));
  // KEEP's guide shows such a token, and says otherwise in its text (guides.md G1-04).
  if (accepted->scope_claim == "scopes") {
    const auto issuer = accepted->token->iss();
    if (!scopes_warnings_.is_exhausted(issuer, now)) {
      scopes_warnings_.count(issuer, now);
      parts_.reach.log.warning("gate_scopes_claim", {{"issuer", issuer}, {"text", "scopes is read in place of scope"}});
    }
  }
  state.verified.put(digest, accepted, state.providers);
  return accepted;
}

web::Outcome Gate::by_token(const web::Request& request, Asked asked) {
  const auto finish = [this, &request, asked](const Checked& caller) -> web::Outcome {
    if (caller) return judge(request, asked, *caller);
    auto refusal = refusal_of(asked->application->answers, caller.error());
    if (caller.error().reason == TokenRefusal::kUnknownIssuer && caller.error().provider.empty())
      refusal.log_detail = issuer_difference(asked->token, *asked->state, *asked->application);
    return refuse_with(request, *asked, refusal, nullptr);
  };
  std::shared_ptr<const std::string> token(asked, &asked->token);
  return with_caller({asked->state, asked->application, std::move(token), request.remote_address}, finish);
}

web::Outcome Gate::with_caller(Presented presented, KeepEndpoints::WithCaller next) {
  if (const auto* lookup = opaque_lookup(*presented.state, *presented.application);
      lookup != nullptr && is_opaque(*presented.token)) {
    return with_introspected(presented, *lookup, std::move(next));
  }
  const auto digest = crypto::sha256(*presented.token);
  if (auto answer = known(presented, digest))
    return with_checked(std::move(presented), std::move(*answer), std::move(next));
  auto jws = parse_token(*presented.token);
  auto checked = check(presented, digest, jws, Search::kShort);
  if (checked || checked.error().reason != TokenRefusal::kNeedsSearch)
    return with_checked(std::move(presented), std::move(checked), std::move(next));
  // A search among many keys must not hold up everybody else.
  return web::then(web::Lane::kCpu,
                   [this, presented = std::move(presented), digest, jws = std::move(jws),
                    next = std::move(next)]() mutable -> web::Outcome {
                     auto found = check(presented, digest, jws, Search::kAny);
                     return with_checked(std::move(presented), std::move(found), std::move(next));
                   });
}

web::Outcome Gate::with_checked(Presented presented, Checked checked, KeepEndpoints::WithCaller next) {
  const auto finish = [this, next = std::move(next)](const Presented& with, const Checked& caller) -> web::Outcome {
    if (!caller) return next(caller);
    if (counts_at(*with.application, **caller)) return with_standing(with, *caller, next);
    return next(refuse(RefusedToken{.reason = TokenRefusal::kUnknownIssuer, .provider = (*caller)->provider}));
  };
  if (checked || !may_help(checked.error().reason)) return finish(presented, checked);
  const auto* address = presented.state->address_of(checked.error().provider);
  if (address == nullptr) return finish(presented, checked);
  auto kid = upstream::key_id_of(*presented.token);
  return load_keys(parts_.reach, *address, std::move(kid),
                   [this, finish, presented = std::move(presented)](const std::string&) -> web::Outcome {
                     const auto digest = crypto::sha256(*presented.token);
                     if (auto answer = known(presented, digest)) return finish(presented, *answer);
                     return finish(presented, check(presented, digest, parse_token(*presented.token), Search::kAny));
                   });
}

web::Outcome Gate::with_standing(const Presented& presented, const std::shared_ptr<const Caller>& caller,
                                 const KeepEndpoints::WithCaller& next) {
  const auto& lookups = presented.state->settings.lookups;
  const auto lookup = std::ranges::find(lookups, caller->provider, &LookupSettings::provider);
  if (lookup == lookups.end()) return next(caller);
  return lookups_.ask(
      *lookup, *presented.token, [state = presented.state, caller, next](Standing standing) -> web::Outcome {
        if (standing == Standing::kGood) return next(caller);
        const auto reason = standing == Standing::kEnded ? TokenRefusal::kRevoked : TokenRefusal::kKeysUnavailable;
        return next(refuse(RefusedToken{.reason = reason, .provider = caller->provider, .detail = "introspection"}));
      });
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

web::Outcome Gate::judge(const web::Request& request, const Asked& asked, const CallerPtr& caller) {
  const auto& application = *asked->application;
  if (!application.overage || !is_overage(caller->claims())) return judge_groups(request, asked, caller);
  return overage_.ask(
      *application.overage, caller,
      [this, &request, asked](const Result<CallerPtr, OverageError>& found) -> web::Outcome {
        if (found) return judge_groups(request, asked, *found);
        const bool away = found.error() == OverageError::kUnavailable;
        const Refusal refusal{
            .status = away ? 503 : 403,
            .text = away ? "Overage: the token has too many groups for itself, and Microsoft Graph cannot be reached"
                         : "Overage: the token has too many groups for itself, and Microsoft Graph does not tell them",
            .oauth = {},
            .log_reason = "overage",
            .log_detail = {}};
        return refuse_with(request, *asked, refusal, nullptr);
      });
}

web::Outcome Gate::judge_groups(const web::Request& request, const Asked& asked, const CallerPtr& caller) {
  if (!asked->application->people) return judge_known(request, asked, caller);
  return people_.with_groups(asked->application, caller,
                             [this, &request, asked](const Stored<CallerPtr>& found) -> web::Outcome {
                               if (!found) return refuse_with(request, *asked, no_store(), nullptr);
                               return judge_known(request, asked, *found);
                             });
}

web::Outcome Gate::judge_known(const web::Request& request, const Asked& asked, const CallerPtr& caller) {
  auto access = decide_access(*asked->application, asked->original, *caller);
  if (asked->application->owner_role.empty()) return judge_access(request, asked, caller, std::move(access));
  return owners_.with_owner(asked->application, caller, access,
                            [this, &request, asked, caller, access](const Stored<CallerPtr>& found) -> web::Outcome {
                              if (!found) return refuse_with(request, *asked, no_store(), caller.get());
                              if (*found == caller) return judge_access(request, asked, caller, access);
                              return judge_access(request, asked, *found,
                                                  decide_access(*asked->application, asked->original, **found));
                            });
}

web::Outcome Gate::judge_access(const web::Request& request, const Asked& asked, const CallerPtr& caller,
                                Access access) {
  const auto scopes = asked_scopes(request);
  const bool has_scope =
      scopes && (scopes->empty() || std::ranges::find_first_of(*scopes, caller->scopes) != scopes->end());
  if (access.verdict == Access::Verdict::kPass && !has_scope) access.verdict = Access::Verdict::kNoScope;
  const auto refuse_it = [this, &request, asked, caller, scopes](const Access& why) -> web::Outcome {
    return refuse_with(request, *asked, refusal_for(*asked->application, why, scopes), caller.get());
  };
  if (access.verdict != Access::Verdict::kPass) return refuse_it(access);
  if (access.rule == nullptr || !access.rule->is_once) return pass(request, *asked, caller.get(), &access);
  if (asked->token.empty()) {  // what comes without a token of its own could come again and again
    access.verdict = Access::Verdict::kUsed;
    return refuse_it(access);
  }
  return revoked_.take_once(
      asked->application->name, asked->token, caller->over_at,
      [this, &request, asked, caller, access, refuse_it](const Stored<bool>& is_first) mutable -> web::Outcome {
        if (!is_first) return refuse_with(request, *asked, no_store(), caller.get());
        if (*is_first) return pass(request, *asked, caller.get(), &access);
        access.verdict = Access::Verdict::kUsed;
        return refuse_it(access);
      });
}

web::Response Gate::refuse_with(const web::Request& request, const Question& asked, const Refusal& refusal,
                                const Caller* caller) const {
  parts_.reach.log.info("gate_refused",
                        {{"application", asked.application->name},
                         {"reason", refusal.log_reason},
                         {"detail", refusal.log_detail},
                         {"method", asked.original.method_text},
                         {"path", asked.original.path},
                         {"name", caller == nullptr ? std::string_view() : std::string_view(caller->name)},
                         {"remote_address", request.remote_address},
                         {"correlation_id", request.correlation_id}});
  keep_refusal(request, asked, refusal, caller);
  if (asked.form == Form::kFull && refusal.status == 403 && caller != nullptr && asked.application->sign_in &&
      is_page_request(request, asked.original)) {
    return denied_page(request, asked, refusal, caller);
  }
  auto response = answer(asked.application->answers, refusal);
  if (asked.form == Form::kStatusOnly) response.status = status_for_nginx(response.status);
  return response;
}

void Gate::keep_refusal(const web::Request& request, const Question& asked, const Refusal& refusal,
                        const Caller* caller) const {
  // Whoever is not signed in is no decision: each first page of a browser is refused so.
  if (caller == nullptr && refusal.log_reason == nobody(asked.application->answers).log_reason) return;
  const auto why =
      refusal.log_detail.empty() ? refusal.log_reason : refusal.log_reason + " (" + refusal.log_detail + ")";
  auto lines = caller == nullptr ? explain_refused_token(*asked.application, asked.original, why)
                                 : gate::explain(*asked.application, asked.original, *caller);
  if (caller != nullptr)
    lines.replace(lines.rfind("\nanswer") + 1, std::string::npos, "answer no: " + one_line(why) + "\n");
  decisions_.put({.at = parts_.reach.clock.now(),
                  .application = asked.application->name,
                  .method = asked.original.method_text,
                  .path = asked.original.path,
                  .name = caller == nullptr ? std::string() : caller->name,
                  .provider = caller == nullptr ? std::string() : caller->provider,
                  .remote_address = request.remote_address,
                  .correlation_id = request.correlation_id,
                  .reason = refusal.log_reason,
                  .lines = std::move(lines)});
}

web::Response Gate::denied_page(const web::Request& request, const Question& asked, const Refusal& refusal,
                                const Caller* caller) const {
  const auto& application = *asked.application;
  auto message = "You are signed in as " + caller->name + ", and may not do this here. " + refusal.text + ".";
  const auto lacks_role = refusal.log_reason == describe(Access::Verdict::kNoRole) ||
                          refusal.log_reason == describe(Access::Verdict::kNoPermission);
  if (const auto help = what_would_help(application, asked.original); !help.empty() && lacks_role)
    message += " Access comes with one of: " + join(help, "; ") + ".";
  const web::PageLink out{application.sign_in->logout_path, "Sign out"};
  return web::error_page(parts_.pages, 403, application.name, message, request, &out);
}

/// 30, 14, 7 and 1 days before, and once it is over: people could not sign in then (guides.md G0-26).
void Gate::warn_of_secrets() {
  const auto current = state();
  for (const auto& application : current->settings.applications) {
    if (!application.sign_in || !application.sign_in->secret_ends) continue;
    const auto left = *application.sign_in->secret_ends - parts_.reach.clock.now();
    int due = -1;
    for (const int days : {30, 14, 7, 1, 0})
      if (left <= std::chrono::hours(24 * days)) due = days;
    if (due < 0) {
      secrets_told_.erase(application.name);
      continue;
    }
    const auto told = secrets_told_.find(application.name);
    if (told != secrets_told_.end() && told->second == due) continue;
    secrets_told_[application.name] = due;
    parts_.reach.log.warning(due == 0 ? "gate_client_secret_ended" : "gate_client_secret_ends",
                             {{"application", application.name}, {"days", due}});
  }
}

/// The next address of those that are read together, and so on until there is none. A step lies between two, so that
/// what is known already does not nest.
web::Outcome Gate::refresh_next(const std::shared_ptr<Refresh>& refresh) {
  const auto& addresses = refresh->state->settings.key_addresses;
  const auto at = refresh->next.fetch_add(1);
  if (at >= addresses.size()) return web::empty_response(204);
  return load_keys(parts_.reach, addresses[at], std::nullopt, [this, refresh](const std::string&) -> web::Outcome {
    return web::then(web::Lane::kInline, [this, refresh] { return refresh_next(refresh); });
  });
}

void Gate::refresh_keys(web::Fetcher& fetcher) {
  warn_of_secrets();
  const auto refresh = std::make_shared<Refresh>(state());
  const auto now = parts_.reach.clock.steady();
  const auto& addresses = refresh->state->settings.key_addresses;
  if (now > upstream::kStaleMax)
    for (const auto& address : addresses) address.provider->drop_keys_before(now - upstream::kStaleMax);
  for (std::size_t i = 0; i < std::min(kRefreshTogether, addresses.size()); ++i) drive(refresh_next(refresh), fetcher);
}

void Gate::purge() {
  const auto now = parts_.reach.clock.now();
  sign_in_.sessions().purge();
  revoked_.purge(now);
  lookups_.purge();
  if (parts_.store == nullptr) return;
  constexpr int kRowsMax = 1000;
  constexpr std::chrono::hours kUnseen{24 * 180};  // people who did not come back for half a year
  for (int i = 0; i < 50; ++i) {
    const auto removed = write_to(parts_.store->store,
                                  [&](Tx& tx) { return parts_.store->rows.purge(tx, now, now - kUnseen, kRowsMax); });
    if (!removed)
      parts_.reach.log.warning("gate_store_failed", {{"reason", describe(removed.error())}, {"what", "purge"}});
    if (!removed || *removed < kRowsMax) break;
  }
}

bool Gate::synchronise() {
  if (parts_.store == nullptr) return true;
  sign_in_.sessions().write_uses();
  return revoked_.read_new();
}

}  // namespace cardea::gate
