// kcadm's flags, one by one (kcadm 26.7.4 `help VERB`).
#include "tool/admin/admin_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tool/test_world.h"

namespace cardea::tool {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Kcadm : World {
  Kcadm() { answers["GET /admin/realms/demo/clients/1"] = {200, {{"x-made", "up"}}, R"({"id":"1","secret":"s3"})"}; }

  int admin(std::vector<std::string> words) {
    words.insert(words.begin(), "admin");
    return run(words);
  }
  /// With the caller and the realm.
  int as_op(std::vector<std::string> words) {
    for (const auto* word : {"-r", "demo", "--server", "http://sso.test", "--user", "op"}) words.emplace_back(word);
    return admin(words);
  }
};

TEST(AdminFlags, refuse_before_anybody_is_called) {
  Kcadm world;
  EXPECT_EQ(world.as_op({"get", "clients/1", "-H", "X-A=b"}), kExitRefused) << "-H has no value";
  EXPECT_EQ(world.as_op({"get", "clients/1", "-F", "*(*"}), kExitRefused);
  EXPECT_EQ(world.as_op({"get", "clients/1", "-F", "id)"}), kExitRefused);
  EXPECT_EQ(world.as_op({"get", "http://evil.test/admin/realms"}), kExitRefused);
  EXPECT_EQ(world.as_op({"set-password", "--username", "ann"}), kExitRefused) << "nothing was typed";
  EXPECT_EQ(world.admin({"login", "--no-config", "--server", "http://sso.test", "--user", "op"}), kExitRefused);
  EXPECT_EQ(world.admin({"config", "truststore"}), kExitRefused);
  EXPECT_EQ(world.admin({"config", "truststore", "ca.pem"}), kExitRefused) << "a path that depends on the folder";
  EXPECT_EQ(world.admin({"config", "truststore", "/no.pem"}), kExitRefused);
  EXPECT_EQ(world.admin({"help", "fly"}), kExitRefused);
  EXPECT_TRUE(world.asked.empty());
  EXPECT_TRUE(world.files.empty());
}

TEST(AdminFlags, a_header_is_sent_and_those_of_the_answer_are_printed) {
  Kcadm world;
  EXPECT_EQ(world.as_op({"get", "clients/1", "-h", "X-A=b=c", "-H", "-c"}), kExitDone);
  const auto& sent = world.asked.back().headers;
  EXPECT_TRUE(std::ranges::any_of(sent, [](const web::Header& h) { return h.name == "X-A" && h.value == "b=c"; }));
  EXPECT_EQ(World::text(world.out), "HTTP/1.1 200\nx-made: up\n\n{\"id\":\"1\",\"secret\":\"s3\"}\n");
  world.answers["DELETE /admin/realms/demo/clients/1"] = {204, {}, ""};
  EXPECT_EQ(world.as_op({"delete", "clients/1", "--header", "X-A=d"}), kExitDone);
  EXPECT_EQ(world.asked.back().headers.front().value, "d");
}

TEST(AdminFlags, a_secret_that_the_fields_leave_out_is_not_printed) {
  for (const auto* format : {"json", "csv"}) {
    Kcadm world;
    EXPECT_EQ(world.as_op({"get", "clients/1", "-c", "-F", "*(*),-secret", "--format", format}), kExitDone);
    EXPECT_THAT(World::text(world.out), Not(HasSubstr("s3"))) << format;
    EXPECT_THAT(World::text(world.out), HasSubstr("1")) << format;
  }
}

TEST(AdminFlags, create_takes_members_away) {
  Kcadm world;
  world.answers["POST /admin/realms/demo/roles"] = {201, {}, ""};
  EXPECT_EQ(world.as_op({"create", "roles", "-b", R"({"name":"n","id":"7"})", "-d", "id"}), kExitDone);
  EXPECT_EQ(world.asked.back().body, R"({"name":"n"})");
}

TEST(AdminFlags, delete_shows_the_answer_when_asked) {
  Kcadm world;
  world.answers["DELETE /admin/realms/demo/x"] = {200, {}, R"({"a":1,"b":2})"};
  EXPECT_EQ(world.as_op({"delete", "x"}), kExitDone);
  EXPECT_EQ(World::text(world.out), "");
  EXPECT_EQ(world.as_op({"delete", "x", "-o", "-c", "-F", "b"}), kExitDone);
  EXPECT_EQ(World::text(world.out), "{\"b\":2}\n");
}

TEST(AdminFlags, a_token_is_used_as_it_is) {
  Kcadm world;
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo", "--token", "abc"}), kExitFailed) << "of which server?";
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo", "--token", "abc", "--server", "http://sso.test"}),
            kExitDone);
  ASSERT_EQ(world.calls(), std::vector<std::string>{"GET /admin/realms/demo/clients/1"}) << "nobody signs in";
  EXPECT_EQ(world.asked.back().headers.back().value, "Bearer abc");
  EXPECT_TRUE(world.files.empty());
}

