#include "db/postgres/session.h"

#include <algorithm>

namespace cardea::db {
namespace {

constexpr Sql kBegin{"BEGIN"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollBack{"ROLLBACK"};

/// Statements held back at most, so that an import sends as it goes.
constexpr std::size_t kHeldMax = 128;

constexpr auto ignore_rows = [](const Row&) {};

std::span<const Value> as_span(Values values) { return {values.begin(), values.size()}; }

}  // namespace

Result<std::int64_t, DbError> PgReadSession::run(const Sql& sql, Values values, RowVisitor visit) {
  if (failure_) return refuse(*failure_);
  const PgCall call{&sql, as_span(values)};
  auto rows = connection_.exchange({&call, 1}, PgStage::kInside, visit);
  if (!rows) failure_ = rows.error();
  return rows;
}

Result<void, DbError> PgReadSession::send(const Sql& sql, Values values) {
  const auto done = run(sql, values, ignore_rows);
  if (!done) return refuse(done.error());
  return {};
}

PgTransaction::Held::Held(const Sql& sql, Values values) : sql_(&sql), values_(values) {
  std::size_t size = 0;
  for (const Value& value : values_) size += value.bytes().size();
  bytes_ = std::make_unique<char[]>(size);
  char* at = bytes_.get();
  for (Value& value : values_) {
    const auto bytes = value.bytes();
    std::copy(bytes.begin(), bytes.end(), at);
    value = value.over({at, bytes.size()});
    at += bytes.size();
  }
}

Result<std::int64_t, DbError> PgTransaction::run(const Sql& sql, Values values, RowVisitor visit) {
  if (failure_) return refuse(*failure_);
  const PgCall call{&sql, as_span(values)};
  return flush(&call, PgStage::kInside, visit);
}

Result<void, DbError> PgTransaction::send(const Sql& sql, Values values) {
  if (failure_) return refuse(*failure_);
  held_.emplace_back(sql, values);
  if (held_.size() < kHeldMax) return {};
  const auto sent = flush(nullptr, PgStage::kInside, ignore_rows);
  if (!sent) return refuse(sent.error());
  return {};
}

/// Sends everything held back, then `last`, in one exchange. An exchange without BEGIN commits by itself.
Result<std::int64_t, DbError> PgTransaction::flush(const PgCall* last, PgStage stage, RowVisitor visit) {
  std::vector<PgCall> calls;
  calls.reserve(held_.size() + 2);
  if (!begun_ && stage == PgStage::kInside) {
    calls.push_back({&kBegin, {}});
    begun_ = true;
  }
  for (const Held& held : held_) calls.push_back(held.call());
  if (last != nullptr) calls.push_back(*last);
  auto rows = connection_.exchange(calls, stage, visit);
  held_.clear();
  if (!rows) failure_ = rows.error();
  return rows;
}

Result<void, DbError> PgTransaction::finish(Verdict verdict) {
  if (!failure_ && verdict == Verdict::kCommit) return commit();
  roll_back();
  if (failure_) return refuse(*failure_);
  return {};
}

Result<void, DbError> PgTransaction::commit() {
  if (!begun_ && held_.empty()) return {};  // it did nothing
  const PgCall commit{&kCommit, {}};
  const auto done = flush(begun_ ? &commit : nullptr, PgStage::kCommits, ignore_rows);
  if (done) return {};
  roll_back();
  return refuse(done.error());
}

void PgTransaction::roll_back() {
  held_.clear();
  if (!connection_.is_usable() || connection_.is_idle()) return;
  const PgCall call{&kRollBack, {}};
  (void)connection_.exchange({&call, 1}, PgStage::kInside, ignore_rows);  // if it fails, the pool drops the connection
}

}  // namespace cardea::db
