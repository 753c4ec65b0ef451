// The rows of a MemoryStore: tables that share their maps until one of them writes, so that a snapshot is a few pointer
// copies. Internal to memory_*.cc.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/repository/repositories.h"
#include "tests/support/memory_store.h"

namespace cardea {

/// A map that is copied by the first edit after a snapshot was taken.
template <class Value>
class MemoryTable {
 public:
  using Map = std::map<std::string, Value, std::less<>>;
  [[nodiscard]] const Map& rows() const { return *map_; }
  Map& edit() {
    if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);
    return *map_;
  }
  [[nodiscard]] const Value* find(std::string_view key) const {
    const auto found = map_->find(key);
    return found == map_->end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

 private:
  std::shared_ptr<Map> map_ = std::make_shared<Map>();
};

/// A row that holds a secret cannot be copied, so rows are shared and replaced whole.
template <class Record>
using RecordTable = MemoryTable<std::shared_ptr<const Record>>;

struct InRealm {
  RealmId realm;
  std::string id;
};

struct SessionRow {
  UserSession session;
  TimePoint purge_at{};
  std::map<std::string, ClientSession> shares;  // by internal client id
};

struct NoticeRow {
  LogoutNotice notice;
  TimePoint next_attempt_at{};
};

struct MailRow {
  Mail mail;
  TimePoint next_attempt_at{};
};

struct CodeRow {
  AuthorizationCode code;
  bool is_used = false;
};

struct MemoryData {
  RecordTable<Realm> realms;             // by id
  MemoryTable<std::string> realm_names;  // name -> id
  RecordTable<ClientScope> scopes;       // by id
  MemoryTable<RealmId> scope_realms;     // id -> realm
  MemoryTable<std::string> scope_names;  // key(realm, name) -> id
  RecordTable<RealmKey> keys;
  MemoryTable<RealmId> key_realms;
  RecordTable<Client> clients;
  MemoryTable<RealmId> client_realms;
  MemoryTable<std::string> client_names;  // key(realm, client_id) -> id
  RecordTable<Role> roles;
  MemoryTable<std::string> role_names;  // key(realm, client, name) -> id
  RecordTable<Group> groups;
  MemoryTable<std::string> group_names;       // key(realm, parent, name) -> id
  RecordTable<Subject> users;                 // with roles and groups
  MemoryTable<std::string> usernames;         // key(realm, username) -> id
  MemoryTable<std::set<std::string>> emails;  // key(realm, email) -> ids
  MemoryTable<std::string> service_accounts;  // client id -> user id
  RecordTable<Credential> credentials;
  MemoryTable<std::vector<std::string>> user_credentials;  // user id -> credential ids in order of insertion
  MemoryTable<SessionRow> sessions;
  MemoryTable<SessionRow> offline_sessions;
  MemoryTable<CodeRow> codes;            // key(realm, hash)
  MemoryTable<DeviceCode> device_codes;  // key(realm, hash)
  MemoryTable<NoticeRow> logout_notices;
  MemoryTable<Interaction> interactions;  // by hash
  MemoryTable<TimePoint> used_ids;        // key(realm, hash)
  MemoryTable<TimePoint> revocations;     // key(realm, jti)
  MemoryTable<Ticket> tickets;            // key(realm, hash)
  MemoryTable<std::string> server;
  MemoryTable<MailRow> mails;
  MemoryTable<Consent> consents;                                               // key(user, client)
  MemoryTable<LoginFailures> login_failures;                                   // key(realm, user)
  MemoryTable<std::shared_ptr<const FederatedIdentity>> federated_identities;  // key(user, provider)
  MemoryTable<ProvisionedUser> provisioned_users;                              // key(user, provider)
  MemoryTable<DirectorySync> directory_syncs;                                  // key(realm, provider)
  RecordTable<Organization> organizations;
  MemoryTable<Membership> memberships;                                // key(organization, user)
  MemoryTable<OrganizationInvitation> invitations;                    // key(organization, email)
  MemoryTable<std::pair<OrganizationId, Group>> organization_groups;  // by id
  MemoryTable<OrganizationId> organization_group_members;             // key(group, user)
  MemoryTable<UserEvent> user_events;                                 // by id
  MemoryTable<AdminEvent> admin_events;                               // by id
};

class MemoryRows final : public Rows {
 public:
  MemoryRows(const MemoryData& rows, std::atomic<int>& asked) : data(rows), asked(asked) {}
  const MemoryData& data;
  std::atomic<int>& asked;
};

class MemoryTx final : public Tx {
 public:
  MemoryTx(MemoryData& rows, std::atomic<int>& asked) : data(rows), asked(asked) {}
  MemoryData& data;
  std::atomic<int>& asked;
};

/// Each is counted as a statement (MemoryStore::statements): a repository asks for it once in every call.
[[nodiscard]] const MemoryData& rows_of(Rows& rows);
[[nodiscard]] MemoryData& rows_of(Tx& tx);

/// Joins parts into one key; no part can hold the separator.
[[nodiscard]] std::string key_of(std::string_view a, std::string_view b, std::string_view c = {});

/// A second copy, secret included.
[[nodiscard]] Client copy_of(const Client& client);
[[nodiscard]] RealmKey copy_of(const RealmKey& key);
[[nodiscard]] Credential copy_of(const Credential& credential);

/// Raises the version of a realm; kConflict when there is no such realm.
Stored<void> raise(MemoryData& data, const RealmId& realm);

/// RealmRepo::remove_some.
[[nodiscard]] bool remove_realm_rows(MemoryData& data, const RealmId& realm, int rows_max);

/// Takes a user out of every index but `users`.
void forget_user(MemoryData& data, const User& user);
/// Takes a role out of users and composites, and out of the table.
void erase_role(MemoryData& data, const RoleId& role);
/// The whole of what DELETE FROM users does.
void erase_user(MemoryData& data, const UserId& user);

[[nodiscard]] std::string role_key(const RealmId& realm, const std::optional<ClientId>& client, std::string_view name);
[[nodiscard]] std::string group_key(const Group& group);

[[nodiscard]] std::optional<Subject> find_subject(const MemoryData& data, const RealmId& realm, std::string_view user);
/// As `Subject::groups` is told to those who make tokens.
void leave_out_groups_that_give_nothing(const MemoryData& data, Subject& subject);

struct MemoryRepos {
  MemoryRepos();
  ~MemoryRepos();
  std::unique_ptr<RealmRepo> realms;
  std::unique_ptr<ScopeRepo> scopes;
  std::unique_ptr<KeyRepo> keys;
  std::unique_ptr<ClientRepo> clients;
  std::unique_ptr<RoleRepo> roles;
  std::unique_ptr<GroupRepo> groups;
  std::unique_ptr<UserRepo> users;
  std::unique_ptr<SubjectRepo> subjects;
  std::unique_ptr<CredentialRepo> credentials;
  std::unique_ptr<SessionRepo> sessions;
  std::unique_ptr<SessionRepo> offline_sessions;
  std::unique_ptr<CodeRepo> codes;
  std::unique_ptr<DeviceCodeRepo> device_codes;
  std::unique_ptr<InteractionRepo> interactions;
  std::unique_ptr<RevocationRepo> revocations;
  std::unique_ptr<LogoutNoticeRepo> logout_notices;
  std::unique_ptr<UsedIdRepo> used_ids;
  std::unique_ptr<TicketRepo> tickets;
  std::unique_ptr<PurgeRepo> purge;
  std::unique_ptr<ServerRepo> server;
  std::unique_ptr<MailRepo> mails;
  std::unique_ptr<ConsentRepo> consents;
  std::unique_ptr<LoginFailureRepo> login_failures;
  std::unique_ptr<FederatedIdentityRepo> federated_identities;
  std::unique_ptr<EventRepo> events;
  std::unique_ptr<OrganizationRepo> organizations;
  std::unique_ptr<MembershipRepo> memberships;
  std::unique_ptr<OrganizationGroupRepo> organization_groups;
  std::unique_ptr<ProvisionedUserRepo> provisioned_users;
  std::unique_ptr<DirectorySyncRepo> directory_syncs;
};

void make_settings_repos(MemoryRepos& repos);
void make_role_repos(MemoryRepos& repos);
void make_user_repos(MemoryRepos& repos);
void make_session_repos(MemoryRepos& repos);
void make_account_repos(MemoryRepos& repos);
void make_organization_repos(MemoryRepos& repos);
void make_organization_group_repo(MemoryRepos& repos);
void make_provisioning_repos(MemoryRepos& repos);
/// With memberships, invitations and groups.
void erase_organization(MemoryData& data, const OrganizationId& id);
/// Who leaves an organization leaves its groups.
void leave_organization_groups(MemoryData& data, const OrganizationId& id, std::string_view user);
void make_event_repos(MemoryRepos& repos);

}  // namespace cardea
