#include "app/realm_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <optional>

#include "app/command.h"
#include "app/secret_file.h"
#include "app/wire/database.h"
#include "app/wire/host_claims.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/changes/remove_realm.h"
#include "core/export/realm_export.h"
#include "core/import/realm_documents.h"
#include "core/realm_defaults.h"
#include "core/realm_import.h"

namespace cardea::app {
namespace {

constexpr int kUsersPerFile = 50;  // as Keycloak's

int failed(std::FILE* err, std::string_view text) {
  fmt::print(err, "cardea: {}\n", text);
  return kExitFailed;
}

/// Writes a list of users in pieces: a file has `per_file` of them, or all of them.
class UserWriter {
 public:
  UserWriter(std::string folder, std::string realm, std::size_t per_file)
      : folder_(std::move(folder)), realm_(std::move(realm)), per_file_(per_file) {}

  [[nodiscard]] bool take(const json::object& user) {
    if (!file_) {
      file_.emplace(folder_ + "/" + realm_ + "-users-" + std::to_string(files_++) + ".json");
      file_->write("{\"realm\":" + json::serialize(json::value(realm_)) + ",\"users\":[");
      count_ = 0;
    }
    if (count_++ > 0) file_->write(",");
    file_->write(json::serialize(user));
    return count_ < per_file_ || close();
  }
  [[nodiscard]] bool close() {
    if (!file_) return true;
    file_->write("]}\n");
    problem_ = file_->finish();
    file_.reset();
    return problem_.empty();
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string folder_, realm_, problem_;
  std::optional<SecretFile> file_;
  std::size_t per_file_, files_ = 0, count_ = 0;
};

struct Exporter {
  const Repositories& repositories;
  const RealmFiles& files;

  /// Each realm into files of its own. Empty: it worked.
  [[nodiscard]] std::string write_folder(const Realm& realm) const {
    const auto exported = read(realm);
    if (!exported) return exported.error();
    SecretFile file(files.dir + "/" + realm.name + "-realm.json");
    if (auto problem = append(file, realm, *exported, files.users == "realm_file"); !problem.empty()) return problem;
    file.write("\n");
    if (auto problem = file.finish(); !problem.empty()) return problem;
    if (files.users == "skip" || files.users == "realm_file") return {};
    const auto per_file = files.users == "same_file"
                              ? std::numeric_limits<std::size_t>::max()
                              : static_cast<std::size_t>(files.users_per_file.value_or(kUsersPerFile));
    UserWriter users(files.dir, realm.name, per_file);
    const auto done = export_users(repositories, realm.id, exported->names, Secrets::kReveal,
                                   [&](const json::object& user) { return users.take(user); });
    if (!done) return unread(realm, done.error());
    (void)users.close();
    return users.problem();
  }

  /// One realm, or a list of all.
  [[nodiscard]] std::string write_file(const std::vector<Realm>& realms) const {
    const bool is_list = files.realm.empty();
    SecretFile file(files.file);
    if (is_list) file.write("[");
    for (const auto& realm : realms) {
      if (&realm != realms.data()) file.write(",");
      const auto exported = read(realm);
      if (!exported) return exported.error();
      if (auto problem = append(file, realm, *exported, files.users != "skip"); !problem.empty()) return problem;
    }
    file.write(is_list ? "]\n" : "\n");
    return file.finish();
  }

 private:
  [[nodiscard]] static std::string unread(const Realm& realm, StoreError error) {
    return "cannot read users of " + realm.name + ": " + std::string(describe(error));
  }

  [[nodiscard]] Result<ExportedRealm, std::string> read(const Realm& realm) const {
    auto exported = read_from(repositories.store, [&](Rows& rows) { return export_realm(rows, repositories, realm); });
    if (!exported) return refuse("cannot read " + realm.name + ": " + std::string(describe(exported.error())));
    return std::move(*exported);
  }

