// The staging of an import. Its rows are written in many short transactions into a realm that nobody can reach: its
// name is "importing/<name>", no request can carry that, and it is disabled. The last transaction gives it its name and
// with it everything becomes visible at once. What a crashed import leaves is never served; the next import of that
// name, or clear_abandoned_imports, removes it.
//
// The hidden realm row carries who is importing and when that was last alive. Every transaction checks the first and
// renews the second, so that of two nodes importing the same file one writes and the other is told so; a node that lost
// its claim writes nothing more.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// A transaction of an import aims to hold the writer no longer than this.
inline constexpr milliseconds kImportSlice{50};

class ImportStage {
 public:
  /// `abandoned_after`: how long a silent import keeps its claim. Zero when nobody else can be importing.
  ImportStage(Repositories repositories, const Clock& clock, Random& random, seconds abandoned_after)
      : repositories_(repositories), clock_(clock), owner_(random_handle(random)), abandoned_after_(abandoned_after) {}

  enum class Begin { kBegun, kInProgress, kIdTaken };
  /// Inserts the hidden realm, after removing what an abandoned import left.
  [[nodiscard]] Stored<Begin> begin(const RealmId& id, std::string_view name);

  /// Runs one transaction under the claim. kConflict when the claim is lost, besides what `function` answers.
  [[nodiscard]] Stored<void> write(const std::function<Stored<void>(Tx&)>& function);

  /// Calls `write_one(tx, i)` for every i below `count`, as many in one transaction as fit into kImportSlice. On an
  /// error, `failed` is the item it happened at.
  [[nodiscard]] Stored<void> write_all(std::size_t count, std::size_t& failed,
                                       const std::function<Stored<void>(Tx&, std::size_t)>& write_one);

  enum class Finish { kVisible, kNameTaken };
  /// The last transaction: `also`, then the realm gets its settings and its name.
  [[nodiscard]] Stored<Finish> finish(const Realm& realm, const std::function<Stored<void>(Tx&)>& also);

  /// False when another import took over, or the store does not say.
  [[nodiscard]] bool holds_claim();

  /// Removes everything that was written. What cannot be removed now is left to the next import.
  void abandon();

 private:
  struct Claim {
    std::string owner;
    std::int64_t beat = 0;  // epoch milliseconds
  };
  [[nodiscard]] static Claim claim_of(const Realm& realm);
  [[nodiscard]] Realm hidden() const;
  [[nodiscard]] Stored<void> renew(Tx& tx);
  [[nodiscard]] Stored<bool> take_over();
  [[nodiscard]] Stored<void> remove_rows();
  void learn(std::size_t rows, std::chrono::nanoseconds took);

  Repositories repositories_;
  const Clock& clock_;
  std::string owner_;
  seconds abandoned_after_;
  RealmId id_;
  std::string hidden_name_;
  std::size_t rows_per_write_ = 200;
};

/// Removes what crashed imports left, of every name. For start-up. Answers how many there were.
[[nodiscard]] Stored<int> clear_abandoned_imports(Repositories repositories, const Clock& clock, Random& random,
                                                  seconds abandoned_after);

}  // namespace cardea
