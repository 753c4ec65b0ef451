// The rows of gates in memory, with the promises of the SQL store (tests/store/gate_test.cc): for tests of what stands
// above, and of two nodes on one database. One thread.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "gate/store/gate_store.h"

namespace cardea {

class MemoryGateStore final : public Store, public GateSessionRepo, public GateRepo {
 public:
  [[nodiscard]] gate::GateStore store() { return {*this, *this, *this}; }

  bool blocks = false;         // as PostgreSQL
  bool is_away = false;        // nothing is answered
  bool is_read_only = false;   // nothing is written
  bool cannot_remove = false;  // a session
  bool is_corrupt = false;     // no session can be unsealed
  std::function<void()> before_remove = [] {};
  int reads = 0, writes = 0;  // that were asked for

  /// Every document becomes one that is none.
  void spoil_documents() {
    for (auto& [hash, session] : data_.sessions) session.document = "{}";
  }

  [[nodiscard]] bool reads_block() const override { return blocks; }
  Stored<void> read(const std::function<Stored<void>(Rows&)>& function) override {
    ++reads;
    if (is_away) return refuse(StoreError::kUnavailable);
    Rows rows;
    return function(rows);
  }
  /// Runs the function twice and keeps the second run, as PostgreSQL may.
  Stored<void> write(const std::function<Stored<void>(Tx&)>& function) override {
    ++writes;
    if (is_away || is_read_only) return refuse(StoreError::kUnavailable);
    Tx tx;
    const auto before = data_;
    (void)function(tx);
    data_ = before;
    auto done = function(tx);
    if (!done) data_ = before;
    return done;
  }

