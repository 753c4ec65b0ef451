// Groups that every new user joins (keycloak.md section 6.5): their place goes with them, and nobody inherits it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AdminDefaultGroups : public testing::Test {
 protected:
  std::string made(std::string_view path, std::string_view name) {
    const auto sent = world.post(path, json::serialize(json::object{{"name", name}}));
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
  std::vector<std::string> paths(std::string_view of) {
    std::vector<std::string> out;
    for (const auto& row : world.get(of).array()) out.push_back(string_or(row.get_object(), "path", "?"));
    return out;
  }
  std::vector<std::string> defaults() { return paths("/default-groups"); }
  /// Those of somebody who comes now.
  std::vector<std::string> of_newcomer(std::string_view username) {
    const auto sent = world.post("/users", json::serialize(json::object{{"username", username}, {"enabled", true}}));
    EXPECT_EQ(sent.status, 201) << sent.body;
    return paths("/users/" + sent.made_id() + "/groups");
  }
  AdminWorld world;
};

TEST_F(AdminDefaultGroups, a_new_group_never_inherits_the_place_of_one_that_is_gone) {  // attack class 21
  const auto vip = made("/groups", "vip");
  ASSERT_EQ(world.put("/default-groups/" + vip, "{}").status, 204);
  ASSERT_EQ(world.remove("/groups/" + vip).status, 204);
  made("/groups", "vip");
  EXPECT_THAT(defaults(), IsEmpty());
  EXPECT_THAT(of_newcomer("newbie"), IsEmpty());
}

TEST_F(AdminDefaultGroups, a_new_group_never_inherits_the_place_of_one_below_another_that_is_gone) {
  const auto top = made("/groups", "top");
  const auto below = made("/groups/" + top + "/children", "vip");
  ASSERT_EQ(world.put("/default-groups/" + below, "{}").status, 204);
  ASSERT_EQ(world.remove("/groups/" + top).status, 204);
  made("/groups/" + made("/groups", "top") + "/children", "vip");
  EXPECT_THAT(defaults(), IsEmpty());
}

TEST_F(AdminDefaultGroups, no_name_with_a_slash_is_another_groups_path) {
  const auto below = made("/groups/" + made("/groups", "a") + "/children", "b");
  made("/groups", "a/b");
  ASSERT_EQ(world.put("/default-groups/" + below, "{}").status, 204);
  EXPECT_THAT(of_newcomer("newbie"), ElementsAre("/a/b"));
}

TEST_F(AdminDefaultGroups, stay_under_a_new_name_and_at_a_new_place) {
  const auto staff = made("/groups", "staff");
  const auto night = made("/groups/" + staff + "/children", "night");
  const auto top = made("/groups", "top");
  ASSERT_EQ(world.put("/default-groups/" + night, "{}").status, 204);
  ASSERT_EQ(world.put("/groups/" + staff, R"({"name":"crew"})").status, 204);
  EXPECT_THAT(defaults(), ElementsAre("/crew/night"));
  made("/groups/" + made("/groups", "staff") + "/children", "night");
  EXPECT_THAT(defaults(), ElementsAre("/crew/night")) << "a stranger has the old name";
  const auto moved = json::serialize(json::object{{"id", staff}, {"name", "crew"}});
  EXPECT_EQ(world.post("/groups/" + top + "/children", moved).status, 204);
  EXPECT_THAT(defaults(), ElementsAre("/top/crew/night"));
  EXPECT_THAT(of_newcomer("newbie"), ElementsAre("/top/crew/night"));
}

}  // namespace
}  // namespace cardea::protocol
