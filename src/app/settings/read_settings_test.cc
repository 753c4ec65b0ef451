#include "app/settings/read_settings.h"

#include <gmock/gmock.h>

namespace cardea::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Sources {
  std::vector<std::string> arguments;
  Environment environment = {};
  std::map<std::string, std::string> files = {};
};

Result<Configuration, Problems> read(const Sources& sources) {
  return read_settings(parse_command_line(sources.arguments), sources.environment,
                       [&](const std::string& path) -> std::optional<std::string> {
                         const auto found = sources.files.find(path);
                         return found == sources.files.end() ? std::nullopt : std::optional(found->second);
                       });
}

std::vector<std::string> problems_of(const Sources& sources) {
  const auto configuration = read(sources);
  std::vector<std::string> result;
  if (!configuration)
    for (const auto& problem : configuration.error().items()) result.push_back(problem.where + ": " + problem.text);
  return result;
}

/// `start` with the least that it needs, and then more.
std::vector<std::string> start(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"start", "--hostname=https://id.example.com", "--http-enabled=true"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// ---- names

TEST(ReadSettings, refuses_unknown_names_of_every_source_with_the_nearest) {
  EXPECT_THAT(
      problems_of(
          {{"start-dev", "--http-prot=1", "--config-file=f"}, {{"KC_HOSTNMAE", "x"}}, {{"f", "db-usrname: x\n"}}}),
      ElementsAre("--http-prot: is not known; did you mean --http-port?",
                  "KC_HOSTNMAE: is not known; did you mean KC_HOSTNAME?",
                  "db-usrname in f: is not known; did you mean db-username?"));
}

TEST(ReadSettings, refuses_unknown_name_that_resembles_nothing) {
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_QWERTYUIOP", "x"}}}), ElementsAre("KC_QWERTYUIOP: is not known"));
}

TEST(ReadSettings, refuses_environment_name_in_another_spelling) {
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_Http_Port", "1"}}}),
              ElementsAre(HasSubstr("did you mean KC_HTTP_PORT?")));
}

TEST(ReadSettings, refuses_cardea_prefix_for_options_only) {
  EXPECT_THAT(problems_of({{"start-dev"}, {{"CARDEA_HTTP_PORT", "1"}, {"CARDEA_SERVICE_HOST", "10.0.0.1"}}}),
              ElementsAre("CARDEA_HTTP_PORT: is not known; did you mean KC_HTTP_PORT?"));
}

TEST(ReadSettings, refuses_protection_that_would_be_missing) {
  EXPECT_THAT(problems_of({{"start-dev", "--fips-mode=strict"}, {{"KC_HTTPS_MANAGEMENT_CLIENT_AUTH", "required"}}}),
              ElementsAre(HasSubstr("--fips-mode: there is no FIPS mode"),
                          HasSubstr("KC_HTTPS_MANAGEMENT_CLIENT_AUTH: the management port")));
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_HTTPS_CLIENT_AUTH", "required"}}}),
              ElementsAre(HasSubstr("needs https-certificate-file"), HasSubstr("needs https-trust-store-file")));
  EXPECT_THAT(problems_of({{"start-dev", "--proxy-client-certificate-header=ssl-client-cert"}}),
              ElementsAre(HasSubstr("needs proxy-trusted-addresses")));
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_HTTPS_CLIENT_AUTH", "none"}}}), IsEmpty());
}

TEST(ReadSettings, refuses_misspelling_near_a_family_of_keycloak_names) {
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_TRUSTSTORE_PATH", "x"}}}),
              ElementsAre(HasSubstr("did you mean KC_TRUSTSTORE_PATHS?")));
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_LOG_LEVL", "x"}}}),
              ElementsAre(HasSubstr("did you mean KC_LOG_LEVEL?")));
}

TEST(ReadSettings, accepts_names_that_keycloak_knows_with_one_warning) {
  const auto configuration =
      read({{"start-dev", "--features=scripts", "--verbose"},
            {{"KC_CACHE", "local"}, {"KC_PROXY", "edge"}, {"KC_SPI_LOGIN_PROTOCOL__X", "1"}, {"KC_LOG", "console"}}});
  ASSERT_TRUE(configuration);
  ASSERT_EQ(configuration->warnings.size(), 1u);
  for (const auto* name :
       {"--features", "--verbose", "KC_CACHE", "KC_PROXY (use proxy-headers", "KC_SPI_LOGIN_PROTOCOL__X", "KC_LOG"})
    EXPECT_THAT(configuration->warnings[0], HasSubstr(name));
}

