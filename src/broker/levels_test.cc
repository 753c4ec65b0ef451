#include "broker/levels.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

IdentityProvider provider(ProviderConfig config, std::string kind = "oidc") {
  IdentityProvider out;
  out.alias = "up";
  out.kind = std::move(kind);
  out.config = std::move(config);
  return out;
}
json::object claims(std::string_view text) { return json::parse(text).as_object(); }

TEST(UpstreamLevel, refuses_what_the_record_does_not_list) {
  const auto strong = claims(R"({"acr":"2","acrs":["2"],"amr":["mfa","2"]})");
  for (const auto* table : {"", "{}", "2", "[]", R"({"gold":2})", R"({"2":"2"})", R"({"2":-1})", R"({"2":1001})",
                            R"({"2":2.0})", R"({"2":{"2":2}})", R"({"2":2)"}) {
    EXPECT_FALSE(upstream_level(provider({{"levelsOfAcr", table}}), strong).level) << table;
  }
  EXPECT_FALSE(upstream_level(provider({{"levelsOfAmr", R"({"otp":2})"}}), strong).level);
  EXPECT_FALSE(upstream_level(provider({{"levelsOfAcr", R"({"c1":2})"}}), claims(R"({"acrs":["c1"]})")).level);
  EXPECT_FALSE(upstream_level(provider({{"levelsOfAmr", R"({"mfa":2})"}}), claims(R"({"amr":[["mfa"],7]})")).level);
  EXPECT_TRUE(upstream_level(provider({{"methodsOfAmr", R"({"mfa":7,"2":""})"}}), strong).methods.empty());
  EXPECT_TRUE(upstream_level(provider({}), strong).methods.empty());
}

TEST(UpstreamLevel, translates_what_is_listed) {
  EXPECT_EQ(upstream_level(provider({{"levelsOfAcr", R"({"gold":2})"}}), claims(R"({"acr":"gold"})")).level, 2);
  const auto both = provider({{"levelsOfAcr", R"({"gold":2})"}, {"levelsOfAmr", R"({"pwd":1,"hwk":3})"}});
  EXPECT_EQ(upstream_level(both, claims(R"({"acr":"gold","amr":["pwd","hwk"]})")).level, 3);
  EXPECT_EQ(upstream_level(both, claims(R"({"amr":["pwd"]})")).level, 1);
  const auto entra = provider({{"levelsOfAcr", R"({"c1":2})"}}, "entra");
  EXPECT_EQ(upstream_level(entra, claims(R"({"acrs":["p1","c1"]})")).level, 2);
  const auto named = provider({{"methodsOfAmr", R"({"mfa":"mfa","ngcmfa":"mfa","pwd":"pwd"})"}});
  EXPECT_EQ(upstream_level(named, claims(R"({"amr":["ngcmfa","mfa","pwd","rsa"]})")).methods,
            (std::vector<std::string>{"mfa", "pwd"}));
}

TEST(UpstreamLevel, asks_for_names_that_both_know) {
  const auto known = provider({{"levelsOfAcr", R"({"gold":2,"silver":1})"}});
  EXPECT_EQ(acr_values_for(known, "platinum gold silver"), "gold silver");
  EXPECT_EQ(acr_values_for(known, ""), "");
  EXPECT_EQ(acr_values_for(provider({}), "gold"), "");
}

}  // namespace
}  // namespace cardea::broker
