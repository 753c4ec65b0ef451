#include "core/import/run_import.h"

#include <algorithm>
#include <vector>

#include "core/import/import_stage.h"
#include "core/import/plan_organizations.h"
#include "core/import/plan_users.h"
#include "core/import/write_realm.h"
#include "core/realm_defaults.h"
#include "core/realm_keys.h"

namespace cardea {
namespace {

constexpr std::size_t kUsersInMemory = 200;

using Failed = std::optional<ImportFailure>;

/// One import on its way from plan to rows.
class Run {
 public:
  Run(const ImportTools& tools, const ImportOptions& options, RealmPlan plan)
      : tools_(tools),
        plan_(std::move(plan)),
        stage_(tools.repositories, tools.clock, tools.random, options.abandoned_after) {}

  RealmPlan& plan() { return plan_; }
  [[nodiscard]] std::size_t users_written(const UserSource& users) const {
    return users.count + service_accounts_.size();
  }

  /// Everything there is to refuse, and the rows that can be made before the first write.
  void prepare(const UserSource& users, RepresentationProblems& problems, ImportReview& review) {
    UserNames names;
    const JsonPath root;
    const JsonPath list(root, "users");
    for (std::size_t i = 0; i < users.count; ++i) {
      const JsonPath at(list, i);
      const auto user = users.read(i, at, problems);
      names.look_over(user, at, plan_, tools_.random, problems, review);
      if (users.review) users.review(i, user, at, review);
    }
    service_accounts_ = make_service_accounts(plan_, names, tools_.clock.now(), tools_.random, problems);
    organizations_ = take_organizations(plan_, tools_.random, problems, review);
  }

  Failed make_keys() {
    for (auto& wanted : plan_.keys) {
      const auto record = "key " + wanted.key.name;
      auto key = complete_key(std::move(wanted), plan_.realm.name, tools_.clock.now(), tools_.random);
      if (!key) return ImportFailure{.error = ImportError::kKey, .record = record};
      keys_.push_back(std::move(*key));
    }
    plan_.keys.clear();
    return std::nullopt;
  }

  /// Stages the rows and makes the realm visible. `exists` is set when somebody else was first.
  Failed write(const UserSource& users, bool& exists) {
    const auto begun = stage_.begin(plan_.realm.id, plan_.realm.name);
    if (!begun) return store_failure(begun.error());
    if (*begun == ImportStage::Begin::kInProgress) return ImportFailure{.error = ImportError::kInProgress};
    if (*begun == ImportStage::Begin::kIdTaken) return ImportFailure{.error = ImportError::kTaken, .record = "id"};
    auto failed = write_rows(users);
    if (!failed) failed = finish(exists);
    if (failed || exists) stage_.abandon();
    return failed;
  }

 private:
  static ImportFailure store_failure(StoreError error) { return {.error = ImportError::kStore, .store = error}; }

  Failed judge(const std::optional<WriteFailure>& failure) {
    if (!failure) return std::nullopt;
    if (failure->error != StoreError::kConflict) return store_failure(failure->error);
    if (!stage_.holds_claim()) return ImportFailure{.error = ImportError::kClaimLost};
    return ImportFailure{.error = ImportError::kTaken, .record = failure->record};
  }

