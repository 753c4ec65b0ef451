// Repositories of the gate. Expiry is compared with the caller's `now`, never the database's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/gate.h"
#include "domain/repository/store.h"

namespace cardea {

/// Whose sessions a provider ends: those of `sid`, or without one all of `subject`. An empty issuer: whoever's.
struct GateLogout {
  std::string application;
  std::string issuer;
  std::string sid;
  std::string subject;
};

class GateSessionRepo {
 public:
  virtual ~GateSessionRepo() = default;
  virtual Stored<void> insert(Tx& tx, const GateSessionRow& session) = 0;
  /// Absent: none such. Ended and idle ones are given as they are.
  virtual Stored<std::optional<GateSessionRow>> find(Rows& rows, std::string_view hash) = 0;
  /// Never sets it back.
  virtual Stored<void> touch(Tx& tx, std::string_view hash, TimePoint used_at) = 0;
  struct Version {
    std::string_view hash;
    std::int64_t version;
  };
  /// True for one caller of all nodes in every `patience` while the session has this version: it may use the refresh
  /// token that it knows. After `replace` that one is used up.
  virtual Stored<bool> take_refresh(Tx& tx, const Version& known, TimePoint now, seconds patience) = 0;
  /// Puts document and sid of `session` in place of those of the version before its own. kConflict: it has ended
  /// meanwhile, or another refresh took that place.
  virtual Stored<void> replace(Tx& tx, const GateSessionRow& session) = 0;
  /// False: there was none of that application.
  virtual Stored<bool> remove(Tx& tx, std::string_view hash, std::string_view application) = 0;
  /// Is there any that this ends? False when it names neither sid nor subject.
  virtual Stored<bool> has_of(Rows& rows, const GateLogout& logout) = 0;
  /// How many ended.
  virtual Stored<int> remove_of(Tx& tx, const GateLogout& logout) = 0;
};

class GateRepo {
 public:
  virtual ~GateRepo() = default;
  /// False: it is there already, and stays as it is.
  virtual Stored<bool> revoke(Tx& tx, const GateRevocation& revocation) = 0;
  /// Those that come after `last` by time of putting in and digest, and count at `now`; at most `max`, the oldest
  /// first.
  virtual Stored<std::vector<GateRevocation>> revoked_after(Rows& rows, const GateRevocation& last, TimePoint now,
                                                            int max) = 0;
  /// A secret that the gates of this database share; sealed at rest.
  virtual Stored<std::optional<SecretBytes>> find_secret(Rows& rows, std::string_view name) = 0;
  /// kConflict when the name is taken: of two nodes that start at once, one wins.
  virtual Stored<void> insert_secret(Tx& tx, std::string_view name, std::string_view value) = 0;
  virtual Stored<std::optional<GatePerson>> find_person(Rows& rows, const GatePerson& key) = 0;
  /// Inserts, or replaces what was seen before it.
  virtual Stored<void> put_person(Tx& tx, const GatePerson& person) = 0;
  /// By name; at most `max`. An empty application: of all.
  virtual Stored<std::vector<GatePerson>> people(Rows& rows, std::string_view application, int max) = 0;
  /// Removes what has ended, at most `rows_max` of each kind; people that were not seen since `unseen` too.
  virtual Stored<int> purge(Tx& tx, TimePoint now, TimePoint unseen, int rows_max) = 0;
};

}  // namespace cardea
