// Going on with settings in hand: at once when they are in memory, else after a read where reads may wait. `defer` puts
// a step on the lane for reads; handlers pass their own, because this module knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/settings.h"

namespace cardea {

/// Calls `next(Stored<shared_ptr<const RealmEntry>>)`; the pointer is null when no such realm exists.
template <class Defer, class Next>
auto with_realm(Settings& settings, std::string_view name, Defer defer, Next next) {
  if (auto realm = settings.cached_realm(name))
    return next(Stored<std::shared_ptr<const RealmEntry>>(std::move(realm)));
  return defer([&settings, name = std::string(name), next = std::move(next)]() mutable {
    return next(settings.load_realm(name));
  });
}

/// Calls `next(Stored<shared_ptr<const ClientEntry>>)`; the pointer is null when no such client exists.
template <class Defer, class Next>
auto with_client(Settings& settings, std::shared_ptr<const RealmEntry> realm, std::string_view client_id, Defer defer,
                 Next next) {
  if (auto client = settings.cached_client(*realm, client_id)) {
    return next(Stored<std::shared_ptr<const ClientEntry>>(std::move(client)));
  }
  return defer([&settings, realm = std::move(realm), id = std::string(client_id), next = std::move(next)]() mutable {
    return next(settings.load_client(realm, id));
  });
}

}  // namespace cardea
