// From who it is to yes or no: groups asked elsewhere, what is known of the person, then the rules; a part of Gate.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/front/gate.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

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

}  // namespace

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

}  // namespace cardea::gate