  Failed write_rows(const UserSource& users) {
    if (auto failed = judge(write_settings(stage_, tools_.repositories, plan_, keys_))) return failed;
    const JsonPath root;
    const JsonPath list(root, "users");
    const bool duplicates = plan_.realm.duplicate_emails_allowed;
    for (std::size_t first = 0; first < users.count; first += kUsersInMemory) {
      std::vector<UserRows> batch;
      RepresentationProblems none;  // looked over already
      for (std::size_t i = first; i < std::min(users.count, first + kUsersInMemory); ++i) {
        auto rows = make_user_rows(users.read(i, JsonPath(list, i), none), plan_, tools_.clock.now(), tools_.random);
        if (!rows) return ImportFailure{.error = ImportError::kPassword, .record = JsonPath(list, i).str()};
        batch.push_back(std::move(*rows));
      }
      if (auto failed = judge(write_users(stage_, tools_.repositories, batch, first, duplicates))) return failed;
    }
    if (auto failed = judge(write_users(stage_, tools_.repositories, service_accounts_, users.count, duplicates))) {
      return failed;
    }
    std::size_t at = 0;
    std::string part;
    const auto written = stage_.write_all(organizations_.size(), at, [&](Tx& tx, std::size_t i) {
      return write_organization(tx, tools_.repositories, plan_.realm.id, organizations_[i], part);
    });
    if (written) return std::nullopt;
    return judge(WriteFailure{written.error(), "organizations[" + std::to_string(at) + "]" + part});
  }

  Failed finish(bool& exists) {
    const bool is_master = plan_.realm.name == kMasterRealm;
    const auto access = is_master ? RealmPlan{} : plan_admin_access(plan_.realm.name, tools_.random);
    const auto finished = stage_.finish(plan_.realm, [&](Tx& tx) -> Stored<void> {
      if (is_master) return {};
      return write_admin_access(tx, tools_.repositories, access);
    });
    if (!finished) {
      const auto winner = find_realm(tools_, plan_.realm.name);  // another transaction took the name between ours
      exists = finished.error() == StoreError::kConflict && winner && winner->has_value();
      return exists ? std::nullopt : judge(WriteFailure{finished.error(), "the admin client in master"});
    }
    exists = *finished == ImportStage::Finish::kNameTaken;
    return std::nullopt;
  }

  const ImportTools& tools_;
  RealmPlan plan_;
  ImportStage stage_;
  std::vector<RealmKey> keys_;
  std::vector<UserRows> service_accounts_;
  std::vector<OrganizationRows> organizations_;
};

}  // namespace

std::string ImportFailure::describe() const {
  switch (error) {
    case ImportError::kInvalid:
      return "the realm cannot be imported as it is:\n" + problems.describe();
    case ImportError::kInProgress:
      return "another process is importing a realm of this name; try again later";
    case ImportError::kTaken:
      return record + ": its id or name belongs to another realm already";
    case ImportError::kClaimLost:
      return "another process took this import over";
    case ImportError::kKey:
      return record + ": the key could not be made";
    case ImportError::kPassword:
      return record + ": the password could not be hashed";
    case ImportError::kStore:
      return "the database did not do it: " + std::string(cardea::describe(store));
  }
  return {};
}

Stored<std::optional<Realm>> find_realm(const ImportTools& tools, std::string_view name) {
  return read_from(tools.repositories.store,
                   [&](Rows& rows) { return tools.repositories.realms.find_by_name(rows, name); });
}

Result<ImportReport, ImportFailure> run_import(const ImportTools& tools, const ImportOptions& options, RealmFile file,
                                               const UserSource& users, ImportReview review) {
  RepresentationProblems problems;
  Run run(tools, options, plan_realm(std::move(file), tools.random, problems, review));
  run.prepare(users, problems, review);
  if (!problems.empty()) return refuse(ImportFailure{.error = ImportError::kInvalid, .problems = std::move(problems)});
  ImportReport report{.realm = run.plan().realm.name,
                      .id = run.plan().realm.id,
                      .clients = run.plan().clients.size(),
                      .scopes = run.plan().scopes.size(),
                      .roles = run.plan().roles.size(),
                      .groups = run.plan().groups.size(),
                      .users = run.users_written(users),
                      .review = std::move(review)};
  if (auto failed = run.make_keys()) return refuse(std::move(*failed));
  bool exists = false;
  if (auto failed = run.write(users, exists)) return refuse(std::move(*failed));
  if (exists) return ImportReport{.realm = report.realm, .id = {}, .outcome = ImportOutcome::kExists};
  return report;
}

}  // namespace cardea
