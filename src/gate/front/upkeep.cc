// What a gate does beside requests: keys, secrets that end, sessions and tokens that ended; a part of Gate.
#include <algorithm>
#include <chrono>
#include <utility>

#include "gate/front/gate.h"
#include "gate/keys/load_keys.h"

namespace cardea::gate {

/// 30, 14, 7 and 1 days before, and once it is over: people could not sign in then (guides.md G0-26).
void Gate::warn_of_secrets() {
  const auto current = state();
  for (const auto& application : current->settings.applications) {
    if (!application.sign_in || !application.sign_in->secret_ends) continue;
    const auto left = *application.sign_in->secret_ends - parts_.reach.clock.now();
    int due = -1;
    for (const int days : {30, 14, 7, 1, 0})
      if (left <= std::chrono::hours(24 * days)) due = days;
    if (due < 0) {
      secrets_told_.erase(application.name);
      continue;
    }
    const auto told = secrets_told_.find(application.name);
    if (told != secrets_told_.end() && told->second == due) continue;
    secrets_told_[application.name] = due;
    parts_.reach.log.warning(due == 0 ? "gate_client_secret_ended" : "gate_client_secret_ends",
                             {{"application", application.name}, {"days", due}});
  }
}

/// The next address of those that are read together, and so on until there is none. A step lies between two, so that
/// what is known already does not nest.
web::Outcome Gate::refresh_next(const std::shared_ptr<Refresh>& refresh) {
  const auto& addresses = refresh->state->settings.key_addresses;
  const auto at = refresh->next.fetch_add(1);
  if (at >= addresses.size()) return web::empty_response(204);
  return load_keys(parts_.reach, addresses[at], std::nullopt, [this, refresh](const std::string&) -> web::Outcome {
    return web::then(web::Lane::kInline, [this, refresh] { return refresh_next(refresh); });
  });
}

void Gate::refresh_keys(web::Fetcher& fetcher) {
  warn_of_secrets();
  const auto refresh = std::make_shared<Refresh>(state());
  const auto now = parts_.reach.clock.steady();
  const auto& addresses = refresh->state->settings.key_addresses;
  if (now > upstream::kStaleMax)
    for (const auto& address : addresses) address.provider->drop_keys_before(now - upstream::kStaleMax);
  for (std::size_t i = 0; i < std::min(kRefreshTogether, addresses.size()); ++i) drive(refresh_next(refresh), fetcher);
}

void Gate::purge() {
  const auto now = parts_.reach.clock.now();
  const auto current = state();
  sign_in_.sessions().purge([&](std::string_view name) -> std::optional<seconds> {
    const auto& applications = current->settings.applications;
    const auto found = std::ranges::find(applications, name, &Application::name);
    return found == applications.end() || !found->sign_in ? std::nullopt : std::optional(found->sign_in->idle);
  });
  current->verified.purge(now);
  revoked_.purge(now);
  lookups_.purge();
  if (parts_.store == nullptr) return;
  constexpr int kRowsMax = 1000;
  constexpr std::chrono::hours kUnseen{24 * 180};  // people who did not come back for half a year
  for (int i = 0; i < 50; ++i) {
    const auto removed = write_to(parts_.store->store,
                                  [&](Tx& tx) { return parts_.store->rows.purge(tx, now, now - kUnseen, kRowsMax); });
    if (!removed)
      parts_.reach.log.warning("gate_store_failed", {{"reason", describe(removed.error())}, {"what", "purge"}});
    if (!removed || *removed < kRowsMax) break;
  }
}

bool Gate::synchronise() {
  if (parts_.store == nullptr) return true;
  sign_in_.sessions().write_uses();
  return revoked_.read_new();
}

}  // namespace cardea::gate
