// Going on with settings in hand: at once when they are in memory, else after a read where reads may wait. One rule for
// every module, because a name that is not in memory costs a read each time it is asked for (core/unknown_names.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/settings.h"

namespace cardea {

/// Who asks, and how the module that was asked goes on; this one knows no HTTP.
template <class Defer, class Failed>
struct Asking {
  Settings& settings;
  std::string_view address;         // where the request came from
  std::string_view correlation_id;  // and its id, for the log
  TimePoint now;
  Defer defer;    // defer(step): puts a step on the lane for reads
  Failed failed;  // failed(StoreError): the answer of a store that cannot be read, or may not be by this source
};
template <class Defer, class Failed>
Asking(Settings&, std::string_view, std::string_view, TimePoint, Defer, Failed) -> Asking<Defer, Failed>;

/// Calls `next(shared_ptr<const RealmEntry>)`; null when no such realm exists.
template <class Defer, class Failed, class Next>
auto with_realm(Asking<Defer, Failed> asking, std::string_view name, Next next) {
  auto& settings = asking.settings;
  if (auto realm = settings.cached_realm(name)) return next(std::move(realm));
  if (!settings.may_ask_for_realm(name, asking.address, asking.now)) {
    settings.note_refused(asking.address, asking.correlation_id);
    return asking.failed(StoreError::kBusy);
  }
  auto defer = asking.defer;
  return defer([asking = std::move(asking), name = std::string(name), next = std::move(next)]() mutable {
    auto realm = asking.settings.load_realm(name);
    if (!realm) return asking.failed(realm.error());
    if (*realm == nullptr) asking.settings.count_unknown(asking.address, asking.now);
    return next(std::move(*realm));
  });
}

/// Calls `next(shared_ptr<const ClientEntry>)`; null when no such client exists, as none does without a name.
template <class Defer, class Failed, class Next>
auto with_client(Asking<Defer, Failed> asking, std::shared_ptr<const RealmEntry> realm, std::string_view client_id,
                 Next next) {
  auto& settings = asking.settings;
  if (client_id.empty()) return next(std::shared_ptr<const ClientEntry>());
  if (auto client = settings.cached_client(*realm, client_id)) return next(std::move(client));
  if (!settings.may_ask_for_client(*realm, client_id, asking.address, asking.now)) {
    settings.note_refused(asking.address, asking.correlation_id);
    return asking.failed(StoreError::kBusy);
  }
  auto defer = asking.defer;
  return defer([asking = std::move(asking), realm = std::move(realm), id = std::string(client_id),
                next = std::move(next)]() mutable {
    auto client = asking.settings.load_client(realm, id);
    if (!client) return asking.failed(client.error());
    if (*client == nullptr) asking.settings.count_unknown(asking.address, asking.now);
    return next(std::move(*client));
  });
}

}  // namespace cardea
