#include "core/logout/logout_delivery.h"

#include "base/uri.h"
#include "core/client_urls.h"
#include "core/logout/logout_token.h"

namespace cardea {
namespace {

constexpr int kNoticesAtOnce = 50;

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
  const auto client = settings_.load_client_by_id(*realm, notice.client);
  if (!client) return;
  if (*client == nullptr || !(*client)->client.enabled) return drop(notice, "client_gone");
  const auto& record = (*client)->client;
  std::string url(record.attribute("backchannel.logout.url"));
  const auto parsed = parse_uri(url);
  if (!parsed || !parsed->is_http()) return drop(notice, "no_url");
  const auto token = make_logout_token(**realm, **client, notice, clock_.now());
  if (!token) return drop(notice, describe(token.error()));
  sender_.post_form(std::move(url), record.attribute_is_true(kSelfRegistered), "logout_token=" + percent_encode(*token),
                    [this, notice, client_id = record.client_id](int status) { finish(notice, client_id, status); });
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