TEST(AdminFlags, without_config_no_session_is_read) {
  Kcadm world;
  ASSERT_EQ(world.admin({"login", "--server", "http://sso.test", "--user", "op"}), kExitDone);
  world.asked.clear();
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo", "--no-config"}), kExitFailed);
  EXPECT_TRUE(world.asked.empty());
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo"}), kExitDone);
}

TEST(AdminFlags, the_admin_api_may_be_elsewhere) {
  Kcadm world;
  world.answers["GET /sso/admin/realms/demo/clients/1"] = world.answers["GET /admin/realms/demo/clients/1"];
  EXPECT_EQ(world.as_op({"get", "clients/1", "-a", "http://sso.test/sso/admin/"}), kExitDone);
  EXPECT_EQ(world.calls().back(), "GET /sso/admin/realms/demo/clients/1");
}

TEST(AdminFlags, a_password_comes_from_the_environment_or_the_terminal_and_is_not_printed) {
  Kcadm world;
  world.answers["PUT /admin/realms/demo/users/u/reset-password"] = {204, {}, ""};
  world.typed = "typed-one";
  EXPECT_EQ(world.as_op({"set-password", "--userid", "u"}), kExitDone);
  EXPECT_THAT(world.asked.back().body, HasSubstr("typed-one"));
  world.environment["KC_CLI_PASSWORD"] = "set-one";
  EXPECT_EQ(world.as_op({"set-password", "--userid", "u"}), kExitDone);
  EXPECT_THAT(world.asked.back().body, HasSubstr("set-one"));
  EXPECT_EQ(world.as_op({"set-password", "--userid", "u", "-p", "given-one", "-t"}), kExitDone);
  EXPECT_EQ(world.asked.back().body, R"({"type":"password","value":"given-one","temporary":true})");
  EXPECT_EQ(world.prompts.size(), 1u);
  EXPECT_EQ(World::text(world.out) + World::text(world.err), "");
}

TEST(AdminFlags, login_asks_for_the_password) {
  Kcadm world;
  world.environment.erase("CARDEA_ADMIN_PASSWORD");
  world.typed = "typed-one";
  EXPECT_EQ(world.admin({"config", "credentials", "--server", "http://sso.test", "--user", "op"}), kExitDone);
  EXPECT_THAT(world.asked.back().body, HasSubstr("password=typed-one"));
  EXPECT_EQ(world.as_op({"get", "clients/1"}), kExitFailed) << "the other verbs may have a body to read";
  EXPECT_EQ(world.prompts.size(), 1u);
}

TEST(AdminFlags, authorities_are_trusted_for_a_call_or_from_now_on) {
  Kcadm world;
  world.files["/ca.pem"] = "pem";
  EXPECT_EQ(world.as_op({"get", "clients/1", "--truststore", "/no.pem"}), kExitFailed);
  EXPECT_TRUE(world.asked.empty());
  EXPECT_EQ(world.as_op({"get", "clients/1", "--truststore", "/ca.pem", "--trustpass", "x"}), kExitDone);
  EXPECT_EQ(world.admin({"config", "truststore", "/ca.pem", "--trustpass", "x"}), kExitDone);
  world.trusted.clear();
  EXPECT_EQ(world.admin({"login", "--server", "http://sso.test", "--user", "op"}), kExitDone);
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo"}), kExitDone) << "the login keeps it";
  EXPECT_EQ(world.trusted, (std::vector<std::string>{"/ca.pem", "/ca.pem"}));
  EXPECT_EQ(world.admin({"config", "truststore", "--delete"}), kExitDone);
  world.trusted.clear();
  EXPECT_EQ(world.admin({"get", "clients/1", "-r", "demo"}), kExitDone) << "the session stays";
  EXPECT_TRUE(world.trusted.empty());
}

TEST(AdminFlags, help_is_that_of_the_verb) {
  Kcadm world;
  EXPECT_EQ(world.admin({"help", "create"}), kExitDone);
  EXPECT_THAT(World::text(world.out), HasSubstr("--print-headers"));
  EXPECT_EQ(world.admin({"help", "config", "truststore"}), kExitDone);
  EXPECT_EQ(world.admin({"help"}), kExitDone);
  EXPECT_THAT(World::text(world.out), HasSubstr("set-password"));
}

}  // namespace
}  // namespace cardea::tool
