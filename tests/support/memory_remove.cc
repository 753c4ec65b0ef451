// Removing a realm from the MemoryStore, bit by bit.
#include "tests/support/memory_data.h"

namespace cardea {
namespace {

/// Erases rows for which `belongs` while `left` lasts, telling `forget` of each first.
template <class Value, class Belongs, class Forget>
void erase_rows(MemoryTable<Value>& table, int& left, Belongs&& belongs, Forget&& forget) {
  std::vector<std::string> gone;
  for (const auto& [key, value] : table.rows()) {
    if (static_cast<int>(gone.size()) == left) break;
    if (belongs(key, value)) gone.push_back(key);
  }
  left -= static_cast<int>(gone.size());
  for (const auto& key : gone) {
    forget(*table.find(key));
    table.edit().erase(key);
  }
}

}  // namespace

void forget_user(MemoryData& data, const User& user) {
  const auto& id = user.id.str();
  data.usernames.edit().erase(key_of(user.realm.str(), user.username));
  const auto email = key_of(user.realm.str(), user.email);
  if (data.emails.contains(email)) {
    auto& emails = data.emails.edit();
    emails[email].erase(id);
    if (emails[email].empty()) emails.erase(email);
  }
  std::erase_if(data.consents.edit(), [&](const auto& row) { return row.second.user == user.id; });
  std::erase_if(data.login_failures.edit(), [&](const auto& row) { return row.second.user == user.id; });
  std::erase_if(data.memberships.edit(), [&](const auto& row) { return row.first.ends_with(key_of("", id)); });
  std::erase_if(data.organization_group_members.edit(),
                [&](const auto& row) { return row.first.ends_with(key_of("", id)); });
  std::erase_if(data.federated_identities.edit(), [&](const auto& row) { return row.second->user == user.id; });
  std::erase_if(data.provisioned_users.edit(), [&](const auto& row) { return row.second.user == user.id; });
  if (user.service_account_client) data.service_accounts.edit().erase(user.service_account_client->str());
  if (const auto* credentials = data.user_credentials.find(id)) {
    for (const auto& credential : *credentials) data.credentials.edit().erase(credential);
    data.user_credentials.edit().erase(id);
  }
}

bool remove_realm_rows(MemoryData& data, const RealmId& realm, int rows_max) {
  int left = rows_max;
  const auto nothing = [](const auto&) {};
  erase_rows(data.sessions, left, [&](auto&, const SessionRow& row) { return row.session.realm == realm; }, nothing);
  erase_rows(
      data.offline_sessions, left, [&](auto&, const SessionRow& row) { return row.session.realm == realm; }, nothing);
  erase_rows(data.codes, left, [&](auto&, const CodeRow& row) { return row.code.realm == realm; }, nothing);
  erase_rows(data.device_codes, left, [&](auto&, const DeviceCode& row) { return row.realm == realm; }, nothing);
  erase_rows(
      data.logout_notices, left, [&](auto&, const NoticeRow& row) { return row.notice.realm == realm; }, nothing);
  erase_rows(data.mails, left, [&](auto&, const MailRow& row) { return row.mail.realm == realm; }, nothing);
  erase_rows(data.interactions, left, [&](auto&, const Interaction& row) { return row.realm == realm; }, nothing);
  erase_rows(data.user_events, left, [&](auto&, const UserEvent& row) { return row.realm == realm; }, nothing);
  erase_rows(data.admin_events, left, [&](auto&, const AdminEvent& row) { return row.realm == realm; }, nothing);
  erase_rows(data.tickets, left, [&](auto&, const Ticket& row) { return row.realm == realm; }, nothing);
  erase_rows(data.used_ids, left, [&](auto& key, auto&) { return key.starts_with(key_of(realm.str(), "")); }, nothing);
  erase_rows(
      data.revocations, left, [&](auto& key, auto&) { return key.starts_with(key_of(realm.str(), "")); }, nothing);
  erase_rows(
      data.users, left, [&](auto&, const auto& row) { return row->user.realm == realm; },
      [&](const auto& row) { forget_user(data, row->user); });
  erase_rows(
      data.organizations, left, [&](auto&, const auto& row) { return row->realm == realm; },
      [&](const auto& row) { erase_organization(data, row->id); });
  erase_rows(
      data.groups, left, [&](auto&, const auto& row) { return row->realm == realm; },
      [&](const auto& row) { data.group_names.edit().erase(group_key(*row)); });
  erase_rows(
      data.roles, left, [&](auto&, const auto& row) { return row->realm == realm; },
      [&](const auto& row) { data.role_names.edit().erase(role_key(realm, row->client, row->name)); });
  erase_rows(
      data.clients, left, [&](auto& id, auto&) { return *data.client_realms.find(id) == realm; },
      [&](const auto& row) {
        data.client_names.edit().erase(key_of(realm.str(), row->client_id));
        data.client_realms.edit().erase(row->id.str());
      });
  erase_rows(
      data.scopes, left, [&](auto& id, auto&) { return *data.scope_realms.find(id) == realm; },
      [&](const auto& row) {
        data.scope_names.edit().erase(key_of(realm.str(), row->name));
        data.scope_realms.edit().erase(row->id.str());
      });
  erase_rows(
      data.keys, left, [&](auto& id, auto&) { return *data.key_realms.find(id) == realm; },
      [&](const auto& row) { data.key_realms.edit().erase(row->id.str()); });
  if (left == 0) return false;
  if (const auto* row = data.realms.find(realm.str())) {
    data.realm_names.edit().erase((*row)->name);
    std::erase_if(data.directory_syncs.edit(), [&](const auto& sync) { return sync.second.realm == realm; });
    data.realms.edit().erase(realm.str());
  }
  return true;
}

}  // namespace cardea
