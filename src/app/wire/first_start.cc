#include "app/wire/first_start.h"

#include <utility>

#include "core/bootstrap_master.h"
#include "core/import/realm_documents.h"
#include "core/realm_import.h"
#include "login/playground.h"

namespace cardea::app {
namespace {

PlaceholderLookup lookup_in(const Environment& environment) {
  return [&environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
}

/// start-dev only: the page's own client, beside an administrator that was made just now.
Result<void, std::string> add_playground_client(const ImportTools& tools) {
  const auto& repositories = tools.repositories;
  const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto master = repositories.realms.find_by_name(tx, "master");
    if (!master) return refuse(master.error());
    if (!*master) return {};
    return repositories.clients.insert(tx, (*master)->id, login::playground_client(**master, tools.random));
  });
  if (stored || stored.error() == StoreError::kConflict) return {};
  return refuse("the playground's client could not be stored: " + std::string(describe(stored.error())));
}

Result<void, std::string> import_one(const ImportTools& tools, const ImportOptions& options, RealmDocument document,
                                     Log& log) {
  auto imported = import_realm(tools, std::move(document.realm), options);
  if (!imported) return refuse("realm file " + document.source + ": " + imported.error().describe());
  if (imported->outcome == ImportOutcome::kExists) {
    log.info("realm_import_skipped", {{"realm", imported->realm}, {"file", document.source}, {"reason", "exists"}});
    return {};
  }
  log.info("realm_imported", {{"realm", imported->realm},
                              {"file", document.source},
                              {"clients", imported->clients},
                              {"roles", imported->roles},
                              {"groups", imported->groups},
                              {"users", imported->users}});
  if (!imported->review.empty()) {
    log.warning("realm_import_review", {{"realm", imported->realm}, {"text", imported->review.text()}});
  }
  return {};
}

Result<void, std::string> import_all(const ImportTools& tools, const ServerSettings& settings,
                                     const Environment& environment, Log& log) {
  auto documents = read_realm_documents(settings.import_realm);
  if (!documents) {
    std::string text = "--import-realm " + settings.import_realm;
    for (const auto& problem : documents.error())
      text.append("; ").append(problem.source).append(": ").append(problem.text);
    return refuse(std::move(text));
  }
  ImportOptions options;
  options.lookup = lookup_in(environment);
  for (auto& document : *documents) {
    if (auto done = import_one(tools, options, std::move(document), log); !done) return done;
  }
  return {};
}

}  // namespace

Result<FirstStartReport, std::string> prepare_realms(const ServerSettings& settings, const Environment& environment,
                                                     const Repositories& repositories, const Clock& clock,
                                                     Random& random, Log& log) {
  const ImportTools tools{repositories, clock, random};
  FirstAdmin admin;
  admin.username = settings.bootstrap_admin_username;
  if (!settings.bootstrap_admin_password.empty()) admin.password = settings.bootstrap_admin_password.clone();
  auto made = bootstrap_master(tools, std::move(admin));
  if (!made) return refuse("the realm master could not be made: " + made.error().describe());
  FirstStartReport report;
  report.made_master = made->made;
  report.admin_username = made->username;
  if (made->made_password) report.admin_password = std::move(*made->made_password);
  if (made->made) {
    log.info("master_made", {{"admin", made->username}});
    if (settings.development) {
      if (auto done = add_playground_client(tools); !done) return refuse(std::move(done.error()));
    }
  }
  if (settings.import_realm.empty()) return report;
  if (auto done = import_all(tools, settings, environment, log); !done) return refuse(std::move(done.error()));
  return report;
}

}  // namespace cardea::app
