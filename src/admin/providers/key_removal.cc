#include "admin/providers/key_removal.h"

#include <algorithm>

#include "admin/seam/signing_keys.h"
#include "core/realm_keys.h"

namespace cardea::admin {
namespace {

constexpr std::int64_t kPage = 200;

/// What was found out, and at which state of the realm: a client may have been set to the algorithm since.
struct Replacement {
  std::int64_t realm_version = 0;
  std::optional<RealmKey> key;
};

struct Page {
  bool is_last = false;
  bool has_user = false;  // of the algorithm
};

Or<Page> read_page(Call& call, std::string_view algorithm, std::int64_t first) {
  CARDEA_TRY(clients, read_from(call.repositories().store, [&](Rows& rows) {
               return call.repositories().clients.list(rows, call.realm().id, "", first, kPage);
             }));
  const bool has_user = std::ranges::any_of(clients, [&](const Client& client) {
    const auto algorithms = signature_algorithms_of(client);
    return std::ranges::find(algorithms, algorithm) != algorithms.end();
  });
  return Page{.is_last = static_cast<std::int64_t>(clients.size()) < kPage, .has_user = has_user};
}

Or<bool> is_used_by_clients(Call& call, std::string_view algorithm) {
  for (std::int64_t first = 0;; first += kPage) {
    CARDEA_TRY(page, read_page(call, algorithm, first));
    if (page.has_user || page.is_last) return page.has_user;
  }
}

/// The key {componentId} when it signs, and none beside it does with its algorithm.
std::optional<RealmKey> last_of_its_kind(std::vector<RealmKey> keys, std::string_view id) {
  const auto found = std::ranges::find_if(keys, [&](const RealmKey& key) { return key.id.str() == id; });
  if (found == keys.end()) return std::nullopt;
  auto key = std::move(*found);
  keys.erase(found);
  if (key.use != "sig" || key.status != KeyStatus::kActive || signs_with(keys, key.algorithm)) return std::nullopt;
  return key;
}

}  // namespace

bool is_needed_by_realm(const Realm& realm, std::string_view algorithm) {
  return algorithm == realm.default_signature_algorithm || algorithm == "HS512";
}

Prepared prepare_key_removal(Call& call) {
  Replacement replacement;
  std::vector<RealmKey> keys;
  CARDEA_DO(call.repositories().store.read([&](Rows& rows) -> Stored<void> {
    auto realm = call.repositories().realms.find_by_name(rows, call.realm().name);
    if (!realm) return refuse(realm.error());
    if (!*realm) return refuse(StoreError::kConflict);
    replacement.realm_version = (*realm)->version;
    auto listed = call.repositories().keys.list(rows, call.realm().id);
    if (!listed) return refuse(listed.error());
    keys = std::move(*listed);
    return {};
  }));
  const auto going = last_of_its_kind(std::move(keys), call.path("componentId"));
  // Nothing is made for what will be refused.
  if (!going || is_needed_by_realm(call.realm(), going->algorithm)) return {};
  CARDEA_TRY(is_used, is_used_by_clients(call, going->algorithm));
  if (is_used) {
    CARDEA_TRY(key, make_fallback_key(call, going->algorithm));
    replacement.key = std::move(key);
  }
  call.prepared = std::make_shared<Replacement>(std::move(replacement));
  return {};
}

Or<void> replace_key(Call& call, const RealmKey& going) {
  if (going.use != "sig") return {};
  CARDEA_TRY(keys, call.repositories().keys.list(call.rows(), call.realm().id));
  if (signs_with(keys, going.algorithm)) return {};
  const auto* prepared = static_cast<const Replacement*>(call.prepared.get());
  if (prepared == nullptr || prepared->realm_version != call.realm().version) {
    return refuse(error_message(409, "The realm was changed meanwhile; please try again"));
  }
  if (prepared->key) CARDEA_DO(store_made_key(call, *prepared->key));
  return {};
}

}  // namespace cardea::admin
