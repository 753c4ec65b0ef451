#include "core/source_claims.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/uri.h"
#include "core/each_realm.h"
#include "core/frontend_url.h"

namespace cardea {
namespace {

bool meet(std::string_view host, std::string_view other, std::string_view server_host) {
  if (host == other) return true;
  return !server_host.empty() && (host.empty() ? other : other.empty() ? host : std::string_view()) == server_host;
}

}  // namespace

std::string host_of_url(std::string_view url) {
  const auto uri = parse_uri(url);
  const auto origin = uri ? uri->origin() : std::string();
  const auto at = origin.find("://");
  return at == std::string::npos ? std::string() : origin.substr(at + 3);
}

std::optional<std::string> source_host(const Realm& realm) {
  const auto chosen = realm.attributes.find(std::string(kSourcePaths));
  if (chosen == realm.attributes.end() || chosen->second != "true") return std::nullopt;
  return host_of_url(frontend_url(realm));
}

Stored<std::vector<Realm>> realms_for_claims(Rows& rows, const Repositories& repositories) {
  std::vector<Realm> out;
  const auto read = each_realm(rows, repositories, [&](const Realm& realm) {
    auto& kept = out.emplace_back();
    kept.id = realm.id;
    kept.name = realm.name;
    kept.enabled = realm.enabled;
    kept.attributes = realm.attributes;
  });
  if (!read) return refuse(read.error());
  return out;
}

const Realm* find_rival(const Realm& realm, const std::vector<Realm>& realms, std::string_view server_host) {
  const auto host = source_host(realm);
  if (!host) return nullptr;
  const auto rival = std::ranges::find_if(realms, [&](const Realm& other) {
    const auto wanted = other.id == realm.id ? std::nullopt : source_host(other);
    return wanted && meet(*host, *wanted, server_host);
  });
  return rival == realms.end() ? nullptr : &*rival;
}

std::pair<const Realm*, const Realm*> find_two_claims(const std::vector<Realm>& realms, std::string_view server_host) {
  std::map<std::string, const Realm*, std::less<>> claimants;  // by host
  for (const auto& realm : realms) {
    const auto host = source_host(realm);
    if (!host) continue;
    const auto [known, is_first] = claimants.emplace(*host, &realm);
    if (!is_first) return {known->second, &realm};
  }
  const auto of_all = claimants.find(""), of_server = claimants.find(server_host);
  const bool is_two = !server_host.empty() && of_all != claimants.end() && of_server != claimants.end();
  return is_two ? std::pair(of_all->second, of_server->second) : std::pair<const Realm*, const Realm*>();
}

}  // namespace cardea
