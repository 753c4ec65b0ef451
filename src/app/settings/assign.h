// Text to typed member, one rule per type: what the rows of the option table point at.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/settings/option.h"
#include "base/text.h"

namespace cardea::app {

template <class Value>
using Choice = std::pair<std::string_view, Value>;

namespace detail {

inline Refusal set(bool& member, std::string_view text) {
  if (equal_ignoring_ascii_case(text, "true"))
    member = true;
  else if (equal_ignoring_ascii_case(text, "false"))
    member = false;
  else
    return "must be true or false";
  return {};
}

inline Refusal set(std::uint16_t& member, std::string_view text) {
  const auto port = parse_integer<std::uint16_t>(text);
  if (!port) return "must be a port, 0 to 65535";
  member = *port;
  return {};
}

inline Refusal set(std::string& member, std::string_view text) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return "must be text";
  member = text;
  return {};
}

inline Refusal set(SecretBytes& member, std::string_view text) {
  member = SecretBytes::copy_of(text);
  return {};
}

inline Refusal set(std::vector<std::string>& member, std::string_view text) {
  member.clear();
  for (const auto part : split(text, ',')) {
    const auto item = trim(part);
    if (item.empty()) return "must be a list with commas between, without empty places";
    member.emplace_back(item);
  }
  return {};
}

}  // namespace detail

template <auto Member>
Refusal assign(ServerSettings& settings, std::string_view text) {
  return detail::set(settings.*Member, text);
}

template <auto Member, int Minimum, int Maximum>
Refusal assign_number(ServerSettings& settings, std::string_view text) {
  const auto number = parse_integer<int>(text);
  if (!number || *number < Minimum || *number > Maximum)
    return "must be a number from " + std::to_string(Minimum) + " to " + std::to_string(Maximum);
  settings.*Member = *number;
  return {};
}

/// `Choices` is an array of Choice with the names a person may write.
template <auto Member, const auto& Choices>
Refusal assign_choice(ServerSettings& settings, std::string_view text) {
  std::string known;
  for (const auto& [name, value] : Choices) {
    if (equal_ignoring_ascii_case(text, name)) {
      settings.*Member = value;
      return {};
    }
    known.append(known.empty() ? "" : ", ").append(name);
  }
  return "must be one of: " + known;
}

}  // namespace cardea::app
