#include "db/postgres/url.h"

#include <gtest/gtest.h>

namespace cardea::db {
namespace {

PostgresSettings with(std::string url) {
  PostgresSettings settings;
  settings.url = std::move(url);
  return settings;
}

std::string keyword(const PostgresTarget& target, const std::string& name) {
  const auto found = target.keywords.find(name);
  return found == target.keywords.end() ? "" : found->second;
}

TEST(PostgresUrlTest, refuses_other_schemes_and_broken_urls_without_repeating_the_password) {
  for (const char* url : {"", "mysql://h/db", "jdbc:mysql://h/db", "jdbc:jdbc:postgresql://h/db", "host=h dbname=db",
                          "postgres://u:hunter2%@h/db", "postgres://u:hunter2@h/db?nonsense=1",
                          "jdbc:postgresql://h/db?password=hunter2&nonsense=1", "jdbc:postgresql://h/db?user=%zz",
                          "postgres://u:hunter2@[::1/db"}) {
    const auto target = parse_postgres_url(with(url));
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().find("hunter2"), std::string::npos) << target.error();
    EXPECT_FALSE(target.error().empty());
  }
}

TEST(PostgresUrlTest, names_the_jdbc_parameter_it_does_not_know) {
  EXPECT_NE(parse_postgres_url(with("jdbc:postgresql://h/db?binaryTransfer=true")).error().find("binaryTransfer"),
            std::string::npos);
}

TEST(PostgresUrlTest, reads_every_part_of_a_plain_url) {
  for (const char* scheme : {"postgres", "postgresql"}) {
    const auto target = parse_postgres_url(with(std::string(scheme) + "://u%40x:p%2Fw@h1:5433,h2/db?sslmode=require"));
    ASSERT_TRUE(target) << target.error();
    EXPECT_EQ(keyword(*target, "user"), "u@x");
    EXPECT_EQ(target->password.reveal(), "p/w");
    EXPECT_EQ(keyword(*target, "host"), "h1,h2");
    EXPECT_EQ(keyword(*target, "port"), "5433,");
    EXPECT_EQ(keyword(*target, "dbname"), "db");
    EXPECT_EQ(keyword(*target, "sslmode"), "require");
    EXPECT_EQ(target->keywords.count("password"), 0U);
  }
}

TEST(PostgresUrlTest, reads_keycloaks_jdbc_form) {
  auto settings = with("jdbc:postgresql://db.example.org:5432/keycloak?currentSchema=sso&ApplicationName=x&ssl=true");
  settings.username = "keycloak";
  settings.password = SecretBytes(std::string("secret"));
  const auto target = parse_postgres_url(settings);
  ASSERT_TRUE(target) << target.error();
  EXPECT_EQ(keyword(*target, "host"), "db.example.org");
  EXPECT_EQ(keyword(*target, "dbname"), "keycloak");
  EXPECT_EQ(keyword(*target, "user"), "keycloak");
  EXPECT_EQ(target->password.reveal(), "secret");
  EXPECT_EQ(keyword(*target, "application_name"), "x");
  EXPECT_EQ(keyword(*target, "sslmode"), "verify-full");
  EXPECT_NE(keyword(*target, "options").find("-c search_path=\"sso\""), std::string::npos);
}

TEST(PostgresUrlTest, settings_win_over_the_url) {
  auto settings = with("jdbc:postgresql://h/db?user=a&password=b&currentSchema=c");
  settings.username = "user";
  settings.password = SecretBytes(std::string("password"));
  settings.schema = "sch\"ema \\x";
  const auto target = parse_postgres_url(settings);
  ASSERT_TRUE(target);
  EXPECT_EQ(keyword(*target, "user"), "user");
  EXPECT_EQ(target->password.reveal(), "password");
  EXPECT_NE(keyword(*target, "options").find("-c search_path=\"sch\"\"ema\\ \\\\x\""), std::string::npos)
      << keyword(*target, "options");
}

TEST(PostgresUrlTest, every_connection_has_deadlines_and_wants_the_primary) {
  auto settings = with("postgres://h/db?options=-c%20work_mem%3D8MB&connect_timeout=9");
  settings.statement_timeout = milliseconds(1234);
  const auto target = parse_postgres_url(settings);
  ASSERT_TRUE(target);
  EXPECT_EQ(keyword(*target, "target_session_attrs"), "read-write");
  EXPECT_EQ(keyword(*target, "connect_timeout"), "9") << "the URL's own wins";
  EXPECT_EQ(keyword(*target, "keepalives"), "1");
  EXPECT_EQ(keyword(*target, "tcp_user_timeout"), "10000");
  EXPECT_TRUE(keyword(*target, "options").starts_with("-c work_mem=8MB -c statement_timeout=1234 "))
      << keyword(*target, "options");
  EXPECT_TRUE(keyword(*target, "options").contains(" -c jit=off")) << keyword(*target, "options");
}

}  // namespace
}  // namespace cardea::db
