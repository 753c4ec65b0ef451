#include "oidc/metadata/document_cache.h"

#include <mutex>

namespace cardea::oidc {
namespace {

std::size_t hash_of(std::string_view realm, std::string_view base_url) {
  constexpr std::size_t kOdd = 0x9E3779B97F4A7C15ULL;
  const std::hash<std::string_view> hash;
  return hash(realm) * kOdd ^ hash(base_url);
}

/// Owner comparison: an address may be used again, a control block may not while the weak pointer lives.
bool is_same_entry(const std::weak_ptr<const RealmEntry>& left, const std::shared_ptr<const RealmEntry>& right) {
  return !left.owner_before(right) && !right.owner_before(left);
}

}  // namespace

std::shared_ptr<const std::string> DocumentCache::get(const std::shared_ptr<const RealmEntry>& realm,
                                                      std::string_view base_url) {
  const auto key = hash_of(realm->realm.name, base_url);
  {
    const std::shared_lock lock(mutex_);
    const auto found = documents_.find(key);
    if (found != documents_.end() && found->second.base_url == base_url && is_same_entry(found->second.realm, realm)) {
      return found->second.bytes;
    }
  }
  auto bytes = std::make_shared<const std::string>(build_(*realm, base_url));
  const std::unique_lock lock(mutex_);
  if (documents_.size() >= kDocumentsMax && !documents_.contains(key)) documents_.erase(documents_.begin());
  documents_.insert_or_assign(key, Document{realm, std::string(base_url), bytes});
  return bytes;
}

std::size_t DocumentCache::size() const {
  const std::shared_lock lock(mutex_);
  return documents_.size();
}

}  // namespace cardea::oidc
