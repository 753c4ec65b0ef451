#include "store/user_search.h"

#include <algorithm>

#include "base/text.h"
#include "store/like.h"
#include "store/query.h"
#include "store/user_columns.h"

namespace cardea::store {
namespace {

// One condition for every member of UserQuery; those that are not given are true. P: how the engine marks a value.
#define CARDEA_USER_WHERE(P, REALM, LIKE, EACH_WORD, EACH_ATTRIBUTE)                                  \
  " FROM users u WHERE " REALM " = " P "1 AND (" P "3 = '' OR u.username " LIKE " " P                 \
  "3 ESCAPE '\\') AND "                                                                               \
  "(" P "4 = '' OR u.email " LIKE " " P "4 ESCAPE '\\') AND (" P "5 = '' OR u.first_name " LIKE " " P \
  "5 ESCAPE '\\') AND (" P "6 = '' OR u.last_name " LIKE " " P                                        \
  "6 ESCAPE '\\') AND "                                                                               \
  "(" P "7 < 0 OR u.enabled = (" P "7 = 1)) AND (" P "8 < 0 OR u.email_verified = (" P                \
  "8 = 1)) AND "                                                                                      \
  "(u.created_at >= " P "23 OR " P "23 < 0) AND (u.created_at <= " P "24 OR " P                       \
  "24 < 0) AND "                                                                                      \
  "(" P "11 = 1 OR u.service_account_client IS NULL) AND NOT EXISTS (SELECT 1 FROM " EACH_WORD        \
  " WHERE NOT (u.username " LIKE " word.value ESCAPE '\\' OR coalesce(u.email, '') " LIKE             \
  " word.value ESCAPE '\\' OR u.first_name " LIKE " word.value ESCAPE '\\' OR u.last_name " LIKE      \
  " word.value ESCAPE '\\')) AND " EACH_ATTRIBUTE
#define CARDEA_SQLITE_WHERE(REALM)                                                                \
  CARDEA_USER_WHERE("?", REALM, "LIKE", "json_each(?2) word",                                     \
                    "NOT EXISTS (SELECT 1 FROM json_each(?12) w WHERE NOT EXISTS (SELECT 1 FROM " \
                    "json_each(coalesce(u.attributes, '{}')) a, json_each(a.value) v WHERE "      \
                    "a.key = json_extract(w.value, '$[0]') AND "                                  \
                    "lower(v.value) = lower(json_extract(w.value, '$[1]'))))")
#define CARDEA_POSTGRES_WHERE                                                                                     \
  CARDEA_USER_WHERE("$", "u.realm_id", "ILIKE", "json_array_elements_text($2::json) word",                        \
                    "NOT EXISTS (SELECT 1 FROM json_array_elements($12::json) w WHERE NOT EXISTS (SELECT 1 FROM " \
                    "json_each(coalesce(u.attributes, '{}')::json) a, json_array_elements_text(a.value) v WHERE " \
                    "a.key = w.value->>0 AND lower(v.value) = lower(w.value->>1)))")
// What an index can begin with: the whole username or address, a group, a role.
#define CARDEA_GROUP(P) " AND (" P "9 = '' OR u.id IN (SELECT user_id FROM user_groups WHERE group_id = " P "9))"
#define CARDEA_MORE(P)                                                                                                \
  " AND (" P "16 = '' OR u.id IN (SELECT user_id FROM organization_members WHERE organization_id = " P "16 AND (" P   \
  "19 < 0 OR managed = (" P                                                                                           \
  "19 = 1))))"                                                                                                        \
  " AND (" P "17 = '' OR u.id IN (SELECT user_id FROM federated_identities WHERE realm_id = " P "1 AND provider = " P \
  "17 AND (" P "18 = '' OR upstream_id = " P                                                                          \
  "18)))"                                                                                                             \
  " AND (" P "20 = '' OR u.id IN (SELECT user_id FROM organization_group_members WHERE group_id = " P "20))"
#define CARDEA_ROLE(P) \
  CARDEA_MORE(P) " AND (" P "10 = '' OR u.id IN (SELECT user_id FROM user_roles WHERE role_id = " P "10))"
#define CARDEA_IN_GROUP(P) " AND u.id IN (SELECT user_id FROM user_groups WHERE group_id = " P "9)" CARDEA_ROLE(P)
#define CARDEA_WITH_ROLE(P) \
  " AND u.id IN (SELECT user_id FROM user_roles WHERE role_id = " P "10)" CARDEA_MORE(P) CARDEA_GROUP(P)
#define CARDEA_IN_ORGANIZATION(P) \
  " AND u.id IN (SELECT user_id FROM organization_members WHERE organization_id = " P "16)" CARDEA_ANY(P)
#define CARDEA_LINKED(P)                                                                                          \
  " AND u.id IN (SELECT user_id FROM federated_identities WHERE realm_id = " P "1 AND provider = " P "17 AND (" P \
  "18 = '' OR upstream_id = " P "18))" CARDEA_ANY(P)
// Who has a name or an address that begins with P21, byte for byte; P22 stands behind all that do. C: how the engine is
// told to compare bytes in columns that are ordered by a language.
#define CARDEA_BEGINS(P, column) \
  " FROM users WHERE realm_id = " P "1 AND " column " >= " P "21 AND " column " < " P "22"
#define CARDEA_BEGINNING(P, C)                                                                                     \
  " AND u.id IN (SELECT id" CARDEA_BEGINS(P, "username") " UNION SELECT id" CARDEA_BEGINS(                         \
      P, "email") " UNION SELECT id" CARDEA_BEGINS(P, "lower(first_name" C                                         \
                                                      ")") " UNION SELECT id" CARDEA_BEGINS(P, "lower(last_name" C \
                                                                                               ")") ")" CARDEA_ANY(P)
#define CARDEA_BYTES " COLLATE \"C\""
#define CARDEA_ANY(P) CARDEA_GROUP(P) CARDEA_ROLE(P)
#define CARDEA_NAMED(P) " AND u.username = " P "15" CARDEA_ANY(P)
#define CARDEA_ADDRESSED(P) \
  " AND u.id IN (SELECT id FROM users WHERE realm_id = " P "1 AND email = " P "15)" CARDEA_ANY(P)
#define CARDEA_UNUSED(P) " AND " P "15 = " P "15 AND " P "21 = " P "21 AND " P "22 = " P "22"
#define CARDEA_PAGE(P) CARDEA_UNUSED(P) " ORDER BY u.username LIMIT " P "13 OFFSET " P "14"
#define CARDEA_ALL(P) CARDEA_UNUSED(P) " AND " P "13 >= 0 AND " P "14 >= 0"

struct Statements {
  Sql search;
  Sql count;
};
#define CARDEA_STATEMENTS(REALM, HEAD) CARDEA_STATEMENTS_OF(REALM, HEAD("?"), HEAD("$"))
#define CARDEA_STATEMENTS_OF(REALM, SQLITE, POSTGRES)                                       \
  {                                                                                         \
      Sql{"SELECT " CARDEA_USER_COLUMNS CARDEA_SQLITE_WHERE(REALM) SQLITE CARDEA_PAGE("?"), \
          "SELECT " CARDEA_USER_COLUMNS CARDEA_POSTGRES_WHERE POSTGRES CARDEA_PAGE("$")},   \
      Sql{"SELECT count(*)" CARDEA_SQLITE_WHERE(REALM) SQLITE CARDEA_ALL("?"),              \
          "SELECT count(*)" CARDEA_POSTGRES_WHERE POSTGRES CARDEA_ALL("$")},                \
  }
constexpr Statements kAny = CARDEA_STATEMENTS("u.realm_id", CARDEA_ANY);
constexpr Statements kNamed = CARDEA_STATEMENTS("u.realm_id", CARDEA_NAMED);
// The plus keeps SQLite from going through everybody in order instead of beginning with those who are listed.
constexpr Statements kAddressed = CARDEA_STATEMENTS("+u.realm_id", CARDEA_ADDRESSED);
constexpr Statements kInGroup = CARDEA_STATEMENTS("+u.realm_id", CARDEA_IN_GROUP);
constexpr Statements kWithRole = CARDEA_STATEMENTS("+u.realm_id", CARDEA_WITH_ROLE);
constexpr Statements kInOrganization = CARDEA_STATEMENTS("+u.realm_id", CARDEA_IN_ORGANIZATION);
constexpr Statements kLinked = CARDEA_STATEMENTS("+u.realm_id", CARDEA_LINKED);
constexpr Statements kBeginning =
    CARDEA_STATEMENTS_OF("+u.realm_id", CARDEA_BEGINNING("?", ""), CARDEA_BEGINNING("$", CARDEA_BYTES));
// Everybody: the people in front of a page are passed over in the index.
constexpr Statements kPeople = {
    Sql{"SELECT " CARDEA_USER_COLUMNS
        " FROM (SELECT id FROM users WHERE realm_id = ?1 AND service_account_client IS NULL ORDER BY username "
        "LIMIT ?2 OFFSET ?3) p JOIN users u ON u.id = p.id ORDER BY u.username"},
    Sql{"SELECT count(*) FROM users WHERE realm_id = ?1 AND service_account_client IS NULL"},
};
// So many may begin so; more are found soon enough by going through everybody in order.
constexpr std::int64_t kBeginningMax = 1000;
#define CARDEA_SOME(P, column)                                                                                      \
  "(SELECT count(*) FROM (SELECT 1 FROM users WHERE realm_id = " P "1 AND " column " >= " P "2 AND " column " < " P \
  "3 LIMIT " P "4) few)"
#define CARDEA_BEGINNING_COUNT(P, C)                                                    \
  "SELECT " CARDEA_SOME(P, "username") " + " CARDEA_SOME(P, "email") " + " CARDEA_SOME( \
      P, "lower(first_name" C ")") " + " CARDEA_SOME(P, "lower(last_name" C ")")
constexpr Sql kBeginningCount{CARDEA_BEGINNING_COUNT("?", ""), CARDEA_BEGINNING_COUNT("$", CARDEA_BYTES)};

/// Everybody but service accounts, without a condition.
bool is_everybody(const UserQuery& query) {
  return query.words.empty() && query.username.empty() && query.email.empty() && query.first_name.empty() &&
         query.last_name.empty() && !query.enabled && !query.email_verified && query.attributes.empty() &&
         !query.group && !query.role && !query.organization && !query.organization_group && query.provider.empty() &&
         !query.created_from && !query.created_to && !query.with_service_accounts;
}

/// What the only word begins with, in lower case; empty when there is no such thing, and for letters beyond ASCII,
/// whose case is not the same to both engines.
std::string beginning_of(const UserQuery& query) {
  if (query.words.size() != 1) return {};
  const std::string_view word = query.words.front();
  const auto beginning = word.substr(0, word.find('*'));
  const bool is_ascii = std::ranges::all_of(beginning, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? ascii_lower(beginning) : std::string();
}
std::string end_of(const std::string& beginning) {
  return beginning.empty() ? std::string() : beginning + "\xF4\x8F\xBF\xBF";  // U+10FFFF, the last character
}

const Statements& statements_for(const UserQuery& query, bool few_begin_so) {
  if (query.exact && !query.username.empty()) return kNamed;
  if (query.exact && !query.email.empty()) return kAddressed;
  if (query.group) return kInGroup;
  if (query.role) return kWithRole;
  if (query.organization) return kInOrganization;
  if (!query.provider.empty()) return kLinked;
  return few_begin_so ? kBeginning : kAny;
}

/// The texts of a query as the statements want them; alive while a statement runs.
struct Texts {
  explicit Texts(const UserQuery& query)
      : username(pattern(query, query.username)),
        email(pattern(query, query.email)),
        first_name(pattern(query, query.first_name)),
        last_name(pattern(query, query.last_name)) {
    JsonWriter list(words);
    list.begin_array();
    for (const auto& word : query.words) list.string(like_word(word));
    list.end_array();
    JsonWriter pairs(attributes);
    pairs.begin_array();
    for (const auto& [key, value] : query.attributes) pairs.begin_array().string(key).string(value).end_array();
    pairs.end_array();
    beginning = beginning_of(query);
    behind = end_of(beginning);
    if (query.exact) whole = ascii_lower(query.username.empty() ? query.email : query.username);
  }

  std::string words, username, email, first_name, last_name, attributes, whole, beginning, behind;

 private:
  static std::string pattern(const UserQuery& query, std::string_view text) {
    if (text.empty()) return {};
    if (!query.exact) return like_part(text);
    std::string whole;
    append_like_text(whole, text);
    return whole;
  }
};

int number_of(std::optional<bool> wanted) { return wanted ? (*wanted ? 1 : 0) : -1; }

std::int64_t number_of(std::optional<TimePoint> wanted) {
  return wanted ? std::max<std::int64_t>(epoch_milliseconds(*wanted), 0) : -1;
}

template <class Id>
std::string_view text_of(const std::optional<Id>& id) {
  return id ? std::string_view(id->str()) : std::string_view{};
}

/// Do so few begin so that it is worth to begin with them?
Stored<bool> begin_so_few(Rows& rows, const RealmId& realm, const Texts& texts) {
  if (texts.beginning.empty()) return false;
  const auto found =
      find_one<std::int64_t>(rows, kBeginningCount, {realm.str(), texts.beginning, texts.behind, kBeginningMax + 1},
                             [](Columns& row) -> Stored<std::int64_t> { return row.integer(); });
  if (!found) return refuse(found.error());
  return found->value_or(0) <= kBeginningMax;
}

template <class Answer, class Run>
Answer with_values(Rows& rows, const RealmId& realm, const UserQuery& query, Run&& run) {
  const Texts texts(query);
  const auto few = begin_so_few(rows, realm, texts);
  if (!few) return refuse(few.error());
  return run(statements_for(query, *few), {realm.str(),
                                           texts.words,
                                           texts.username,
                                           texts.email,
                                           texts.first_name,
                                           texts.last_name,
                                           number_of(query.enabled),
                                           number_of(query.email_verified),
                                           text_of(query.group),
                                           text_of(query.role),
                                           query.with_service_accounts ? 1 : 0,
                                           texts.attributes,
                                           limit_of(query.max),
                                           query.first,
                                           texts.whole,
                                           text_of(query.organization),
                                           query.provider,
                                           query.upstream_id,
                                           number_of(query.managed),
                                           text_of(query.organization_group),
                                           texts.beginning,
                                           texts.behind,
                                           number_of(query.created_from),
                                           number_of(query.created_to)});
}

}  // namespace

Stored<std::vector<User>> search_users(Rows& rows, const crypto::Sealer& sealer, const RealmId& realm,
                                       const UserQuery& query) {
  const auto parse = [&](Columns& row) { return parse_user(sealer, row); };
  if (is_everybody(query)) {
    return find_all<User>(rows, kPeople.search, {realm.str(), limit_of(query.max), query.first}, parse);
  }
  return with_values<Stored<std::vector<User>>>(rows, realm, query, [&](const Statements& sql, Values values) {
    return find_all<User>(rows, sql.search, values, parse);
  });
}

Stored<std::int64_t> count_users(Rows& rows, const RealmId& realm, const UserQuery& query) {
  using Count = Stored<std::optional<std::int64_t>>;
  const auto parse = [](Columns& row) -> Stored<std::int64_t> { return row.integer(); };
  const auto found = is_everybody(query)
                         ? find_one<std::int64_t>(rows, kPeople.count, {realm.str()}, parse)
                         : with_values<Count>(rows, realm, query, [&](const Statements& sql, Values values) {
                             return find_one<std::int64_t>(rows, sql.count, values, parse);
                           });
  if (!found) return refuse(found.error());
  return found->value_or(0);
}

}  // namespace cardea::store
