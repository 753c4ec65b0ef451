// A realm entry made by hand, with real keys, for tests of what works on entries without a store.
#pragma once

#include <memory>

#include "core/settings.h"
#include "core/token/token_subject.h"

namespace cardea {

/// Realm "demo" with an ES256 and an HS512 key, and the scopes "basic" (sub), "profile" (username), "roles" as
/// Keycloak has them, and "optional-one", which adds claim "opt".
[[nodiscard]] std::shared_ptr<const RealmEntry> make_test_realm();

/// A public client "app" of that realm, redirect URI https://app.example/cb, all scopes but the last as default.
[[nodiscard]] Client make_test_client(const RealmEntry& realm);
[[nodiscard]] std::shared_ptr<const ClientEntry> make_test_entry(std::shared_ptr<const RealmEntry> realm,
                                                                 Client client);

/// User "ada" with roles "offline_access" (realm) and "view-profile" of client "account".
[[nodiscard]] TokenSubject make_test_subject();

}  // namespace cardea
