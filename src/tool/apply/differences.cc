#include "tool/apply/differences.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::tool {
namespace {

constexpr std::size_t kShownBytesMax = 120;

bool is_text_list(const json::value& value) {
  return value.is_array() && std::ranges::all_of(value.as_array(), [](const json::value& v) { return v.is_string(); });
}

std::vector<std::string_view> sorted_texts(const json::value& list) {
  std::vector<std::string_view> texts;
  for (const auto& item : list.as_array()) texts.emplace_back(item.as_string());
  std::ranges::sort(texts);
  return texts;
}

std::string spelled(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

/// Components have lists of values, of which a secret one is masked in its place.
bool is_masked(const json::value& value) {
  if (value.is_array()) return value.as_array().size() == 1 && is_masked(value.as_array().front());
  return value.is_string() && std::string_view(value.as_string()) == kMasked;
}

bool same(const json::value& have, const json::value& want) {
  if (is_masked(have) || is_masked(want)) return true;
  if (want.is_null() && have.is_array() && have.as_array().empty()) return true;
  if (is_text_list(have) && is_text_list(want)) return sorted_texts(have) == sorted_texts(want);
  if (!have.is_structured() && !want.is_structured()) return spelled(have) == spelled(want);
  return have == want;
}

void collect(const json::object& have, const json::object& want, const std::string& prefix,
             std::vector<Difference>& found) {
  for (const auto& member : want) {
    const auto path = prefix + std::string(member.key());
    const auto* present = have.if_contains(member.key());
    const bool both_objects = member.value().is_object() && (present == nullptr || present->is_object());
    if (both_objects) {
      static const json::object kNone;
      collect(present == nullptr ? kNone : present->as_object(), member.value().as_object(), path + ".", found);
    } else if (present == nullptr ? !member.value().is_null() && !same(json::array(), member.value())
                                  : !same(*present, member.value())) {
      found.push_back({path, present == nullptr ? json::value() : *present, member.value()});
    }
  }
}

bool holds_secret(std::string_view path) {
  const auto name = ascii_lower(path.substr(path.rfind('.') + 1));
  return name.find("secret") != std::string::npos || name.find("password") != std::string::npos ||
         name.find("privatekey") != std::string::npos || name == "registrationaccesstoken";
}

std::string shown(const json::value& value) {
  auto text = json::serialize(value);
  if (text.size() <= kShownBytesMax) return text;
  std::size_t end = 0;
  while (end < kShownBytesMax)
    end += std::max<std::size_t>(1, utf8_sequence_length(std::string_view(text).substr(end)));
  return text.substr(0, end) + "...";
}

}  // namespace

std::vector<Difference> differences(const json::object& have, const json::object& want) {
  std::vector<Difference> found;
  collect(have, want, "", found);
  return found;
}

json::object merged(json::object have, const json::object& want) {
  for (const auto& member : want) {
    auto& place = have[member.key()];
    if (place.is_object() && member.value().is_object()) {
      place = merged(std::move(place.as_object()), member.value().as_object());
    } else {
      place = member.value();
    }
  }
  return have;
}

std::string describe(const Difference& difference) {
  if (holds_secret(difference.path)) return difference.path + ": changed";
  return difference.path + ": " + (difference.have.is_null() ? "nothing" : shown(difference.have)) + " -> " +
         shown(difference.want);
}

}  // namespace cardea::tool
