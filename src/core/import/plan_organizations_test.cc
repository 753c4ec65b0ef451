#include "core/import/plan_organizations.h"

#include <gmock/gmock.h>

#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

using testing::HasSubstr;

std::string problems_of(std::string_view organization) {
  RealmPlan plan;
  plan.realm.extra["organizations"] = json::array{parse_json(organization).value()};
  SeededRandom random{1};
  RepresentationProblems problems;
  ImportReview review;
  (void)take_organizations(plan, random, problems, review);
  return problems.describe();
}

TEST(PlanOrganizations, refuses_what_the_admin_api_refuses) {
  const std::string many(2049, 'x');
  EXPECT_EQ(problems_of(R"({"name":"a","alias":"b","domains":[{"name":"A.example"}],"attributes":{"k":["v"]}})"), "");
  for (const auto& [body, path] : {
           std::pair<std::string, std::string>{R"({"alias":"b"})", "organizations[0].name"},
           {R"({"name":"a b"})", "organizations[0].alias"},
           {R"({"name":"a","alias":"b\tc"})", "organizations[0].alias"},
           {R"({"name":"a","alias":"*"})", "organizations[0].alias"},
           {R"({"name":"a","redirectUrl":"javascript:x"})", "organizations[0].redirectUrl"},
           {R"({"name":"a","description":")" + many + R"("})", "organizations[0].description"},
           {R"({"name":"a","domains":[{"name":"acme"}]})", "organizations[0].domains"},
           {R"({"name":"a","attributes":{"k":[")" + many + R"("]}})", "organizations[0].attributes"},
           {R"({"name":"a","attributes":{"":["v"]}})", "organizations[0].attributes"},
           {R"({"name":"a","attributes":{"k":[1]}})", "organizations[0].attributes"},
           {R"({"name":"a","attributes":{"k":"v"}})", "organizations[0].attributes"},
       }) {
    EXPECT_THAT(problems_of(body), HasSubstr(path)) << body;
  }
}

TEST(PlanOrganizations, refuses_too_many_domains_and_attributes) {
  std::string domains, attributes;
  for (int i = 0; i < 101; ++i) {
    const auto number = std::to_string(i);
    domains += (i == 0 ? "" : ",") + std::string(R"({"name":"d)") + number + R"(.example"})";
    attributes += (i == 0 ? "" : ",") + std::string(R"("k)") + number + R"(":[])";
  }
  EXPECT_THAT(problems_of(R"({"name":"a","domains":[)" + domains + "]}"), HasSubstr("Too many domains"));
  EXPECT_THAT(problems_of(R"({"name":"a","attributes":{)" + attributes + "}}"), HasSubstr("Bad attributes"));
}

TEST(PlanOrganizations, refuses_groups_that_cannot_be) {
  const auto with = [](std::string_view groups, std::string_view members = "[]") {
    return problems_of(R"({"name":"a","groups":)" + std::string(groups) + R"(,"members":)" + std::string(members) +
                       "}");
  };
  EXPECT_EQ(with(R"([{"name":"eng","subGroups":[{"name":"eng"}]}])", R"([{"username":"u","groups":["/eng/eng"]}])"),
            "");
  for (const auto& [groups, path] : {
           std::pair<std::string, std::string>{R"([{"description":"x"}])", "organizations[0].groups[0].name"},
           {R"([1])", "organizations[0].groups[0]"},
           {R"([{"name":"a"},{"name":"a"}])", "organizations[0].groups[1].name"},
           {R"([{"name":"a","subGroups":[{"name":"b"},{"name":"b"}]}])",
            "organizations[0].groups[0].subGroups[1].name"},
           {R"([{"name":"a","attributes":{"":["v"]}}])", "organizations[0].groups[0].attributes"},
           {R"([{"name":"a","clientRoles":{"nobody":["x"]}}])", "organizations[0].groups[0]"},
       }) {
    EXPECT_THAT(with(groups), HasSubstr(path)) << groups;
  }
  EXPECT_THAT(with("[]", R"([{"username":"u","groups":["/eng"]}])"), HasSubstr("organizations[0].members"));
}

}  // namespace
}  // namespace cardea
