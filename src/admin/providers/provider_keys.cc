#include "admin/providers/provider_keys.h"

#include "admin/settings/realm_document.h"

namespace cardea::admin {

Prepared ask_provider_keys(Call& call) {
  const auto* found = find_in(list_of(call.realm().extra, "identityProviders"), "alias", call.path("alias"));
  if (found == nullptr) return refuse(not_found("HTTP 404 Not Found"));
  const auto* config = found->if_contains("config");
  if (config == nullptr || !config->is_object()) return {};
  auto url = web::ConfiguredUrl::parse(string_or(config->get_object(), "jwksUrl", ""));
  if (!url) return {};
  call.prepared = std::make_shared<web::OutboundUrl>(*url);
  call.to_call = web::get_request(std::move(*url), "application/json");
  return {};
}

Answer reload_provider_keys(Call& call) {
  const auto& keep = call.dependencies().keep_provider_keys;
  const bool has_answer = call.called && *call.called && (*call.called)->status == 200;
  const bool is_kept =
      has_answer && keep && keep(*static_cast<web::OutboundUrl*>(call.prepared.get()), (*call.called)->body);
  return ok(is_kept);
}

}  // namespace cardea::admin
