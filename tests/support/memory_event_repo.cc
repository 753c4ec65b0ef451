#include <algorithm>

#include "tests/support/memory_data.h"

namespace cardea {
namespace {

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}
bool is(const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; }

/// '*' is any run of characters; case does not count, as with LIKE of SQLite.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  }
  return !text.empty() && pattern.front() == text.front() && matches(pattern.substr(1), text.substr(1));
}

template <class Event, class Fits>
std::vector<Event> find(const MemoryTable<Event>& table, const RealmId& realm, const EventQuery& query, Fits fits) {
  std::vector<Event> found;
  for (const auto& [id, event] : table.rows()) {
    if (event.realm != realm || (query.from && event.at < *query.from) || (query.to && event.at > *query.to)) continue;
    if (is(query.ip, event.ip) && fits(event)) found.push_back(event);
  }
  std::ranges::sort(found, [&](const Event& a, const Event& b) {
    const bool before = std::pair(a.at, a.id) < std::pair(b.at, b.id);
    const bool after = std::pair(b.at, b.id) < std::pair(a.at, a.id);
    return query.oldest_first ? before : after;
  });
  const auto first = std::min<std::int64_t>(query.first, std::ssize(found));
  found.erase(found.begin(), found.begin() + first);
  if (query.max >= 0 && std::ssize(found) > query.max) found.resize(static_cast<std::size_t>(query.max));
  return found;
}

template <class Event>
int clear(MemoryTable<Event>& table, const RealmId& realm, int rows_max) {
  std::vector<std::string> going;
  for (const auto& [id, event] : table.rows()) {
    if (event.realm == realm && std::ssize(going) < rows_max) going.push_back(id);
  }
  for (const auto& id : going) table.edit().erase(id);
  return static_cast<int>(going.size());
}

class MemoryEvents final : public EventRepo {
 public:
  Stored<void> insert(Tx& tx, const UserEvent& event) override {
    rows_of(tx).user_events.edit().emplace(event.id, event);
    return {};
  }
  Stored<void> insert(Tx& tx, const AdminEvent& event) override {
    rows_of(tx).admin_events.edit().emplace(event.id, event);
    return {};
  }
  Stored<std::vector<UserEvent>> find_user_events(Rows& rows, const RealmId& realm, const EventQuery& query) override {
    return find(rows_of(rows).user_events, realm, query, [&](const UserEvent& event) {
      return is_among(query.types, event.type) && is(query.client, event.client_id) && is(query.user, event.user);
    });
  }
  Stored<std::vector<AdminEvent>> find_admin_events(Rows& rows, const RealmId& realm,
                                                    const EventQuery& query) override {
    return find(rows_of(rows).admin_events, realm, query, [&](const AdminEvent& event) {
      return is_among(query.types, event.operation) && is_among(query.resources, event.resource) &&
             is(query.client, event.by_client) && is(query.user, event.by_user) && is(query.realm, event.by_realm) &&
             (query.path.empty() || matches(query.path, event.path));
    });
  }
  Stored<int> clear_user_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return clear(rows_of(tx).user_events, realm, rows_max);
  }
  Stored<int> clear_admin_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return clear(rows_of(tx).admin_events, realm, rows_max);
  }
};

}  // namespace

void make_event_repos(MemoryRepos& repos) { repos.events = std::make_unique<MemoryEvents>(); }

}  // namespace cardea
