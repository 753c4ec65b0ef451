#include "core/logout/logout_delivery.h"

#include <algorithm>

#include "base/uri.h"
#include "core/client_urls.h"
#include "core/logout/adapter_message.h"
#include "core/logout/logout_token.h"

namespace cardea {
namespace {

constexpr int kNoticesAtOnce = 50;
constexpr std::int64_t kClientsPage = 10;  // with up to kNodesMax notices each, written in one transaction

/// Where the adapter listens; empty: nowhere that we may call. A host comes from a request unless the client's record
/// lists it, and so does our own base URL, which some Admin URLs are relative to: neither is to lead us anywhere, nor
/// to lead what we signed to somebody else (attack classes 9 and 10).
std::string address_of(const LogoutNotice& notice, const Client& client) {
  const auto nodes = nodes_of(client);
  if (!notice.adapter_host.empty() && std::ranges::find(nodes, notice.adapter_host) == nodes.end()) return {};
  return adapter_url(client, "", notice.adapter_host);
}

/// One notice for each node of each of these clients that has an Admin URL.
Stored<void> insert_for(Tx& tx, LogoutNoticeRepo& notices, const LogoutNotice& all,
                        const std::vector<Client>& clients) {
  for (const auto& client : clients) {
    if (!client.enabled || client.admin_url.empty()) continue;
    auto nodes = nodes_of(client);
    if (nodes.empty()) nodes.emplace_back();
    for (const auto& node : nodes) {
      auto notice = all;
      notice.id.append(".").append(client.id.str()).append(".").append(node);
      notice.id.append(".").append(std::to_string(all.attempts));
      notice.client = client.id;
      notice.adapter_host = node;
      notice.attempts = 0;
      if (auto done = notices.insert(tx, notice); !done) return done;
    }
  }
  return {};
}

}  // namespace

int LogoutDelivery::deliver_due() {
  const auto now = clock_.now();
  const auto leased = write_to(repositories_.store,
                               [&](Tx& tx) { return repositories_.logout_notices.lease(tx, now, kNoticesAtOnce); });
  if (!leased) {
    log_.warning("logout_delivery_failed", {{"reason", describe(leased.error())}});
    return 0;
  }
  for (const auto& notice : *leased) deliver(notice);
  return static_cast<int>(leased->size());
}

void LogoutDelivery::deliver(const LogoutNotice& notice) {
  const auto realm = settings_.load_realm(notice.realm_name);
  if (!realm) return;  // the database: the lease runs out, and somebody tries again
  if (*realm == nullptr || (*realm)->realm.id != notice.realm) return drop(notice, "realm_gone");
  if (notice.client.str().empty()) return tell_every_adapter(notice);
  const auto client = settings_.load_client_by_id(*realm, notice.client);
  if (!client) return;
  if (*client == nullptr || !(*client)->client.enabled) return drop(notice, "client_gone");
  const bool is_for_adapter = notice.session.str().empty() || !notice.adapter_session.empty();
  if (is_for_adapter) return send_to_adapter(notice, **realm, (*client)->client);
  send_token(notice, **realm, **client);
}

void LogoutDelivery::send_token(const LogoutNotice& notice, const RealmEntry& realm, const ClientEntry& client) {
  const auto& record = client.client;
  std::string url(record.attribute("backchannel.logout.url"));
  const auto parsed = parse_uri(url);
  if (!parsed || !parsed->is_http()) return drop(notice, "no_url");
  const auto token = make_logout_token(realm, client, notice, clock_.now());
  if (!token) return drop(notice, describe(token.error()));
  sender_.post_form(std::move(url), record.attribute_is_true(kSelfRegistered), "logout_token=" + percent_encode(*token),
                    [this, notice, client_id = record.client_id](int status) { finish(notice, client_id, status); });
}

/// By the name the adapter gave its session; without one it is told that all ended, and from when on tokens are good.
void LogoutDelivery::send_to_adapter(const LogoutNotice& notice, const RealmEntry& realm, const Client& client) {
  auto url = address_of(notice, client);
  const auto parsed = parse_uri(url);
  if (!parsed || !parsed->is_http()) return drop(notice, "no_url");
  AdapterMessage message{.id = notice.id + "." + std::to_string(notice.attempts), .action = "LOGOUT"};
  message.not_before = 0;
  if (notice.adapter_session.empty()) {
    message.not_before = epoch_seconds(notice.created_at);
  } else {
    message.adapter_sessions = {notice.adapter_session};
    message.sessions = {notice.session.str()};
  }
  auto text = make_adapter_message(realm, client, message, clock_.now());
  if (!text) return drop(notice, describe(text.error()));
  sender_.post_text(url.append("/k_logout"), client.attribute_is_true(kSelfRegistered), std::move(*text),
                    [this, notice, client_id = client.client_id](int status) { finish(notice, client_id, status); });
}

/// Told again from the beginning after a failure: hearing it twice does no harm.
void LogoutDelivery::tell_every_adapter(const LogoutNotice& notice) {
  std::vector<Client> clients;
  for (std::int64_t first = 0; first == 0 || std::ssize(clients) == kClientsPage; first += kClientsPage) {
    auto found = read_from(repositories_.store, [&](Rows& rows) {
      return repositories_.clients.list(rows, notice.realm, "", first, kClientsPage);
    });
    if (!found) return log_.warning("logout_delivery_failed", {{"reason", describe(found.error())}});
    clients = std::move(*found);
    const auto stored = repositories_.store.write(
        [&](Tx& tx) { return insert_for(tx, repositories_.logout_notices, notice, clients); });
    if (!stored) return log_.warning("logout_delivery_failed", {{"reason", describe(stored.error())}});
  }
  remove(notice);
}

/// Section 2.8: 200 is success; 204 and the like are taken for it too, as some frameworks send them.
void LogoutDelivery::finish(const LogoutNotice& notice, std::string_view client_id, int status) {
  const bool delivered = status >= 200 && status < 300;
  const bool is_last = notice.attempts >= kLogoutAttemptsMax;
  log_.write(delivered ? LogLevel::kInfo : LogLevel::kWarning,
             delivered ? "backchannel_logout" : "logout_delivery_failed",
             {{"realm", notice.realm_name},
              {"client_id", client_id},
              {"status", status},
              {"attempt", notice.attempts},
              {"given_up", !delivered && is_last}});
  if (delivered || is_last) remove(notice);
}

void LogoutDelivery::drop(const LogoutNotice& notice, std::string_view reason) {
  log_.warning("logout_delivery_dropped", {{"reason", reason}, {"realm", notice.realm_name}});
  remove(notice);
}

void LogoutDelivery::remove(const LogoutNotice& notice) {
  const auto removed =
      repositories_.store.write([&](Tx& tx) { return repositories_.logout_notices.remove(tx, notice.id); });
  if (!removed) log_.warning("logout_delivery_failed", {{"reason", describe(removed.error())}});
}

}  // namespace cardea
