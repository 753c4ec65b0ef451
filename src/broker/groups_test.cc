#include "broker/groups.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

IdentityProvider with(ProviderConfig config) {
  IdentityProvider out;
  out.alias = "entra-id";
  out.config = std::move(config);
  return out;
}

// Who lost a group must not keep it by making the provider's answer fail.
TEST(SourceGroups, refuses_to_keep_them_for_what_the_person_can_bring_about) {
  EXPECT_EQ(on_groups_failure(with({}), "status_401"), GroupsFailure::kDrop);
  for (const auto* reason : {"status_403", "status_429", "status_503", "not_in_token", "too_many_groups"}) {
    EXPECT_EQ(on_groups_failure(with({}), reason), GroupsFailure::kKeep) << reason;
    EXPECT_EQ(on_groups_failure(with({{"groupsOnFailure", "drop"}}), reason), GroupsFailure::kDrop);
    EXPECT_EQ(on_groups_failure(with({{"groupsOnFailure", "refuse"}}), reason), GroupsFailure::kRefuse);
    EXPECT_EQ(on_groups_failure(with({{"groupsOnFailure", "kep"}}), reason), GroupsFailure::kRefuse);
  }
  EXPECT_EQ(on_groups_failure(with({{"groupsOnFailure", "keep"}}), "status_401"), GroupsFailure::kKeep);
}

TEST(SourceGroups, refuses_to_take_overage_for_none) {
  EXPECT_FALSE(groups_in_token({}));
  EXPECT_FALSE(groups_in_token({{"hasgroups", true}}));
  EXPECT_FALSE(groups_in_token({{"_claim_names", {{"groups", "src1"}}}}));
  EXPECT_FALSE(groups_in_token({{"groups", {"a"}}, {"_claim_names", {{"groups", "src1"}}}}));
  EXPECT_FALSE(groups_in_token({{"groups", {"a"}}, {"_claim_names", 7}}));
  EXPECT_FALSE(groups_in_token({{"groups", "a"}}));
  EXPECT_FALSE(groups_in_token({{"groups", {"a", 7}}}));
}

TEST(SourceGroups, takes_an_empty_list_for_none) {
  EXPECT_EQ(groups_in_token({{"groups", json::array{}}}), SourceGroups{});
  EXPECT_EQ(groups_in_token({{"groups", {"a", "b"}}, {"_claim_names", json::object{}}})->size(), 2U);
}

