#include "core/mail/mailer.h"

namespace cardea {

std::string words_for(seconds life) {
  const auto count = life.count();
  const auto in = [](std::int64_t number, const char* unit) {
    return std::to_string(number) + " " + unit + (number == 1 ? "" : "s");
  };
  if (count >= 86'400 && count % 86'400 == 0) return in(count / 86'400, "day");
  if (count >= 3600 && count % 3600 == 0) return in(count / 3600, "hour");
  if (count >= 60 && count % 60 == 0) return in(count / 60, "minute");
  return in(count, "second");
}

}  // namespace cardea
