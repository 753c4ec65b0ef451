// Refusals: what is logged, kept for administrators and answered; a part of Gate.
#include <utility>

#include "base/text.h"
#include "gate/front/gate.h"
#include "gate/front/one_line.h"
#include "web/error_page.h"

namespace cardea::gate {
namespace {

/// nginx takes 200, 401 and 403 from an auth_request; anything else is an error of the server to it.
int status_for_nginx(int status) {
  return status == 401 || status == 403 ? status : status == 503 || status == 302 ? 401 : 403;
}

}  // namespace

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
  const web::PageFrame frame{.name = application.name};
  const web::PageLink out{application.sign_in->logout_path, "Sign out"};
  if (application.sign_in->is_logout_by_get) return web::error_page(parts_.pages, 403, frame, message, request, &out);
  web::PageData data;
  data.text("message", frame.texts.said(message)).text("correlation_id", request.correlation_id);
  data.text("action", out.url).text("link_text", frame.texts.said(out.text));
  // The answer leads on to the provider.
  return parts_.pages.render("error", 403, data,
                             {.form_targets = web::form_targets_of(application.sign_in->issuer), .frame = &frame});
}

}  // namespace cardea::gate
