#include "app/settings/config_file.h"

#include <gmock/gmock.h>

namespace cardea::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> problems_of(std::string_view text) {
  const auto parsed = parse_config_file(text, "f.yaml");
  std::vector<std::string> result;
  if (!parsed)
    for (const auto& problem : parsed.error().items()) result.push_back(problem.where + ": " + problem.text);
  return result;
}

TEST(ConfigFile, refuses_nested_options) {
  EXPECT_THAT(
      problems_of("http:\n  port: 80\n"),
      ElementsAre(
          "http in f.yaml: must be one value or a list; options are not nested: write http-port, not http: port"));
}

TEST(ConfigFile, refuses_key_that_stands_twice) {
  EXPECT_THAT(problems_of("db: sqlite\ndb: postgres\n"), ElementsAre("db in f.yaml: stands twice"));
}

TEST(ConfigFile, refuses_what_is_no_mapping) {
  EXPECT_THAT(problems_of("- a\n"), ElementsAre("f.yaml: must be a mapping from option names to values"));
  EXPECT_THAT(problems_of("http-port=80\n"), ElementsAre("f.yaml: must be a mapping from option names to values"));
}

TEST(ConfigFile, refuses_several_documents) {
  EXPECT_THAT(problems_of("db: sqlite\n---\ndb: postgres\n"), ElementsAre("f.yaml: holds more than one YAML document"));
}

TEST(ConfigFile, refuses_broken_yaml_with_its_line) {
  const auto problems = problems_of("db: sqlite\nhostname: [open\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], testing::StartsWith("f.yaml line "));
}

TEST(ConfigFile, refuses_large_file) {
  EXPECT_THAT(problems_of(std::string(kConfigFileBytesMax + 1, '#')),
              ElementsAre("f.yaml: is larger than 65536 bytes"));
}

TEST(ConfigFile, reports_every_problem) { EXPECT_EQ(problems_of("a: {b: 1}\nc: [[1]]\n").size(), 2u); }

TEST(ConfigFile, scalars_keep_their_spelling) {
  const auto parsed = parse_config_file("http-port: 08080\nhealth-enabled: no\nhostname:\nlist: [a, b]\n", "f");
  ASSERT_TRUE(parsed);
  EXPECT_THAT(*parsed, ElementsAre(Pair("health-enabled", "no"), Pair("hostname", ""), Pair("http-port", "08080"),
                                   Pair("list", "a,b")));
}

TEST(ConfigFile, empty_file_sets_nothing) {
  for (const auto* text : {"", "# nothing\n", "---\n"}) {
    const auto parsed = parse_config_file(text, "f");
    ASSERT_TRUE(parsed) << text;
    EXPECT_THAT(*parsed, IsEmpty());
  }
}

}  // namespace
}  // namespace cardea::app
