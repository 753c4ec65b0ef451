#include "admin/providers/provider_keys.h"

#include "admin/settings/realm_document.h"

namespace cardea::admin {
namespace {

struct FetchedFor {
  IdentityProvider provider;
  web::OutboundUrl url;
};

}  // namespace

Prepared ask_provider_keys(Call& call) {
  const auto* found = find_in(list_of(call.realm().extra, "identityProviders"), "alias", call.path("alias"));
  if (found == nullptr) return refuse(not_found("HTTP 404 Not Found"));
  const auto* config = found->if_contains("config");
  if (config == nullptr || !config->is_object()) return {};
  auto url = web::ConfiguredUrl::parse(string_or(config->get_object(), "jwksUrl", ""));
  if (!url) return {};
  auto provider = find_identity_provider(call.realm(), call.path("alias"));
  if (!provider) return {};
  call.prepared = std::make_shared<FetchedFor>(std::move(*provider), *url);
  call.to_call = web::get_request(std::move(*url), "application/json");
  return {};
}

Answer reload_provider_keys(Call& call) {
  const auto& keep = call.dependencies().keep_provider_keys;
  const bool has_answer = call.called && *call.called && (*call.called)->status == 200;
  const auto* from = static_cast<const FetchedFor*>(call.prepared.get());
  return ok(has_answer && keep && from != nullptr && keep(from->provider, from->url, (*call.called)->body));
}

}  // namespace cardea::admin
