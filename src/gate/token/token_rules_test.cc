#include "gate/token/token_rules.h"

#include <gtest/gtest.h>

namespace cardea::gate {
namespace {

TEST(ReadScopes, TakesTheFirstClaimThatIsThere) {
  TokenRules rules;
  rules.scope_claims = {"scope", "scp", "scopes"};
  EXPECT_TRUE(read_scopes(rules, {}).names.empty());
  EXPECT_EQ(read_scopes(rules, {}).claim, "");
  const auto both = read_scopes(rules, {{"scp", "MAIL demo"}, {"scope", "$DATA"}});
  EXPECT_EQ(both.names, std::vector<std::string>{"$DATA"});
  const auto entra = read_scopes(rules, {{"scp", "MAIL demo"}});
  EXPECT_EQ(entra.names, (std::vector<std::string>{"MAIL", "demo"}));
  EXPECT_EQ(entra.claim, "scp");
  // An empty scope is an empty scope, not a reason to look further.
  EXPECT_TRUE(read_scopes(rules, {{"scope", ""}, {"scp", "MAIL"}}).names.empty());
}

TEST(ReadScopes, claim_scopes_as_text_and_as_list) {
  TokenRules rules;
  rules.scope_claims = {"scope", "scp", "scopes"};
  for (const json::value& value : {json::value("MAIL $DATA"), json::value(json::array{"MAIL", "$DATA"})}) {
    const auto scopes = read_scopes(rules, {{"scopes", value}});
    EXPECT_EQ(scopes.names, (std::vector<std::string>{"MAIL", "$DATA"}));
    EXPECT_EQ(scopes.claim, "scopes");
  }
}

TEST(ReadName, RefusesWhatIsNoNameInTheFormAskedFor) {
  TokenRules rules;
  rules.name_form = NameForm::kNotes;
  EXPECT_FALSE(read_name(rules, {}).has_value());
  EXPECT_FALSE(read_name(rules, {{"sub", ""}}).has_value());
  EXPECT_FALSE(read_name(rules, {{"sub", 7}}).has_value());
  EXPECT_FALSE(read_name(rules, {{"sub", "ann@acme.example"}}).has_value());
  EXPECT_EQ(read_name(rules, {{"sub", "CN=Ann/O=Acme"}})->name, "CN=Ann/O=Acme");
}

TEST(ReadName, refuses_an_email_that_the_provider_calls_unverified) {
  TokenRules rules;
  rules.name_claims = {"email", "sub"};
  for (const json::value& flag : {json::value(false), json::value("false"), json::value(0), json::value(nullptr)})
    EXPECT_EQ(read_name(rules, {{"email", "root@x.org"}, {"email_verified", flag}, {"sub", "42"}})->name, "42");
  for (const json::value& flag : {json::value(true), json::value("True")})
    EXPECT_EQ(read_name(rules, {{"email", "ann@x.org"}, {"email_verified", flag}})->name, "ann@x.org");
  EXPECT_EQ(read_name(rules, {{"email", "ann@x.org"}})->name, "ann@x.org") << "it says nothing of it";
}

TEST(ReadName, takes_the_first_claim_that_names_somebody) {
  TokenRules rules;
  rules.name_claims = {"CN", "upn", "preferred_username", "email", "sub"};
  const auto name = read_name(rules, {{"sub", "0f"}, {"upn", "ann@acme.example"}, {"email", "a@b.example"}});
  EXPECT_EQ(name->name, "ann@acme.example");
  EXPECT_EQ(name->claim, "upn");
}

}  // namespace
}  // namespace cardea::gate
