// An operation inside of another one, in its transaction: partial import does what the console would do one by one. The
// row of the table decides as ever: the caller needs its permission, the handler its own checks, and the change is an
// admin event of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/seam/operation.h"

namespace cardea::admin {

struct SubCall {
  std::string_view operation;                                       // of the table: "createUser"
  std::vector<std::pair<std::string_view, std::string>> path = {};  // values of {name} segments, without {realm}
  json::value body = {};
  std::shared_ptr<void> prepared = {};  // what `prepare_sub_call` gave for this one
};

/// Runs the `prepare` of an operation, on the hash lane: what the handler is to be given.
[[nodiscard]] Or<std::shared_ptr<void>> prepare_sub_call(Call& call, const SubCall& sub);
/// Runs the operation. Gives the id of what it made; empty: nothing.
[[nodiscard]] Or<std::string> run_sub_call(Call& call, SubCall sub);

}  // namespace cardea::admin
