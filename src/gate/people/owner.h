// Who owns an application: the first person who comes in, for good, as in NetBird's single-account mode (guides.md
// G4.5). Kept in the database under the application's name, where of two who come at once one wins at every node. A
// gate without a database makes nobody the owner, for the next start would make another one.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/log.h"
#include "gate/front/decide_access.h"
#include "gate/people/people.h"
#include "gate/store/gate_store.h"

namespace cardea::gate {

class Owners {
 public:
  struct Parts {
    Log& log;
    const GateStore* store;  // null: nobody owns anything
  };
  explicit Owners(const Parts& parts) : parts_(parts) {}

  using CallerPtr = std::shared_ptr<const Caller>;
  /// `caller` with is_owner set when they own the application. Nobody owns it yet: they do from now on, if the rules
  /// let them in (`access`) and they are a person with a subject. API keys and machines own nothing. Where nothing is
  /// kept, whoever would become the owner has is_owner set as well.
  [[nodiscard]] web::Outcome with_owner(const std::shared_ptr<const Application>& application, CallerPtr caller,
                                        const Access& access, NextStored<CallerPtr> next,
                                        Keeping keeping = Keeping::kLearnt);

 private:
  [[nodiscard]] Stored<std::string> find_or_claim(const Application& application, const Caller& caller, bool may_claim);

  const Parts parts_;
  std::mutex mutex_;
  std::map<std::string, std::string> owners_;  // by application: their digest; an owner never changes
};

/// "Client credentials": `sub` is the client itself (RFC 9068 section 2.2), or the provider says so in its own way
/// (Entra ID's `idtyp`, Keycloak's service accounts), or nothing in it speaks of a person: no name, session, delegated
/// permission or address.
[[nodiscard]] bool is_machine(const json::object& claims);

}  // namespace cardea::gate
