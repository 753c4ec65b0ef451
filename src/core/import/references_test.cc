// References of a realm file to what it does not have.
#include <gtest/gtest.h>

#include <string>

#include "core/realm_import.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

std::string refusal(std::string_view file) {
  MemoryStore store;
  FakeClock clock;
  SeededRandom random;
  const auto done = import_realm({store.repositories(), clock, random}, parse_json(file).value().as_object());
  return done ? "" : done.error().problems.describe();
}

TEST(ImportReferences, refuses_consents_to_what_is_not_there) {
  EXPECT_EQ(refusal(R"({"realm":"demo","clients":[{"clientId":"app"}],"users":[{"username":"ada","clientConsents":[
      {"clientId":"none","grantedClientScopes":["profile"]},
      {"clientId":"app","grantedClientScopes":["nosuch"]}]}]})"),
            "users[0].clientConsents[0].clientId: there is no such client\n"
            "users[0].clientConsents[1].grantedClientScopes: one of them is no client scope");
}

TEST(ImportReferences, refuses_flows_that_are_not_there) {
  EXPECT_EQ(refusal(R"({"realm":"demo","browserFlow":"nosuch","failureFactor":-1})"),
            "browserFlow: expected the alias of a flow of the realm\n"
            "failureFactor: expected a number of 0 to 2147483647");
}

}  // namespace
}  // namespace cardea
