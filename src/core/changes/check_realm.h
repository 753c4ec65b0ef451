// What must hold of a realm's settings whoever writes them, import and admin API alike: what is stored and cannot be
// run would stop sign-ins or tokens later. A pure function of the record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/realm.h"

namespace cardea {

struct RealmProblem {
  std::string_view member;  // empty: of several
  std::string what;         // in words for people, without the value
  friend bool operator==(const RealmProblem&, const RealmProblem&) = default;
};

/// Signature algorithm, lifetimes, bindings to flows that are there, limits of failed logins, headers, and members that
/// have another type than their readers take. None: it may be stored.
[[nodiscard]] std::vector<RealmProblem> realm_problems(const Realm& realm);

/// Is there a flow of this alias or id that stands for itself? (Whether it can be run is FlowSet's question.)
[[nodiscard]] bool has_flow(const Realm& realm, std::string_view alias_or_id);

}  // namespace cardea
