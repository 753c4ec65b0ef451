// The realm of a stopped server's database, for the programs that fill it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings/read_settings.h"
#include "app/wire/database.h"
#include "tests/support/memory_log.h"

namespace cardea::bench {

/// Says on standard error what `program` could not do; the code to end with.
inline int failed(std::string_view program, std::string_view what) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(program.size()), program.data(), static_cast<int>(what.size()),
               what.data());
  return 1;
}

struct OpenRealm {
  MemoryLog log;
  SystemRandom random;
  std::unique_ptr<app::OpenDatabase> database;
  Realm realm;
};

/// `arguments`: the command and options of the server. Refused with what to tell.
inline Result<std::unique_ptr<OpenRealm>, std::string> open_realm(std::string_view name,
                                                                  const std::vector<std::string>& arguments) {
  app::Environment environment;
  if (const char* key = std::getenv("KC_MASTER_KEY")) environment["KC_MASTER_KEY"] = key;
  const auto configuration = app::read_settings(app::parse_command_line(arguments), environment,
                                                [](const std::string&) { return std::nullopt; });
  if (!configuration) return refuse(std::string(configuration.error().items().front().text));
  auto open = std::make_unique<OpenRealm>();
  auto database = app::OpenDatabase::open(configuration->settings, environment, open->log, open->random);
  if (!database) return refuse(database.error());
  open->database = std::move(*database);
  const auto& repositories = open->database->repositories();
  auto realm = read_from(repositories.store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, name); });
  if (!realm || !*realm) return refuse(std::string("no such realm"));
  open->realm = std::move(**realm);
  return open;
}

}  // namespace cardea::bench
