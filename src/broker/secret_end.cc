#include "broker/secret_end.h"

#include "base/text.h"

namespace cardea::broker {

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_integer<int>(text.substr(0, 4));
  const auto month = parse_integer<unsigned>(text.substr(5, 2));
  const auto day = parse_integer<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
         two(static_cast<unsigned>(date.day()));
}

std::optional<std::int64_t> secret_days_left(const IdentityProvider& provider, TimePoint now) {
  const auto ends = parse_day(provider.setting(kSecretEndsSetting));
  if (!ends) return std::nullopt;
  return (*ends - std::chrono::floor<std::chrono::days>(now)).count();
}

std::optional<std::int64_t> secret_warning(std::int64_t days_left) {
  if (days_left < 0) return 0;
  std::optional<std::int64_t> out;
  for (const auto mark : kSecretWarningDays) {
    if (days_left <= mark) out = mark;
  }
  return out;
}

}  // namespace cardea::broker
