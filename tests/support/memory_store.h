// Every repository of domain/repository in memory, with the promises of the SQL store: snapshots for readers, one
// writer at a time, all or nothing, kConflict on taken names and lost races. For fast tests of what stands above the
// store. The knobs let a test fail or repeat a transaction at will.
#pragma once

#include <memory>

#include "domain/repository/repositories.h"

namespace cardea {

struct MemoryData;
struct MemoryRepos;

class MemoryStore final : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  /// References into this object; it must outlive them.
  [[nodiscard]] Repositories repositories();

  [[nodiscard]] bool reads_block() const override { return reads_block_; }
  Stored<void> read(const std::function<Stored<void>(Rows&)>& function) override;
  /// Commits before it returns. A write inside a write is a bug and traps.
  Stored<void> write(const std::function<Stored<void>(Tx&)>& function) override;

  /// Answers `reads_block` as PostgreSQL does. Set before use.
  void set_reads_block(bool reads_block) { reads_block_ = reads_block; }
  /// Runs the function of every write twice and commits the second run, as PostgreSQL may after 40001.
  void run_writes_twice(bool twice);
  /// Of the writes that follow, lets `after` pass and then fails every one with `error`, rolled back.
  void fail_writes(int after, StoreError error);
  /// Ends what `fail_writes` began.
  void heal();
  /// Transactions committed so far.
  [[nodiscard]] int commits() const;
  /// Calls of repositories so far: what would be statements on SQL.
  [[nodiscard]] int statements() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::unique_ptr<MemoryRepos> repos_;
  bool reads_block_ = false;
};

}  // namespace cardea
