#include "core/token/service_account.h"

#include <algorithm>

namespace cardea {
namespace {

/// A client asks for one or two scopes as a rule.
constexpr std::size_t kAccountsMax = 8;

}  // namespace

ServiceAccounts::Ready ServiceAccounts::find(const TokenPlan& plan) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(accounts_, [&](const auto& item) { return item.first.get() == &plan; });
  return found == accounts_.end() ? Ready{} : found->second;
}

ServiceAccounts::Ready ServiceAccounts::put(Plan plan, Account account) {
  Ready ready{.account = std::move(account), .written = std::make_shared<WrittenClaims>()};
  const std::scoped_lock lock(mutex_);
  if (accounts_.size() >= kAccountsMax) accounts_.erase(accounts_.begin());
  accounts_.emplace_back(std::move(plan), ready);
  return ready;
}

Stored<ServiceAccounts::Ready> load_service_account(Rows& rows, SubjectRepo& subjects, Settings& settings,
                                                    const ClientEntry& client, std::shared_ptr<const TokenPlan> plan) {
  auto found = subjects.load_service_account(rows, client.realm->realm.id, client.client.id);
  if (!found) return refuse(found.error());
  if (!*found) return ServiceAccounts::Ready{};
  auto complete = complete_subject(rows, settings, client, *plan, std::move(**found));
  if (!complete) return refuse(complete.error());
  return client.service_accounts->put(std::move(plan), std::make_shared<const TokenSubject>(std::move(*complete)));
}

}  // namespace cardea