// ---- values

TEST(ReadSettings, refuses_values_of_every_type) {
  EXPECT_THAT(problems_of({{"start-dev", "--http-port=http", "--http-enabled=yes", "--db=mysql", "--db-pool-max-size=0",
                            "--http-relative-path=auth", "--hostname=id.example.com/x", "--log-level=loud"}}),
              testing::UnorderedElementsAre(
                  "--http-port: \"http\": must be a port, 0 to 65535", "--http-enabled: \"yes\": must be true or false",
                  "--db: \"mysql\": must be one of: sqlite, dev-file, postgres",
                  "--db-pool-max-size: \"0\": must be a number from 1 to 1000",
                  "--http-relative-path: \"auth\": must be a path such as / or /auth",
                  HasSubstr("--hostname: \"id.example.com/x\": must be a host name"),
                  "--log-level: \"loud\": must be one of: debug, info, warn, error, all, trace, fatal, off"));
}

TEST(ReadSettings, refuses_option_without_value) {
  EXPECT_THAT(problems_of({{"start-dev", "--http-port"}}), ElementsAre("--http-port: needs a value"));
}

TEST(ReadSettings, refuses_hostname_that_is_no_public_url) {
  for (const auto* text :
       {"https://", "ftp://x", "https://u@x", "https://x/?a=b", "https://x/#f", "javascript:1", "a b", "x:8080"})
    EXPECT_THAT(problems_of({{"start-dev", "--hostname", text}}), ElementsAre(HasSubstr("must be a host name")))
        << text;
}

TEST(ReadSettings, refuses_climbing_relative_path) {
  for (const auto* text : {"/../x", "/a//b", "/a/./b", "/a b", "/a?b", "//x"})
    EXPECT_THAT(problems_of({{"start-dev", "--http-relative-path", text}}), ElementsAre(HasSubstr("must be a path")))
        << text;
}

TEST(ReadSettings, problems_never_show_secrets) {
  const auto problems = problems_of({{"start-dev"}, {{"KC_BOOTSTRAP_ADMIN_PASSWORD", std::string(2000, 's')}}});
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "KC_BOOTSTRAP_ADMIN_PASSWORD: must be at most 1024 bytes");
}

TEST(ReadSettings, refuses_file_that_cannot_be_read) {
  EXPECT_THAT(problems_of({{"start-dev"}, {{"KC_CONFIG_FILE", "gone"}}}),
              ElementsAre("KC_CONFIG_FILE: cannot read gone"));
}

TEST(ReadSettings, refuses_key_and_file_name_in_the_file) {
  EXPECT_THAT(problems_of({{"start-dev", "--config-file=f"}, {}, {{"f", "master-key: x\nconfig-file: y\n"}}}),
              ElementsAre("config-file in f: cannot be set in the file", "master-key in f: cannot be set in the file"));
}

// ---- between options

TEST(ReadSettings, refuses_start_without_name_and_listener) {
  EXPECT_THAT(problems_of({{"start"}}),
              ElementsAre(HasSubstr("hostname: is needed"), HasSubstr("start: needs a way to listen")));
}

TEST(ReadSettings, refuses_certificate_without_key) {
  EXPECT_THAT(problems_of({start({"--https-certificate-file=c.pem"})}),
              ElementsAre(HasSubstr("and https-certificate-key-file must be given together")));
}

TEST(ReadSettings, refuses_proxy_headers_from_anyone) {
  EXPECT_THAT(problems_of({{"start", "--hostname=id.example.com", "--proxy-headers=xforwarded"}}),
              ElementsAre(HasSubstr("proxy-headers: needs proxy-trusted-addresses")));
}

TEST(ReadSettings, refuses_proxy_addresses_that_are_none) {
  for (const auto* text : {"proxy.example.com", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "10.0.0/8", "10.0.0.0/"})
    EXPECT_THAT(problems_of({start({"--proxy-headers=forwarded", "--proxy-trusted-addresses", text})}),
                ElementsAre(HasSubstr("is neither an address nor a range")))
        << text;
}

