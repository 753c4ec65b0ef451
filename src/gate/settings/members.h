// One object of the gate's settings while it is read: typed members, each asked for once, and at the end a complaint
// about every member that nobody asked for, with the name that may have been meant. Problems are collected, never the
// first alone. Values of secrets are never in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "gate/keep_domino/overlay.h"

namespace cardea::gate {

class Members {
 public:
  static constexpr std::size_t kListMax = 10'000;

  /// `path` names the object in problems: "applications[0].sign-in". Keeps the references.
  Members(const json::object& object, std::string path, std::vector<ConfigNote>& notes)
      : object_(object), path_(std::move(path)), notes_(notes) {}

  [[nodiscard]] bool has(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = {});
  [[nodiscard]] bool flag(std::string_view name, bool fallback);
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max);
  [[nodiscard]] seconds duration(std::string_view name, seconds fallback, seconds max);
  /// "2027-01-31", as its first moment in UTC.
  [[nodiscard]] std::optional<TimePoint> date(std::string_view name);
  /// One text, or a list of them.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  /// Null: not there, or told to be none.
  [[nodiscard]] const json::object* object(std::string_view name);
  [[nodiscard]] std::vector<const json::object*> objects(std::string_view name);

  void fatal(std::string_view name, std::string text);
  void warn(std::string_view name, std::string text);
  /// After the last member was asked for.
  void refuse_unknown();

  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] const json::object& raw() const { return object_; }
  [[nodiscard]] std::vector<ConfigNote>& notes() { return notes_; }

 private:
  const json::value* take(std::string_view name);

  const json::object& object_;
  std::string path_;
  std::vector<ConfigNote>& notes_;
  std::vector<std::string_view> known_;
};

}  // namespace cardea::gate
