#include "gate/settings/read_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"
#include "gate/keep/read_keep.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

/// All fatal problems, one a line.
std::string problems(std::string_view settings, const GateFiles& files = no_files()) {
  const auto read = read_gate(parse_json(settings)->get_object(), files);
  std::string text;
  for (const auto& note : read.notes)
    if (note.level == NoteLevel::kFatal) text += note.where + ": " + note.text + "\n";
  return text;
}

TEST(ReadGate, refuses_members_it_does_not_know_and_says_which_may_be_meant) {
  EXPECT_THAT(problems(R"({"applicaitons": []})"), HasSubstr("applicaitons: is not known; did you mean applications?"));
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["a"],"sign-in":{"isuer":"x"}}]})"),
              HasSubstr("applications[0].sign-in.isuer: is not known; did you mean issuer?"));
}

TEST(ReadGate, refuses_to_take_the_tokens_of_every_provider_at_several_applications) {
  const auto of = [](const std::string& more) {
    return problems(R"({"providers":{"p":{"issuer":"https://p.example"}},"applications":[
      {"name":"a","hosts":["a"],"providers":["p"]},{"name":"b","hosts":["b"])" + more + "}]}");
  };
  EXPECT_THAT(of(""), HasSubstr("applications: b must say whose tokens it takes"));
  EXPECT_EQ(of(R"(,"tokens":false)"), "");
  EXPECT_EQ(of(R"(,"providers":["p"])"), "");
}

TEST(ReadGate, refuses_two_claims_on_one_host) {
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["X.example"]},{"name":"b","hosts":["x.example"]}]})"),
              HasSubstr("x.example is claimed by a already"));
}

TEST(ReadGate, refuses_hmac_private_keys_and_providers_without_keys) {
  auto files = no_files();
  files.read = [](const std::string&) { return "-----BEGIN PRIVATE KEY-----\n"; };
  EXPECT_THAT(problems(R"({"providers":{"p":{"algorithms":["HS256"],"key-file":"k"}}})", files),
              HasSubstr("HS256 is refused"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"key-file":"k"}}})", files), HasSubstr("holds a private key"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"issuer":"no url"}}})"), HasSubstr("needs key-file"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"jwks-url":"https://a.example/k"}}})"),
              HasSubstr("only a key file goes without"));
}

TEST(ReadGate, refuses_rules_that_contradict_each_other) {
  EXPECT_THAT(
      problems(R"({"applications":[{"name":"a","hosts":["a"],"requests":[{"path":"/x","permission":"read:x"}]}]})"),
      HasSubstr("there are no roles"));
  EXPECT_THAT(
      problems(
          R"({"applications":[{"name":"a","hosts":["a"],"requests":[{"path":"/x","open":true,"scopes":["s"]}]}]})"),
      HasSubstr("contradict each other"));
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["a"],"default-role":"x"}]})"),
              HasSubstr("default role x does not exist"));
}

TEST(ReadGate, never_tells_a_secret) {
  const auto text =
      problems(R"({"applications":[{"name":"a","hosts":["a"],"sign-in":{"issuer":"https://i.example","client-id":"c",
      "client-secret":"hush-hush","client-secret-env":"X"}}]})");
  EXPECT_THAT(text, HasSubstr("given more than once"));
  EXPECT_THAT(text, testing::Not(HasSubstr("hush-hush")));
}

TEST(ReadKeep, refuses_a_set_up_that_would_let_anybody_in) {
  for (const auto* type : {"", "NOAUTH", "DB", "nonsense"}) {
    GateSettings settings;
    Application application;
    read_keep({{"AUTH_TYPE", type}}, {}, application, settings);
    EXPECT_TRUE(settings.has_fatal()) << type;
    EXPECT_TRUE(settings.providers.empty()) << type;
  }
  GateSettings settings;
  Application application;
  read_keep({{"AUTH_TYPE", "AZUREAD"}}, {}, application, settings);
  EXPECT_EQ(settings.notes.size(), 4U) << "tenant, client and both groups";
}

TEST(ParseEnvFile, reads_quotes_comments_and_export) {
  const auto variables = parse_env_file("# A=1\nexport B=\"two words\"\nC='x'\r\n D = 4 \nnonsense\n");
  EXPECT_EQ(variables, (Variables{{"B", "two words"}, {"C", "x"}, {"D", "4"}}));
}

}  // namespace
}  // namespace cardea::gate
