// Tickets: pushed requests and tokens of client registration.
#include "store/query.h"
#include "store/repos.h"

namespace cardea::store {
namespace {

#define CARDEA_TICKET_COLUMNS "hash, realm_id, kind, content, uses, uses_left, created_at, expires_at"

constexpr Sql kInsert{"INSERT INTO tickets (" CARDEA_TICKET_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr Sql kFind{"SELECT " CARDEA_TICKET_COLUMNS
                    " FROM tickets WHERE hash = ?3 AND realm_id = ?1 AND kind = ?2 AND uses_left > 0 AND expires_at > "
                    "?4"};
constexpr Sql kTake{
    "UPDATE tickets SET uses_left = uses_left - 1 "
    "WHERE hash = ?3 AND realm_id = ?1 AND kind = ?2 AND uses_left > 0 AND expires_at > ?4"};
constexpr Sql kList{"SELECT " CARDEA_TICKET_COLUMNS
                    " FROM tickets WHERE realm_id = ?1 AND kind = ?2 ORDER BY created_at, hash LIMIT ?3"};
constexpr Sql kRemove{"DELETE FROM tickets WHERE hash = ?3 AND realm_id = ?1 AND kind = ?2"};
constexpr Sql kRemoveOf{"DELETE FROM tickets WHERE realm_id = ?1 AND kind = ?2 AND content = ?3"};

std::int64_t number_of(TicketKind kind) { return static_cast<std::int64_t>(kind); }

Stored<Ticket> parse(Columns& row) {
  Ticket ticket;
  ticket.hash = row.text();
  ticket.realm = row.id<RealmId>();
  const auto kind = row.integer();
  if (kind < 0 || kind > number_of(kLastTicketKind)) return refuse(StoreError::kCorrupt);
  ticket.kind = static_cast<TicketKind>(kind);
  ticket.content = row.text();
  ticket.uses = static_cast<int>(row.integer());
  ticket.uses_left = static_cast<int>(row.integer());
  ticket.created_at = row.time();
  ticket.expires_at = row.time();
  return ticket;
}

class SqlTicketRepo final : public TicketRepo {
 public:
  Stored<void> insert(Tx& tx, const Ticket& ticket) override {
    return send(tx, kInsert,
                {ticket.hash, ticket.realm.str(), number_of(ticket.kind), ticket.content, ticket.uses, ticket.uses_left,
                 millis(ticket.created_at), millis(ticket.expires_at)});
  }
  Stored<std::optional<Ticket>> find(Rows& rows, const RealmId& realm, TicketKind kind, std::string_view hash,
                                     TimePoint now) override {
    return find_one<Ticket>(rows, kFind, {realm.str(), number_of(kind), hash, millis(now)}, parse);
  }
  Stored<bool> take(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash, TimePoint now) override {
    const auto taken = change(tx, kTake, {realm.str(), number_of(kind), hash, millis(now)});
    if (!taken) return refuse(taken.error());
    return *taken > 0;
  }
  Stored<std::vector<Ticket>> list(Rows& rows, const RealmId& realm, TicketKind kind, int tickets_max) override {
    return find_all<Ticket>(rows, kList, {realm.str(), number_of(kind), tickets_max}, parse);
  }
  Stored<bool> remove(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view hash) override {
    const auto removed = change(tx, kRemove, {realm.str(), number_of(kind), hash});
    if (!removed) return refuse(removed.error());
    return *removed > 0;
  }
  Stored<int> remove_of(Tx& tx, const RealmId& realm, TicketKind kind, std::string_view content) override {
    const auto removed = change(tx, kRemoveOf, {realm.str(), number_of(kind), content});
    if (!removed) return refuse(removed.error());
    return static_cast<int>(*removed);
  }
};

}  // namespace

std::unique_ptr<TicketRepo> make_ticket_repo() { return std::make_unique<SqlTicketRepo>(); }

}  // namespace cardea::store
