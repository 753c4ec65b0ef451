#include "admin/partial/partial_handlers.h"
#include "admin/server/server_info.h"
#include "core/export/realm_export.h"

namespace cardea::admin {
namespace {

/// People stay out; a service account is part of its client.
Or<json::array> service_accounts(Call& call, const ExportedRealm& exported) {
  json::array users;
  const auto read = call.repositories().store.read([&](Rows& rows) -> Stored<void> {
    for (const auto& client : exported.file.clients) {
      if (!client.client.service_accounts_enabled) continue;
      const auto account = call.repositories().subjects.load_service_account(rows, call.realm().id, client.client.id);
      if (!account) return refuse(account.error());
      if (!*account) continue;
      auto user = export_user(rows, call.repositories(), (*account)->user, exported.names, Secrets::kOmit);
      if (!user) return refuse(user.error());
      users.push_back(std::move(*user));
    }
    return {};
  });
  if (!read) return refuse(read.error());
  return users;
}

}  // namespace

Answer partial_export(Call& call) {
  const bool with_clients = call.flag("exportClients");
  const bool with_groups = call.flag("exportGroupsAndRoles");
  if (with_clients) CARDEA_DO(call.require({AdminRole::kViewClients, AdminRole::kManageClients}));
  if (with_groups) CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers, AdminRole::kQueryGroups}));
  CARDEA_TRY(exported, read_from(call.repositories().store, [&](Rows& rows) {
               return export_realm(rows, call.repositories(), call.realm(), ExportPeople::kNone);
             }));
  auto out = to_json(exported.file, Secrets::kMask);
  if (with_clients) {
    CARDEA_TRY(users, service_accounts(call, exported));
    if (!users.empty()) out["users"] = std::move(users);
  } else {
    for (const auto name : {"clients", "clientScopeMappings"}) out.erase(name);
  }
  if (!with_groups) {
    for (const auto name : {"groups", "roles"}) out.erase(name);
  }
  out["keycloakVersion"] = api_version();
  return ok(in_realm_order(std::move(out)));
}

}  // namespace cardea::admin
