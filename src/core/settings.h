// The settings cache: realms, clients, roles and groups as immutable entries, loaded by key and replaced whole
// (architecture section 3). Handlers hold a shared_ptr for the length of a request and never see a change half done.
//
// `cached_*` never touch the database: nullptr means "load it", which on PostgreSQL belongs on the store lane.
// An unknown name is asked of the database every time: what another node made works here at once.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock_map.h"
#include "base/frontend_urls.h"
#include "base/log.h"
#include "core/client_rules.h"
#include "core/password_lists.h"
#include "core/token/token_plan.h"
#include "core/unknown_names.h"
#include "domain/flow/flow_set.h"
#include "domain/repository/repositories.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/key_set.h"
#include "jose/signing_key.h"

namespace cardea {

/// Text keys that can be looked up by view, without making a string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class T>
using NameMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

struct UserProfile;

/// Active signing key per JWS algorithm name.
using SigningKeys = NameMap<std::shared_ptr<const jose::SigningKey>>;

/// A realm as requests need it: settings, scopes, and keys ready to sign and verify.
struct RealmEntry {
  SlimRealm realm;  // the documents of its flows, half of a realm's bytes, were read into `flows`
  std::vector<ClientScope> scopes;
  std::unordered_map<std::string, const ClientScope*> scopes_by_id;
  std::unordered_map<std::string, const ClientScope*> scopes_by_name;

  SigningKeys signing_keys;                          // those of the highest priority; "HS512" signs what only we read
  jose::KeySet public_keys;                          // access and ID tokens of ours: asymmetric, active and passive
  jose::KeySet private_keys;                         // refresh tokens and identity cookies of ours: HMAC
  std::vector<jose::DecryptionKey> decryption_keys;  // what clients encrypt to us; active and passive, by priority
  bool signs_slowly = false;                   // an active key is RSA of more than 3072 bits: milliseconds each time
  std::string jwks_json;                       // the key set document
  std::string public_key_base64;               // SPKI of the active RS256 key, for GET /realms/{r}
  FlowSet flows;                               // how people sign in here
  std::shared_ptr<const UserProfile> profile;  // what is known of a person (core/profile/user_profile.h); never null
  bool keeps_user_events = false;              // at all (core/events/realm_events.h); asked for every line of the log
  std::int64_t version = 0;

  [[nodiscard]] const jose::SigningKey* signing_key(std::string_view algorithm) const;
};

class ServiceAccounts;

struct ClientEntry {
  Client client;
  ClientRules rules;                                  // what `client` says of every request
  std::array<std::uint8_t, 32> secret_digest{};       // SHA-256 of the secret; compare digests in constant time
  std::shared_ptr<const RealmEntry> realm;            // the realm node this entry was made against
  std::unique_ptr<PlanCache> plans;                   // token plans, made on first use
  std::shared_ptr<ServiceAccounts> service_accounts;  // what client_credentials answers for, read on first use
};

/// All roles a set of directly assigned roles expands to, through composites. Immutable and shared.
struct EffectiveRoles {
  struct Item {
    std::string id;
    std::string client_id;  // empty: realm role
    std::string name;
  };
  std::vector<Item> items;  // sorted by client_id, then name
  [[nodiscard]] bool contains_realm_role(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view role_id) const;
};

class Settings {
 public:
  /// `bytes_max`: about what the entries may take together. Beyond it realms that were not asked for lately are let go
  /// with all that is theirs; the one that is being asked for never is.
  Settings(Repositories repositories, Log& log, std::size_t bytes_max = kBytesMax);

  /// The realm, when it is in memory and current.
  [[nodiscard]] std::shared_ptr<const RealmEntry> cached_realm(std::string_view name) const;
  [[nodiscard]] std::shared_ptr<const ClientEntry> cached_client(const RealmEntry& realm,
                                                                 std::string_view client_id) const;

  /// False as long as no realm that was in memory kept user events.
  [[nodiscard]] bool may_keep_user_events() const { return may_keep_user_events_.load(std::memory_order_relaxed); }

  /// Reads the database when it has to. nullptr: there is none by that name.
  Stored<std::shared_ptr<const RealmEntry>> load_realm(std::string_view name);
  Stored<std::shared_ptr<const ClientEntry>> load_client(const std::shared_ptr<const RealmEntry>& realm,
                                                         std::string_view client_id);
  /// The same for a caller that reads already: on PostgreSQL a read inside a read would wait for a second connection.
  Stored<std::shared_ptr<const ClientEntry>> load_client(Rows& rows, const std::shared_ptr<const RealmEntry>& realm,
                                                         std::string_view client_id);
  /// By internal id, for codes and sessions that carry it.
  Stored<std::shared_ptr<const ClientEntry>> load_client_by_id(const std::shared_ptr<const RealmEntry>& realm,
                                                               const ClientId& id);

  /// What the entries in memory take, about.
  [[nodiscard]] std::size_t bytes() const;

  /// May this source make us read for a name that is not in memory (core/unknown_names.h)? Always for what was found
  /// here before, and for anything until it asked for too many names of nothing, which `count_unknown` counts.
  [[nodiscard]] bool may_ask_for_realm(std::string_view name, std::string_view address, TimePoint now) const;
  [[nodiscard]] bool may_ask_for_client(const RealmEntry& realm, std::string_view client_id, std::string_view address,
                                        TimePoint now) const;
  void count_unknown(std::string_view address, TimePoint now) { unknown_names_.count(address, now); }
  /// A line in the log for a request that was refused so: the store has nothing to do with it.
  void note_refused(std::string_view address, std::string_view correlation_id) const;

