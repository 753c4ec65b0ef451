#include "domain/flow/flow_set.h"

#include <gmock/gmock.h>

namespace cardea {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

json::object object(std::string_view text) { return json::parse(text).as_object(); }

struct Read {
  FlowSet flows;
  std::vector<FlowProblem> problems;
};

Read read(std::string_view extra) {
  Realm realm;
  realm.extra = object(extra);
  Read out;
  out.flows = FlowSet::read(realm, out.problems);
  return out;
}

constexpr std::string_view kTwoFlows = R"({
  "browserFlow": "mine", "directGrantFlow": "other",
  "authenticationFlows": [
    {"id": "f-1", "alias": "mine", "topLevel": true, "authenticationExecutions": [
      {"authenticator": "late", "requirement": "REQUIRED", "priority": 20},
      {"flowAlias": "inner", "authenticatorFlow": true, "requirement": "CONDITIONAL", "priority": 10}]},
    {"alias": "inner", "topLevel": false, "authenticationExecutions": [
      {"authenticator": "cond", "authenticatorConfig": "c", "requirement": "REQUIRED", "priority": 1}]},
    {"id": "f-2", "alias": "other", "topLevel": true}],
  "authenticatorConfig": [{"alias": "c", "config": {"role": "admin"}}]})";

Client with_override(std::string_view overrides) {
  Client client;
  client.extra["authenticationFlowBindingOverrides"] = json::parse(overrides);
  return client;
}

TEST(FlowSetTest, refuses_a_realm_without_flows) {
  const auto set = read("{}");
  EXPECT_EQ(set.flows.browser_flow({}), nullptr);
  EXPECT_EQ(set.flows.direct_grant_flow({}), nullptr);
}

TEST(FlowSetTest, refuses_a_binding_to_a_flow_that_does_not_exist) {
  const auto set = read(R"({"browserFlow": "gone", "authenticationFlows": [{"alias": "browser", "topLevel": true}]})");
  EXPECT_EQ(set.flows.browser_flow({}), nullptr);
}

TEST(FlowSetTest, refuses_a_client_override_that_names_nothing) {
  const auto set = read(kTwoFlows);
  for (const auto* overrides :
       {R"({"browser": "gone"})", R"({"browser": 1})", "[]", R"("x")", R"({"browser":"inner"})"}) {
    EXPECT_EQ(set.flows.browser_flow(with_override(overrides)), nullptr) << overrides;
  }
}

TEST(FlowSetTest, refuses_half_a_flow) {
  const std::pair<std::string_view, std::string_view> kBroken[] = {
      {R"({"authenticator": "a", "requirement": "SOMETIMES"})", "requirement"},
      {R"({"authenticator": "a"})", "requirement"},
      {R"({"requirement": "REQUIRED"})", "neither"},
      {R"({"flowAlias": "gone", "requirement": "REQUIRED"})", "gone"},
      {R"({"flowAlias": "browser", "requirement": "REQUIRED"})", "cycle"},
      {R"({"authenticator": "a", "authenticatorConfig": "gone", "requirement": "REQUIRED"})", "gone"},
      {"7", "not an object"}};
  for (const auto& [execution, why] : kBroken) {
    const auto set =
        read(R"({"authenticationFlows": [{"alias": "browser", "topLevel": true, "authenticationExecutions": [)" +
             std::string(execution) + "]}]}");
    EXPECT_EQ(set.flows.browser_flow({}), nullptr) << execution;
    ASSERT_THAT(set.problems, SizeIs(1)) << execution;
    EXPECT_EQ(set.problems[0].flow, "browser");
    EXPECT_THAT(set.problems[0].what, HasSubstr(why));
  }
}

TEST(FlowSetTest, refuses_flows_that_grow_without_end) {
  std::string flows;
  for (int i = 0; i < 12; ++i) {  // each holds the next one twice: 4096 leaves
    const auto next = R"({"requirement": "REQUIRED", "flowAlias": "f)" + std::to_string(i + 1) + "\"}";
    flows += R"({"alias": "f)" + std::to_string(i) + R"(", "topLevel": )" + (i == 0 ? "true" : "false") +
             R"(, "authenticationExecutions": [)" + next + "," + next + "]},";
  }
  const auto set = read(R"({"browserFlow": "f0", "authenticationFlows": [)" + flows + R"({"alias": "f12"}]})");
  EXPECT_EQ(set.flows.browser_flow({}), nullptr);
  EXPECT_THAT(set.problems, SizeIs(1));
}

TEST(FlowSetTest, a_disabled_sub_flow_need_not_exist) {
  const auto set = read(R"({"authenticationFlows": [{"alias": "browser", "topLevel": true, "authenticationExecutions": [
    {"flowAlias": "gone", "requirement": "DISABLED"}]}]})");
  ASSERT_NE(set.flows.browser_flow({}), nullptr);
  EXPECT_EQ(set.flows.browser_flow({})->executions[0].requirement, Requirement::kDisabled);
}

TEST(FlowSetTest, reads_a_tree_in_the_order_of_priority) {
  const auto set = read(kTwoFlows);
  EXPECT_THAT(set.problems, IsEmpty());
  const auto* flow = set.flows.browser_flow({});
  ASSERT_NE(flow, nullptr);
  ASSERT_THAT(flow->executions, SizeIs(2));
  ASSERT_NE(flow->executions[0].flow(), nullptr);
  EXPECT_EQ(flow->executions[0].flow()->alias, "inner");
  EXPECT_EQ(flow->executions[0].flow()->executions[0].step()->config.at("role"), "admin");
  EXPECT_EQ(flow->executions[1].step()->authenticator, "late");
  EXPECT_THAT(flow->executions[1].id, SizeIs(36));
  EXPECT_NE(flow->executions[0].id, flow->executions[1].id);
}

TEST(FlowSetTest, a_client_may_have_its_own_flow_by_id_or_alias) {
  const auto set = read(kTwoFlows);
  EXPECT_EQ(set.flows.browser_flow(with_override(R"({"browser": "f-2"})"))->alias, "other");
  EXPECT_EQ(set.flows.browser_flow(with_override(R"({"browser": "other"})"))->alias, "other");
  EXPECT_EQ(set.flows.browser_flow(with_override(R"({"browser": "", "direct_grant": "f-1"})"))->alias, "mine");
  EXPECT_EQ(set.flows.direct_grant_flow(with_override(R"({"direct_grant": "f-1"})"))->alias, "mine");
  EXPECT_EQ(set.flows.direct_grant_flow({})->alias, "other");
}

}  // namespace
}  // namespace cardea
