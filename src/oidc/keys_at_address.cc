#include "oidc/keys_at_address.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/client_urls.h"

namespace cardea::oidc {
namespace {

/// An entry for each reading of the set: RSA keys without `alg` serve for the algorithm that was asked for, and URLs of
/// clients and of administrators are not the same address.
std::string place_of(const web::OutboundUrl& url) { return web::text_of(url) + '\n' + std::to_string(url.index()); }
std::string address_of(const web::OutboundUrl& url, jose::Algorithm rsa_algorithm) {
  return place_of(url).append(jose::name(rsa_algorithm));
}

jose::Algorithm rsa_algorithm_of(jose::Algorithm wanted) {
  return jose::key_type_of(wanted) == crypto::KeyType::kRsa ? wanted : jose::Algorithm::kRS256;
}

Result<SharedKeys, std::string> parse(const web::Fetched& fetched, jose::Algorithm rsa_algorithm) {
  if (!fetched) return refuse("jwks_" + std::string(web::describe(fetched.error())));
  if (fetched->status != 200) return refuse("jwks_status_" + std::to_string(fetched->status));
  auto keys = jose::KeySet::from_jwks(fetched->body, rsa_algorithm);
  if (!keys) return refuse("jwks: " + std::string(jose::describe(keys.error())));
  return std::make_shared<const jose::KeySet>(std::move(*keys));
}

web::FetchRequest request_for(const web::OutboundUrl& url) {
  auto request = web::get_request(url, "application/jwk-set+json, application/json");
  request.body_bytes_max = kKeySetBytesMax;
  request.join = true;
  return request;
}

}  // namespace

ClientKeys::Known ClientKeys::find(std::string_view address, std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  const auto* entry = entries_.find(address);
  if (entry == nullptr) return {};
  Known known;
  known.may_fetch = now - entry->asked_at >= kKeysFloor;
  if (entry->keys != nullptr && now - entry->fetched_at < kKeysStaleMax) {
    known.keys = entry->keys;
    known.are_fresh = now - entry->fetched_at < kKeysFresh;
  }
  return known;
}

void ClientKeys::put(std::string_view address, SharedKeys keys, std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  entries_.put(address, {std::move(keys), now, now});
}

void ClientKeys::note_failure(std::string_view address, std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  if (auto* entry = entries_.find(address)) {
    entry->asked_at = now;
  } else {
    entries_.put(address, {nullptr, now, now});
  }
}

void ClientKeys::forget(const std::vector<web::OutboundUrl>& urls) {
  std::unordered_set<std::string> places;
  for (const auto& url : urls) places.insert(place_of(url));
  const std::scoped_lock lock(mutex_);
  // An address is its place, and the algorithm its keys were read for.
  entries_.erase_if([&](std::string_view address, const Entry&) {
    return places.contains(std::string(address.substr(0, address.find('\n') + 2)));
  });
}

std::shared_ptr<ClientKeys> make_client_keys() { return std::make_shared<ClientKeys>(); }

std::optional<web::OutboundUrl> jwks_url_of(const Client& client) {
  return jwks_url(client.attribute("jwks.url"), client.attribute_is_true(kSelfRegistered));
}

std::optional<web::OutboundUrl> jwks_url(std::string_view text, bool is_self_registered) {
  if (is_self_registered) {
    if (auto url = web::ClientUrl::parse(text)) return std::move(*url);
    return std::nullopt;
  }
  if (auto url = web::ConfiguredUrl::parse(text)) return std::move(*url);
  return std::nullopt;
}

SharedKeys known_keys_at(const Dependencies& dependencies, const web::OutboundUrl& url) {
  const auto address = address_of(url, WantedKey{}.algorithm);
  return dependencies.client_keys->find(address, dependencies.clock.steady()).keys;
}

web::Outcome with_keys_at(const Dependencies& dependencies, const web::OutboundUrl& url, const WantedKey& wanted,
                          KeysStep next) {
  const auto rsa_algorithm = rsa_algorithm_of(wanted.algorithm);
  auto address = address_of(url, rsa_algorithm);
  const auto known = dependencies.client_keys->find(address, dependencies.clock.steady());
  const bool has_it = known.keys != nullptr && (!wanted.kid || known.keys->contains(*wanted.kid)) &&
                      std::ranges::all_of(wanted.encryption, [&](jose::KeyManagement management) {
                        return known.keys->encryption_key(management) != nullptr;
                      });
  if (has_it && known.are_fresh) return next(known.keys);
  if (!known.may_fetch) {
    if (known.keys != nullptr) return next(known.keys);
    return next(refuse(std::string("jwks_failed_a_moment_ago")));
  }
  return web::fetch(
      request_for(url), web::Lane::kCpu,
      [&dependencies, address = std::move(address), rsa_algorithm, before = known.keys,
       next = std::move(next)](web::Fetched fetched) mutable -> web::Outcome {
        auto keys = parse(fetched, rsa_algorithm);
        const auto now = dependencies.clock.steady();
        if (keys) {
          dependencies.client_keys->put(address, *keys, now);
        } else {
          dependencies.client_keys->note_failure(address, now);
          dependencies.log.warning("client_keys_not_read",
                                   {{"url", address.substr(0, address.find('\n'))}, {"reason", keys.error()}});
          if (before != nullptr) keys = before;
        }
        return web::then(web::Lane::kInline,
                         [keys = std::move(keys), next = std::move(next)]() mutable { return next(std::move(keys)); });
      });
}

}  // namespace cardea::oidc
