#include "broker/source.h"

#include "core/each_realm.h"
#include "core/source_claims.h"
#include "web/form.h"

namespace cardea::broker {
namespace {

Stored<SourceRealms> realms_of_sources(const Dependencies& dependencies, std::string_view correlation_id) {
  SourceRealms out;
  const auto look = [&](const Realm& realm) {
    const auto host = realm.enabled ? source_host(realm) : std::nullopt;
    if (!host) return;
    auto& known = out[*host];
    if (!known.name.empty()) {
      known.is_claimed_twice = true;
      dependencies.log.warning("source_paths_of_several_realms",
                               {{"realm", known.name}, {"other", realm.name}, {"correlation_id", correlation_id}});
      return;
    }
    known.name = realm.name;
    for (const auto& provider : login_providers(realm)) known.aliases.insert(provider.alias);
  };
  const auto read = read_from(dependencies.repositories.store, [&](Rows& rows) {
    out.clear();
    return each_realm(rows, dependencies.repositories, look);
  });
  if (!read) return refuse(read.error());
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

std::string host_of_server(const web::BaseUrl& base_url) {
  return base_url.is_configured("") ? host_of_url(base_url.of_realm(web::Request(), "")) : std::string();
}

web::Outcome with_source_realm(const Dependencies& dependencies, const web::Request& request, std::string alias,
                               SourceRealmNext next) {
  return with_source_realm_at(dependencies, request, host_of_url(request.scheme + "://" + request.host),
                              std::move(alias), std::move(next));
}

web::Outcome with_source_realm_at(const Dependencies& dependencies, const web::Request& request, std::string host,
                                  std::string alias, SourceRealmNext next) {
  auto& paths = *dependencies.source_paths;
  auto find = [&dependencies, host = std::move(host), alias = std::move(alias)] {
    const auto server_host = host_of_server(dependencies.base_url);
    return dependencies.source_paths->realm_of({.host = host, .server_host = server_host, .alias = alias});
  };
  if (!paths.take_turn(dependencies.clock.now())) return next(find());
  // Never where connections are served: there may be many realms.
  return web::then(web::Lane::kStore,
                   [&dependencies, &request, find = std::move(find), next = std::move(next)]() mutable -> web::Outcome {
                     auto realms = realms_of_sources(dependencies, request.correlation_id);
                     if (!realms) {
                       dependencies.source_paths->give_back_turn();
                       return store_failed(dependencies, request, nullptr, realms.error());
                     }
                     dependencies.source_paths->put(std::move(*realms));
                     return web::then(web::Lane::kInline, [find = std::move(find), next = std::move(next)]() mutable {
                       return next(find());
                     });
                   });
}

web::Outcome start_source(const Dependencies& dependencies, const web::Request& request) {
  return with_source_realm(
      dependencies, request, request.path_parameter("alias"),
      [&dependencies, &request](const std::string& realm) { return go_to(dependencies, request, realm); });
}

}  // namespace cardea::broker
