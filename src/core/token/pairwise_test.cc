#include "core/token/pairwise.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

constexpr std::string_view kBase = "https://id.example";

TEST(Pairwise, refuses_clients_without_one_sector) {  // CL-7
  Client client;
  EXPECT_EQ(sector_of(client, "", kBase), "");
  client.redirect_uris = {"https://one.example/cb", "https://two.example/cb"};
  EXPECT_EQ(sector_of(client, "", kBase), "");
  EXPECT_EQ(sector_of(client, "https://Sector.example/list", kBase), "sector.example");
  client.redirect_uris = {"https://one.example/cb", "https://ONE.example:8443/*"};
  EXPECT_EQ(sector_of(client, "", kBase), "one.example");
  client.redirect_uris = {"/relative/*"};
  EXPECT_EQ(sector_of(client, "", kBase), "id.example");
}

TEST(Pairwise, refuses_to_fall_back_to_the_common_id) {
  TokenPlan plan;
  Client client;
  client.redirect_uris = {"https://one.example/cb"};
  EXPECT_EQ(subject_for(plan, client, UserId("u"), "https://id.example/realms/r").value(), "u");
  plan.operations.emplace_back().kind = MapperKind::kPairwiseSubject;
  EXPECT_EQ(subject_for(plan, client, UserId("u"), "https://id.example/realms/r").error(), IssueError::kBadClaim);
  plan.operations.front().text = "salt";
  EXPECT_NE(subject_for(plan, client, UserId("u"), "https://id.example/realms/r").value(), "u");
  client.redirect_uris.clear();
  EXPECT_FALSE(subject_for(plan, client, UserId("u"), "https://id.example/realms/r"));
}

TEST(Pairwise, is_what_keycloak_makes_of_the_same_data) {
  EXPECT_EQ(pairwise_subject("app.example", "2be3afe7-724a-4400-80b7-3b3b065f88be", "salt"),
            "e35fa113-21c8-3595-994f-27dd267417f2");
  EXPECT_NE(pairwise_subject("b.example", "2be3afe7-724a-4400-80b7-3b3b065f88be", "salt"),
            pairwise_subject("app.example", "2be3afe7-724a-4400-80b7-3b3b065f88be", "salt"));
}

}  // namespace
}  // namespace cardea
