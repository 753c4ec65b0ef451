#include "web/rounds.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace cardea::web {

Rounds Rounds::read(const Request& request, std::string_view cookie_name, TimePoint now) {
  const auto text = request.cookie(cookie_name);
  const auto dot = text ? text->find('.') : std::string_view::npos;
  if (dot == std::string_view::npos) return {.count = 0, .since = now};
  const auto count = parse_integer<int>(text->substr(0, dot));
  const auto since = parse_integer<std::int64_t>(text->substr(dot + 1));
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (!count || !since || *since < 0 || *since > kYear9999) return {.count = 0, .since = now};
  const auto begin = from_epoch_seconds(*since);
  if (begin > now || now - begin > kWindow) return {.count = 0, .since = now};
  return {.count = std::clamp(*count, 0, 1000), .since = begin};
}

std::string Rounds::after_one_more() const {
  return std::to_string(count + 1) + "." + std::to_string(epoch_seconds(since));
}

}  // namespace cardea::web
