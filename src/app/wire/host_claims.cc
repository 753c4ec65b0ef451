#include "app/wire/host_claims.h"

#include <algorithm>

#include "core/frontend_url.h"
#include "core/source_claims.h"

namespace cardea::app {
namespace {

std::string of_two(const Realm& realm, const Realm& rival, std::string_view host) {
  return "realms " + realm.name + " and " + rival.name + " both have authentikPaths at " +
         (host.empty() ? std::string("every host") : std::string(host)) +
         ": give one of them another frontendUrl, or take the attribute from it";
}

}  // namespace

std::string server_host(const ServerSettings& settings) {
  return settings.hostname.empty() ? std::string() : host_of_url(settings.frontend_url());
}

bool is_host_of_application(const gate::GateSettings& gate, std::string_view host) {
  const auto asked = gate::canonical_host(host);
  return std::ranges::any_of(gate.applications, [&](const gate::Application& application) {
    return std::ranges::find(application.hosts, asked) != application.hosts.end();
  });
}

std::string claimed_twice(const ServerSettings& settings, const std::vector<Realm>& realms,
                          const gate::GateSettings* gate) {
  std::vector<Realm> claimants;
  for (const auto& realm : realms) {
    if (!realm.enabled) continue;
    const auto host = host_of_url(frontend_url(realm));
    if (gate != nullptr && !host.empty() && is_host_of_application(*gate, host))
      return "realm " + realm.name + ": its frontendUrl is at " + host +
             ", which the gate file gives to an application";
    if (source_host(realm)) claimants.push_back(realm);
  }
  if (const auto [realm, rival] = find_two_claims(claimants, server_host(settings)); realm != nullptr)
    return of_two(*realm, *rival, *source_host(*rival)) +
           " (cardea export, cardea import --override), or set another hostname";
  return {};
}

namespace {

/// What the file says of hosts.
Realm realm_of_file(const json::object& file) {
  Realm realm;
  realm.name = string_or(file, "realm", "");
  realm.id = RealmId("import of " + realm.name);
  realm.enabled = true;
  const auto* attributes = file.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_object()) return realm;
  for (const auto name : {kSourcePaths, kFrontendUrl})
    realm.attributes[std::string(name)] = string_or(attributes->get_object(), name, "");
  return realm;
}

}  // namespace

std::string FileClaims::problem(const std::vector<RealmDocument>& documents) const {
  const auto asks = [](const RealmDocument& file) { return source_host(realm_of_file(file.realm)).has_value(); };
  if (std::ranges::none_of(documents, asks)) return {};  // without a look at every realm
  auto realms = read_from(repositories.store, [&](Rows& rows) { return realms_for_claims(rows, repositories); });
  if (!realms) return "the realms cannot be read: " + std::string(describe(realms.error()));
  const auto is_replaced = [&](const Realm& realm) {
    const auto is_it = [&](const RealmDocument& file) { return string_or(file.realm, "realm", "") == realm.name; };
    return replaces && std::ranges::any_of(documents, is_it);
  };
  std::erase_if(*realms, is_replaced);
  return claimed_twice_by_import(settings, std::move(*realms), documents);
}

std::string claimed_twice_by_import(const ServerSettings& settings, std::vector<Realm> realms,
                                    const std::vector<RealmDocument>& documents) {
  for (const auto& document : documents) {
    auto realm = realm_of_file(document.realm);
    if (std::ranges::find(realms, realm.name, &Realm::name) != realms.end()) continue;  // stays as it is
    if (!source_host(realm)) continue;
    realms.push_back(std::move(realm));
  }
  const auto [realm, rival] = find_two_claims(realms, server_host(settings));
  return realm == nullptr ? std::string() : of_two(*realm, *rival, *source_host(*rival));
}

}  // namespace cardea::app
