// What the gate would say of a token, and why: a part of Gate. It is asked what a request is asked, of the same
// introspection, directory, people and owners, and leaves everything as it is: nobody becomes an owner, no group is
// remembered, and a token that counts once still does.
#include <utility>

#include "gate/front/explain.h"
#include "gate/front/gate.h"

namespace cardea::gate {
namespace {

web::Response as_text(const std::string& lines) {
  auto response = web::text_response(200, lines);
  response.set("Cache-Control", "no-store");
  return response;
}

/// Of a token that was used: with the verdict of a rule by which it counts once.
std::string with_use(std::string lines, const Application& application, const OriginalRequest& original) {
  constexpr std::string_view kYes = "answer yes\n";
  const auto* rule = find_rule(application, original);
  if (rule == nullptr || !rule->is_once || !lines.ends_with(kYes)) return lines;
  lines.resize(lines.size() - kYes.size());
  return lines.append("answer no: ").append(describe(Access::Verdict::kUsed)).append("\n");
}

}  // namespace

web::Outcome Gate::explain(const WhatIf& what) {
  const auto current = state();
  const auto& applications = current->settings.applications;
  const auto* found = what.host.empty() && applications.size() == 1 ? &applications.front()
                                                                    : current->settings.find_application(what.host);
  if (found == nullptr) return web::json_error(404, "no_application_of_this_host");
  web::Request request;
  request.headers = {{std::string(kMethodHeader), what.method}, {std::string(kUriHeader), what.target}};
  auto original = read_original(request);
  if (!original) return web::json_error(400, describe(original.error()));
  const AppPtr application(current, found);
  const auto asked =
      std::make_shared<Question>(Question{current, application, std::move(*original), Form::kFull, what.token});
  if (const auto because = why_no_token(*application); !because.empty())
    return as_text(explain_refused_token(*application, asked->original, because));
  std::shared_ptr<const std::string> token(asked, &asked->token);
  return with_caller({current, application, std::move(token), what.remote_address},
                     [this, asked](const Checked& checked) -> web::Outcome {
                       if (checked) return explain_overage(asked, *checked);
                       return as_text(gate::explain(*asked->application, asked->original, refuse(checked.error()), {}));
                     });
}

web::Outcome Gate::explain_overage(const Asked& asked, const CallerPtr& caller) {
  const auto& application = *asked->application;
  if (!application.overage || !is_overage(caller->claims())) return explain_people(asked, caller, {});
  return overage_.ask(*application.overage, caller,
                      [this, asked, caller](const Result<CallerPtr, OverageError>& found) -> web::Outcome {
                        if (found) return explain_people(asked, *found, {"groups asked of Microsoft Graph"});
                        return explain_people(asked, caller, {"groups not known: Microsoft Graph does not tell them"});
                      });
}

web::Outcome Gate::explain_people(const Asked& asked, const CallerPtr& caller, Learnt learnt) {
  return people_.with_groups(
      asked->application, caller,
      [this, asked, caller, learnt](const Stored<CallerPtr>& found) mutable -> web::Outcome {
        if (!found) learnt.push_back("groups not known: the database does not answer");
        return explain_owner(asked, found ? *found : caller, std::move(learnt));
      },
      Keeping::kNothing);
}

web::Outcome Gate::explain_owner(const Asked& asked, const CallerPtr& caller, Learnt learnt) {
  const bool was_used = revoked_.was_used(asked->application->name, asked->token);
  if (was_used) learnt.push_back("token  passed here before; where it counts once it does not again");
  const auto say = [asked, was_used](const Caller& known, const Learnt& lines) {
    auto text = gate::explain(*asked->application, asked->original, known, lines);
    return as_text(was_used ? with_use(std::move(text), *asked->application, asked->original) : text);
  };
  const auto& application = *asked->application;
  if (application.owner_role.empty()) return say(*caller, learnt);
  if (parts_.store == nullptr) {
    learnt.push_back("owner  not known: there is no database to ask");
    return say(*caller, learnt);
  }
  return owners_.with_owner(
      asked->application, caller, decide_access(application, asked->original, *caller),
      [asked, caller, learnt, say](const Stored<CallerPtr>& found) mutable -> web::Outcome {
        const auto& known = found ? *found : caller;
        learnt.push_back(!found            ? "owner  not known: the database does not answer"
                         : known->is_owner ? "owner  yes, or would be: whoever came first has the role " +
                                                 asked->application->owner_role
                                           : "owner  no, somebody else came first");
        return say(*known, learnt);
      },
      Keeping::kNothing);
}

}  // namespace cardea::gate