  /// The users stand last, since they are written as they are read.
  [[nodiscard]] std::string append(SecretFile& file, const Realm& realm, const ExportedRealm& exported,
                                   bool with_users) const {
    auto text = json::serialize(to_json(exported.file, Secrets::kReveal));
    if (!with_users) {
      file.write(text);
      return {};
    }
    text.pop_back();
    file.write(text);
    file.write(",\"users\":[");
    bool is_first = true;
    const auto done =
        export_users(repositories, realm.id, exported.names, Secrets::kReveal, [&](const json::object& user) {
          if (!is_first) file.write(",");
          is_first = false;
          file.write(json::serialize(user));
          return true;
        });
    if (!done) return unread(realm, done.error());
    file.write("]}");
    return {};
  }
};

ImportOptions import_options(const ServerSettings& settings, const Environment& environment) {
  ImportOptions options;
  options.lookup = [&environment](std::string_view name) -> std::optional<std::string> {
    // Our own secrets are not for realm files, where they would become readable settings.
    if (name.starts_with(kEnvironmentPrefix)) {
      const auto* option = find_option(option_name(name));
      if (option != nullptr && option->has(kSecret)) return std::nullopt;
    }
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  if (settings.db == Database::kSqlite) options.abandoned_after = seconds{0};
  return options;
}

}  // namespace

int export_realms(Configuration configuration, const RealmFiles& files, const Environment& environment, std::FILE* out,
                  std::FILE* err) {
  SystemRandom random;
  ConsoleLog log(LogLevel::kWarning, LogFormat::kText, STDERR_FILENO);
  const auto database = OpenDatabase::open(configuration.settings, environment, log, random);
  if (!database) return failed(err, database.error());
  const auto& repositories = (*database)->repositories();
  const auto realms = read_from(repositories.store, [&](Rows& rows) { return repositories.realms.list(rows); });
  if (!realms) return failed(err, "cannot read the database: " + std::string(describe(realms.error())));
  if (!files.dir.empty()) {
    std::error_code error;
    std::filesystem::create_directories(files.dir, error);
    if (error) return failed(err, files.dir + ": " + error.message());
  }
  const Exporter exporter{repositories, files};
  std::vector<Realm> chosen;
  for (const auto& realm : *realms) {
    if (!realm.is_being_imported() && (files.realm.empty() || realm.name == files.realm)) chosen.push_back(realm);
  }
  if (chosen.empty()) return failed(err, "there is no such realm");
  if (files.dir.empty()) {
    if (const auto problem = exporter.write_file(chosen); !problem.empty()) return failed(err, problem);
  }
  for (const auto& realm : chosen) {
    if (!files.dir.empty()) {
      if (const auto problem = exporter.write_folder(realm); !problem.empty()) return failed(err, problem);
    }
    fmt::print(out, "exported {}\n", realm.name);
  }
  return kExitDone;
}

int import_realm_files(Configuration configuration, const RealmFiles& files, const Environment& environment,
                       std::FILE* out, std::FILE* err) {
  const auto& path = files.dir.empty() ? files.file : files.dir;
  const auto documents = read_realm_documents(path);
  if (!documents) {
    std::string text = "cannot import " + path;
    for (const auto& problem : documents.error())
      text.append("; ").append(problem.source).append(": ").append(problem.text);
    return failed(err, text);
  }
  const SystemClock clock;
  SystemRandom random;
  ConsoleLog log(LogLevel::kWarning, LogFormat::kText, STDERR_FILENO);
  const auto database = OpenDatabase::open(configuration.settings, environment, log, random);
  if (!database) return failed(err, database.error());
  const ImportTools tools{(*database)->repositories(), clock, random};
  const auto options = import_options(configuration.settings, environment);
  const FileClaims claims{
      .settings = configuration.settings, .repositories = tools.repositories, .replaces = files.replace};
  if (const auto problem = claims.problem(*documents); !problem.empty())
    return failed(err, "cannot import " + path + ": " + problem);
  for (const auto& document : *documents) {
    const auto name = string_or(document.realm, "realm", "");
    const auto known = find_realm(tools, name);
    if (!known) return failed(err, "cannot read the database: " + std::string(describe(known.error())));
    if (*known) {
      if (!files.replace) return failed(err, "the realm " + name + " exists; --override replaces it");
      if (name == kMasterRealm) return failed(err, "the realm master is not replaced: the server is managed by it");
      if (const auto removed = remove_realm(tools.repositories, name); !removed) {
        return failed(err, "cannot remove " + name + ": " + std::string(describe(removed.error())));
      }
    }
    const auto done = import_realm(tools, json::object(document.realm), options);
    if (!done) return failed(err, "cannot import " + document.source + ": " + done.error().describe());
    fmt::print(out, "imported {}: {} clients, {} roles, {} groups, {} users\n", done->realm, done->clients, done->roles,
               done->groups, done->users);
    if (!done->review.empty()) fmt::print(out, "{}\n", done->review.text());
  }
  return kExitDone;
}

}  // namespace cardea::app
