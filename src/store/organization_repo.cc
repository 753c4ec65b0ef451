// Organizations, their members and invitations.
#include <algorithm>

#include "base/text.h"
#include "store/among.h"
#include "store/document.h"
#include "store/like.h"
#include "store/query.h"
#include "store/repos.h"
#include "store/user_columns.h"

namespace cardea::store {
namespace {

#define CARDEA_ORGANIZATION_COLUMNS \
  "o.id, o.realm_id, o.name, o.alias, o.enabled, o.description, o.redirect_url, coalesce(o.attributes, '')"
// "name 1,other 0": each engine has its own word for joining rows.
#define CARDEA_SQLITE_DOMAINS                                          \
  ", coalesce((SELECT group_concat(d.name || ' ' || d.verified, ',') " \
  "FROM organization_domains d WHERE d.organization_id = o.id), '')"
#define CARDEA_POSTGRES_DOMAINS                                                 \
  ", coalesce((SELECT string_agg(d.name || ' ' || d.verified::int::text, ',') " \
  "FROM organization_domains d WHERE d.organization_id = o.id), '')"

#define CARDEA_ORGANIZATION_MATCHES(P, LIKE, EACH_ATTRIBUTE)                                                       \
  "(" P "2 = '' OR o.name " LIKE " " P "2 ESCAPE '\\' OR (" P "3 = 0 AND o.alias " LIKE " " P                      \
  "2 ESCAPE '\\') OR EXISTS (SELECT 1 FROM organization_domains d WHERE d.organization_id = o.id AND d.name " LIKE \
  " " P "2 ESCAPE '\\')) AND (" P "6 = 0 OR o.enabled) AND " EACH_ATTRIBUTE
#define CARDEA_SQLITE_MATCHES                                                                               \
  CARDEA_ORGANIZATION_MATCHES("?", "LIKE",                                                                  \
                              "NOT EXISTS (SELECT 1 FROM json_each(?5) w WHERE NOT EXISTS (SELECT 1 "       \
                              "FROM json_each(coalesce(o.attributes, '{}')) a, json_each(a.value) v WHERE " \
                              "a.key = json_extract(w.value, '$[0]') AND v.value = json_extract(w.value, '$[1]')))")
#define CARDEA_POSTGRES_MATCHES                                                     \
  CARDEA_ORGANIZATION_MATCHES(                                                      \
      "$", "ILIKE",                                                                 \
      "NOT EXISTS (SELECT 1 FROM json_array_elements($5::json) w WHERE NOT EXISTS " \
      "(SELECT 1 FROM json_each(coalesce(o.attributes, '{}')::json) a, "            \
      "json_array_elements_text(a.value) v WHERE a.key = w.value->>0 AND v.value = w.value->>1))")
#define CARDEA_OF_ALL(P) " FROM organizations o WHERE o.realm_id = " P "1 AND " P "4 = '' AND "
// Begins with the person, whose few organizations an index finds: tokens are waiting for it.
#define CARDEA_OF_MEMBER(P)                                                                            \
  " FROM organization_members m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = " P \
  "4 AND "                                                                                             \
  "o.realm_id = " P "1 AND "
#define CARDEA_PAGE(P) " ORDER BY o.name LIMIT " P "7 OFFSET " P "8"

constexpr Sql kFind{"SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_SQLITE_DOMAINS
                    " FROM organizations o WHERE o.realm_id = ?1 AND o.id = ?2",
                    "SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_POSTGRES_DOMAINS
                    " FROM organizations o WHERE o.realm_id = $1 AND o.id = $2"};
constexpr Sql kSearch{"SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_SQLITE_DOMAINS CARDEA_OF_ALL("?")
                          CARDEA_SQLITE_MATCHES CARDEA_PAGE("?"),
                      "SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_POSTGRES_DOMAINS CARDEA_OF_ALL("$")
                          CARDEA_POSTGRES_MATCHES CARDEA_PAGE("$")};
constexpr Sql kSearchOfMember{"SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_SQLITE_DOMAINS CARDEA_OF_MEMBER("?")
                                  CARDEA_SQLITE_MATCHES CARDEA_PAGE("?"),
                              "SELECT " CARDEA_ORGANIZATION_COLUMNS CARDEA_POSTGRES_DOMAINS CARDEA_OF_MEMBER("$")
                                  CARDEA_POSTGRES_MATCHES CARDEA_PAGE("$")};
constexpr Sql kCount{"SELECT count(*)" CARDEA_OF_ALL("?") CARDEA_SQLITE_MATCHES,
                     "SELECT count(*)" CARDEA_OF_ALL("$") CARDEA_POSTGRES_MATCHES};
constexpr Sql kCountOfMember{"SELECT count(*)" CARDEA_OF_MEMBER("?") CARDEA_SQLITE_MATCHES,
                             "SELECT count(*)" CARDEA_OF_MEMBER("$") CARDEA_POSTGRES_MATCHES};
constexpr Sql kInsert{
    "INSERT INTO organizations (id, realm_id, name, alias, enabled, description, redirect_url, attributes) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING"};
constexpr Sql kNameTaken{
    "SELECT 1 FROM organizations WHERE realm_id = ?1 AND id <> ?2 AND (name = ?3 OR alias = ?4) LIMIT 1"};
constexpr Sql kUpdate{
    "UPDATE organizations SET name = ?3, alias = ?4, enabled = ?5, description = ?6, redirect_url = ?7, "
    "attributes = ?8 WHERE id = ?1 AND realm_id = ?2"};
constexpr Sql kRemove{"DELETE FROM organizations WHERE realm_id = ?1 AND id = ?2"};
constexpr Sql kAddDomain{
    "INSERT INTO organization_domains (realm_id, name, organization_id, verified) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kRemoveDomains{"DELETE FROM organization_domains WHERE organization_id = ?1"};

bool read_domains(std::string_view text, std::vector<OrganizationDomain>& domains) {
  if (text.empty()) return true;
  for (const auto part : split(text, ',')) {
    const auto space = part.rfind(' ');
    if (space == std::string_view::npos) return false;
    domains.push_back({std::string(part.substr(0, space)), part.substr(space + 1) == "1"});
  }
  std::ranges::sort(domains, {}, &OrganizationDomain::name);
  return true;
}

Stored<Organization> parse_organization(Columns& row) {
  Organization out;
  out.id = row.id<OrganizationId>();
  out.realm = row.id<RealmId>();
  out.name = row.text();
  out.alias = row.text();
  out.enabled = row.boolean();
  out.description = row.text();
  out.redirect_url = row.text();
  const bool reads = read_json(row.view(), out.attributes);
  if (!read_domains(row.view(), out.domains) || !reads) return refuse(StoreError::kCorrupt);
  return out;
}

class SqlOrganizationRepo final : public OrganizationRepo {
 public:
  Stored<std::optional<Organization>> find(Rows& rows, const RealmId& realm, const OrganizationId& id) override {
    return find_one<Organization>(rows, kFind, {realm.str(), id.str()}, parse_organization);
  }
  Stored<std::vector<Organization>> search(Rows& rows, const RealmId& realm, const OrganizationQuery& query) override {
    const Texts texts(query);
    return find_all<Organization>(rows, query.member ? kSearchOfMember : kSearch,
                                  {realm.str(), texts.search, query.exact ? 1 : 0, texts.member, texts.attributes,
                                   query.enabled_only ? 1 : 0, limit_of(query.max), query.first},
                                  parse_organization);
  }
  Stored<std::int64_t> count(Rows& rows, const RealmId& realm, const OrganizationQuery& query) override {
    const Texts texts(query);
    const auto found = find_one<std::int64_t>(
        rows, query.member ? kCountOfMember : kCount,
        {realm.str(), texts.search, query.exact ? 1 : 0, texts.member, texts.attributes, query.enabled_only ? 1 : 0},
        [](Columns& row) -> Stored<std::int64_t> { return row.integer(); });
    if (!found) return refuse(found.error());
    return found->value_or(0);
  }
  Stored<void> insert(Tx& tx, const Organization& organization) override {
    const auto attributes = json_or_empty(organization.attributes);
    const auto inserted = change_one(
        tx, kInsert,
        {organization.id.str(), organization.realm.str(), organization.name, organization.alias, organization.enabled,
         organization.description, organization.redirect_url, Value::text_or_null(attributes)});
    if (!inserted) return inserted;
    return write_domains(tx, organization);
  }
  Stored<void> update(Tx& tx, const Organization& organization) override {
    const auto taken = gives_a_row(
        tx, kNameTaken, {organization.realm.str(), organization.id.str(), organization.name, organization.alias});
    if (!taken) return refuse(taken.error());
    if (*taken) return refuse(StoreError::kConflict);
    const auto attributes = json_or_empty(organization.attributes);
    const auto updated = change_one(
        tx, kUpdate,
        {organization.id.str(), organization.realm.str(), organization.name, organization.alias, organization.enabled,
         organization.description, organization.redirect_url, Value::text_or_null(attributes)});
    if (!updated) return updated;
    if (auto removed = send(tx, kRemoveDomains, {organization.id.str()}); !removed) return removed;
    return write_domains(tx, organization);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, const OrganizationId& id) override {
    const auto removed = change(tx, kRemove, {realm.str(), id.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }

 private:
  /// The texts of a query as the statements want them; alive while a statement runs.
  struct Texts {
    explicit Texts(const OrganizationQuery& query) : member(query.member ? query.member->str() : std::string()) {
      if (query.exact) {
        append_like_text(search, query.search);
      } else if (!query.search.empty()) {
        search = like_part(query.search);
      }
      JsonWriter pairs(attributes);
      pairs.begin_array();
      for (const auto& [key, value] : query.attributes) pairs.begin_array().string(key).string(value).end_array();
      pairs.end_array();
    }
    std::string search, member, attributes;
  };

  static Stored<void> write_domains(Tx& tx, const Organization& organization) {
    for (const auto& domain : organization.domains) {
      const auto added =
          change_one(tx, kAddDomain, {organization.realm.str(), domain.name, organization.id.str(), domain.verified});
      if (!added) return added;
    }
    return {};
  }
};

constexpr Sql kFindMember{"SELECT managed FROM organization_members WHERE organization_id = ?1 AND user_id = ?2"};
constexpr Sql kFindMembers{
    "SELECT user_id, managed FROM organization_members WHERE organization_id = ?1 AND " CARDEA_SQLITE_AMONG("user_id",
                                                                                                            "?2"),
    "SELECT user_id, managed FROM organization_members WHERE organization_id = $1 AND " CARDEA_POSTGRES_AMONG("user_id",
                                                                                                              "$2")};
constexpr Sql kAddMember{
    "INSERT INTO organization_members (organization_id, user_id, managed) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"};
constexpr Sql kRemoveMember{"DELETE FROM organization_members WHERE organization_id = ?1 AND user_id = ?2"};
#define CARDEA_INVITATION_COLUMNS "id, organization_id, email, first_name, last_name, sent_at, expires_at"
constexpr Sql kFindInvitation{"SELECT " CARDEA_INVITATION_COLUMNS
                              " FROM organization_invitations WHERE organization_id = ?1 AND id = ?2"};
constexpr Sql kInvitations{"SELECT " CARDEA_INVITATION_COLUMNS
                           " FROM organization_invitations WHERE organization_id = ?1 ORDER BY email"};
constexpr Sql kPutInvitation{
    "INSERT INTO organization_invitations (" CARDEA_INVITATION_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (organization_id, email) DO UPDATE SET id = excluded.id, "
    "first_name = excluded.first_name, last_name = excluded.last_name, sent_at = excluded.sent_at, "
    "expires_at = excluded.expires_at"};
constexpr Sql kRemoveInvitation{"DELETE FROM organization_invitations WHERE organization_id = ?1 AND id = ?2"};

Stored<OrganizationInvitation> parse_invitation(Columns& row) {
  OrganizationInvitation out;
  out.id = row.text();
  out.organization = row.id<OrganizationId>();
  out.email = row.text();
  out.first_name = row.text();
  out.last_name = row.text();
  out.sent_at = row.time();
  out.expires_at = row.time();
  return out;
}

class SqlMembershipRepo final : public MembershipRepo {
 public:
  Stored<std::optional<Membership>> find(Rows& rows, const OrganizationId& organization, const UserId& user) override {
    return find_one<Membership>(rows, kFindMember, {organization.str(), user.str()},
                                [](Columns& row) -> Stored<Membership> {
                                  return row.boolean() ? Membership::kManaged : Membership::kUnmanaged;
                                });
  }
  Stored<std::vector<std::pair<UserId, Membership>>> find_all(Rows& rows, const OrganizationId& organization,
                                                              const std::vector<UserId>& users) override {
    using Member = std::pair<UserId, Membership>;
    const auto list = text_list(users);
    return store::find_all<Member>(rows, kFindMembers, {organization.str(), list}, [](Columns& row) -> Stored<Member> {
      auto user = row.id<UserId>();
      return Member(std::move(user), row.boolean() ? Membership::kManaged : Membership::kUnmanaged);
    });
  }
  Stored<void> insert(Tx& tx, const OrganizationId& organization, const UserId& user, Membership membership) override {
    return change_one(tx, kAddMember, {organization.str(), user.str(), membership == Membership::kManaged});
  }
  Stored<bool> remove(Tx& tx, const OrganizationId& organization, const UserId& user) override {
    const auto removed = change(tx, kRemoveMember, {organization.str(), user.str()});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<std::optional<OrganizationInvitation>> find_invitation(Rows& rows, const OrganizationId& organization,
                                                                std::string_view id) override {
    return find_one<OrganizationInvitation>(rows, kFindInvitation, {organization.str(), id}, parse_invitation);
  }
  Stored<std::vector<OrganizationInvitation>> invitations(Rows& rows, const OrganizationId& organization) override {
    return store::find_all<OrganizationInvitation>(rows, kInvitations, {organization.str()}, parse_invitation);
  }
  Stored<void> put_invitation(Tx& tx, const OrganizationInvitation& invitation) override {
    return change_one(tx, kPutInvitation,
                      {invitation.id, invitation.organization.str(), invitation.email, invitation.first_name,
                       invitation.last_name, millis(invitation.sent_at), millis(invitation.expires_at)});
  }
  Stored<bool> remove_invitation(Tx& tx, const OrganizationId& organization, std::string_view id) override {
    const auto removed = change(tx, kRemoveInvitation, {organization.str(), id});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
};

}  // namespace

std::unique_ptr<OrganizationRepo> make_organization_repo() { return std::make_unique<SqlOrganizationRepo>(); }
std::unique_ptr<MembershipRepo> make_membership_repo() { return std::make_unique<SqlMembershipRepo>(); }

}  // namespace cardea::store
