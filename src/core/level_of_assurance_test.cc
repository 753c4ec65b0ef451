#include "core/level_of_assurance.h"

#include <gmock/gmock.h>

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

LevelNames names(std::string map) {
  Realm realm;
  realm.attributes["acr.loa.map"] = std::move(map);
  return {realm, Client()};
}

TEST(LevelOfAssurance, the_lowest_level_that_is_named_is_asked_for) {
  const auto known = names(R"({"silver":1,"gold":2})");
  EXPECT_EQ(requested_level(known, ""), kNoLevel);
  EXPECT_EQ(requested_level(known, "platinum"), kNoLevel);
  EXPECT_EQ(requested_level(known, "gold silver"), 1);
  EXPECT_EQ(requested_level(known, "gold"), 2);
  EXPECT_EQ(requested_level(known, "3"), 3);
}

TEST(LevelOfAssurance, a_level_is_told_by_the_name_that_was_asked_for) {
  const auto known = names(R"({"silver":1,"gold":2,"platinum":3})");
  EXPECT_EQ(known.name_of(2, "silver gold"), "gold");
  EXPECT_EQ(known.name_of(3, "silver gold"), "gold") << "more than was asked for";
  EXPECT_EQ(known.name_of(1, "gold"), "silver") << "what was not reached is not said";
  EXPECT_EQ(known.name_of(3, ""), "platinum");
}

TEST(LevelOfAssurance, a_session_remembers_when_each_level_was_reached) {
  UserSession session;
  note_levels(session, {.user = UserId("u"), .auth_time = 7, .levels = {}});
  EXPECT_THAT(session.notes, IsEmpty()) << "a flow without levels leaves nothing";
  note_levels(session, {.user = UserId("u"), .auth_time = 10, .levels = {1, 2}});
  note_levels(session, {.user = UserId("u"), .auth_time = 20, .levels = {1}});
  EXPECT_THAT(levels_of(session), ElementsAre(Pair(1, 20), Pair(2, 10)));
}

TEST(LevelOfAssurance, what_cannot_be_read_was_not_reached) {
  for (const auto* note : {"", "[]", "x", R"({"a":1})", R"({"-1":1})", R"({"1":"x"})"}) {
    UserSession session;
    session.notes["loa-map"] = note;
    EXPECT_THAT(levels_of(session), IsEmpty()) << note;
  }
}

}  // namespace
}  // namespace cardea
