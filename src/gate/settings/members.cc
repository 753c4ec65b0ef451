#include "gate/settings/members.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace cardea::gate {

const json::value* Members::take(std::string_view name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.push_back(name);
  const auto* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Members::path_of(std::string_view name) const {
  if (name.empty()) return path_;
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Members::fatal(std::string_view name, std::string text) {
  notes_.push_back({NoteLevel::kFatal, path_of(name), std::move(text)});
}

void Members::warn(std::string_view name, std::string text) {
  notes_.push_back({NoteLevel::kWarning, path_of(name), std::move(text)});
}

bool Members::has(std::string_view name) { return take(name) != nullptr; }

std::string Members::text(std::string_view name, std::string_view fallback) {
  const auto* value = take(name);
  if (value == nullptr) return std::string(fallback);
  if (const auto* text = value->if_string()) return std::string(*text);
  if (value->is_number()) return json::serialize(*value);
  fatal(name, "must be a text");
  return std::string(fallback);
}

bool Members::flag(std::string_view name, bool fallback) {
  const auto* value = take(name);
  if (value == nullptr) return fallback;
  if (value->is_bool()) return value->get_bool();
  fatal(name, "must be true or false");
  return fallback;
}

std::int64_t Members::number(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max) {
  const auto* value = take(name);
  if (value == nullptr) return fallback;
  const auto* number = value->if_int64();
  if (number != nullptr && *number >= min && *number <= max) return *number;
  fatal(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return fallback;
}

seconds Members::duration(std::string_view name, seconds fallback, seconds max) {
  return seconds(number(name, fallback.count(), 0, max.count()));
}

std::optional<TimePoint> Members::date(std::string_view name) {
  if (!has(name)) return std::nullopt;
  const auto written = text(name);
  const auto parts = split(written, '-');
  const auto at = [&](std::size_t i) { return parts.size() == 3 ? parse_integer<int>(parts[i]).value_or(0) : 0; };
  const std::chrono::year_month_day day{std::chrono::year(at(0)), std::chrono::month(static_cast<unsigned>(at(1))),
                                        std::chrono::day(static_cast<unsigned>(at(2)))};
  if (day.ok() && at(0) >= 2000) return TimePoint(std::chrono::sys_days(day));
  fatal(name, "must be a date such as 2027-01-31");
  return std::nullopt;
}

std::vector<std::string> Members::texts(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return {std::string(*text)};
  const auto* list = value->if_array();
  std::vector<std::string> result;
  const bool fits = list != nullptr && list->size() <= kListMax && std::ranges::all_of(*list, [&](const auto& item) {
                      if (const auto* text = item.if_string()) result.emplace_back(*text);
                      return item.is_string();
                    });
  if (!fits) {
    fatal(name, "must be a text or a list of texts");
    return {};
  }
  return result;
}

const json::object* Members::object(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) fatal(name, "must be a mapping");
  return value->if_object();
}

std::vector<const json::object*> Members::objects(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return {};
  const auto* list = value->if_array();
  std::vector<const json::object*> result;
  const bool fits = list != nullptr && list->size() <= kListMax && std::ranges::all_of(*list, [&](const auto& item) {
                      if (item.is_object()) result.push_back(&item.get_object());
                      return item.is_object();
                    });
  if (!fits) {
    fatal(name, "must be a list of mappings");
    return {};
  }
  return result;
}

void Members::refuse_unknown() {
  for (const auto& [name, value] : object_) {
    if (std::ranges::find(known_, std::string_view(name)) != known_.end()) continue;
    const auto meant = nearest(name, known_);
    fatal(name, meant ? "is not known; did you mean " + std::string(*meant) + "?" : "is not known");
  }
}

}  // namespace cardea::gate
