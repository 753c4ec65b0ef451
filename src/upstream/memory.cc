#include "upstream/memory.h"

#include "upstream/provider_cache.h"

namespace cardea::upstream {
namespace {

template <class T>
struct Kind {
  Remembered<T> Memory::* store;
  std::string_view name;  // in the log
  std::string_view accept;
  std::size_t bytes_max;
  Result<T, std::string> (*parse)(std::string_view);
};

const Kind<Metadata> kMetadata = {&Memory::metadata, "metadata", "application/json", kMetadataBytesMax,
                                  [](std::string_view text) -> Result<Metadata, std::string> {
                                    auto parsed = parse_metadata(text);
                                    if (!parsed) return refuse("metadata_" + std::string(describe(parsed.error())));
                                    return std::move(*parsed);
                                  }};
const Kind<ProviderKeys> kKeys = {&Memory::keys, "keys", "application/jwk-set+json, application/json", kKeySetBytesMax,
                                  [](std::string_view text) -> Result<ProviderKeys, std::string> {
                                    auto parsed = parse_provider_keys(text);
                                    if (!parsed) return refuse("jwks_" + std::string(jose::describe(parsed.error())));
                                    return std::move(*parsed);
                                  }};

template <class T>
Result<std::shared_ptr<const T>, std::string> read(const Kind<T>& kind, const web::Fetched& fetched) {
  if (!fetched) return refuse(std::string(kind.name).append("_").append(web::describe(fetched.error())));
  if (fetched->status != 200) {
    return refuse(std::string(kind.name).append("_status_").append(std::to_string(fetched->status)));
  }
  auto parsed = kind.parse(fetched->body);
  if (!parsed) return refuse(std::move(parsed.error()));
  return std::make_shared<const T>(std::move(*parsed));
}

// Which URLs may lead where differs, so a client's and an administrator's are never one entry.
std::string address_of(const Reach& reach, const web::OutboundUrl& url) {
  return std::to_string(url.index()).append(reach.generation).append(" ").append(web::text_of(url));
}

template <class T>
web::Outcome fetch_it(const Reach& reach, const Kind<T>& kind, web::OutboundUrl url, std::shared_ptr<const T> before,
                      Next<T> next) {
  auto address = address_of(reach, url);
  auto request = web::get_request(std::move(url), kind.accept);
  request.body_bytes_max = kind.bytes_max;
  request.join = true;
  return web::fetch(std::move(request), web::Lane::kInline,
                    [reach, &kind, address = std::move(address), before = std::move(before),
                     next = std::move(next)](const web::Fetched& fetched) mutable -> web::Outcome {
                      auto value = read(kind, fetched);
                      const auto now = reach.clock.steady();
                      auto& store = reach.memory.*kind.store;
                      if (value) {
                        store.put(address, *value, now);
                        return next(std::move(value));
                      }
                      store.note_failure(address, now);
                      reach.log.warning("upstream_not_read",
                                        {{"url", std::string_view(address).substr(address.find(' ') + 1)},
                                         {"reason", value.error()},
                                         {"kept", before != nullptr}});
                      if (before != nullptr) value = std::move(before);
                      return next(std::move(value));
                    });
}

template <class T, class Suffices>
web::Outcome with(const Reach& reach, const Kind<T>& kind, web::OutboundUrl url, Suffices suffices, Next<T> next) {
  const auto known = (reach.memory.*kind.store).find(address_of(reach, url), reach.clock.steady());
  const bool has_it = known.value != nullptr && suffices(*known.value);
  if (has_it && known.is_fresh) return next(known.value);
  if (!known.may_fetch) {
    if (known.value != nullptr) return next(known.value);
    return next(refuse(std::string(kind.name).append("_failed_a_moment_ago")));
  }
  return fetch_it(reach, kind, std::move(url), known.value, std::move(next));
}

}  // namespace

web::Outcome with_metadata(const Reach& reach, web::OutboundUrl url, Next<Metadata> next) {
  return with(reach, kMetadata, std::move(url), [](const Metadata&) { return true; }, std::move(next));
}

web::Outcome with_keys(const Reach& reach, web::OutboundUrl url, std::optional<std::string> kid,
                       Next<ProviderKeys> next) {
  const auto has_kid = [&kid](const ProviderKeys& keys) { return !kid || keys.keys.contains(*kid); };
  return with(reach, kKeys, std::move(url), has_kid, std::move(next));
}

web::Outcome with_young_keys(const Reach& reach, web::OutboundUrl url, Next<ProviderKeys> next) {
  return with(reach, kKeys, std::move(url), [](const ProviderKeys&) { return false; }, std::move(next));
}

void keep_keys(const Reach& reach, const web::OutboundUrl& url, std::shared_ptr<const ProviderKeys> keys) {
  reach.memory.keys.put(address_of(reach, url), std::move(keys), reach.clock.steady());
}

void forget_keys(const Reach& reach, const web::OutboundUrl& url) { reach.memory.keys.forget(address_of(reach, url)); }

}  // namespace cardea::upstream
