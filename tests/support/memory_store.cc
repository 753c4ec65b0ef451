#include "tests/support/memory_store.h"

#include <mutex>
#include <thread>

#include "base/assert.h"
#include "tests/support/memory_data.h"

namespace cardea {

struct MemoryStore::State {
  std::mutex writer;  // one at a time
  std::atomic<std::thread::id> writing_thread{};
  mutable std::mutex mutex;  // guards what follows
  MemoryData committed;
  bool writes_run_twice = false;
  int writes_until_failure = -1;  // negative: never
  StoreError failure = StoreError::kUnavailable;
  int commits = 0;
  std::atomic<int> statements = 0;

  [[nodiscard]] MemoryData snapshot() const {
    const std::scoped_lock lock(mutex);
    return committed;
  }
  void commit(MemoryData data) {
    const std::scoped_lock lock(mutex);
    committed = std::move(data);
    ++commits;
  }
  [[nodiscard]] bool fails_now() {
    const std::scoped_lock lock(mutex);
    if (writes_until_failure < 0) return false;
    if (writes_until_failure == 0) return true;
    --writes_until_failure;
    return false;
  }
  [[nodiscard]] bool runs_twice() const {
    const std::scoped_lock lock(mutex);
    return writes_run_twice;
  }
};

MemoryStore::MemoryStore() : state_(std::make_unique<State>()), repos_(std::make_unique<MemoryRepos>()) {}
MemoryStore::~MemoryStore() = default;

Repositories MemoryStore::repositories() {
  auto& r = *repos_;
  return {*this,
          *r.realms,
          *r.scopes,
          *r.keys,
          *r.clients,
          *r.roles,
          *r.groups,
          *r.users,
          *r.subjects,
          *r.credentials,
          *r.sessions,
          *r.offline_sessions,
          *r.codes,
          *r.device_codes,
          *r.interactions,
          *r.revocations,
          *r.logout_notices,
          *r.used_ids,
          *r.tickets,
          *r.purge,
          *r.server,
          *r.mails,
          *r.consents,
          *r.login_failures,
          *r.federated_identities,
          *r.events,
          *r.organizations,
          *r.memberships,
          *r.organization_groups,
          *r.provisioned_users,
          *r.directory_syncs};
}

Stored<void> MemoryStore::read(const std::function<Stored<void>(Rows&)>& function) {
  const auto snapshot = state_->snapshot();
  MemoryRows rows(snapshot, state_->statements);
  return function(rows);
}

Stored<void> MemoryStore::write(const std::function<Stored<void>(Tx&)>& function) {
  CARDEA_ASSERT(state_->writing_thread.load() != std::this_thread::get_id());
  const std::scoped_lock lock(state_->writer);
  state_->writing_thread = std::this_thread::get_id();
  struct Done {
    State& state;
    ~Done() { state.writing_thread = std::thread::id(); }
  } done{*state_};

  if (state_->runs_twice()) {
    auto discarded = state_->snapshot();
    MemoryTx tx(discarded, state_->statements);
    if (const auto first = function(tx); !first) return first;
  }
  auto data = state_->snapshot();
  MemoryTx tx(data, state_->statements);
  if (auto answer = function(tx); !answer) return answer;
  if (state_->fails_now()) return refuse(state_->failure);
  state_->commit(std::move(data));
  return {};
}

void MemoryStore::run_writes_twice(bool twice) {
  const std::scoped_lock lock(state_->mutex);
  state_->writes_run_twice = twice;
}

void MemoryStore::fail_writes(int after, StoreError error) {
  const std::scoped_lock lock(state_->mutex);
  state_->writes_until_failure = after;
  state_->failure = error;
}

void MemoryStore::heal() {
  const std::scoped_lock lock(state_->mutex);
  state_->writes_until_failure = -1;
}

int MemoryStore::commits() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->commits;
}

int MemoryStore::statements() const { return state_->statements; }

MemoryRepos::MemoryRepos() {
  make_settings_repos(*this);
  make_role_repos(*this);
  make_user_repos(*this);
  make_session_repos(*this);
  make_account_repos(*this);
  make_organization_repos(*this);
  make_organization_group_repo(*this);
  make_provisioning_repos(*this);
  make_event_repos(*this);
}
MemoryRepos::~MemoryRepos() = default;

const MemoryData& rows_of(Rows& rows) {
  if (const auto* tx = dynamic_cast<MemoryTx*>(&rows)) {
    ++tx->asked;
    return tx->data;
  }
  const auto* reader = dynamic_cast<MemoryRows*>(&rows);
  CARDEA_ASSERT(reader != nullptr);
  ++reader->asked;
  return reader->data;
}

MemoryData& rows_of(Tx& tx) {
  auto* writer = dynamic_cast<MemoryTx*>(&tx);
  CARDEA_ASSERT(writer != nullptr);
  ++writer->asked;
  return writer->data;
}

std::string key_of(std::string_view a, std::string_view b, std::string_view c) {
  std::string key(a);
  key += '\x1f';
  key += b;
  key += '\x1f';
  key += c;
  return key;
}

}  // namespace cardea
