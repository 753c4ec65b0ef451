#include "app/command.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

struct Ran {
  int status = -1;
  std::string out, err;
};

std::string read_back(std::FILE* file) {
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  EXPECT_EQ(std::fseek(file, 0, SEEK_SET), 0);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

Ran run(const std::vector<std::string>& arguments, const Environment& environment = {}) {
  Ran ran;
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  ran.status = run_command(arguments, environment, out, err);
  ran.out = read_back(out);
  ran.err = read_back(err);
  return ran;
}

TEST(RunCommand, refuses_with_every_problem_and_status_2) {
  const auto ran = run({"start", "--http-prt=1"},
                       {{"KC_DB", "oracle"}, {"KC_HOSTNAME", "id.example.com"}, {"KC_HTTP_ENABLED", "true"}});
  EXPECT_EQ(ran.status, kExitRefused);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "cardea: 2 problems\n"
            "  --http-prt: is not known; did you mean --http-port?\n"
            "  KC_DB: \"oracle\": must be one of: sqlite, dev-file, postgres\n");
}

TEST(RunCommand, refuses_files_that_are_not_there) {
  const auto ran = run({"config", "check", "start-dev", "--import-realm=/nowhere/realm.json",
                        "--https-certificate-file=/nowhere/c", "--https-certificate-key-file=/nowhere/k"});
  EXPECT_EQ(ran.status, kExitRefused);
  EXPECT_THAT(ran.err, HasSubstr("3 problems"));
  EXPECT_THAT(ran.err, HasSubstr("import-realm: cannot read /nowhere/realm.json"));
}

TEST(RunCommand, refuses_unknown_page_of_gen) { EXPECT_EQ(run({"gen", "novel"}).status, kExitRefused); }

TEST(RunCommand, config_check_reads_the_file_and_starts_nothing) {
  const TemporaryFolder folder;
  std::ofstream(folder / "c.yaml") << "hostname: https://id.example.com\nhttp-enabled: true\ndata-dir: "
                                   << folder / "data" << "\n";
  const auto ran = run({"config", "check", "--config-file", folder / "c.yaml"});
  EXPECT_EQ(ran.status, kExitDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("The configuration is good."));
  EXPECT_THAT(ran.out, HasSubstr("warning: Plain HTTP"));
  EXPECT_FALSE(std::filesystem::exists(folder / "data"));
}

TEST(RunCommand, pages_of_the_reference) {
  EXPECT_THAT(run({"gen", "options"}).out, HasSubstr("| `http-port` | `KC_HTTP_PORT` |"));
  const auto routes = run({"gen", "routes"});
  EXPECT_EQ(routes.status, kExitDone) << routes.err;
  EXPECT_THAT(routes.out, HasSubstr("| `/realms/{realm}/protocol/openid-connect/token` | OPTIONS, POST |"));
}

TEST(RunCommand, version_and_help) {
  EXPECT_THAT(run({"version"}).out, testing::MatchesRegex("cardea [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(run({"help"}).out, HasSubstr("start-dev"));
}

}  // namespace
}  // namespace cardea::app
