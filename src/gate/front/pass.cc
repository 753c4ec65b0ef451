// What a question that is answered with yes carries: a part of Gate.
#include <utility>

#include "gate/front/gate.h"
#include "gate/front/identity_header.h"
#include "gate/signin/session_cookie.h"
#include "gate/token/token_rules.h"

namespace cardea::gate {
namespace {

std::string header_value(const IdentityHeader& header, const Caller& caller, const Access* access) {
  switch (header.of) {
    case IdentityHeader::Of::kName:
      return header_text(caller.name);
    case IdentityHeader::Of::kProvider:
      return header_text(caller.provider);
    case IdentityHeader::Of::kSubject:
      return header_text(subject_of(caller.claims()));
    case IdentityHeader::Of::kScopes:
      return header_list(caller.scopes, ' ');
    case IdentityHeader::Of::kRole:
      return access == nullptr ? "" : header_list(access->role.names(), ',');
    case IdentityHeader::Of::kClaim:
      return header_list(read_names(*header.claim, caller.claims()).names, ',');
    case IdentityHeader::Of::kToken:
    case IdentityHeader::Of::kNothing:
      return {};
  }
  return {};
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
  const auto& said = asked.state->said_of(*asked.application);
  auto response = web::empty_response(200);
  response.headers.reserve(1 + said.size());
  response.add("Cache-Control", "no-store");
  for (const auto& header : said) {
    std::string value;
    if (caller != nullptr)
      value = header.of == IdentityHeader::Of::kToken ? identity_token(request, *asked.application, *caller, access)
                                                      : header_value(header, *caller, access);
    response.headers.push_back({header.name, std::move(value)});
  }
  // For proxies that can edit no cookies themselves and put this one in place of the browser's (proxy_snippet.h).
  if (asked.form == Form::kFull && request.header("Cookie"))
    response.headers.push_back({"Cookie", cookies_of_application(request)});
  return response;
}

}  // namespace cardea::gate
