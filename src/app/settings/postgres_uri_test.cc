#include "app/settings/postgres_uri.h"

#include <gtest/gtest.h>

namespace cardea::app {
namespace {

std::string from_url(std::string url) {
  ServerSettings settings;
  settings.db_url = std::move(url);
  const auto uri = make_postgres_uri(settings);
  return uri ? *uri : "refused: " + uri.error().option + " " + uri.error().text;
}

TEST(PostgresUri, refuses_credentials_in_the_url) {
  EXPECT_EQ(from_url("postgresql://kc:secret@db/keycloak"),
            "refused: db-url must not hold a user or password: use db-username and db-password");
  EXPECT_EQ(from_url("jdbc:postgresql://db/keycloak?password=secret"),
            "refused: db-url must not hold the password: use db-username and db-password");
}

TEST(PostgresUri, refuses_unknown_parameters_rather_than_dropping_them) {
  EXPECT_EQ(from_url("postgresql://db/keycloak?sslmodee=require"),
            "refused: db-url holds the parameter sslmodee, which is not known here");
  EXPECT_EQ(from_url("postgresql://db/keycloak?ssl=perhaps"),
            "refused: db-url holds the parameter ssl, which is not known here");
  EXPECT_EQ(from_url("postgresql://db/keycloak?currentSchema=x"),
            "refused: db-url must not hold currentSchema: use db-schema");
}

TEST(PostgresUri, refuses_other_databases_and_broken_urls) {
  for (const auto* url :
       {"jdbc:mysql://db/keycloak", "mariadb://db/x", "db.example.com", "postgresql://", "postgresql://db",
        "postgresql:///x", "postgresql://db/", "postgresql://db/a/b", "postgresql://d b/x"})
    EXPECT_TRUE(from_url(url).starts_with("refused: db-url must look like")) << url << " gave " << from_url(url);
}

TEST(PostgresUri, refuses_strange_host) {
  ServerSettings settings;
  settings.db_url_host = "db/other?host=evil";
  ASSERT_FALSE(make_postgres_uri(settings));
  EXPECT_EQ(make_postgres_uri(settings).error().option, "db-url-host");
}

TEST(PostgresUri, translates_jdbc) {
  EXPECT_EQ(from_url("jdbc:postgresql://db:5433/keycloak"), "postgresql://db:5433/keycloak");
  EXPECT_EQ(from_url("jdbc:postgresql://a:1,b:2/kc?ssl=true&reWriteBatchedInserts=true&ApplicationName=sso"),
            "postgresql://a:1,b:2/kc?sslmode=verify-full&application_name=sso");
  EXPECT_EQ(from_url("postgres://[::1]/kc?sslmode=require"), "postgresql://[::1]/kc?sslmode=require");
}

TEST(PostgresUri, from_parts) {
  ServerSettings settings;
  settings.db_url_host = "db";
  settings.db_url_port = 5432;
  settings.db_url_database = "key cloak";
  settings.db_url_properties = "?sslmode=verify-full&sslrootcert=/etc/ca.pem";
  EXPECT_EQ(make_postgres_uri(settings).value(),
            "postgresql://db:5432/key%20cloak?sslmode=verify-full&sslrootcert=/etc/ca.pem");
}

}  // namespace
}  // namespace cardea::app
