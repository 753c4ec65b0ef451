#include "store/migrations.h"

// CARDEA_MIGRATION(symbol, file) embeds one file; a new pair also gets its lines in the two tables below.
#define CARDEA_MIGRATION(symbol, file)                                                                                 \
  __asm__(                                                                                                             \
      ".section .rodata\n"                                                                                             \
      ".global cardea_migration_" #symbol "\ncardea_migration_" #symbol ":\n.incbin \"" CARDEA_MIGRATIONS_DIR "/" file \
      "\"\n.global cardea_migration_" #symbol "_end\ncardea_migration_" #symbol                                        \
      "_end:\n.byte 0\n"                                                                                               \
      ".previous\n");                                                                                                  \
  extern "C" const char cardea_migration_##symbol[];                                                                   \
  extern "C" const char cardea_migration_##symbol##_end[];                                                             \
  static_assert(true)

#define CARDEA_TEXT(symbol)                   \
  std::string_view(cardea_migration_##symbol, \
                   static_cast<std::size_t>(cardea_migration_##symbol##_end - cardea_migration_##symbol))

CARDEA_MIGRATION(sqlite_1, "V0001__initial.sqlite.sql");
CARDEA_MIGRATION(postgres_1, "V0001__initial.postgres.sql");
CARDEA_MIGRATION(sqlite_2, "V0002__offline_sessions.sqlite.sql");
CARDEA_MIGRATION(postgres_2, "V0002__offline_sessions.postgres.sql");
CARDEA_MIGRATION(sqlite_3, "V0003__device_codes.sqlite.sql");
CARDEA_MIGRATION(postgres_3, "V0003__device_codes.postgres.sql");
CARDEA_MIGRATION(sqlite_4, "V0004__logout_notices.sqlite.sql");
CARDEA_MIGRATION(postgres_4, "V0004__logout_notices.postgres.sql");
CARDEA_MIGRATION(sqlite_5, "V0005__used_ids.sqlite.sql");
CARDEA_MIGRATION(postgres_5, "V0005__used_ids.postgres.sql");
CARDEA_MIGRATION(sqlite_6, "V0006__tickets.sqlite.sql");
CARDEA_MIGRATION(postgres_6, "V0006__tickets.postgres.sql");
CARDEA_MIGRATION(sqlite_7, "V0007__mails.sqlite.sql");
CARDEA_MIGRATION(postgres_7, "V0007__mails.postgres.sql");
CARDEA_MIGRATION(sqlite_8, "V0008__role_parents.sqlite.sql");
CARDEA_MIGRATION(postgres_8, "V0008__role_parents.postgres.sql");
CARDEA_MIGRATION(sqlite_9, "V0009__accounts.sqlite.sql");
CARDEA_MIGRATION(postgres_9, "V0009__accounts.postgres.sql");
CARDEA_MIGRATION(sqlite_10, "V0010__federated_identities.sqlite.sql");
CARDEA_MIGRATION(postgres_10, "V0010__federated_identities.postgres.sql");
CARDEA_MIGRATION(sqlite_11, "V0011__events.sqlite.sql");
CARDEA_MIGRATION(postgres_11, "V0011__events.postgres.sql");
CARDEA_MIGRATION(sqlite_12, "V0012__gate.sqlite.sql");
CARDEA_MIGRATION(postgres_12, "V0012__gate.postgres.sql");
CARDEA_MIGRATION(sqlite_13, "V0013__device_code_settled.sqlite.sql");
CARDEA_MIGRATION(postgres_13, "V0013__device_code_settled.postgres.sql");
CARDEA_MIGRATION(sqlite_14, "V0014__organizations.sqlite.sql");
CARDEA_MIGRATION(postgres_14, "V0014__organizations.postgres.sql");
CARDEA_MIGRATION(sqlite_15, "V0015__upstream.sqlite.sql");
CARDEA_MIGRATION(postgres_15, "V0015__upstream.postgres.sql");
CARDEA_MIGRATION(sqlite_16, "V0016__provisioned_users.sqlite.sql");
CARDEA_MIGRATION(postgres_16, "V0016__provisioned_users.postgres.sql");
CARDEA_MIGRATION(sqlite_17, "V0017__failures_of_nobody.sqlite.sql");
CARDEA_MIGRATION(postgres_17, "V0017__failures_of_nobody.postgres.sql");
CARDEA_MIGRATION(sqlite_18, "V0018__organization_groups.sqlite.sql");
CARDEA_MIGRATION(postgres_18, "V0018__organization_groups.postgres.sql");
CARDEA_MIGRATION(sqlite_19, "V0019__user_lists.sqlite.sql");
CARDEA_MIGRATION(postgres_19, "V0019__user_lists.postgres.sql");
CARDEA_MIGRATION(sqlite_20, "V0020__federated_names.sqlite.sql");
CARDEA_MIGRATION(postgres_20, "V0020__federated_names.postgres.sql");
CARDEA_MIGRATION(sqlite_21, "V0021__user_names_by_byte.sqlite.sql");
CARDEA_MIGRATION(postgres_21, "V0021__user_names_by_byte.postgres.sql");
CARDEA_MIGRATION(sqlite_22, "V0022__adapter_sessions.sqlite.sql");
CARDEA_MIGRATION(postgres_22, "V0022__adapter_sessions.postgres.sql");
CARDEA_MIGRATION(sqlite_23, "V0023__directory_sync.sqlite.sql");
CARDEA_MIGRATION(postgres_23, "V0023__directory_sync.postgres.sql");
CARDEA_MIGRATION(sqlite_24, "V0024__organization_group_roles.sqlite.sql");
CARDEA_MIGRATION(postgres_24, "V0024__organization_group_roles.postgres.sql");
CARDEA_MIGRATION(sqlite_25, "V0025__requested_claims.sqlite.sql");
CARDEA_MIGRATION(postgres_25, "V0025__requested_claims.postgres.sql");
CARDEA_MIGRATION(sqlite_26, "V0026__refresh_chains.sqlite.sql");
CARDEA_MIGRATION(postgres_26, "V0026__refresh_chains.postgres.sql");
CARDEA_MIGRATION(sqlite_27, "V0027__quiet_groups.sqlite.sql");
CARDEA_MIGRATION(postgres_27, "V0027__quiet_groups.postgres.sql");

namespace cardea::store {

std::span<const db::Migration> migrations(db::Engine engine) {
  static const db::Migration sqlite[] = {{1, "initial", CARDEA_TEXT(sqlite_1)},
                                         {2, "offline_sessions", CARDEA_TEXT(sqlite_2)},
                                         {3, "device_codes", CARDEA_TEXT(sqlite_3)},
                                         {4, "logout_notices", CARDEA_TEXT(sqlite_4)},
                                         {5, "used_ids", CARDEA_TEXT(sqlite_5)},
                                         {6, "tickets", CARDEA_TEXT(sqlite_6)},
                                         {7, "mails", CARDEA_TEXT(sqlite_7)},
                                         {8, "role_parents", CARDEA_TEXT(sqlite_8)},
                                         {9, "accounts", CARDEA_TEXT(sqlite_9)},
                                         {10, "federated_identities", CARDEA_TEXT(sqlite_10)},
                                         {11, "events", CARDEA_TEXT(sqlite_11)},
                                         {12, "gate", CARDEA_TEXT(sqlite_12)},
                                         {13, "device_code_settled", CARDEA_TEXT(sqlite_13)},
                                         {14, "organizations", CARDEA_TEXT(sqlite_14)},
                                         {15, "upstream", CARDEA_TEXT(sqlite_15)},
                                         {16, "provisioned_users", CARDEA_TEXT(sqlite_16)},
                                         {17, "failures_of_nobody", CARDEA_TEXT(sqlite_17)},
                                         {18, "organization_groups", CARDEA_TEXT(sqlite_18)},
                                         {19, "user_lists", CARDEA_TEXT(sqlite_19)},
                                         {20, "federated_names", CARDEA_TEXT(sqlite_20)},
                                         {21, "user_names_by_byte", CARDEA_TEXT(sqlite_21)},
                                         {22, "adapter_sessions", CARDEA_TEXT(sqlite_22)},
                                         {23, "directory_sync", CARDEA_TEXT(sqlite_23)},
                                         {24, "organization_group_roles", CARDEA_TEXT(sqlite_24)},
                                         {25, "requested_claims", CARDEA_TEXT(sqlite_25)},
                                         {26, "refresh_chains", CARDEA_TEXT(sqlite_26)},
                                         {27, "quiet_groups", CARDEA_TEXT(sqlite_27)}};
  static const db::Migration postgres[] = {{1, "initial", CARDEA_TEXT(postgres_1)},
                                           {2, "offline_sessions", CARDEA_TEXT(postgres_2)},
                                           {3, "device_codes", CARDEA_TEXT(postgres_3)},
                                           {4, "logout_notices", CARDEA_TEXT(postgres_4)},
                                           {5, "used_ids", CARDEA_TEXT(postgres_5)},
                                           {6, "tickets", CARDEA_TEXT(postgres_6)},
                                           {7, "mails", CARDEA_TEXT(postgres_7)},
                                           {8, "role_parents", CARDEA_TEXT(postgres_8)},
                                           {9, "accounts", CARDEA_TEXT(postgres_9)},
                                           {10, "federated_identities", CARDEA_TEXT(postgres_10)},
                                           {11, "events", CARDEA_TEXT(postgres_11)},
                                           {12, "gate", CARDEA_TEXT(postgres_12)},
                                           {13, "device_code_settled", CARDEA_TEXT(postgres_13)},
                                           {14, "organizations", CARDEA_TEXT(postgres_14)},
                                           {15, "upstream", CARDEA_TEXT(postgres_15)},
                                           {16, "provisioned_users", CARDEA_TEXT(postgres_16)},
                                           {17, "failures_of_nobody", CARDEA_TEXT(postgres_17)},
                                           {18, "organization_groups", CARDEA_TEXT(postgres_18)},
                                           {19, "user_lists", CARDEA_TEXT(postgres_19)},
                                           {20, "federated_names", CARDEA_TEXT(postgres_20)},
                                           {21, "user_names_by_byte", CARDEA_TEXT(postgres_21)},
                                           {22, "adapter_sessions", CARDEA_TEXT(postgres_22)},
                                           {23, "directory_sync", CARDEA_TEXT(postgres_23)},
                                           {24, "organization_group_roles", CARDEA_TEXT(postgres_24)},
                                           {25, "requested_claims", CARDEA_TEXT(postgres_25)},
                                           {26, "refresh_chains", CARDEA_TEXT(postgres_26)},
                                           {27, "quiet_groups", CARDEA_TEXT(postgres_27)}};
  if (engine == db::Engine::kPostgres) return postgres;
  return sqlite;
}

}  // namespace cardea::store
