#include "db/postgres/url.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <vector>

#include "base/text.h"
#include "base/uri.h"

namespace cardea::db {
namespace {

using Keywords = std::map<std::string, std::string>;

constexpr std::string_view kJdbc = "jdbc:";
constexpr std::string_view kSchemes[] = {"postgresql://", "postgres://"};

/// JDBC's parameters and what libpq calls them; an empty name: known, and of no meaning here.
constexpr std::pair<std::string_view, std::string_view> kJdbcParameters[] = {
    {"user", "user"},
    {"password", "password"},
    {"sslmode", "sslmode"},
    {"sslrootcert", "sslrootcert"},
    {"sslcert", "sslcert"},
    {"sslkey", "sslkey"},
    {"sslpassword", "sslpassword"},
    {"ApplicationName", "application_name"},
    {"connectTimeout", "connect_timeout"},
    {"loginTimeout", "connect_timeout"},
    {"targetServerType", ""},  // we always ask for the primary
    {"tcpKeepAlive", ""},      // always on
    {"socketTimeout", ""},     // every statement has a deadline
    {"reWriteBatchedInserts", ""},
    {"prepareThreshold", ""},
};

/// `currentSchema` and `ssl` are JDBC's alone and need more than another name.
bool translate_jdbc_parameter(const std::string& name, const std::string& value, Keywords& keywords,
                              std::string& schema) {
  if (name == "currentSchema") {
    schema = value;
    return true;
  }
  if (name == "ssl") {  // the JDBC driver checks the certificate and the host name then
    if (value != "false") keywords.emplace("sslmode", "verify-full");
    return true;
  }
  for (const auto& [jdbc, libpq] : kJdbcParameters) {
    if (name != jdbc) continue;
    if (!libpq.empty()) keywords[std::string(libpq)] = value;
    return true;
  }
  return false;
}

/// Splits the query off a JDBC URL and puts what it says into `keywords` and `schema`.
Result<std::string, std::string> take_jdbc_query(std::string_view url, Keywords& keywords, std::string& schema) {
  const auto mark = url.find('?');
  if (mark == std::string_view::npos) return std::string(url);
  for (const auto part : split(url.substr(mark + 1), '&')) {
    const auto equals = part.find('=');
    const auto name = percent_decode(part.substr(0, equals));
    const auto value = percent_decode(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (!name || !value) return refuse(std::string("the database URL has a broken % escape"));
    if (!translate_jdbc_parameter(*name, *value, keywords, schema)) {
      return refuse(fmt::format("the database URL has a parameter this server does not know: {}", *name));
    }
  }
  return std::string(url.substr(0, mark));
}

/// libpq's own parser. Its messages may repeat parts of the URL, a password among them, so they stay here.
Result<Keywords, std::string> parse_libpq(const std::string& url) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), &message),
                                                                             PQconninfoFree);
  PQfreemem(message);
  if (!options) return refuse(std::string("the database URL is not well formed"));
  Keywords keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords.emplace(option->keyword, option->val);
  }
  return keywords;
}

/// One setting inside libpq's `options`, where spaces and backslashes are escaped by a backslash.
void append_option(std::string& options, std::string_view name, std::string_view value) {
  if (!options.empty()) options += ' ';
  options += fmt::format("-c {}=", name);
  for (const char c : value) {
    if (c == ' ' || c == '\\') options += '\\';
    options += c;
  }
}

std::string quoted_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void add_ours(const PostgresSettings& settings, const std::string& schema, Keywords& keywords) {
  keywords.emplace("application_name", "cardea");
  keywords.emplace("client_encoding", "UTF8");
  keywords.emplace("gssencmode", "disable");  // else libpq asks for Kerberos first whenever a ticket lies about
  keywords.emplace("target_session_attrs", "read-write");
  keywords.emplace("connect_timeout", std::to_string(settings.connect_timeout.count()));
  keywords.emplace("keepalives", "1");
  keywords.emplace("keepalives_idle", "10");
  keywords.emplace("keepalives_interval", "5");
  keywords.emplace("keepalives_count", "3");
  keywords.emplace("tcp_user_timeout", "10000");
  std::string& options = keywords["options"];
  append_option(options, "statement_timeout", std::to_string(settings.statement_timeout.count()));
  append_option(options, "idle_in_transaction_session_timeout", "60000");
  append_option(options, "default_transaction_isolation", "read committed");
  append_option(options, "jit", "off");  // compiling a plan takes half a second; none of our statements does
  if (!schema.empty()) append_option(options, "search_path", quoted_identifier(schema));
}

}  // namespace

Result<PostgresTarget, std::string> parse_postgres_url(const PostgresSettings& settings) {
  std::string url = settings.url;
  Keywords from_query;
  std::string schema;
  if (url.starts_with(kJdbc)) {
    auto rest = take_jdbc_query(std::string_view(url).substr(kJdbc.size()), from_query, schema);
    if (!rest) return refuse(rest.error());
    url = std::move(*rest);
  }
  if (!url.starts_with(kSchemes[0]) && !url.starts_with(kSchemes[1])) {
    return refuse(std::string("the database URL must begin with postgres://, postgresql:// or jdbc:postgresql://"));
  }
  auto keywords = parse_libpq(url);
  wipe(url);
  if (!keywords) return refuse(keywords.error());
  keywords->merge(from_query);
  if (!settings.username.empty()) (*keywords)["user"] = settings.username;
  if (!settings.schema.empty()) schema = settings.schema;
  PostgresTarget target;
  if (const auto found = keywords->find("password"); found != keywords->end()) {
    target.password = SecretBytes(std::move(found->second));
    keywords->erase(found);
  }
  if (!settings.password.empty()) target.password = settings.password.clone();
  add_ours(settings, schema, *keywords);
  target.keywords = std::move(*keywords);
  return target;
}

}  // namespace cardea::db
