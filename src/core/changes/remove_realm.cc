#include "core/changes/remove_realm.h"

#include <string>

#include "base/assert.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

constexpr int kRemovedAtOnce = 500;  // rows in one transaction

/// The client of master through which the realm is administered goes with it.
Stored<void> remove_access(Tx& tx, const Repositories& repositories, std::string_view name) {
  const auto master = repositories.realms.find_by_name(tx, kMasterRealm);
  if (!master) return refuse(master.error());
  if (!*master) return {};
  const auto client = repositories.clients.find_by_client_id(tx, (*master)->id, std::string(name) + "-realm");
  if (!client) return refuse(client.error());
  if (!*client) return {};
  const auto removed = repositories.clients.remove(tx, (*master)->id, (*client)->id);
  if (!removed) return refuse(removed.error());
  return {};
}

}  // namespace

Stored<void> remove_realm(const Repositories& repositories, std::string_view name) {
  CARDEA_ASSERT(name != kMasterRealm);
  const auto hidden = write_to(repositories.store, [&](Tx& tx) -> Stored<RealmId> {
    auto realm = repositories.realms.find_by_name(tx, name);
    if (!realm) return refuse(realm.error());
    if (!*realm) return refuse(StoreError::kConflict);
    if (auto done = remove_access(tx, repositories, name); !done) return refuse(done.error());
    (*realm)->name = std::string(Realm::kImportingPrefix) + "removed/" + (*realm)->id.str();
    (*realm)->enabled = false;
    if (auto done = repositories.realms.update(tx, **realm); !done) return refuse(done.error());
    return (*realm)->id;
  });
  if (!hidden) return refuse(hidden.error());
  for (bool done = false; !done;) {
    const auto removed = write_to(repositories.store,
                                  [&](Tx& tx) { return repositories.realms.remove_some(tx, *hidden, kRemovedAtOnce); });
    if (!removed) return refuse(removed.error());
    done = *removed;
  }
  return {};
}

}  // namespace cardea
