// identity-provider-redirector: the ways to sign in at another provider. Its buttons stand on the page of whatever form
// may be filled in instead; alone it is a page of buttons. Who comes back is resume_login's (upstream_login.h).
#include "login/form_pages.h"
#include "login/steps/steps.h"
#include "login/upstream_login.h"

namespace cardea::login {
namespace {

web::Response show(const StepRun& run, const StepView& view) { return providers_page(run, view); }

// The page has links and no form: a post is answered by the page.
web::Outcome submit(const StepRunPtr& run, const web::Form&) { return providers_page(*run, {}); }

}  // namespace

const StepForm kRedirectorStep = {.facts = {.authenticator = kRedirector, .proof = Proof::kUpstream},
                                  .name = "identity-provider-redirector-display-name",
                                  .help = "identity-provider-redirector-help-text",
                                  .show = show,
                                  .submit = submit};

const StepForm kSourceStepForm = {.facts = {.authenticator = kSourceStep, .proof = Proof::kUpstream},
                                  .name = "identity-provider-redirector-display-name",
                                  .help = "identity-provider-redirector-help-text",
                                  .show = show,
                                  .submit = submit};

}  // namespace cardea::login
