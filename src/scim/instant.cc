#include "scim/instant.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cardea::scim {
namespace {

/// Takes `digits` digits off the front; negative: they are not there.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  const auto number = parse_integer<unsigned>(text.substr(0, digits));
  if (!number) return -1;
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".123456" in milliseconds; what is finer is cut off.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int millis = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    if (digits < 3) millis = millis * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) millis *= 10;
  return millis;
}

std::optional<seconds> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return seconds{0};
  const bool is_west = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const int hours = take_number(text, 2);
  if (hours < 0 || !take(text, ':')) return std::nullopt;
  const int minutes = take_number(text, 2);
  if (minutes < 0) return std::nullopt;
  const seconds offset{hours * 3600 + minutes * 60};
  return is_west ? -offset : offset;
}

}  // namespace

std::string instant_text(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const auto of_day = (at - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), of_day / 3'600'000,
                     of_day / 60'000 % 60, of_day / 1000 % 60, of_day % 1000);
}

std::optional<TimePoint> parse_instant(std::string_view text) {
  const int year = take_number(text, 4);
  if (year < 0 || !take(text, '-')) return std::nullopt;
  const int month = take_number(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  const int day = take_number(text, 2);
  if (day < 0 || (!take(text, 'T') && !take(text, 't'))) return std::nullopt;
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return std::nullopt;
  const int second = take_number(text, 2);
  const auto millis = take_fraction(text);
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (second < 0 || second > 60 || !millis || !offset || !text.empty() || !date.ok()) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + seconds{hour * 3600 + minute * 60 + second} + milliseconds{*millis} -
         *offset;
}

}  // namespace cardea::scim
