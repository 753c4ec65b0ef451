#include "broker/source.h"

#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kAttribute = "authentikPaths";

Stored<std::string> realm_of_source(const Dependencies& dependencies, std::string_view alias) {
  const auto realms = read_from(dependencies.repositories.store,
                                [&](Rows& rows) { return dependencies.repositories.realms.list(rows); });
  if (!realms) return refuse(realms.error());
  for (const auto& realm : *realms) {
    const auto chosen = realm.attributes.find(std::string(kAttribute));
    if (!realm.enabled || chosen == realm.attributes.end() || chosen->second != "true") continue;
    if (enabled_provider(realm, alias) != nullptr) return realm.name;
  }
  return std::string();
}

}  // namespace

web::Outcome start_source(const Dependencies& dependencies, const web::Request& request) {
  return then_read(dependencies, [&dependencies, &request]() -> web::Outcome {
    const auto& alias = request.path_parameter("alias");
    const auto realm = realm_of_source(dependencies, alias);
    if (!realm) return store_failed(dependencies, request, nullptr, realm.error());
    if (realm->empty()) {
      static const RealmEntry kNoRealm;
      return no_such_provider(dependencies, request, kNoRealm, alias);
    }
    const auto base = dependencies.base_url.of(request) + "/realms/" + percent_encode(*realm);
    std::string url = base + "/protocol/openid-connect/auth?";
    web::append_form(url, "client_id", "account");
    web::append_form(url, "redirect_uri", base + "/account/");
    web::append_form(url, "response_type", "code");
    web::append_form(url, "scope", "openid");
    web::append_form(url, "kc_idp_hint", alias);
    return web::redirect(std::move(url));
  });
}

}  // namespace cardea::broker
