#include "broker/source.h"

#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kAttribute = "authentikPaths";

using Realms = std::map<std::string, std::string, std::less<>>;

Stored<Realms> realms_of_sources(const Dependencies& dependencies) {
  const auto realms = read_from(dependencies.repositories.store,
                                [&](Rows& rows) { return dependencies.repositories.realms.list(rows); });
  if (!realms) return refuse(realms.error());
  Realms out;
  for (const auto& realm : *realms) {
    const auto chosen = realm.attributes.find(std::string(kAttribute));
    if (!realm.enabled || chosen == realm.attributes.end() || chosen->second != "true") continue;
    for (const auto& provider : login_providers(realm)) out.emplace(provider.alias, realm.name);
  }
  return out;
}

web::Outcome go_to(const Dependencies& dependencies, const web::Request& request) {
  const auto& alias = request.path_parameter("alias");
  const auto realm = dependencies.source_paths->realm_of(alias);
  if (realm.empty()) {
    static const RealmEntry kNoRealm;
    return no_such_provider(dependencies, request, kNoRealm, alias);
  }
  const auto base = dependencies.base_url.of(request) + "/realms/" + percent_encode(realm);
  std::string url = base + "/protocol/openid-connect/auth?";
  web::append_form(url, "client_id", "account");
  web::append_form(url, "redirect_uri", base + "/account/");
  web::append_form(url, "response_type", "code");
  web::append_form(url, "scope", "openid");
  web::append_form(url, "kc_idp_hint", alias);
  return web::redirect(std::move(url));
}

}  // namespace

web::Outcome start_source(const Dependencies& dependencies, const web::Request& request) {
  if (!dependencies.source_paths->take_turn(dependencies.clock.now())) return go_to(dependencies, request);
  // Never where connections are served: there may be many realms.
  return web::then(web::Lane::kStore, [&dependencies, &request]() -> web::Outcome {
    auto realms = realms_of_sources(dependencies);
    if (!realms) {
      dependencies.source_paths->give_back_turn();
      return store_failed(dependencies, request, nullptr, realms.error());
    }
    dependencies.source_paths->put(std::move(*realms));
    return go_to(dependencies, request);
  });
}

}  // namespace cardea::broker
