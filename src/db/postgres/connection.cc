#include "db/postgres/connection.h"

#include <poll.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/assert.h"

namespace cardea::db {
namespace {

constexpr std::size_t kParametersMax = 24;
constexpr int kBinary = 1;

// Object ids of PostgreSQL's own types (pg_type.dat); they never change.
constexpr Oid kBoolOid = 16;
constexpr Oid kByteaOid = 17;
constexpr Oid kInt8Oid = 20;
constexpr Oid kTextOid = 25;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// The parameter arrays libpq wants. Everything travels in binary form with its length.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) : count_(static_cast<int>(values.size())) {
    CARDEA_ASSERT(values.size() <= kParametersMax);
    for (std::size_t i = 0; i < values.size(); ++i) set(i, values[i]);
  }
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  bool send_prepare(PGconn* connection, const char* name, const char* text) const {
    return PQsendPrepare(connection, name, text, count_, types_.data()) == 1;
  }
  bool send_execute(PGconn* connection, const char* name) const {
    return PQsendQueryPrepared(connection, name, count_, pointers_.data(), lengths_.data(), formats_.data(), kBinary) ==
           1;
  }

 private:
  void set(std::size_t i, const Value& value) {
    formats_[i] = kBinary;
    switch (value.kind()) {
      case Value::Kind::kText:
        types_[i] = kTextOid;
        break;
      case Value::Kind::kBlob:
        types_[i] = kByteaOid;
        break;
      case Value::Kind::kInteger:
        types_[i] = kInt8Oid;
        break;
      case Value::Kind::kBoolean:
        types_[i] = kBoolOid;
        break;
    }
    if (value.is_null()) return;
    if (value.kind() == Value::Kind::kText || value.kind() == Value::Kind::kBlob) {
      pointers_[i] = value.bytes().data() == nullptr ? "" : value.bytes().data();
      lengths_[i] = static_cast<int>(value.bytes().size());
      return;
    }
    lengths_[i] = value.kind() == Value::Kind::kBoolean ? 1 : 8;
    for (int byte = 0; byte < lengths_[i]; ++byte) {  // big-endian
      numbers_[i][static_cast<std::size_t>(byte)] =
          static_cast<char>(static_cast<std::uint64_t>(value.integer()) >> (8 * (lengths_[i] - 1 - byte)));
    }
    pointers_[i] = numbers_[i].data();
  }

  int count_;
  std::array<Oid, kParametersMax> types_{};
  std::array<const char*, kParametersMax> pointers_{};
  std::array<int, kParametersMax> lengths_{};
  std::array<int, kParametersMax> formats_{};
  std::array<std::array<char, 8>, kParametersMax> numbers_{};
};

class PgRow final : public Row {
 public:
  PgRow(const PGresult& result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(&result_, row_, column) == 1; }
  std::int64_t integer(int column) const override {
    const auto data = bytes(column);
    if (data.empty() || data.size() > 8) return 0;
    auto number = static_cast<std::uint64_t>((data.front() & 0x80) != 0 && data.size() > 1 ? -1 : 0);
    for (const char c : data) number = number << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(number);
  }
  bool boolean(int column) const override { return integer(column) != 0; }
  std::string_view bytes(int column) const override {
    return {PQgetvalue(&result_, row_, column), static_cast<std::size_t>(PQgetlength(&result_, row_, column))};
  }

 private:
  const PGresult& result_;
  int row_;
};

std::string_view field(const PGresult& result, int code) {
  const char* text = PQresultErrorField(&result, code);
  return text == nullptr ? std::string_view{} : std::string_view(text);
}

std::int64_t rows_of(const PGresult& result) {
  if (PQresultStatus(&result) == PGRES_TUPLES_OK) return PQntuples(&result);
  return std::strtoll(PQcmdTuples(const_cast<PGresult*>(&result)), nullptr, 10);
}

}  // namespace

