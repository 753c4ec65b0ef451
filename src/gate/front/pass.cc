// What a question that is answered with yes carries: a part of Gate.
#include "base/text.h"
#include "gate/front/gate.h"
#include "gate/front/proxy_snippet.h"
#include "gate/token/token_rules.h"

namespace cardea::gate {
namespace {

std::string header_value(const HeaderRule& rule, const Caller& caller, const Access* access) {
  if (rule.source == "name") return header_text(caller.name);
  if (rule.source == "provider") return header_text(caller.provider);
  if (rule.source == "subject") return header_text(subject_of(caller.claims()));
  if (rule.source == "scopes") return header_list(caller.scopes, ' ');
  if (rule.source == "role") return access == nullptr ? "" : header_list(access->role.names(), ',');
  const auto path = ClaimPath::parse(rule.source);
  return path ? header_list(read_names(*path, caller.claims()).names, ',') : "";
}

/// The value of one of identity_headers.
std::string identity_value(const Application& application, const std::string& name, const Caller& caller,
                           const Access* access) {
  for (const auto& rule : application.headers)
    if (equal_ignoring_ascii_case(rule.name, name)) return header_value(rule, caller, access);
  const auto source = name == kNameHeader       ? "name"
                      : name == kProviderHeader ? "provider"
                      : name == kScopesHeader   ? "scopes"
                      : name == kRoleHeader     ? "role"
                      : name == kSubjectHeader  ? "subject"
                                                : "";
  return *source == 0 ? std::string() : header_value({.name = name, .source = source}, caller, access);
}

}  // namespace

/// Empty where there is none to give: an application that asks for one refuses then.
std::string Gate::identity_token(const web::Request& request, const Application& application, const Caller& caller,
                                 const Access* access) const {
  auto token = identity_tokens_.make(application, caller, access, parts_.reach.clock.now());
  if (!token)
    parts_.reach.log.warning(
        "gate_identity_token_too_long",
        {{"application", application.name}, {"name", caller.name}, {"correlation_id", request.correlation_id}});
  return token ? std::move(*token) : std::string();
}

/// Says every header of the application each time, an empty one too: some proxies replace only what they are told, and
/// would leave what the browser sent.
web::Response Gate::pass(const web::Request& request, const Question& asked, const Caller* caller,
                         const Access* access) const {
  const auto& application = *asked.application;
  auto response = web::empty_response(200);
  response.add("Cache-Control", "no-store");
  for (const auto& name : identity_headers(application)) {
    if (caller == nullptr)
      response.add(name, std::string());
    else if (application.identity_token && equal_ignoring_ascii_case(application.identity_token->header, name))
      response.add(name, identity_token(request, application, *caller, access));
    else
      response.add(name, identity_value(application, name, *caller, access));
  }
  return response;
}

}  // namespace cardea::gate
