// The way out to an upstream provider and back: the step `identity-provider-redirector` of a flow, and the action
// idp_link (domain/upstream_login.h says what `broker` gets and gives). Every entry asks for the cookie that the
// interaction is bound to, so what another browser began cannot be finished here (attack class 3). Internal to login.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/identity_provider.h"
#include "domain/upstream_login.h"
#include "login/login.h"
#include "login/step.h"

namespace cardea::login {

/// Login::pause: the login of this request's query.
[[nodiscard]] web::Outcome pause_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                       PausedNext next);
/// Login::check_paused.
[[nodiscard]] web::Outcome check_paused(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                        PausedLogin paused, PausedNext next);
/// Login::resume.
[[nodiscard]] web::Outcome resume_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                        PausedLogin paused, UpstreamSignIn signed_in);
/// Login::show_paused.
[[nodiscard]] web::Outcome show_paused(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                       PausedLogin paused, UpstreamFailure failure);

/// The step `source` (guides.md G2-36): to one provider, which its setting `provider` names, anywhere in a flow.
inline constexpr std::string_view kSourceStep = "source";
/// The only provider that the step leads to; empty: any that the realm shows.
[[nodiscard]] std::string only_provider(const Execution& execution);
[[nodiscard]] bool is_source(const Execution& execution);

/// May the person go to a provider now?
[[nodiscard]] const Execution* redirector_of(const StepRun& run);
[[nodiscard]] bool is_redirector(const Execution& execution);
/// All steps of this kind that stand side by side now, in the flow's order.
[[nodiscard]] std::vector<const Execution*> redirectors_of(const StepRun& run);
/// The provider that the person goes to at once, by `redirector_of`: that of the only step `source`; at the beginning
/// that of the request's hint, else the flow's default. Absent: none.
[[nodiscard]] std::optional<std::string> provider_to_start_with(const StepRun& run);
/// Where the button of a provider leads, by the step that it belongs to.
[[nodiscard]] std::string provider_url(const StepRun& run, std::string_view alias, const Execution& redirector,
                                       std::string_view session_code = {});

}  // namespace cardea::login