TEST(SourceGroups, reads_pages_of_graph_and_passes_over_what_is_no_group) {
  const auto page = read_group_page(
      {{"value",
        {{{"@odata.type", "#microsoft.graph.group"}, {"id", "1"}, {"displayName", "One"}},
         {{"@odata.type", "#microsoft.graph.directoryRole"}, {"id", "2"}, {"displayName", "Global Administrator"}},
         {{"@odata.type", "#microsoft.graph.group"}, {"id", "3"}, {"displayName", nullptr}}}},
       {"@odata.nextLink", "https://graph.microsoft.com/next"}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->groups, (SourceGroups{{"1", "One"}, {"3", ""}}));
  EXPECT_EQ(page->next, "https://graph.microsoft.com/next");
  EXPECT_FALSE(read_group_page({{"value", 7}}));
  EXPECT_FALSE(read_group_page({{"value", {{{"displayName", "no id"}}}}}));
}

TEST(SourceGroups, filters_before_anything_is_made) {
  const SourceGroups groups{{"1", "app-admins"}, {"2", "app-users"}, {"3", "finance"}, {"4", ""}};
  const auto ids = [&](ProviderConfig config) {
    std::string out;
    for (const auto& group : filtered(with(std::move(config)), groups)) out += group.id;
    return out;
  };
  EXPECT_EQ(ids({}), "1234");
  EXPECT_EQ(ids({{"groupsAllow", "[12]"}}), "12");
  EXPECT_EQ(ids({{"groupsAllow", "app-.*"}}), "");  // what anybody may call a group lets nobody in
  EXPECT_EQ(ids({{"groupsByName", "true"}, {"groupsAllow", "app-.*"}}), "12");
  EXPECT_EQ(ids({{"groupsByName", "true"}, {"groupsAllow", "app-.* 4"}, {"groupsDeny", ".*admins"}}), "24");
  EXPECT_EQ(ids({{"groupsDeny", "1"}}), "234");
  EXPECT_EQ(ids({{"groupsAllow", "["}}), "");  // a pattern that is none allows nothing
}

TEST(SourceGroups, refuses_to_take_other_groups_or_another_record_for_the_same) {
  const SourceGroups groups = {{"1", ""}, {"2", ""}};
  const auto known = known_groups(with({}), groups);
  EXPECT_TRUE(has_same_groups(known, known_groups(with({}), {{"2", ""}, {"1", ""}})));
  EXPECT_TRUE(has_same_groups(known, known_groups(with({}), {{"1", "one"}, {"2", ""}})));
  EXPECT_NE(known, known_groups(with({}), {{"1", "one"}, {"2", ""}})) << "a name is written";
  EXPECT_FALSE(has_same_groups("", known));
  EXPECT_FALSE(has_same_groups(known, known_groups(with({}), {{"1", ""}})));
  EXPECT_FALSE(has_same_groups(known, known_groups(with({}), {{"12", ""}})));
  EXPECT_FALSE(has_same_groups(known, known_groups(with({}), {})));
  for (const auto* setting : {"groupsMode", "groupsAllow", "groupsDeny", "groupsByName"}) {
    EXPECT_FALSE(has_same_groups(known, known_groups(with({{setting, "x"}}), groups))) << setting;
    EXPECT_FALSE(is_known_by_record(with({{setting, "x"}}), known)) << setting;
  }
  EXPECT_TRUE(is_known_by_record(with({}), known));
}

TEST(SourceGroups, refuses_to_sign_in_with_groups_that_are_too_old_or_known_to_be_others) {
  const auto now = from_epoch_seconds(1'800'000'000);
  FederatedIdentity link;
  const auto plan = [&](seconds age, ProviderConfig config = {}, std::optional<TimePoint> synced_at = {}) {
    link.groups_known = known_groups(with({}), {{"1", ""}});
    link.groups_at = now - age;
    return plan_groups(with(std::move(config)), link, synced_at, now);
  };
  EXPECT_EQ(plan_groups(with({}), link, {}, now), GroupsPlan::kWait) << "nothing is known";
  EXPECT_EQ(plan(seconds{86'400}), GroupsPlan::kWait);
  EXPECT_EQ(plan(seconds{0}, {{"groupsMaxAge", "0"}}), GroupsPlan::kWait);
  EXPECT_EQ(plan(seconds{0}, {{"groupsMaxAge", "-5"}}), GroupsPlan::kWait);
  EXPECT_EQ(plan(seconds{0}, {{"groupsOnFailure", "refuse"}}), GroupsPlan::kWait) << "fail closed asks";
  EXPECT_EQ(plan(seconds{0}, {{"groupsOnFailure", "drop"}}), GroupsPlan::kWait);
  EXPECT_EQ(plan(seconds{99}, {{"groupsOnFailure", "refuse"}, {"groupsMaxAge", "99"}}), GroupsPlan::kWait);
  EXPECT_EQ(plan(seconds{86'399}), GroupsPlan::kUseAndAskLater);
  EXPECT_EQ(plan(seconds{60}), GroupsPlan::kUseAndAskLater);
  EXPECT_EQ(plan(seconds{59}), GroupsPlan::kUse);
  EXPECT_EQ(plan(seconds{0}, {{"groupsRefreshSeconds", "0"}}), GroupsPlan::kUseAndAskLater);
  // What the last synchronisation did not say to be others is as young as it; when it has stopped, nobody relies on it.
  EXPECT_EQ(plan(seconds{900'000}, {}, now - seconds{200}), GroupsPlan::kUse);
  EXPECT_EQ(plan(seconds{900'000}, {}, now - seconds{86'400}), GroupsPlan::kWait);
  link.groups_due = now - seconds{1};
  EXPECT_EQ(plan(seconds{0}, {}, now - seconds{2}), GroupsPlan::kWait);
}

TEST(SourceGroups, knows_its_modes) {
  EXPECT_EQ(groups_mode_of(with({})), GroupsMode::kNone);
  EXPECT_EQ(groups_mode_of(with({{"groupsMode", "direct"}})), GroupsMode::kDirect);
  EXPECT_FALSE(groups_mode_of(with({{"groupsMode", "all"}})));
}

}  // namespace
}  // namespace cardea::broker