DbError classify_postgres(std::string_view sqlstate) {
  if (sqlstate.empty()) return DbError::kUnavailable;
  if (sqlstate == "40001" || sqlstate == "40P01") return DbError::kRetry;
  if (sqlstate == "23505" || sqlstate == "23503") return DbError::kConflict;
  if (sqlstate == "57014" || sqlstate == "55P03" || sqlstate == "53300") return DbError::kBusy;
  const auto kind = sqlstate.substr(0, 2);
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58" || sqlstate == "25006" || sqlstate == "25P03") {
    return DbError::kUnavailable;
  }
  return DbError::kBroken;
}

Result<PgHandle, std::string> connect_postgres(const PostgresTarget& target) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : target.keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  const std::string_view password = target.password.reveal();  // a std::string's bytes: they end in NUL
  if (!password.empty()) {
    names.push_back("password");
    values.push_back(password.data());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  PgHandle handle(PQconnectdbParams(names.data(), values.data(), 0));
  if (PQstatus(handle.get()) != CONNECTION_OK) return refuse(std::string(PQerrorMessage(handle.get())));
  return handle;
}

/// One thing whose results come back in turn: preparing a statement, or running it.
struct PgConnection::Step {
  const Sql* sql;
  bool prepares;
  bool is_last;
};

struct PgConnection::Progress {
  std::vector<Step> steps;
  std::size_t at = 0;
  bool step_done = false;  // the step in work has answered well
  std::optional<DbError> error;
  bool is_fatal = false;  // the server ended the connection with it
  std::int64_t rows = 0;
};

PgConnection::PgConnection(PgHandle handle, std::chrono::milliseconds answer_within, Counter& round_trips, Log& log)
    : handle_(std::move(handle)), answer_within_(answer_within), round_trips_(round_trips), log_(log) {
  PQsetnonblocking(handle_.get(), 1);
  PQsetNoticeReceiver(handle_.get(), &PgConnection::on_notice, this);
  usable_ = PQenterPipelineMode(handle_.get()) == 1;
}

