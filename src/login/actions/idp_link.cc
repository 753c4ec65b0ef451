#include "login/actions/idp_link.h"

#include <algorithm>

#include "base/uri.h"
#include "domain/identity_provider.h"
#include "login/actions/actions.h"
#include "login/endpoint.h"
#include "login/required_action.h"

namespace cardea::login {
namespace {

std::optional<IdentityProvider> named_provider(const ActionRun& run) {
  auto provider = find_identity_provider(run.realm->realm, run.argument());
  return provider && provider->enabled ? std::move(provider) : std::nullopt;
}

Stored<std::optional<LinkRefusal>> why_not(Rows& rows, const ActionRun& run) {
  using Answer = std::optional<LinkRefusal>;
  if (!named_provider(run)) return Answer({"identity_provider_not_found", "Identity Provider not found."});
  const auto may = holds_account_role(rows, run, {"manage-account-links", "manage-account"});
  if (!may) return refuse(may.error());
  if (!*may) return Answer({"no_role", "You do not have enough permissions to link your account."});
  const auto links = run.dependencies.repositories.federated_identities.list(rows, run.user.id);
  if (!links) return refuse(links.error());
  if (std::ranges::find(*links, run.argument(), &FederatedIdentity::provider) == links->end()) return Answer();
  return Answer({"already_linked", "Your account is linked there already."});
}

/// Where a step's button of the provider leads, for this action. A link and not a form: pages may post to us alone.
std::string departure_url(const ActionRun& run) {
  const auto link = action_link(run.interaction, run.link.session_code);
  auto url = link_url(run.dependencies.base_url.of(run.request), run.realm->realm.name, "", link);
  const std::string_view from = "/login-actions/";
  const std::string to = "/broker/" + percent_encode(run.argument()) + "/login";
  url.replace(url.find(from), from.size(), to);
  return url;
}

web::Response page(const ActionRun& run, std::vector<std::string> errors) {
  const auto provider = named_provider(run);
  const auto name = provider ? provider->label() : std::string(run.argument());
  const auto texts = action_texts(run);
  auto data = action_data(run, {.errors = std::move(errors)});
  data.text("heading", texts("linkIdpActionTitle", {name}))
      .text("message", texts("linkIdpActionMessage", {name}))
      .text("url", departure_url(run));
  return render_action(run, "link-idp-action", data);
}

// Who cannot link goes on at once, as at Keycloak: the client is told that it failed, the log why.
web::Outcome ask(const ActionRunPtr& run, std::vector<std::string> errors) {
  return check_link(run, [run, errors = std::move(errors)](std::optional<LinkRefusal> refusal) mutable -> web::Outcome {
    if (!refusal) return page(*run, std::move(errors));
    run->dependencies.log.info("identity_not_linked", {{"reason", refusal->reason},
                                                       {"realm", run->realm->realm.name},
                                                       {"client_id", run->interaction.request.client_id},
                                                       {"provider", run->argument().substr(0, 64)},
                                                       {"user_id", run->user.id.str()},
                                                       {"correlation_id", run->request.correlation_id}});
    return pass_action(run, {.failed = true});
  });
}

web::Outcome show(const ActionRunPtr& run, const ActionView& view) { return ask(run, view.errors); }

web::Outcome submit(const ActionRunPtr& run, const web::Form&) { return ask(run, {}); }

}  // namespace

web::Outcome check_link(const ActionRunPtr& run, LinkChecked next) {
  return then_read(run->dependencies, [run, next = std::move(next)]() mutable -> web::Outcome {
    auto refusal = read_from(run->dependencies.repositories.store, [&](Rows& rows) { return why_not(rows, *run); });
    if (!refusal) return store_failed(run->dependencies, run->request, run->realm.get(), refusal.error());
    return next(std::move(*refusal));
  });
}

const ActionForm kIdpLink = {.alias = kLinkAction, .show = show, .submit = submit};

}  // namespace cardea::login