  /// Expands roles assigned to a user directly and through its groups. Uses memory where it can.
  Stored<std::shared_ptr<const EffectiveRoles>> effective_roles(Rows& rows, const RealmEntry& realm,
                                                                const Subject& subject);
  /// Expands any list of roles through composites.
  Stored<std::shared_ptr<const EffectiveRoles>> expand_roles(Rows& rows, const RealmEntry& realm,
                                                             std::vector<RoleId> roles);
  using Groups = std::vector<std::shared_ptr<const Group>>;
  /// Every group of a subject; groups that are gone are left out. Asks the database where the subject has not all.
  Stored<Groups> groups(Rows& rows, const RealmEntry& realm, const Subject& subject);
  /// Of somebody in very many groups the ones that give something (domain/user.h), in the order of the subject.
  Stored<Groups> giving_groups(Rows& rows, const RealmEntry& realm, const Subject& subject) {
    return find_groups(rows, realm, subject.groups);
  }
  /// All that stand above any of these, by id.
  Stored<std::map<GroupId, std::shared_ptr<const Group>>> groups_above(Rows& rows, const RealmEntry& realm,
                                                                       const Groups& groups);

  /// The lists that password policies name. Set before the first request, for as long as this lives.
  void use_password_lists(const PasswordLists& lists) { password_lists_ = &lists; }
  [[nodiscard]] const PasswordLists& password_lists() const { return *password_lists_; }

  /// Where realms' own addresses are kept, for all who make URLs. Set before the first request, for as long as this
  /// lives.
  void use_frontends(FrontendUrls& frontends) { frontends_ = &frontends; }

  /// Those that a person is in and that are on, by name; none in a realm without organizations. Read from the database.
  Stored<std::vector<Organization>> organizations(Rows& rows, const RealmEntry& realm, const UserId& user);
  /// The groups inside of them that somebody is a direct member of, as they are in the database.
  Stored<std::vector<OrganizationGroup>> organization_groups(Rows& rows,
                                                             const std::vector<OrganizationId>& organizations,
                                                             const UserId& user);

  /// Compares the versions of the realms in memory with the database and drops what moved. Called every second by one
  /// thread, and by tests. False when the database did not answer.
  bool check_versions();

 private:
  /// Beyond its bound each kind drops what was not asked for lately.
  struct RealmState {
    std::shared_ptr<const RealmEntry> entry;
    std::size_t entry_bytes = 0;
    ClockMap<std::shared_ptr<const ClientEntry>> clients{kEntriesMax};  // by client_id
    ClockMap<std::string> client_ids{kEntriesMax};                      // internal id -> client_id
    ClockMap<std::shared_ptr<const Role>> roles{kEntriesMax};
    ClockMap<std::shared_ptr<const Group>> groups{kEntriesMax};
    ClockMap<std::shared_ptr<const EffectiveRoles>> role_sets{kRoleSetsMax};  // by the joined direct role ids

    [[nodiscard]] std::size_t bytes() const {
      return entry_bytes + clients.bytes() + roles.bytes() + groups.bytes() + role_sets.bytes();
    }
  };
  using LetGo = std::vector<RealmState>;  // taking one apart takes its time, so that is done without the lock
  static constexpr std::size_t kBytesMax = 96 * 1024 * 1024;
  static constexpr std::size_t kRealmsMax = 10'000;
  static constexpr std::size_t kKeysOfRealmsMax = 1'000;
  static constexpr std::size_t kEntriesMax = 20'000;
  static constexpr std::size_t kRoleSetsMax = 4'096;

  /// The state that belongs to this very entry, if it is still the current one. The caller holds the lock.
  [[nodiscard]] const RealmState* state_of(const RealmEntry& realm) const;
  [[nodiscard]] RealmState* state_of(const RealmEntry& realm) {
    return const_cast<RealmState*>(std::as_const(*this).state_of(realm));
  }
  /// Counts what `state` came to, `before` bytes earlier, and makes room where that is too much. The caller holds the
  /// lock.
  void count(const RealmState& state, std::size_t before, LetGo& gone);
  Stored<std::shared_ptr<const Role>> role(Rows& rows, const RealmEntry& realm, const RoleId& id);
  Stored<Groups> find_groups(Rows& rows, const RealmEntry& realm, const std::vector<GroupId>& ids);
  Stored<std::shared_ptr<const Group>> group(Rows& rows, const RealmEntry& realm, const GroupId& id);
  [[nodiscard]] bool was_found_before(std::string_view key) const;
  void note_gone(std::string_view key);
  std::shared_ptr<const ClientEntry> remember(const Rows* rows, const std::shared_ptr<const RealmEntry>& realm,
                                              Client client);

  Repositories repositories_;
  Log& log_;
  mutable std::shared_mutex mutex_;
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;                                  // of all states
  ClockMap<RealmState> realms_{kRealmsMax + 1};            // by name
  ClockMap<SigningKeys> previous_keys_{kKeysOfRealmsMax};  // of the last entry of each
  /// Names that exist, as far as we know: they outlive the entries, which any change of the realm drops. False: gone.
  ClockMap<bool> found_{kEntriesMax};
  UnknownNames unknown_names_;
  std::atomic<bool> may_keep_user_events_ = false;
  FrontendUrls* frontends_ = nullptr;
  const PasswordLists none_;
  const PasswordLists* password_lists_ = &none_;
};

}  // namespace cardea
