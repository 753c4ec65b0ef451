#include "gate/people/owner.h"

#include <utility>

#include "crypto/hash.h"
#include "gate/token/token_rules.h"

namespace cardea::gate {
namespace {

std::string row_of(const Application& application) { return "owner/" + application.name; }

/// By the issuer, not by its name in the settings: a session and a bearer token of one person are one.
std::string digest_of(const Caller& caller) {
  const auto issuer = string_or(caller.claims(), "iss", caller.provider);
  return crypto::sha256_base64url(std::to_string(issuer.size()) + ":" + std::string(issuer) +
                                  subject_of(caller.claims()));
}

std::shared_ptr<const Caller> owning(const Caller& caller) {
  auto owner = std::make_shared<Caller>(caller);
  owner->is_owner = true;
  return owner;
}

}  // namespace

bool is_machine(const json::object& claims) {
  const auto subject = string_or(claims, "sub", "");
  const auto username = string_or(claims, "preferred_username", string_or(claims, "username", ""));  // RFC 7662
  if (string_or(claims, "idtyp", "") == "app" || username.starts_with("service-account-") ||
      (!subject.empty() && string_or(claims, "client_id", "") == subject)) {
    return true;
  }
  // What a token for an application alone never has: a name to sign in with, a session, a permission given by a person.
  return username.empty() && string_or(claims, "sid", "").empty() && string_or(claims, "scp", "").empty() &&
         string_or(claims, "email", "").empty();
}

Stored<std::string> Owners::find_or_claim(const Application& application, const Caller& caller, bool may_claim) {
  const auto& store = *parts_.store;
  const auto row = row_of(application);
  const auto found = read_from(store.store, [&](Rows& rows) { return store.rows.find_secret(rows, row); });
  if (!found) return refuse(found.error());
  if (*found) {
    std::string owner((*found)->reveal());
    const std::lock_guard lock(mutex_);
    owners_.insert_or_assign(application.name, owner);
    return owner;
  }
  if (!may_claim) return std::string();
  // Read again inside: of two who come at once, the second sees the first, committed or not. What was written is kept
  // in memory when a later request reads it.
  bool is_new = false;
  const auto own = digest_of(caller);
  auto owner = write_to(store.store, [&](Tx& tx) -> Stored<std::string> {
    is_new = false;
    const auto known = store.rows.find_secret(tx, row);
    if (!known) return refuse(known.error());
    if (*known) return std::string((*known)->reveal());
    if (auto inserted = store.rows.insert_secret(tx, row, own); !inserted) return refuse(inserted.error());
    is_new = true;
    return own;
  });
  if (owner && is_new) parts_.log.info("gate_owner", {{"application", application.name}, {"name", caller.name}});
  // Another node was first, and is not seen here yet.
  if (!owner && owner.error() == StoreError::kConflict) return std::string();
  return owner;
}

web::Outcome Owners::with_owner(const std::shared_ptr<const Application>& application, CallerPtr caller,
                                const Access& access, NextStored<CallerPtr> next, Keeping keeping) {
  if (parts_.store == nullptr || application->owner_role.empty() || !caller->fixed_role.empty() ||
      subject_of(caller->claims()).empty()) {
    return next(std::move(caller));
  }
  {
    const std::lock_guard lock(mutex_);
    const auto known = owners_.find(application->name);
    if (known != owners_.end()) {
      const bool is_owner = known->second == digest_of(*caller);
      return next(is_owner ? owning(*caller) : std::move(caller));
    }
  }
  const bool may_claim =
      (access.verdict == Access::Verdict::kPass || access.verdict == Access::Verdict::kNoPermission) &&
      !is_machine(caller->claims());
  const auto look = [this, application, caller = std::move(caller), may_claim, keeping,
                     next = std::move(next)]() -> web::Outcome {
    const auto owner = find_or_claim(*application, *caller, may_claim && keeping == Keeping::kLearnt);
    if (!owner) return next(refuse(owner.error()));
    if (keeping == Keeping::kNothing && owner->empty() && may_claim) return next(owning(*caller));
    return next(*owner == digest_of(*caller) ? owning(*caller) : caller);
  };
  // Until there is an owner, everybody may become one: that writes.
  return web::then(web::Lane::kStore, look);
}

}  // namespace cardea::gate
