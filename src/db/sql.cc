#include "db/sql.h"

namespace cardea::db {
namespace {

constexpr std::string_view kListSqlite = "json_group_array(";
constexpr std::string_view kListPostgres = "json_agg(";
constexpr std::string_view kOnlyPostgres = "/*pg";
constexpr std::string_view kOnlyEnd = "*/";

std::string translate(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    if (text.starts_with(kListSqlite)) {
      out += kListPostgres;
      text.remove_prefix(kListSqlite.size());
    } else if (text.starts_with(kOnlyPostgres)) {
      text.remove_prefix(kOnlyPostgres.size());
    } else if (text.starts_with(kOnlyEnd)) {
      text.remove_prefix(kOnlyEnd.size());
    } else {
      out += text.front() == '?' ? '$' : text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string Sql::postgres_text() const { return postgres_.empty() ? translate(sqlite_) : std::string(postgres_); }

}  // namespace cardea::db
