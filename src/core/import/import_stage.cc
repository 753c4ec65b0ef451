#include "core/import/import_stage.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr auto kOwner = "cardea.import.owner";
constexpr auto kBeat = "cardea.import.beat";
constexpr std::size_t kRowsPerWriteMin = 20;
constexpr std::size_t kRowsPerWriteMax = 2000;

}  // namespace

ImportStage::Claim ImportStage::claim_of(const Realm& realm) {
  const auto read = [&](const char* name) {
    const auto found = realm.attributes.find(name);
    return found == realm.attributes.end() ? std::string{} : found->second;
  };
  return {read(kOwner), parse_integer<std::int64_t>(read(kBeat)).value_or(0)};
}

Realm ImportStage::hidden() const {
  Realm realm;
  realm.id = id_;
  realm.name = hidden_name_;
  realm.enabled = false;
  realm.attributes = {{kOwner, owner_}, {kBeat, std::to_string(epoch_milliseconds(clock_.now()))}};
  return realm;
}

/// Holds when the hidden realm is ours; writes the time down.
Stored<void> ImportStage::renew(Tx& tx) {
  const auto found = repositories_.realms.find_by_name(tx, hidden_name_);
  if (!found) return refuse(found.error());
  if (!*found || claim_of(**found).owner != owner_) return refuse(StoreError::kConflict);
  return repositories_.realms.update(tx, hidden());
}

/// True when nothing is in the way any more; false when another import is alive.
Stored<bool> ImportStage::take_over() {
  const auto found =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.find_by_name(rows, hidden_name_); });
  if (!found) return refuse(found.error());
  if (!*found) return true;
  const auto seen = claim_of(**found);
  if (clock_.now() - from_epoch_milliseconds(seen.beat) < abandoned_after_) return false;
  id_ = (*found)->id;
  const auto taken = repositories_.store.write([&](Tx& tx) -> Stored<void> {
    const auto now = repositories_.realms.find_by_name(tx, hidden_name_);
    if (!now) return refuse(now.error());
    if (!*now || claim_of(**now).owner != seen.owner) return refuse(StoreError::kConflict);
    return repositories_.realms.update(tx, hidden());
  });
  if (!taken) {
    if (taken.error() == StoreError::kConflict) return false;
    return refuse(taken.error());
  }
  if (auto removed = remove_rows(); !removed) return refuse(removed.error());
  return true;
}

Stored<void> ImportStage::remove_rows() {
  for (bool gone = false; !gone;) {
    const auto begun = clock_.steady();
    const auto done = write_to(repositories_.store, [&](Tx& tx) -> Stored<bool> {
      if (auto ours = renew(tx); !ours) return refuse(ours.error());
      return repositories_.realms.remove_some(tx, id_, static_cast<int>(rows_per_write_));
    });
    if (!done) return refuse(done.error());
    gone = *done;
    learn(rows_per_write_, clock_.steady() - begun);
  }
  return {};
}

Stored<ImportStage::Begin> ImportStage::begin(const RealmId& id, std::string_view name) {
  hidden_name_ = std::string(Realm::kImportingPrefix) + std::string(name);
  const auto is_free = take_over();
  if (!is_free) return refuse(is_free.error());
  if (!*is_free) return Begin::kInProgress;
  id_ = id;
  const auto inserted = repositories_.store.write([&](Tx& tx) { return repositories_.realms.insert(tx, hidden()); });
  if (inserted) return Begin::kBegun;
  if (inserted.error() != StoreError::kConflict) return refuse(inserted.error());
  const auto other =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.find_by_name(rows, hidden_name_); });
  if (!other) return refuse(other.error());
  return *other ? Begin::kInProgress : Begin::kIdTaken;
}

Stored<void> ImportStage::write(const std::function<Stored<void>(Tx&)>& function) {
  return repositories_.store.write([&](Tx& tx) -> Stored<void> {
    if (auto ours = renew(tx); !ours) return ours;
    return function(tx);
  });
}

Stored<void> ImportStage::write_all(std::size_t count, std::size_t& failed,
                                    const std::function<Stored<void>(Tx&, std::size_t)>& write_one) {
  for (std::size_t first = 0; first < count;) {
    const auto end = std::min(count, first + rows_per_write_);
    const auto begun = clock_.steady();
    auto done = write([&](Tx& tx) -> Stored<void> {
      for (auto i = first; i < end; ++i) {
        failed = i;
        if (auto written = write_one(tx, i); !written) return written;
      }
      return {};
    });
    if (!done) return done;
    learn(end - first, clock_.steady() - begun);
    first = end;
  }
  return {};
}

/// Fits the number of rows to the time one transaction took.
void ImportStage::learn(std::size_t rows, std::chrono::nanoseconds took) {
  if (took > kImportSlice) {
    rows_per_write_ = std::max(kRowsPerWriteMin, rows_per_write_ / 2);
  } else if (took * 3 < kImportSlice && rows >= rows_per_write_) {
    rows_per_write_ = std::min(kRowsPerWriteMax, rows_per_write_ * 2);
  }
}

Stored<ImportStage::Finish> ImportStage::finish(const Realm& realm, const std::function<Stored<void>(Tx&)>& also) {
  CARDEA_ASSERT(realm.id == id_ && !realm.is_being_imported());
  auto answer = Finish::kVisible;
  const auto done = repositories_.store.write([&](Tx& tx) -> Stored<void> {
    answer = Finish::kVisible;
    if (auto ours = renew(tx); !ours) return ours;
    const auto holder = repositories_.realms.find_by_name(tx, realm.name);
    if (!holder) return refuse(holder.error());
    if (*holder) {
      answer = Finish::kNameTaken;
      return {};
    }
    if (auto written = also(tx); !written) return written;
    return repositories_.realms.update(tx, realm);
  });
  if (!done) return refuse(done.error());
  return answer;
}

bool ImportStage::holds_claim() {
  const auto found =
      read_from(repositories_.store, [&](Rows& rows) { return repositories_.realms.find_by_name(rows, hidden_name_); });
  return found && *found && claim_of(**found).owner == owner_;
}

void ImportStage::abandon() { (void)remove_rows(); }

Stored<int> clear_abandoned_imports(Repositories repositories, const Clock& clock, Random& random,
                                    seconds abandoned_after) {
  const auto hidden = read_from(repositories.store,
                                [&](Rows& rows) { return repositories.realms.names(rows, Realm::kImportingPrefix); });
  if (!hidden) return refuse(hidden.error());
  int cleared = 0;
  for (const auto& [id, name] : *hidden) {
    ImportStage stage(repositories, clock, random, abandoned_after);
    const auto begun = stage.begin(id, name.substr(Realm::kImportingPrefix.size()));
    if (!begun) return refuse(begun.error());
    if (*begun != ImportStage::Begin::kBegun) continue;
    stage.abandon();
    ++cleared;
  }
  return cleared;
}

}  // namespace cardea