  Stored<void> insert(Tx& /*tx*/, const GateSessionRow& row) override {
    if (!data_.sessions.emplace(row.hash, Session(row)).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<GateSessionRow>> find(Rows& /*rows*/, std::string_view hash) override {
    const auto found = data_.sessions.find(std::string(hash));
    if (found == data_.sessions.end()) return std::optional<GateSessionRow>();
    if (is_corrupt) return refuse(StoreError::kCorrupt);
    return found->second.row();
  }
  Stored<void> touch(Tx& /*tx*/, std::string_view hash, TimePoint used_at) override {
    const auto found = data_.sessions.find(std::string(hash));
    if (found != data_.sessions.end()) found->second.used_at = std::max(found->second.used_at, used_at);
    return {};
  }
  Stored<bool> take_refresh(Tx& /*tx*/, const Version& known, TimePoint now, seconds patience) override {
    const auto found = data_.sessions.find(std::string(known.hash));
    if (found == data_.sessions.end() || found->second.version != known.version) return false;
    if (found->second.refresh_at > now - patience) return false;
    found->second.refresh_at = now;
    return true;
  }
  Stored<void> replace(Tx& /*tx*/, const GateSessionRow& row) override {
    const auto found = data_.sessions.find(row.hash);
    if (found == data_.sessions.end() || found->second.version != row.version - 1) return refuse(StoreError::kConflict);
    found->second.document = row.document.reveal();
    found->second.sid = row.sid;
    ++found->second.version;
    found->second.refresh_at = {};
    return {};
  }
  Stored<bool> remove(Tx& /*tx*/, std::string_view hash, std::string_view application) override {
    before_remove();
    if (cannot_remove) return refuse(StoreError::kUnavailable);
    return std::erase_if(data_.sessions, [&](const auto& item) {
             return item.first == hash && item.second.application == application;
           }) > 0;
  }
  Stored<bool> has_of(Rows& /*rows*/, const GateLogout& logout) override {
    return std::ranges::any_of(data_.sessions, [&](const auto& item) { return item.second.is_of(logout); });
  }
  Stored<int> remove_of(Tx& /*tx*/, const GateLogout& logout) override {
    return static_cast<int>(std::erase_if(data_.sessions, [&](const auto& item) { return item.second.is_of(logout); }));
  }

  Stored<bool> revoke(Tx& /*tx*/, const GateRevocation& revocation) override {
    return data_.revoked.emplace(revocation.digest, revocation).second;
  }
  Stored<std::vector<GateRevocation>> revoked_after(Rows& /*rows*/, const GateRevocation& last, TimePoint now,
                                                    int max) override {
    std::vector<GateRevocation> found;
    for (const auto& [digest, revocation] : data_.revoked)
      if (std::tie(revocation.added_at, revocation.digest) > std::tie(last.added_at, last.digest) &&
          revocation.expires_at > now)
        found.push_back(revocation);
    std::ranges::sort(found, {}, [](const GateRevocation& item) { return std::tie(item.added_at, item.digest); });
    if (found.size() > static_cast<std::size_t>(max)) found.resize(static_cast<std::size_t>(max));
    return found;
  }
  Stored<std::optional<SecretBytes>> find_secret(Rows& /*rows*/, std::string_view name) override {
    const auto found = data_.secrets.find(std::string(name));
    if (found == data_.secrets.end()) return std::optional<SecretBytes>();
    return std::optional(SecretBytes::copy_of(found->second));
  }
  Stored<void> insert_secret(Tx& /*tx*/, std::string_view name, std::string_view value) override {
    if (!data_.secrets.emplace(name, value).second) return refuse(StoreError::kConflict);
    return {};
  }
  Stored<std::optional<GatePerson>> find_person(Rows& /*rows*/, const GatePerson& key) override {
    const auto found = data_.people.find({key.application, key.provider, key.subject});
    if (found == data_.people.end()) return std::optional<GatePerson>();
    return std::optional(found->second);
  }
  Stored<void> put_person(Tx& /*tx*/, const GatePerson& person) override {
    auto& known = data_.people[{person.application, person.provider, person.subject}];
    if (known.seen_at <= person.seen_at) known = person;
    return {};
  }
  Stored<std::vector<GatePerson>> people(Rows& /*rows*/, std::string_view application, int max) override {
    std::vector<GatePerson> found;
    for (const auto& [key, person] : data_.people)
      if (application.empty() || person.application == application) found.push_back(person);
    std::ranges::sort(
        found, {}, [](const GatePerson& person) { return std::tie(person.name, person.application, person.subject); });
    if (found.size() > static_cast<std::size_t>(max)) found.resize(static_cast<std::size_t>(max));
    return found;
  }
  Stored<int> purge(Tx& /*tx*/, TimePoint now, TimePoint unseen, int /*rows_max*/) override {
    auto removed = std::erase_if(data_.sessions, [&](const auto& item) { return item.second.ends_at <= now; });
    removed += std::erase_if(data_.revoked, [&](const auto& item) { return item.second.expires_at <= now; });
    removed += std::erase_if(data_.people, [&](const auto& item) { return item.second.seen_at <= unseen; });
    return static_cast<int>(removed);
  }

 private:
  /// A row that can be copied, for snapshots.
  struct Session {
    explicit Session(const GateSessionRow& row)
        : hash(row.hash),
          application(row.application),
          issuer(row.issuer),
          subject(row.subject),
          sid(row.sid),
          document(row.document.reveal()),
          version(row.version),
          used_at(row.used_at),
          ends_at(row.ends_at) {}
    [[nodiscard]] GateSessionRow row() const {
      return {hash, application, issuer, subject, sid, version, used_at, ends_at, SecretBytes::copy_of(document)};
    }
    [[nodiscard]] bool is_of(const GateLogout& logout) const {
      if (application != logout.application) return false;
      if (!logout.issuer.empty() && issuer != logout.issuer) return false;
      return logout.sid.empty() ? !logout.subject.empty() && subject == logout.subject : sid == logout.sid;
    }
    std::string hash, application, issuer, subject, sid, document;
    std::int64_t version;
    TimePoint used_at, ends_at, refresh_at{};
  };
  struct Data {
    std::map<std::string, Session> sessions;
    std::map<std::string, GateRevocation> revoked;
    std::map<std::string, std::string> secrets;
    std::map<std::tuple<std::string, std::string, std::string>, GatePerson> people;
  };
  Data data_;
};

}  // namespace cardea
