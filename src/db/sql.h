// A statement, written once for both engines. Its address is its identity: connections keep the prepared form by it, so
// a Sql is a constant that lives as long as the program.
//
//   constexpr Sql kFindUser{"SELECT id FROM users WHERE realm_id = ?1 AND username = ?2"};
//
// The text is SQLite's. For PostgreSQL it is translated:
//   ?1, ?2 ...            to $1, $2 ...
//   json_group_array(     to json_agg(
//   /*pg some text */     to some text: what only PostgreSQL gets
#pragma once

#include <string>
#include <string_view>

namespace cardea::db {

class Sql {
 public:
  constexpr explicit Sql(std::string_view both) : sqlite_(both) {}
  /// For the rare statement that translation cannot make; `postgres` is taken as it stands.
  constexpr Sql(std::string_view sqlite, std::string_view postgres) : sqlite_(sqlite), postgres_(postgres) {}
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;

  [[nodiscard]] constexpr std::string_view sqlite_text() const { return sqlite_; }
  [[nodiscard]] std::string postgres_text() const;

 private:
  std::string_view sqlite_;
  std::string_view postgres_;  // empty: translate
};

}  // namespace cardea::db
