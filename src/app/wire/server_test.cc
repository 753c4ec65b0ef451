#include "app/wire/server.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RunningServerTest : public testing::Test {
 protected:
  /// start-dev on any free port, with its data in a folder of its own.
  Result<std::unique_ptr<RunningServer>, std::string> start(std::vector<std::string> more = {},
                                                            const std::string& port = "0") {
    std::vector<std::string> arguments = {"start-dev", "--http-port", port, "--data-dir", folder_ / data_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto configuration = read_settings(parse_command_line(arguments), {}, [](const auto&) { return std::nullopt; });
    EXPECT_TRUE(configuration);
    return RunningServer::start(
        std::move(configuration->settings), {}, log_, clock_, random_,
        [this](std::string_view, const SecretBytes& password) { password_ = password.reveal(); });
  }

  TemporaryFolder folder_;
  std::string data_ = "data";
  MemoryLog log_;
  std::string password_;
  SystemClock clock_;
  SystemRandom random_;
};

TEST_F(RunningServerTest, refuses_a_port_that_is_taken) {
  const auto first = start();
  ASSERT_TRUE(first) << first.error();
  const auto& url = (*first)->announcement().url;
  data_ = "other";
  const auto second = start({}, url.substr(url.rfind(':') + 1));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), StartsWith("the port is in use by another program"));
}

TEST_F(RunningServerTest, refuses_a_certificate_that_is_none) {
  const auto started =
      start({"--https-certificate-file=/dev/null", "--https-certificate-key-file=/dev/null", "--https-port=0"});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error(), StartsWith("the certificate cannot be used"));
}

TEST_F(RunningServerTest, refuses_a_trust_file_without_certificates) {
  const auto started = start({"--truststore-paths=/dev/null"});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error(), StartsWith("truststore-paths: there is no PEM certificate"));
}

TEST_F(RunningServerTest, refuses_to_lose_the_password_when_a_later_step_fails) {
  ASSERT_FALSE(start({"--http-host=203.0.113.7"}));
  EXPECT_FALSE(password_.empty());
  EXPECT_FALSE(log_.contains(password_));
}

TEST_F(RunningServerTest, refuses_a_host_that_is_not_this_machine) {
  const auto started = start({"--http-host=203.0.113.7"});
  ASSERT_FALSE(started);
}

class HostClaimsAtStart : public RunningServerTest {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  static std::string realm(const std::string& name, const std::string& attributes) {
    return R"({"realm":")" + name + R"(","enabled":true,"attributes":{)" + attributes + "}}";
  }
  std::string error(std::vector<std::string> more) {
    const auto started = start(std::move(more));
    if (!started) return started.error();
    (*started)->stop();
    return "started";
  }
};

TEST_F(HostClaimsAtStart, refuses_realm_files_of_two_realms_with_the_same_paths) {
  write("realms.json",
        "[" + realm("a", R"("authentikPaths":"true")") + "," + realm("b", R"("authentikPaths":"true")") + "]");
  EXPECT_THAT(error({"--import-realm", folder_ / "realms.json"}), HasSubstr("realms a and b both have authentikPaths"));
  write("realms.json", realm("a", R"("authentikPaths":"true")"));
  EXPECT_EQ(error({"--import-realm", folder_ / "realms.json"}), "started") << "nothing of the files above was made";
  write("realms.json", realm("b", R"("authentikPaths":"true")"));
  EXPECT_THAT(error({"--import-realm", folder_ / "realms.json"}), HasSubstr("both have authentikPaths"));
}

TEST_F(HostClaimsAtStart, refuses_a_hostname_and_an_application_at_a_realms_own_address) {
  write("realms.json", "[" + realm("a", R"("authentikPaths":"true")") + "," +
                           realm("b", R"("authentikPaths":"true","frontendUrl":"https://b.example")") + "]");
  EXPECT_EQ(error({"--import-realm", folder_ / "realms.json"}), "started");
  EXPECT_THAT(error({"--hostname", "https://b.example"}), HasSubstr("both have authentikPaths"));
  write("gate.yaml", "applications: [{name: Wiki, hosts: [b.example], tokens: false}]\n");
  EXPECT_THAT(error({"--gate-file", folder_ / "gate.yaml"}),
              HasSubstr("realm b: its frontendUrl is at b.example, which the gate file gives to an application"));
  write("gate.yaml", "applications: [{name: Wiki, hosts: [wiki.example], tokens: false}]\n");
  EXPECT_EQ(error({"--gate-file", folder_ / "gate.yaml", "--hostname", "https://id.example"}), "started");
}

TEST_F(RunningServerTest, starts_stops_and_starts_again) {
  for (int round = 0; round < 2; ++round) {
    const auto server = start({"--health-enabled", "--http-management-port=0"});
    ASSERT_TRUE(server) << server.error();
    EXPECT_THAT((*server)->announcement().url, StartsWith("http://localhost:"));
    EXPECT_THAT((*server)->announcement().management_url, StartsWith("http://localhost:"));
    (*server)->reload();
    (*server)->stop();
  }
}

}  // namespace
}  // namespace cardea::app
