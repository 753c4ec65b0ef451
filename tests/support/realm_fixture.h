// A realm entry made by hand, with real keys, for tests of what works on entries without a store.
#pragma once

#include <memory>

#include "core/settings.h"
#include "core/token/token_subject.h"

namespace cardea {

/// The rows of the fixture realm, for tests with a store.
struct TestRecords {
  Realm realm;
  std::vector<ClientScope> scopes;
  std::vector<RealmKey> keys;
};
[[nodiscard]] TestRecords make_test_records();

/// Realm "demo" with an ES256 and an HS512 key, and the scopes "basic" (sub), "profile" (username), "roles" as
/// Keycloak has them, and "optional-one", which adds claim "opt".
[[nodiscard]] std::shared_ptr<const RealmEntry> make_test_realm();

/// A public client "app" of that realm, redirect URI https://app.example/cb, all scopes but the last as default.
[[nodiscard]] Client make_test_client(const std::vector<ClientScope>& scopes);
[[nodiscard]] inline Client make_test_client(const RealmEntry& realm) { return make_test_client(realm.scopes); }
[[nodiscard]] std::shared_ptr<const ClientEntry> make_test_entry(std::shared_ptr<const RealmEntry> realm,
                                                                 Client client);

/// User "ada" with roles "offline_access" (realm) and "view-profile" of client "account".
[[nodiscard]] TokenSubject make_test_subject();

}  // namespace cardea
