// One run of the synchronisation with a provider's directory (docs/adr/0025): who is gone or disabled, whose groups
// have changed, and what they are now. Each page is stored with what it brought, so a run that ends anywhere is gone on
// with. Internal to broker.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/addresses.h"
#include "broker/directory_delta.h"
#include "broker/directory_people.h"

namespace cardea::broker {

inline constexpr seconds kDirectoryLease{120};  // renewed with each page; no call takes so long
inline constexpr seconds kDirectoryRunMax{3'600};
inline constexpr seconds kDirectoryRetry{60};         // after a run that failed, where nobody said how long to wait
inline constexpr int kLinkedAtOnce = 1'000;           // people that are marked in one transaction
inline constexpr std::size_t kNamesKept = 50'000;     // of groups, in one run
inline constexpr std::size_t kChangedAtOnce = 1'000;  // groups that are compared in one transaction

/// Why a run ended before its end. `wait`: what Graph asked for.
struct DirectoryStop {
  std::string step;
  std::string reason;  // a word for the log
  seconds wait{0};
};
using DirectoryDone = Result<void, DirectoryStop>;

/// What the reason means to an administrator; empty: nothing more than it says.
[[nodiscard]] std::string_view directory_hint(std::string_view reason);

/// What a run did, for the log and the metrics.
struct DirectoryCounts {
  std::int64_t users = 0, groups = 0;     // entries of the deltas
  std::int64_t asked = 0, changed = 0;    // people: whose groups were asked for, and were others
  std::int64_t stopped = 0, started = 0;  // people
  std::int64_t calls = 0;
};

class DirectoryRun {
 public:
  using Call = std::function<web::Fetched(web::FetchRequest)>;
  /// `row` is leased. `call` sends and waits. All references outlive the run.
  DirectoryRun(const Dependencies& dependencies, const Call& call, RealmPtr realm, ProviderPtr provider,
               DirectorySync row);

  /// On a thread that may wait. Stores when the next run is due and gives the lease back, however it ends.
  [[nodiscard]] DirectoryDone run(seconds interval);
  [[nodiscard]] const DirectoryCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] DirectoryDone all();
  [[nodiscard]] DirectoryDone follow_users();
  [[nodiscard]] DirectoryDone follow_groups();
  [[nodiscard]] DirectoryDone mark_everybody();
  [[nodiscard]] DirectoryDone ask_everybody_due();

  [[nodiscard]] DirectoryDone apply_users(const std::vector<UserChange>& users);
  [[nodiscard]] DirectoryDone apply_groups(const std::vector<GroupDelta>& groups);
  [[nodiscard]] DirectoryDone rename_group(const GroupDelta& group);
  [[nodiscard]] DirectoryDone empty_group(const GroupDelta& group);
  [[nodiscard]] DirectoryDone mark_members(const std::string& group);
  void begin_to_mark();
  [[nodiscard]] bool take_link(std::string& kept, const std::string& link) const;
  [[nodiscard]] DirectoryDone mark(const std::vector<std::string>& object_ids);
  [[nodiscard]] DirectoryDone change_person(const LinkedPerson& person, bool is_there);
  [[nodiscard]] DirectoryDone ask(const std::vector<LinkedPerson>& people);
  [[nodiscard]] DirectoryDone ask_more(BatchAnswer& answer);
  [[nodiscard]] DirectoryDone add_names(std::vector<BatchAnswer>& answers);
  [[nodiscard]] DirectoryDone write(const LinkedPerson& person, const SourceGroups& groups, TimePoint asked_at);

  /// A page or an answer of Graph. kResync as its reason: the delta must begin anew.
  [[nodiscard]] Result<json::object, DirectoryStop> get(std::string_view step, const std::string& address);
  [[nodiscard]] Result<json::object, DirectoryStop> post(std::string_view step, std::string_view path,
                                                         std::string body);
  [[nodiscard]] Result<json::object, DirectoryStop> send(std::string_view step, web::FetchRequest request);
  [[nodiscard]] DirectoryDone get_token();
  [[nodiscard]] DirectoryDone save();
  [[nodiscard]] GroupsPlace place_of(const UserId& user) const;
  [[nodiscard]] std::string link_id(const std::string& object_id) const { return tenant_ + "/" + object_id; }
  [[nodiscard]] std::string issuer() const;

  const Dependencies& dependencies_;
  const Call& call_;
  RealmPtr realm_;
  ProviderPtr provider_;
  DirectorySync row_;
  Addresses addresses_;
  std::string tenant_;
  bool is_direct_, has_groups_;  // how Graph is asked, and whether it is asked about groups at all
  int resyncs_ = 0;
  std::string token_;
  std::chrono::nanoseconds token_until_{0};  // steady
  std::chrono::nanoseconds began_{0};        // steady
  std::unordered_map<std::string, std::string> names_;
  DirectoryCounts counts_;
};

}  // namespace cardea::broker
