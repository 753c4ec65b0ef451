#include "broker/source.h"

#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kAttribute = "authentikPaths";

using Realms = std::map<std::string, std::string, std::less<>>;  // alias -> name; "": the realm, whatever the alias

// Of the one realm that has them; empty where several say so.
Stored<Realms> realms_of_sources(const Dependencies& dependencies, std::string_view correlation_id) {
  const auto realms = read_from(dependencies.repositories.store,
                                [&](Rows& rows) { return dependencies.repositories.realms.list(rows); });
  if (!realms) return refuse(realms.error());
  const Realm* owner = nullptr;
  for (const auto& realm : *realms) {
    const auto chosen = realm.attributes.find(std::string(kAttribute));
    if (!realm.enabled || chosen == realm.attributes.end() || chosen->second != "true") continue;
    if (owner != nullptr) {
      dependencies.log.warning("source_paths_of_several_realms",
                               {{"realm", owner->name}, {"other", realm.name}, {"correlation_id", correlation_id}});
      return Realms();
    }
    owner = &realm;
  }
  Realms out;
  if (owner == nullptr) return out;
  out.emplace(std::string(), owner->name);
  for (const auto& provider : login_providers(*owner)) out.emplace(provider.alias, owner->name);
  return out;
}

web::Outcome go_to(const Dependencies& dependencies, const web::Request& request, const std::string& realm) {
  const auto& alias = request.path_parameter("alias");
  if (realm.empty()) {
    static const RealmEntry kNoRealm;
    return no_such_provider(dependencies, request, kNoRealm, alias);
  }
  const auto base = dependencies.base_url.issuer(request, realm);
  std::string url = base + "/protocol/openid-connect/auth?";
  web::append_form(url, "client_id", "account");
  web::append_form(url, "redirect_uri", base + "/account/");
  web::append_form(url, "response_type", "code");
  web::append_form(url, "scope", "openid");
  web::append_form(url, "kc_idp_hint", alias);
  return web::redirect(std::move(url));
}

}  // namespace

web::Outcome with_source_realm(const Dependencies& dependencies, const web::Request& request, std::string alias,
                               SourceRealmNext next) {
  auto& paths = *dependencies.source_paths;
  if (!paths.take_turn(dependencies.clock.now())) return next(paths.realm_of(alias));
  // Never where connections are served: there may be many realms.
  return web::then(
      web::Lane::kStore,
      [&dependencies, &request, alias = std::move(alias), next = std::move(next)]() mutable -> web::Outcome {
        auto realms = realms_of_sources(dependencies, request.correlation_id);
        if (!realms) {
          dependencies.source_paths->give_back_turn();
          return store_failed(dependencies, request, nullptr, realms.error());
        }
        dependencies.source_paths->put(std::move(*realms));
        return web::then(web::Lane::kInline,
                         [&dependencies, alias = std::move(alias), next = std::move(next)]() mutable {
                           return next(dependencies.source_paths->realm_of(alias));
                         });
      });
}

web::Outcome start_source(const Dependencies& dependencies, const web::Request& request) {
  return with_source_realm(
      dependencies, request, request.path_parameter("alias"),
      [&dependencies, &request](const std::string& realm) { return go_to(dependencies, request, realm); });
}

}  // namespace cardea::broker
