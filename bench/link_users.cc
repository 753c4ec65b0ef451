// Links users bench<FIRST>..bench<LAST-1> of a realm to a provider, in the database of a stopped server: bench<N> is
// the person with the id TENANT/00000000-0000-4000-8000-<N in twelve digits> there.
//   link_users REALM PROVIDER TENANT FIRST LAST start <options of the server>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/open_realm.h"

namespace {

using namespace cardea;

constexpr long kUsersAtOnce = 500;

int failed(std::string_view what) { return bench::failed("link_users", what); }

Stored<void> link(Tx& tx, const Repositories& repositories, FederatedIdentity identity, long number) {
  const auto user = repositories.users.find_by_username(tx, identity.realm, "bench" + std::to_string(number));
  if (!user) return refuse(user.error());
  if (!*user) return refuse(StoreError::kConflict);
  const auto digits = std::to_string(number);
  identity.user = (*user)->id;
  identity.upstream_id += "/00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  return repositories.federated_identities.insert(tx, identity);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 2;
  const long first = std::atol(argv[4]), last = std::atol(argv[5]);
  const auto open = bench::open_realm(argv[1], {argv + 6, argv + argc});
  if (!open) return failed(open.error());
  const auto& repositories = (*open)->database->repositories();
  const auto now = SystemClock().now();
  for (long next = first; next < last;) {
    const long end = std::min(next + kUsersAtOnce, last);
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      for (long i = next; i < end; ++i) {
        FederatedIdentity identity;
        identity.realm = (*open)->realm.id;
        identity.provider = argv[2];
        identity.upstream_id = argv[3];
        identity.created_at = now;
        if (auto done = link(tx, repositories, std::move(identity), i); !done) return done;
      }
      return {};
    });
    if (!stored) return failed(describe(stored.error()));
    next = end;
  }
}
