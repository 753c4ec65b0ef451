#include "gate/front/identity_header.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "gate/front/gate.h"
#include "gate/front/proxy_snippet.h"

namespace cardea::gate {
namespace {

using Of = IdentityHeader::Of;

IdentityHeader from_source(const std::string& name, std::string_view source) {
  constexpr std::pair<std::string_view, Of> kSources[] = {{"name", Of::kName},
                                                          {"provider", Of::kProvider},
                                                          {"subject", Of::kSubject},
                                                          {"scopes", Of::kScopes},
                                                          {"role", Of::kRole}};
  const auto* known = std::ranges::find(kSources, source, &std::pair<std::string_view, Of>::first);
  if (known != std::end(kSources)) return {.name = name, .of = known->second, .claim = {}};
  auto claim = ClaimPath::parse(source);
  return {.name = name, .of = claim ? Of::kClaim : Of::kNothing, .claim = std::move(claim)};
}

IdentityHeader what_it_says(const Application& application, const std::string& name) {
  const auto is_it = [&](std::string_view other) { return equal_ignoring_ascii_case(other, name); };
  if (application.identity_token && is_it(application.identity_token->header))
    return {.name = name, .of = Of::kToken, .claim = {}};
  for (const auto& rule : application.headers)
    if (is_it(rule.name)) return from_source(name, rule.source);
  constexpr std::pair<std::string_view, Of> kOurs[] = {{kNameHeader, Of::kName},
                                                       {kSubjectHeader, Of::kSubject},
                                                       {kProviderHeader, Of::kProvider},
                                                       {kScopesHeader, Of::kScopes},
                                                       {kRoleHeader, Of::kRole}};
  const auto* ours = std::ranges::find(kOurs, name, &std::pair<std::string_view, Of>::first);
  return {.name = name, .of = ours == std::end(kOurs) ? Of::kNothing : ours->second, .claim = {}};
}

}  // namespace

std::vector<IdentityHeader> what_headers_say(const Application& application) {
  std::vector<IdentityHeader> said;
  for (const auto& name : identity_headers(application)) said.push_back(what_it_says(application, name));
  return said;
}

}  // namespace cardea::gate
