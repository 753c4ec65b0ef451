// Fills a realm with users bench<FIRST>..bench<LAST-1>, all with the password "bench", in the database of a stopped
// server: what a large directory costs is measured against the same server with a small one.
//   create_users REALM FIRST LAST start <the server's options>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/open_realm.h"
#include "core/verify_credential.h"
#include "crypto/password.h"

namespace {

using namespace cardea;

constexpr long kUsersAtOnce = 500;

int failed(std::string_view what) { return bench::failed("create_users", what); }

Stored<void> add_user(Tx& tx, const Repositories& repositories, const Realm& realm, const std::string& name,
                      const crypto::KeycloakCredential& password, Random& random, TimePoint now) {
  User user;
  user.id = UserId(random_uuid(random));
  user.realm = realm.id;
  user.username = name;
  user.email = name + "@example.test";
  user.email_verified = true;
  user.first_name = "Bench";
  user.last_name = "User";
  user.created_at = now;
  if (auto done = repositories.users.insert(tx, user, false); !done) return done;
  if (auto done = repositories.users.add_role(tx, user.id, realm.default_role); !done) return done;
  Credential credential;
  credential.id = CredentialId(random_uuid(random));
  credential.user = user.id;
  credential.type = "password";
  credential.created_at = now;
  credential.credential_data = password.credential_data;
  credential.secret_data = SecretBytes::copy_of(password.secret_data);
  return repositories.credentials.insert(tx, credential);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const long first = std::atol(argv[2]), last = std::atol(argv[3]);
  const auto open = bench::open_realm(argv[1], {argv + 4, argv + argc});
  if (!open) return failed(open.error());
  const auto& repositories = (*open)->database->repositories();
  const auto& realm = (*open)->realm;
  auto& random = (*open)->random;
  const auto password = crypto::to_keycloak_credential(*crypto::hash_password("bench", random));
  const auto now = SystemClock().now();
  for (long next = first; next < last;) {
    const long end = std::min(next + kUsersAtOnce, last);
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      for (long i = next; i < end; ++i) {
        if (auto done = add_user(tx, repositories, realm, "bench" + std::to_string(i), password, random, now); !done)
          return done;
      }
      return {};
    });
    if (!stored) return failed(describe(stored.error()));
    next = end;
    if (next % 50'000 == 0) std::fprintf(stderr, "%ld users\n", next);
  }
}
