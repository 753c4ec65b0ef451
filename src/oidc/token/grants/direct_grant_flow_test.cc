#include "oidc/token/grants/direct_grant_flow.h"

#include <gtest/gtest.h>

#include "core/realm_defaults.h"
#include "domain/flow/flow_set.h"

namespace cardea::oidc {
namespace {

const UserId kAda{"ada"};

TEST(DirectGrantFlowTest, denies_without_a_flow_and_with_one_that_denies) {
  EXPECT_EQ(decide_direct_grant(nullptr, kAda, {}), DirectGrant::kDenied);
  Flow flow;
  EXPECT_EQ(decide_direct_grant(&flow, kAda, {}), DirectGrant::kDenied);
  for (const auto* step : {"deny-access-authenticator", "auth-otp-form", "direct-grant-validate-username"}) {
    flow.executions = {{.id = "1", .requirement = Requirement::kRequired, .what = FlowStep{step, {}}}};
    EXPECT_EQ(decide_direct_grant(&flow, kAda, {"otp"}), DirectGrant::kDenied) << step;
  }
}

TEST(DirectGrantFlowTest, the_built_in_flow_wants_a_code_of_whoever_has_a_device) {
  std::vector<FlowProblem> problems;
  const auto flows = FlowSet::read(default_realm("demo").realm, problems);
  const auto* flow = flows.direct_grant_flow({});
  EXPECT_EQ(decide_direct_grant(flow, kAda, {"password"}), DirectGrant::kPassword);
  EXPECT_EQ(decide_direct_grant(flow, kAda, {"password", "otp"}), DirectGrant::kPasswordAndOtp);
}

}  // namespace
}  // namespace cardea::oidc
