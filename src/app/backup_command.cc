#include "app/backup_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "app/command.h"
#include "app/secret_file.h"
#include "app/wire/data_directory.h"
#include "app/wire/master_key.h"
#include "base/log.h"
#include "base/random.h"
#include "store/backup.h"

namespace cardea::app {
namespace {

constexpr std::string_view kReplaced = ".replaced";
/// A journal without its database would be played into the one that takes its place.
constexpr std::string_view kParts[] = {"", "-wal", "-shm", "-journal"};

int failed(std::FILE* err, std::string_view text) {
  fmt::print(err, "cardea: {}\n", text);
  return kExitFailed;
}

/// Tells how far a long copy has come, at every tenth of it.
class Progress {
 public:
  explicit Progress(std::FILE* err) : err_(err) {}
  void operator()(int done, int total) {
    const int tenth = total > 0 ? done * 10LL / total : 10;
    if (tenth <= told_) return;
    told_ = tenth;
    if (tenth < 10) fmt::print(err_, "copied {}0 %\n", tenth);
  }

 private:
  std::FILE* err_;
  int told_ = 0;
};

/// Copies `from` into the draft of `target` and judges the copy; a sentence when something is wrong.
std::string copy_checked(const std::string& from, SecretFile& target, const MasterKey& key, std::FILE* err) {
  if (!target.problem().empty()) return target.problem();
  ConsoleLog log(LogLevel::kWarning, LogFormat::kText, STDERR_FILENO);
  Progress progress(err);
  const auto copied = store::copy_file(from, target.draft(), progress, log);
  if (!copied) return copied.error().detail;
  if (copied->wrapped_data_key.empty()) return std::string(kNoDataKey);
  const auto sealer = open_sealer(key, copied->wrapped_data_key);
  return sealer ? std::string() : sealer.error();
}

Result<MasterKey, std::string> master_key(const ServerSettings& settings, const Environment& environment) {
  SystemRandom random;
  return load_master_key(settings, environment, false, random);
}

/// Why a restored database may not take this place; empty when it may.
std::string why_taken(const std::string& database, bool may_replace) {
  std::error_code error;
  const auto aside = database + std::string(kReplaced);
  if (std::filesystem::exists(database, error) && !may_replace)
    return database + " exists; --override keeps it as " + aside + " and puts the backup in its place";
  for (const auto part : kParts) {
    const auto to = aside + std::string(part);
    if (std::filesystem::exists(database + std::string(part), error) && std::filesystem::exists(to, error))
      return to + " exists, from an earlier restore: move it away first";
  }
  return {};
}

/// Renames a database with its parts, those that are there; a sentence when one cannot be.
std::string move_parts(const std::string& from, const std::string& to) {
  for (const auto part : kParts) {
    std::error_code error;
    const auto source = from + std::string(part);
    if (!std::filesystem::exists(source, error)) continue;
    std::filesystem::rename(source, to + std::string(part), error);
    if (error) return "cannot move " + source + ": " + error.message();
  }
  return {};
}

std::string use_instead(std::string_view tool) {
  return fmt::format("the database is PostgreSQL, whose own tools do this: {}", tool);
}

}  // namespace

int backup_database(const Configuration& configuration, const RealmFiles& files, const Environment& environment,
                    std::FILE* out, std::FILE* err) {
  const auto& settings = configuration.settings;
  if (settings.db != Database::kSqlite)
    return failed(err, use_instead("pg_dump --format=custom --file FILE URL. Keep the master key with it."));
  const auto key = master_key(settings, environment);
  if (!key) return failed(err, key.error());
  SecretFile file(files.file);
  const auto database = database_file(settings.data_dir);
  auto problem = copy_checked(database, file, *key, err);
  if (problem.empty()) problem = file.finish();
  if (!problem.empty()) return failed(err, problem);
  std::error_code ignored;
  fmt::print(out, "wrote {}, {} bytes\n", files.file, std::filesystem::file_size(files.file, ignored));
  fmt::print(out, "The master key is not in it and is needed to restore it; it came from {}.\n", key->source);
  return kExitDone;
}

int restore_database(const Configuration& configuration, const RealmFiles& files, const Environment& environment,
                     std::FILE* out, std::FILE* err) {
  const auto& settings = configuration.settings;
  if (settings.db != Database::kSqlite)
    return failed(err, use_instead("pg_restore --clean --if-exists --dbname URL FILE, with no server running."));
  const auto directory = DataDirectory::open(settings.data_dir, true);
  if (!directory) return failed(err, directory.error());
  const auto key = master_key(settings, environment);
  if (!key) return failed(err, key.error());
  const auto database = database_file(settings.data_dir);
  if (const auto problem = why_taken(database, files.replace); !problem.empty()) return failed(err, problem);
  SecretFile file(database);
  if (const auto problem = copy_checked(files.file, file, *key, err); !problem.empty()) return failed(err, problem);
  // The copy is whole, good and on the disk: only now does the old database move, and back if that does not help.
  const auto aside = database + std::string(kReplaced);
  auto problem = move_parts(database, aside);
  if (problem.empty()) problem = file.finish();
  if (!problem.empty()) {
    (void)move_parts(aside, database);
    return failed(err, problem);
  }
  fmt::print(out,
             "restored {}. What was revoked or changed after the backup was made is as it was then: see\n"
             "docs/operations.md for what to do before people sign in.\n",
             database);
  return kExitDone;
}

}  // namespace cardea::app
