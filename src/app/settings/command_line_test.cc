#include "app/settings/command_line.h"

#include <gmock/gmock.h>

namespace cardea::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::string only_problem(const CommandLine& line) {
  if (line.problems.items().size() != 1) return "problems: " + std::to_string(line.problems.items().size());
  return line.problems.items()[0].where + ": " + line.problems.items()[0].text;
}

TEST(CommandLine, refuses_unknown_command_with_the_nearest) {
  EXPECT_EQ(only_problem(parse_command_line({"strat-dev"})), "\"strat-dev\": is no command; did you mean `start-dev`?");
  EXPECT_EQ(only_problem(parse_command_line({""})), "\"\": is no command; see `cardea help`");
  EXPECT_EQ(only_problem(parse_command_line({"config", "chekc"})),
            "config chekc: is no command; did you mean `check`?");
}

TEST(CommandLine, refuses_config_alone) {
  EXPECT_EQ(only_problem(parse_command_line({"config"})), "config: needs `check` or `show`");
}

TEST(CommandLine, refuses_option_given_twice) {
  EXPECT_EQ(only_problem(parse_command_line({"start", "--db=sqlite", "--db", "postgres"})),
            "--db: is given more than once");
}

TEST(CommandLine, refuses_stray_words) {
  EXPECT_EQ(only_problem(parse_command_line({"start", "--http-port", "80", "now"})),
            "now: is not an option; options begin with --");
  EXPECT_EQ(only_problem(parse_command_line({"start", "-p"})), "-p: is not an option; options begin with --");
}

TEST(CommandLine, refuses_users_in_places_that_there_are_not) {
  EXPECT_THAT(only_problem(parse_command_line({"export", "--dir=x", "--users=y"})),
              HasSubstr("must be different_files"));
  EXPECT_THAT(only_problem(parse_command_line({"export", "--file=x", "--users", "different_files"})),
              HasSubstr("--users: different_files are those of --dir"));
  for (const auto* number : {"0", "-1"})
    EXPECT_THAT(only_problem(parse_command_line({"export", "--dir=x", "--users-per-file", number})),
                HasSubstr("--users-per-file: is a number from 1 on"));
  EXPECT_THAT(only_problem(parse_command_line({"export", "--dir=x", "--users=skip", "--users-per-file=5"})),
              HasSubstr("--users-per-file"));
}

TEST(CommandLine, import_overrides_only_when_it_is_told_so) {
  const auto replaces = [](std::vector<std::string> words) {
    words.insert(words.begin(), {"import", "--file=x"});
    const auto line = parse_command_line(words);
    EXPECT_TRUE(line.problems.empty());
    return line.files.replace;
  };
  EXPECT_FALSE(replaces({}));
  EXPECT_FALSE(replaces({"--override", "false"}));
  EXPECT_FALSE(replaces({"--override=false"}));
  EXPECT_TRUE(replaces({"--override", "true"}));
  EXPECT_TRUE(replaces({"--override=true"}));
  EXPECT_TRUE(replaces({"--override"}));
}

TEST(CommandLine, refuses_profile_of_config_check) {
  EXPECT_THAT(only_problem(parse_command_line({"config", "check", "start-deb"})),
              HasSubstr("did you mean `start-dev`?"));
}

TEST(CommandLine, keeps_master_key_off_the_command_line) {
  const auto line = parse_command_line({"start", "--master-key=abc"});
  EXPECT_THAT(line.values, IsEmpty());
  EXPECT_THAT(line.unknown, ElementsAre(Pair("master-key", "abc")));
}

TEST(CommandLine, reads_values_in_both_spellings) {
  const auto line =
      parse_command_line({"start", "--http-port=8081", "--hostname", "id.example.com", "--db-password=a=b"});
  EXPECT_EQ(line.command, Command::kStart);
  EXPECT_FALSE(line.development);
  EXPECT_TRUE(line.problems.empty());
  EXPECT_THAT(line.values,
              ElementsAre(Pair("db-password", "a=b"), Pair("hostname", "id.example.com"), Pair("http-port", "8081")));
}

TEST(CommandLine, option_without_value_does_not_take_the_next_option) {
  const auto line = parse_command_line({"start-dev", "--import-realm", "--http-port", "1", "--hostname"});
  EXPECT_TRUE(line.development);
  EXPECT_THAT(line.values,
              ElementsAre(Pair("hostname", kNoValue), Pair("http-port", "1"), Pair("import-realm", kNoValue)));
}

TEST(CommandLine, empty_value_is_no_value) {
  const auto line = parse_command_line({"start", "--hostname=", "--db", "sqlite"});
  EXPECT_THAT(line.values, ElementsAre(Pair("db", "sqlite"), Pair("hostname", kNoValue)));
}

TEST(CommandLine, switch_takes_only_true_or_false) {
  const auto line =
      parse_command_line({"start", "--optimized", "--health-enabled", "false", "--import-realm", "realms"});
  EXPECT_TRUE(line.problems.empty());
  EXPECT_THAT(line.values, ElementsAre(Pair("health-enabled", "false"), Pair("import-realm", "realms"),
                                       Pair("optimized", kNoValue)));
}

TEST(CommandLine, keeps_unknown_options_with_their_values) {
  const auto line = parse_command_line({"start", "--features", "scripts", "--cache=local", "--verbose"});
  EXPECT_TRUE(line.problems.empty());
  EXPECT_THAT(line.unknown,
              ElementsAre(Pair("features", "scripts"), Pair("cache", "local"), Pair("verbose", kNoValue)));
}

TEST(CommandLine, config_commands_know_the_profile) {
  EXPECT_EQ(parse_command_line({"config", "check"}).command, Command::kConfigCheck);
  EXPECT_FALSE(parse_command_line({"config", "check"}).development);
  const auto show = parse_command_line({"config", "show", "start-dev", "--http-port", "1"});
  EXPECT_EQ(show.command, Command::kConfigShow);
  EXPECT_TRUE(show.development);
  EXPECT_THAT(show.values, ElementsAre(Pair("http-port", "1")));
}

TEST(CommandLine, help_in_every_form) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{}, {"help"}, {"--help"}, {"-h"}})
    EXPECT_THAT(parse_command_line(arguments).help_text, HasSubstr("start-dev")) << arguments.size();
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"help", "start"}, {"start", "--help"}, {"start", "-h"}})
    EXPECT_THAT(parse_command_line(arguments).help_text, HasSubstr("--https-certificate-file")) << arguments[0];
}

TEST(CommandLine, help_does_not_offer_hidden_things) {
  EXPECT_THAT(parse_command_line({"help"}).help_text, testing::Not(HasSubstr("gen")));
  EXPECT_THAT(parse_command_line({"help", "start"}).help_text, testing::Not(HasSubstr("--master-key ")));
}

TEST(CommandLine, version) {
  for (const auto* word : {"version", "--version", "-V"})
    EXPECT_EQ(parse_command_line({word}).command, Command::kVersion) << word;
}

}  // namespace
}  // namespace cardea::app
