// OAUTH_GRANT, the consent page: what the client asks for that was not allowed before (core/consent.h; standards.md
// section 2.5). Always the last action. Only "no" is told apart: a post without either button allows, as in Keycloak,
// since the form is bound to this browser and to this one request.
#include "core/consent.h"
#include "base/uri.h"
#include "login/actions/actions.h"
#include "login/endpoint.h"

namespace cardea::login {
namespace {

// Calls `next(ClientPtr, items to ask)`.
template <class Next>
web::Outcome with_items(const ActionRunPtr& run, Next next) {
  return with_client_entry(
      run->dependencies, run->request, run->realm, run->interaction.request.client_id,
      [run, next = std::move(next)](ClientPtr client) mutable -> web::Outcome {
        if (client == nullptr || client->client.id != run->interaction.request.client) {
          return refuse_login(run->dependencies, run->request, run->realm, run->link, Refusal::kClientGone);
        }
        return then_read(run->dependencies,
                         [run, client = std::move(client), next = std::move(next)]() mutable -> web::Outcome {
                           const auto allowed = read_from(run->dependencies.repositories.store, [&](Rows& rows) {
                             return run->dependencies.repositories.consents.find(rows, run->user.id, client->client.id);
                           });
                           if (!allowed) {
                             return store_failed(run->dependencies, run->request, run->realm.get(), allowed.error());
                           }
                           return next(client, items_to_ask(*client, run->interaction.request, *allowed));
                         });
      });
}

std::string client_name(const Client& client, const web::Texts& texts) {
  return client.name.empty() ? client.client_id : texts.resolve(client.name);
}

/// A page of the client's that people may read first; empty unless it is an http address.
std::string page_url(const Client& client, std::string_view attribute) {
  const auto url = client.attribute(attribute);
  const auto parsed = parse_uri(url);
  return parsed && parsed->is_http() ? std::string(url) : std::string();
}

web::Response page(const ActionRun& run, const Client& client, const std::vector<ConsentItem>& items) {
  const auto texts = action_texts(run);
  const auto name = client_name(client, texts);
  const auto uri = parse_uri(run.interaction.request.redirect_uri);
  std::vector<web::PageData> lines;
  for (const auto& item : items) {
    auto text = texts.resolve(item.text);
    if (!item.parameter.empty()) text.append(": ").append(item.parameter);
    lines.push_back(web::PageData().text("text", text));
  }
  auto data = action_data(run, {});
  data.text("heading", texts("oauthGrantTitle", {name}))
      .text("lead", texts("consentLead", {name}))
      .text("host", uri && !uri->host.empty() ? texts("consentHost", {uri->host}) : std::string())
      .text("policy_url", page_url(client, "policyUri"))
      .text("terms_url", page_url(client, "tosUri"))
      .list("items", std::move(lines));
  return render_action(run, "consent", data);
}

web::Outcome show(const ActionRunPtr& run, const ActionView&) {
  return with_items(run, [run](const ClientPtr& client, const std::vector<ConsentItem>& items) -> web::Outcome {
    return page(*run, client->client, items);
  });
}

web::Outcome submit(const ActionRunPtr& run, const web::Form& form) {
  if (form.value("cancel")) return deny_client(run);
  if (!form.value("accept")) return show(run, {});  // nothing is granted by a form that does not say so
  return with_items(run, [run](const ClientPtr& client, std::vector<ConsentItem> items) -> web::Outcome {
    return pass_action(run, {.save =
                                 [&repositories = run->dependencies.repositories, client, items = std::move(items),
                                  now = run->dependencies.clock.now()](Tx& tx, const User& user) {
                                   return grant_consent(tx, repositories, user.id, client->client.id, items, now);
                                 },
                             .event = "consent_granted"});
  });
}

}  // namespace

const ActionForm kConsent = {
    .alias = kConsentAction, .show = show, .submit = submit, .may_be_asked = false, .path = "consent"};

}  // namespace cardea::login
