#include "admin/providers/scim_token.h"

#include "admin/providers/identity_provider_handlers.h"
#include "admin/realms/realm_view.h"
#include "admin/settings/realm_document.h"
#include "base/uri.h"
#include "crypto/hash.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kHash = "scimTokenHash";

Or<json::object*> load_provider(Call& call) {
  CARDEA_DO(call.require({AdminRole::kManageUsers}));
  auto* found = find_in(list_of(call.realm().extra, "identityProviders"), "alias", call.path("alias"));
  if (found == nullptr) return refuse(not_found("HTTP 404 Not Found"));
  return found;
}

Or<void> set_hash(Call& call, const std::string& hash) {
  CARDEA_TRY(provider, load_provider(call));
  call.note_before(identity_provider_json(*provider));
  auto& config = object_of(*provider, "config");
  if (hash.empty()) {
    config.erase(kHash);
  } else {
    config[kHash] = hash;
  }
  call.note_after(identity_provider_json(*provider));
  CARDEA_DO(save_realm(call));
  return {};
}

}  // namespace

Or<void> require_scim_covered(Call& call, const json::object& provider, const json::object* before) {
  const auto says = [](const json::object* owner, std::string_view name) {
    const auto* config = owner == nullptr ? nullptr : owner->if_contains("config");
    return config == nullptr || !config->is_object() ? std::string() : string_or(config->get_object(), name, "");
  };
  const auto differs = [&](std::string_view name) { return says(&provider, name) != says(before, name); };
  if (!differs("scim") && !differs(kHash)) return {};
  return call.require({AdminRole::kManageUsers});
}

Answer make_scim_token(Call& call) {
  const auto token = random_handle(call.random());
  CARDEA_DO(set_hash(call, crypto::sha256_base64url(token)));
  const auto url = call.dependencies().base_url.issuer(call.request(), call.realm().name) + "/broker/" +
                   percent_encode(call.path("alias")) + "/scim/v2";
  auto response = ok(json::object{{"token", token}, {"url", url}});
  response.set("Cache-Control", "no-store");
  return response;
}

Answer remove_scim_token(Call& call) {
  CARDEA_DO(set_hash(call, {}));
  return no_content();
}

}  // namespace cardea::admin
