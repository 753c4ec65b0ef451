// What an import keeps but this release does not act on, told to the operator in one warning: members nobody knows
// (with the one that was meant, perhaps), members that are not run yet, hashes that never verify, redirect patterns.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "domain/representation/problems.h"

namespace cardea {

enum class ReviewReason {
  kUnknown,     // no Keycloak has such a member
  kNotRun,      // Keycloak has it, this release does not act on it
  kUnverified,  // a credential that can never prove anything here
  kWildcard,    // a redirect URI that stands for many addresses (attack class 1)
  kInsecure,    // a redirect URI that the client's policy refuses outside start-dev
  kMissing,     // the file leaves out what most applications need
  kCompleted,   // something the file takes for granted was added or decided
};

struct ReviewNote {
  ReviewReason reason;
  std::string path;      // of the first such place
  std::string detail;    // empty, or what to know about it
  std::size_t more = 0;  // further places of the same kind
};

class ImportReview {
 public:
  /// `kind` names what is counted together, for example "users.federatedIdentities"; the first path of a kind is told.
  void add(ReviewReason reason, std::string_view kind, const JsonPath& at, std::string detail = {});

  [[nodiscard]] bool empty() const { return notes_.empty(); }
  /// At most kRepresentationProblemsMax kinds.
  [[nodiscard]] const std::vector<ReviewNote>& notes() const { return notes_; }
  /// The warning: one line, grouped by reason. Empty when there is nothing to say.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<ReviewNote> notes_;
  std::map<std::pair<ReviewReason, std::string>, std::size_t> kinds_;  // index into notes_
  std::size_t not_told_ = 0;
};

}  // namespace cardea
