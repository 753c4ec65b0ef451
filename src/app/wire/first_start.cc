#include "app/wire/first_start.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "app/wire/host_claims.h"
#include "core/bootstrap_master.h"
#include "core/import/import_stage.h"
#include "core/import/realm_documents.h"
#include "core/realm_import.h"
#include "login/playground.h"

namespace cardea::app {

namespace {

constexpr std::string_view kMaster = "master";

ImportOptions options_of(const FirstStart& start) {
  ImportOptions options;
  options.lookup = [&environment = start.environment](std::string_view name) -> std::optional<std::string> {
    // Our own secrets are not for realm files, where they would become readable settings.
    if (name.starts_with(kEnvironmentPrefix)) {
      const auto* option = find_option(option_name(name));
      if (option != nullptr && option->has(kSecret)) return std::nullopt;
    }
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  // A SQLite folder is ours alone, so a claim left behind is that of a process that is gone.
  if (start.settings.db == Database::kSqlite) options.abandoned_after = seconds{0};
  return options;
}

/// Runs `work` until it is not in progress elsewhere.
template <class Work>
auto retry_while_in_progress(FirstStart& start, Work work) {
  auto done = work();
  while (!done && done.error().error == ImportError::kInProgress && start.wait()) done = work();
  return done;
}

/// The client of the page /playground, in a master that was just made by start-dev.
void add_playground(FirstStart& start) {
  const auto realm = find_realm(start.tools, kMaster);
  const auto added = !realm || !*realm ? Stored<void>(refuse(StoreError::kCorrupt)) : [&] {
    const auto client = login::playground_client(**realm, start.tools.random);
    auto& repositories = start.tools.repositories;
    return repositories.store.write([&](Tx& tx) { return repositories.clients.insert(tx, (*realm)->id, client); });
  }();
  if (!added) start.log.warning("playground_not_added", {{"error", describe(added.error())}});
}

/// The import folder in data-dir may be missing: then there is nothing to import.
bool is_default_and_absent(const ServerSettings& settings) {
  std::error_code ignored;
  return settings.import_realm == settings.data_dir + "/import" &&
         !std::filesystem::exists(settings.import_realm, ignored);
}

void tell(const ImportReport& report, const std::string& file, Log& log) {
  if (report.outcome == ImportOutcome::kExists) {
    log.info("realm_exists", {{"realm", report.realm}, {"file", file}});
    return;
  }
  log.info("realm_imported", {{"realm", report.realm},
                              {"file", file},
                              {"clients", report.clients},
                              {"roles", report.roles},
                              {"groups", report.groups},
                              {"users", report.users}});
  if (!report.review.empty())
    log.warning("realm_import_review", {{"realm", report.realm}, {"text", report.review.text()}});
}

}  // namespace

Result<void, std::string> make_master(FirstStart& start) {
  const auto& settings = start.settings;
  if (const auto cleared = clear_abandoned_imports(start.tools.repositories, start.tools.clock, start.tools.random,
                                                   options_of(start).abandoned_after);
      cleared && *cleared > 0)
    start.log.info("abandoned_imports_removed", {{"count", *cleared}});

  const auto existing = find_realm(start.tools, kMaster);
  if (!existing) return refuse("cannot read the database: " + std::string(describe(existing.error())));
  if (*existing) return {};
  const bool given = !settings.bootstrap_admin_password.empty();
  if (!given && !start.show_password)
    return refuse(
        std::string("the first administrator needs a password, and there is no terminal to show a random one on: "
                    "set bootstrap-admin-password"));

  auto made = retry_while_in_progress(start, [&] {
    FirstAdmin admin;
    admin.username = settings.bootstrap_admin_username;
    if (given) admin.password = settings.bootstrap_admin_password.clone();
    return bootstrap_master(start.tools, std::move(admin), options_of(start));
  });
  if (!made) return refuse("cannot make the realm master: " + made.error().describe());
  if (!made->made) return {};  // another node did
  if (made->made_password) start.show_password(made->username, *made->made_password);
  start.log.info("realm_made", {{"realm", kMaster}, {"administrator", made->username}});
  if (settings.development) add_playground(start);
  return {};
}

Result<void, std::string> import_realms(FirstStart& start) {
  const auto& path = start.settings.import_realm;
  if (path.empty() || is_default_and_absent(start.settings)) return {};
  const auto documents = read_realm_documents(path);
  if (!documents) {
    std::string text = "cannot import " + path;
    for (const auto& problem : documents.error())
      text.append("; ").append(problem.source).append(": ").append(problem.text);
    return refuse(std::move(text));
  }
  // Before anything is made of them: what stands in the database then is there at the next start, too.
  const FileClaims claims{.settings = start.settings, .repositories = start.tools.repositories, .replaces = false};
  if (auto problem = claims.problem(*documents); !problem.empty())
    return refuse("cannot import " + path + ": " + problem);
  for (const auto& document : *documents) {
    const auto done = retry_while_in_progress(
        start, [&] { return import_realm(start.tools, json::object(document.realm), options_of(start)); });
    if (!done) return refuse("cannot import " + document.source + ": " + done.error().describe());
    tell(*done, document.source, start.log);
  }
  return {};
}

}  // namespace cardea::app
