#include "broker/keys_of_provider.h"

#include "core/pasted_key.h"
#include "upstream/id_token.h"

namespace cardea::broker {

bool is_fault_of_record(std::string_view error) { return error.starts_with("no_") || error.starts_with("bad_"); }

web::Outcome with_keys_of(const Dependencies& dependencies, const IdentityProvider& provider,
                          const Addresses& addresses, std::string_view token, KeysNext next) {
  auto kid = upstream::key_id_of(token);
  if (addresses.has_pasted_key) {
    auto keys = pasted_keys(provider, kid);
    if (!keys) return next(refuse(std::string("bad_pasted_key")));
    return next(std::make_shared<const upstream::ProviderKeys>(upstream::ProviderKeys{std::move(*keys), {}}));
  }
  auto url = outbound_url(addresses, addresses.jwks);
  if (!url) return next(refuse(std::string("bad_jwks_url")));
  auto take = [next = std::move(next)](const Result<upstream::SharedKeys, std::string>& keys) mutable {
    return next(keys);
  };
  const auto reach = dependencies.reach(provider);
  if (!kid) return upstream::with_young_keys(reach, std::move(*url), std::move(take));
  return upstream::with_keys(reach, std::move(*url), std::move(kid), std::move(take));
}

}  // namespace cardea::broker
