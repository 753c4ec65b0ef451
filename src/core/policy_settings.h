// Settings of the executors and conditions of client policies, as consoles and realm files write them: switches as
// booleans or texts, numbers as numbers or texts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace cardea {

[[nodiscard]] bool is_on(const json::object& settings, std::string_view name);
/// `fallback` when it is missing, no number, or not from 1 s to a hundred years.
[[nodiscard]] seconds seconds_or(const json::object& settings, std::string_view name, std::int64_t fallback);
/// The texts of a list, at most a hundred.
[[nodiscard]] std::vector<std::string> texts(const json::object& settings, std::string_view name);

}  // namespace cardea
