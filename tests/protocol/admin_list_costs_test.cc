// What lists of the admin API cost: as many statements for many rows as for one.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

/// One more row for a list. What it needs beside the row comes with it, or is there already.
using Add = std::function<void(AdminWorld&, int)>;

struct List {
  std::string name;
  std::string path;
  Add add;
  std::size_t rows = 0;  // that it has when nothing was added
};
void PrintTo(const List& list, std::ostream* out) { *out << list.name; }

std::string numbered(std::string_view text, int number) { return std::string(text) + std::to_string(number); }

void add_client(AdminWorld& world, int number) {
  const auto made =
      world.post("/clients", R"({"clientId":")" + numbered("listed-", number) + R"(","serviceAccountsEnabled":true})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto account = world.get("/clients/" + made.made_id() + "/service-account-user").object();
  const auto user = std::string(account.at("id").as_string());
  const auto role = world.get("/roles/offline_access").body;
  ASSERT_EQ(world.post("/users/" + user + "/role-mappings/realm", "[" + role + "]").status, 204);
  const auto group = world.post("/groups", R"({"name":")" + numbered("of-client-", number) + R"("})").made_id();
  ASSERT_EQ(world.put("/users/" + user + "/groups/" + group, "").status, 204);
}

void add_user(AdminWorld& world, int number) {
  const auto made = world.post(
      "/users", R"({"username":")" + numbered("listed-", number) + R"(","enabled":true,"attributes":{"a":["b"]}})");
  ASSERT_EQ(made.status, 201) << made.body;
}

void add_group(AdminWorld& world, int number) {
  const auto made = world.post("/groups", R"({"name":")" + numbered("listed-", number) + R"("})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto role = world.post("/roles", R"({"name":")" + numbered("of-group-", number) + R"("})");
  ASSERT_EQ(role.status, 201);
  const auto shown = world.get("/roles/" + numbered("of-group-", number)).body;
  ASSERT_EQ(world.post("/groups/" + made.made_id() + "/role-mappings/realm", "[" + shown + "]").status, 204);
}

void add_realm(AdminWorld& world, int number) {
  const auto made = world.post("/admin/realms", R"({"realm":")" + numbered("listed-", number) + R"(","enabled":true})");
  ASSERT_EQ(made.status, 201) << made.body;
}

class ListCosts : public testing::TestWithParam<List> {
 protected:
  struct Cost {
    std::size_t rows;
    int statements;
  };
  Cost cost(AdminWorld& world) {
    const auto before = world.store.statements();
    const auto list = world.get(GetParam().path).array();
    return {list.size(), world.store.statements() - before};
  }
};

TEST_P(ListCosts, are_those_of_one_row) {
  AdminWorld world;
  GetParam().add(world, 1);
  (void)world.root();
  const auto one = cost(world);
  for (int i = 2; i <= 6; ++i) GetParam().add(world, i);
  const auto many = cost(world);
  EXPECT_EQ(many.rows, one.rows + 5);
  EXPECT_EQ(many.statements, one.statements) << "more statements for more rows";
  EXPECT_LE(many.statements, 16);
}

INSTANTIATE_TEST_SUITE_P(
    Lists, ListCosts,
    testing::Values(List{"clients", "/clients?clientId=listed&search=true&first=0&max=20", add_client},
                    List{"clients_of_a_page", "/clients?first=0&max=1000", add_client},
                    List{"users", "/users?search=listed&max=20", add_user},
                    List{"users_brief", "/users?search=listed&briefRepresentation=true", add_user},
                    List{"users_of_the_console", "/ui-ext/brute-force-user?search=listed", add_user},
                    List{"groups", "/groups?briefRepresentation=false&max=1000", add_group},
                    List{"found_groups", "/groups?search=listed&briefRepresentation=false", add_group},
                    List{"realms", "/admin/realms", add_realm},
                    List{"realm_names", "/admin/realms/master/ui-ext/realms/names?max=100", add_realm},
                    List{"realms_brief", "/admin/realms?briefRepresentation=true", add_realm}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace cardea::protocol