void PgConnection::on_notice(void* self, const PGresult* notice) {
  if (field(*notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING") static_cast<PgConnection*>(self)->warned_ = true;
}

Result<std::int64_t, DbError> PgConnection::exchange(std::span<const PgCall> calls, PgStage stage, RowVisitor visit) {
  CARDEA_ASSERT(usable_);
  for (const PgCall& call : calls) {
    for (const Value& value : call.values) {
      if (!value.is_sendable()) return refuse(DbError::kBroken);
    }
  }
  Progress progress;
  warned_ = false;
  for (const PgCall& call : calls) {
    bool is_new = false;
    const std::string name = name_of(*call.sql, is_new);
    const Parameters parameters(call.values);
    if (is_new) progress.steps.push_back({call.sql, true, false});
    progress.steps.push_back({call.sql, false, &call == &calls.back()});
    if (is_new && !parameters.send_prepare(handle_.get(), name.c_str(), call.sql->postgres_text().c_str())) {
      return refuse(lost("send", PgStage::kInside));
    }
    if (!parameters.send_execute(handle_.get(), name.c_str())) return refuse(lost("send", PgStage::kInside));
  }
  if (PQpipelineSync(handle_.get()) != 1) return refuse(lost("send", stage));
  round_trips_.add();

  const Deadline deadline = std::chrono::steady_clock::now() + answer_within_;
  while (usable_) {
    const ResultHandle result(next_result(deadline));
    if (!usable_) break;
    if (!result) {
      end_step(progress);
    } else if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) {
      return conclude(progress, stage);
    } else {
      take_result(*result, progress, visit);
    }
  }
  if (progress.error && !progress.is_fatal) return refuse(*progress.error);  // it failed before the connection did
  return refuse(lost("answer", stage));
}

std::string PgConnection::name_of(const Sql& sql, bool& is_new) {
  const auto [found, inserted] = prepared_.try_emplace(&sql);
  if (inserted) found->second = "s" + std::to_string(++names_);
  is_new = inserted;
  return found->second;
}

/// The step in work has no more results.
void PgConnection::end_step(Progress& progress) {
  if (progress.at == progress.steps.size()) return;  // the implicit commit has no step of its own
  const Step& step = progress.steps[progress.at++];
  if (step.prepares && !progress.step_done) prepared_.erase(step.sql);
  progress.step_done = false;
}

void PgConnection::take_result(const PGresult& result, Progress& progress, RowVisitor visit) {
  switch (PQresultStatus(&result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      progress.step_done = true;
      if (progress.at == progress.steps.size() || !progress.steps[progress.at].is_last) return;
      progress.rows = rows_of(result);
      for (int row = 0; row < PQntuples(&result); ++row) visit(PgRow(result, row));
      return;
    case PGRES_PIPELINE_ABORTED:
      return;  // not run, because an earlier one failed
    default:
      take_error(result, progress);
      return;
  }
}

void PgConnection::take_error(const PGresult& result, Progress& progress) {
  const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  const auto severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (sqlstate.empty() || severity == "FATAL" || severity == "PANIC") {
    progress.is_fatal = true;
    usable_ = false;
  }
  if (progress.error) return;
  progress.error = classify_postgres(sqlstate);
  if (*progress.error == DbError::kUnavailable) usable_ = usable_ && sqlstate != "25006";   // no longer the primary
  if (*progress.error == DbError::kConflict || *progress.error == DbError::kRetry) return;  // answers, not failures
  const bool in_step = progress.at < progress.steps.size();
  log_.error("sql_failed", {{"engine", "postgres"},
                            {"error", describe(*progress.error)},
                            {"code", sqlstate},
                            {"message", field(result, PG_DIAG_MESSAGE_PRIMARY)},
                            {"statement", in_step ? progress.steps[progress.at].sql->sqlite_text() : "commit"}});
}

Result<std::int64_t, DbError> PgConnection::conclude(const Progress& progress, PgStage stage) {
  if (progress.error) return refuse(*progress.error);
  if (stage == PgStage::kCommits && warned_) {
    // "canceling wait for synchronous replication": committed here, perhaps not on the standby that takes over.
    log_.error("commit_not_replicated", {{"engine", "postgres"}});
    return refuse(DbError::kUnknown);
  }
  return progress.rows;
}

/// The next result, null between steps; on failure `usable_` is false.
PGresult* PgConnection::next_result(Deadline deadline) {
  for (;;) {
    const int unsent = PQflush(handle_.get());
    if (unsent < 0 || PQstatus(handle_.get()) == CONNECTION_BAD) break;
    if (PQisBusy(handle_.get()) == 0) return PQgetResult(handle_.get());
    if (!wait_for_bytes(deadline)) break;
  }
  usable_ = false;
  return nullptr;
}

bool PgConnection::wait_for_bytes(Deadline deadline) {
  const int unsent = PQflush(handle_.get());
  if (unsent < 0) return false;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd wanted{PQsocket(handle_.get()), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
  if (ready < 0) return errno == EINTR;
  if (ready == 0) return false;
  return (wanted.revents & ~POLLOUT) == 0 || PQconsumeInput(handle_.get()) == 1;
}

DbError PgConnection::lost(std::string_view why, PgStage stage) {
  usable_ = false;
  const DbError error = stage == PgStage::kCommits ? DbError::kUnknown : DbError::kUnavailable;
  log_.error(
      "database_connection_lost",
      {{"engine", "postgres"}, {"while", why}, {"error", describe(error)}, {"message", PQerrorMessage(handle_.get())}});
  return error;
}

bool PgConnection::is_alive() {
  constexpr int kNoticesMax = 8;  // a parting message, then the end of the stream
  for (int i = 0; i < kNoticesMax; ++i) {
    pollfd wanted{PQsocket(handle_.get()), POLLIN, 0};
    if (::poll(&wanted, 1, 0) <= 0) return PQstatus(handle_.get()) == CONNECTION_OK;
    if (PQconsumeInput(handle_.get()) == 0) return false;
    (void)PQisBusy(handle_.get());  // lets libpq read what came
  }
  return false;
}

}  // namespace cardea::db
