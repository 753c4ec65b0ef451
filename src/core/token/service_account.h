// The service account of a client, ready for tokens (keycloak.md section 1.9, client_credentials). It is part of the
// client's settings: whatever changes it raises the version of its realm, so it is kept with the client's entry and the
// grant that is asked for most reads nothing.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/settings.h"
#include "core/token/token_subject.h"
#include "core/token/written_claims.h"

namespace cardea {

/// The service account of one client entry, completed for each plan. Bounded; safe from any thread.
class ServiceAccounts {
 public:
  using Plan = std::shared_ptr<const TokenPlan>;
  using Account = std::shared_ptr<const TokenSubject>;

  struct Ready {
    Account account;                         // null: not read yet
    std::shared_ptr<WrittenClaims> written;  // null with it
  };

  [[nodiscard]] Ready find(const TokenPlan& plan) const;
  Ready put(Plan plan, Account account);

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Plan, Ready>> accounts_;
};

/// Reads the account and remembers it in `client.service_accounts`. Without an account: the client has none.
[[nodiscard]] Stored<ServiceAccounts::Ready> load_service_account(Rows& rows, SubjectRepo& subjects, Settings& settings,
                                                                  const ClientEntry& client,
                                                                  std::shared_ptr<const TokenPlan> plan);

}  // namespace cardea
