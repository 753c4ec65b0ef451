#include "admin/seam/moment.h"

#include <chrono>

#include "base/text.h"

namespace cardea::admin {
namespace {

std::optional<TimePoint> parse_moment(std::string_view text, SpanEnd end) {
  if (const auto number = parse_integer<std::int64_t>(text)) {
    constexpr std::int64_t kMillisMax = 253'402'300'799'999;  // the year 9999
    if (*number < 0 || *number > kMillisMax) return std::nullopt;
    return from_epoch_milliseconds(*number);
  }
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_integer<int>(text.substr(0, 4));
  const auto month = parse_integer<unsigned>(text.substr(5, 2));
  const auto day = parse_integer<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  const TimePoint begin{std::chrono::sys_days(date)};
  return end == SpanEnd::kTo ? begin + std::chrono::hours{24} - milliseconds{1} : begin;
}

}  // namespace

Or<std::optional<TimePoint>> query_moment(const Call& call, std::string_view name, SpanEnd end) {
  const auto text = call.query(name);
  if (text.empty()) return std::optional<TimePoint>();
  const auto at = parse_moment(text, end);
  if (at) return at;
  return refuse(
      error(400, "Invalid value for '" + std::string(name) + "', expected format is yyyy-MM-dd or an Epoch timestamp"));
}

}  // namespace cardea::admin
