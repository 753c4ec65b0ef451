#include "app/settings/gate_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings/command_line.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

TEST(YamlToJson, refuses_what_cannot_be_meant) {
  EXPECT_THAT(yaml_to_json("a: 1\na: 2\n").error(), HasSubstr("line 2: a stands twice"));
  EXPECT_THAT(yaml_to_json("a: [1\n").error(), HasSubstr("line"));
  EXPECT_THAT(yaml_to_json("a: 1\n---\nb: 2\n").error(), HasSubstr("more than one"));
  EXPECT_FALSE(yaml_to_json("? [a, b]\n: 1\n"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "[";
  EXPECT_FALSE(yaml_to_json(deep + std::string(100, ']')));
}

TEST(YamlToJson, refuses_aliases_that_grow_without_end) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) text += ", " + before;
    text += "]\n";
  }
  EXPECT_FALSE(yaml_to_json(text));
}

TEST(YamlToJson, keeps_types_of_plain_words_and_texts_of_quoted_ones) {
  const auto value = yaml_to_json("a: true\nb: 'true'\nc: 12\nd: \"12\"\ne: word\nf:\n");
  EXPECT_EQ(json::serialize(*value), R"({"a":true,"b":"true","c":12,"d":"12","e":"word","f":null})");
}

TEST(GateCommand, refuses_what_it_does_not_know) {
  EXPECT_FALSE(parse_command_line({"gate", "config", "haproxy"}).problems.empty());
  EXPECT_FALSE(parse_command_line({"gate", "explain"}).problems.empty());
  EXPECT_FALSE(parse_command_line({"gate", "explain", "--request", "GET /a"}).problems.empty());
  EXPECT_FALSE(parse_command_line({"gate", "explain", "--token-file", "t", "--token", "x", "--request", "GET /a"})
                   .problems.empty());
  EXPECT_FALSE(parse_command_line({"gate", "run"}).problems.empty());
}

TEST(GateCommand, is_told_apart) {
  EXPECT_EQ(parse_command_line({"gate", "--gate-file", "g.yaml"}).command, Command::kGate);
  EXPECT_EQ(parse_command_line({"gate", "--check", "--gate-file=g.yaml"}).command, Command::kGateCheck);
  EXPECT_EQ(parse_command_line({"gate", "check", "--gate-file", "g.yaml"}).command, Command::kGateCheck);
  const auto config = parse_command_line({"gate", "config", "nginx", "--gate-file", "g.yaml"});
  EXPECT_EQ(config.command, Command::kGateConfig);
  EXPECT_EQ(config.topic, "nginx");
  const auto explain = parse_command_line({"gate", "explain", "--token-file", "t", "--request", "GET /a"});
  EXPECT_EQ(explain.command, Command::kGateExplain);
  EXPECT_EQ(explain.explain.request, "GET /a");
  EXPECT_EQ(parse_command_line({"gate", "explain", "--token", "x", "--request", "GET /a"}).explain.token, "x");
}

}  // namespace
}  // namespace cardea::app