TEST(ReadSettings, refuses_outbound_addresses_that_are_none) {
  for (const auto* text : {"mail.example.com", "10.0.0.0/33", "http://10.0.0.1"})
    EXPECT_THAT(problems_of({start({"--outbound-addresses", text})}),
                ElementsAre(HasSubstr("is neither an address nor a range")))
        << text;
}

TEST(ReadSettings, refuses_one_port_for_two_things) {
  EXPECT_THAT(problems_of({start({"--http-port=9000", "--health-enabled"})}),
              ElementsAre(HasSubstr("http-management-port")));
  EXPECT_THAT(
      problems_of({start({"--http-port=8443", "--https-certificate-file=c", "--https-certificate-key-file=k"})}),
      ElementsAre(HasSubstr("https-port: must differ")));
}

TEST(ReadSettings, tells_what_does_not_fit_together_although_another_value_is_bad) {
  EXPECT_THAT(problems_of({{"start", "--hostname-strict=perhaps", "--https-certificate-file=/c.pem", "--db=oracle",
                            "--db-url=postgresql://x/y", "--proxy-headers=xforwarded"}}),
              ElementsAre(HasSubstr("--hostname-strict: "), HasSubstr("--db: "),
                          HasSubstr("https-certificate-file: and https-certificate-key-file"),
                          HasSubstr("proxy-headers: needs proxy-trusted-addresses")));
}

TEST(ReadSettings, refuses_postgres_options_for_sqlite) {
  EXPECT_THAT(problems_of({{"start-dev", "--db-url=jdbc:postgresql://db/kc"}}),
              ElementsAre(HasSubstr("db-url: is for PostgreSQL")));
}

TEST(ReadSettings, refuses_broken_database_url) {
  EXPECT_THAT(problems_of({{"start-dev", "--db=postgres", "--db-url=jdbc:mysql://db/kc"}}),
              ElementsAre(HasSubstr("db-url: the database URL must begin with")));
  EXPECT_THAT(problems_of({{"start-dev", "--db=postgres", "--db-url-properties=?sslmod=require"}}),
              ElementsAre(HasSubstr("db-url: the database URL has a parameter this server does not know: sslmod")));
}

// ---- what is accepted

TEST(ReadSettings, development_defaults) {
  const auto configuration = read({{"start-dev"}});
  ASSERT_TRUE(configuration);
  const auto& settings = configuration->settings;
  EXPECT_TRUE(settings.development);
  EXPECT_TRUE(settings.http_enabled);
  EXPECT_FALSE(settings.hostname_strict);
  EXPECT_EQ(settings.http_host, "localhost");
  EXPECT_EQ(settings.http_port, 8080);
  EXPECT_EQ(settings.http_management_host, "localhost");
  EXPECT_EQ(settings.http_relative_path, "");
  EXPECT_EQ(settings.data_dir, "data");
  EXPECT_EQ(settings.db, Database::kSqlite);
  EXPECT_FALSE(settings.has_management());
  EXPECT_TRUE(settings.bootstrap_admin_password.empty());
  EXPECT_THAT(configuration->warnings, IsEmpty());
}

TEST(ReadSettings, warns_of_plain_http_in_development_where_others_can_listen) {
  for (const auto* host : {"0.0.0.0", "192.0.2.1", "::", "id.example", "::ffff:192.0.2.1"}) {
    const auto configuration = read({{"start-dev", "--http-host", host}});
    ASSERT_TRUE(configuration) << host;
    EXPECT_THAT(configuration->warnings, ElementsAre(HasSubstr("Plain HTTP is served"))) << host;
  }
  for (const auto* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    const auto configuration = read({{"start-dev", "--http-host", host}});
    ASSERT_TRUE(configuration) << host;
    EXPECT_THAT(configuration->warnings, IsEmpty()) << host;
  }
}

TEST(ReadSettings, flag_beats_environment_beats_file_beats_default) {
  const Sources all{{"start-dev", "--config-file=f", "--http-port=1"},
                    {{"KC_HTTP_PORT", "2"}, {"KC_HTTPS_PORT", "3"}},
                    {{"f", "http-port: 4\nhttps-port: 5\nhttp-management-port: 6\n"}}};
  const auto configuration = read(all);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.http_port, 1);
  EXPECT_EQ(configuration->settings.https_port, 3);
  EXPECT_EQ(configuration->settings.http_management_port, 6);
  EXPECT_EQ(configuration->settings.db_url_port, 5432);
  std::map<std::string_view, std::string> sources;
  for (const auto& value : configuration->effective) sources[value.option->name] = value.source;
  EXPECT_EQ(sources["http-port"], "--http-port");
  EXPECT_EQ(sources["https-port"], "KC_HTTPS_PORT");
  EXPECT_EQ(sources["http-management-port"], "http-management-port in f");
  EXPECT_EQ(sources["db-url-port"], "default");
}

