#include "broker/retry_after.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cardea::broker {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  const auto part = text.substr(at, count);
  const bool all = std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  return all ? parse_integer<int>(part) : std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"; the day of the week says nothing that the date does not.
std::optional<TimePoint> read_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kChars = 29;
  if (text.size() != kChars || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto* month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto day = digits(text, 5, 2), year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         seconds(*second);
}

}  // namespace

std::optional<seconds> retry_after(std::string_view text, TimePoint now) {
  text = trim(text);
  if (const auto number = parse_integer<std::int64_t>(text)) {
    return *number < 0 ? std::nullopt : std::optional(seconds(*number));
  }
  const auto date = read_date(text);
  if (!date) return std::nullopt;
  return std::max(seconds{0}, std::chrono::ceil<seconds>(*date - now));
}

}  // namespace cardea::broker