TEST(ReadSettings, empty_environment_values_are_not_set) {
  const auto configuration = read({{"start-dev"}, {{"KC_HTTP_PORT", ""}, {"KC_NONSENSE", ""}}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.http_port, 8080);
}

TEST(ReadSettings, container_line_of_the_guides) {
  const auto configuration =
      read({{"start-dev"},
            {{"KEYCLOAK_ADMIN", "admin"}, {"KEYCLOAK_ADMIN_PASSWORD", "geheim"}, {"KC_HTTP_HOST", "0.0.0.0"}}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.bootstrap_admin_username, "admin");
  EXPECT_EQ(configuration->settings.bootstrap_admin_password.reveal(), "geheim");
  EXPECT_EQ(configuration->settings.http_host, "0.0.0.0");
  EXPECT_THAT(configuration->warnings,
              ElementsAre("KEYCLOAK_ADMIN is an old name: use KC_BOOTSTRAP_ADMIN_USERNAME.",
                          "KEYCLOAK_ADMIN_PASSWORD is an old name: use KC_BOOTSTRAP_ADMIN_PASSWORD.",
                          HasSubstr("Plain HTTP is served")));
}

TEST(ReadSettings, new_admin_names_beat_the_old) {
  const auto configuration = read({{"start-dev"}, {{"KEYCLOAK_ADMIN", "old"}, {"KC_BOOTSTRAP_ADMIN_USERNAME", "new"}}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.bootstrap_admin_username, "new");
  EXPECT_THAT(configuration->warnings,
              ElementsAre("KEYCLOAK_ADMIN is not used: there is KC_BOOTSTRAP_ADMIN_USERNAME."));
}

TEST(ReadSettings, proxy_in_front_makes_start_listen_on_http) {
  const auto configuration = read({{"start", "--hostname=id.example.com", "--proxy-headers=xforwarded",
                                    "--proxy-trusted-addresses=127.0.0.1, 10.0.0.0/8,::1"}});
  ASSERT_TRUE(configuration);
  EXPECT_TRUE(configuration->settings.http_enabled);
  EXPECT_EQ(configuration->settings.frontend_url(), "https://id.example.com");
  EXPECT_THAT(configuration->settings.proxy_trusted_addresses, ElementsAre("127.0.0.1", "10.0.0.0/8", "::1"));
  EXPECT_THAT(configuration->warnings, IsEmpty());
}

TEST(ReadSettings, https_alone_closes_http) {
  const auto configuration =
      read({{"start", "--hostname=id.example.com", "--https-certificate-file=c", "--https-certificate-key-file=k"}});
  ASSERT_TRUE(configuration);
  EXPECT_FALSE(configuration->settings.http_enabled);
  EXPECT_EQ(configuration->settings.frontend_url(), "https://id.example.com:8443");
}

TEST(ReadSettings, plain_http_in_production_warns) {
  const auto configuration = read({start()});
  ASSERT_TRUE(configuration);
  EXPECT_THAT(configuration->warnings, Contains(HasSubstr("Plain HTTP is served")));
}

TEST(ReadSettings, frontend_url_of_a_full_hostname_is_kept) {
  const auto configuration =
      read({{"start-dev", "--hostname=https://id.example.com/sso/", "--http-relative-path=/auth/"}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.frontend_url(), "https://id.example.com/sso");
  EXPECT_EQ(configuration->settings.http_relative_path, "/auth");
}

TEST(ReadSettings, frontend_url_of_a_name_follows_port_and_path) {
  const auto configuration = read({{"start-dev", "--hostname=id.test", "--http-relative-path=/auth"}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.frontend_url(), "http://id.test:8080/auth");
}

TEST(ReadSettings, import_without_value_is_the_folder_in_data) {
  EXPECT_EQ(read({{"start-dev", "--data-dir=d", "--import-realm"}})->settings.import_realm, "d/import");
  EXPECT_EQ(read({{"start-dev", "--import-realm", "realms/"}})->settings.import_realm, "realms/");
  EXPECT_EQ(read({{"start-dev"}, {{"KC_IMPORT_REALM", "false"}}})->settings.import_realm, "");
}

TEST(ReadSettings, event_metrics_need_metrics_and_keycloaks_tags) {
  EXPECT_FALSE(read({{"start-dev", "--event-metrics-user-enabled=true"}}));
  EXPECT_FALSE(read({{"start-dev", "--event-metrics-user-tags=realm,user"}}));
  const auto configuration = read(
      {{"start-dev", "--metrics-enabled=true", "--event-metrics-user-enabled=true"},
       {{"KC_EVENT_METRICS_USER_TAGS", "realm,clientId"}, {"KC_EVENT_METRICS_USER_EVENTS", "login,refresh_token"}}});
  ASSERT_TRUE(configuration);
  EXPECT_TRUE(configuration->settings.event_metrics_user_enabled);
  EXPECT_EQ(configuration->settings.event_metrics_user_tags, "realm,clientId");
  EXPECT_EQ(configuration->settings.event_metrics_user_events.size(), 2U);
  EXPECT_EQ(read({{"start-dev"}})->settings.event_metrics_user_tags, "realm");
}

TEST(ReadSettings, log_level_of_keycloak_with_categories) {
  const auto configuration = read({{"start-dev"}, {{"KC_LOG_LEVEL", "warn,org.keycloak.events:debug"}}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.log_level, LogLevel::kWarning);
}

TEST(ReadSettings, optimized_means_nothing_for_start_dev) {
  EXPECT_TRUE(read({start({"--optimized"})})->settings.optimized);
  const auto development = read({{"start-dev"}, {{"KC_OPTIMIZED", "true"}}});
  ASSERT_TRUE(development);
  EXPECT_THAT(development->warnings, ElementsAre("KC_OPTIMIZED has no meaning for start-dev."));
}

TEST(ReadSettings, database_url_from_its_parts) {
  const auto configuration = read({{"start-dev", "--db=postgres", "--db-url-host=::1", "--db-url-port=1",
                                    "--db-url-database=a b", "--db-url-properties=sslmode=verify-full"}});
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.db_url, "jdbc:postgresql://[::1]:1/a%20b?sslmode=verify-full");
}

TEST(ReadSettings, shown_values_hide_passwords_in_urls) {
  for (const auto* url : {"postgresql://kc:hush@db/kc", "jdbc:postgresql://db/kc?user=kc&password=hush"}) {
    const auto configuration = read({{"start-dev", "--db=postgres", "--db-url", url}});
    ASSERT_TRUE(configuration);
    for (const auto& value : configuration->effective) EXPECT_THAT(value.text, testing::Not(HasSubstr("hush")));
  }
}

TEST(ReadSettings, shown_values_hide_secrets) {
  const auto configuration =
      read({{"start-dev", "--db=postgres", "--db-password=hush"}, {{"KC_MASTER_KEY", "hush-too"}}});
  ASSERT_TRUE(configuration);
  for (const auto& value : configuration->effective) {
    EXPECT_THAT(value.text, testing::Not(HasSubstr("hush"))) << value.option->name;
    if (value.option->name == "db-password") {
      EXPECT_EQ(value.text, "********");
    }
  }
  EXPECT_EQ(configuration->settings.db_url, "jdbc:postgresql://localhost:5432/keycloak");
}

TEST(OptionTable, every_name_maps_to_the_environment_and_back) {
  for (const auto& option : option_table()) {
    EXPECT_EQ(option_name(environment_name(option.name)), option.name);
    EXPECT_EQ(find_option(option.name), &option) << "stands twice: " << option.name;
    EXPECT_TRUE(option.help.ends_with('.') || option.help.find(". ") != std::string_view::npos ||
                option.help.find(':') != std::string_view::npos)
        << option.name;
  }
}

TEST(OptionTable, every_default_is_a_value) {
  for (const auto& option : option_table())
    for (const auto text : {option.default_start, option.default_dev}) {
      ServerSettings settings;
      if (!text.empty()) {
        EXPECT_FALSE(option.assign(settings, text)) << option.name;
      }
    }
}

}  // namespace
}  // namespace cardea::app
