#include "base/colour.h"

#include <algorithm>
#include <cmath>

namespace cardea {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr int kMixSteps = 20;

std::optional<int> digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

double linear(std::uint8_t part) {
  const double value = part / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

std::uint8_t mix_part(std::uint8_t from, std::uint8_t to, double part) {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * part));
}

}  // namespace

std::string Colour::hex() const {
  std::string out = "#";
  for (const auto part : {red, green, blue}) {
    out.push_back(kDigits[part >> 4U]);
    out.push_back(kDigits[part & 15U]);
  }
  return out;
}

std::optional<Colour> parse_colour(std::string_view text) {
  if ((text.size() != 4 && text.size() != 7) || text.front() != '#') return std::nullopt;
  const std::size_t width = text.size() == 4 ? 1 : 2;
  std::uint8_t parts[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto high = digit_of(text[1 + i * width]);
    const auto low = digit_of(text[i * width + width]);
    if (!high || !low) return std::nullopt;
    parts[i] = static_cast<std::uint8_t>(*high * 16 + *low);
  }
  return Colour{parts[0], parts[1], parts[2]};
}

double contrast(Colour one, Colour other) {
  const auto [dark, light] = std::minmax({luminance(one), luminance(other)});  // values: the pair form gives references
  return (light + 0.05) / (dark + 0.05);
}

Colour mix(Colour from, Colour to, double part) {
  return {mix_part(from.red, to.red, part), mix_part(from.green, to.green, part), mix_part(from.blue, to.blue, part)};
}

Colour text_on(Colour ground) { return contrast(kBlack, ground) > contrast(kWhite, ground) ? kBlack : kWhite; }

Colour readable_on(Colour colour, Colour ground) {
  const auto target = text_on(ground);
  for (int step = 0; step < kMixSteps; ++step) {
    const auto mixed = mix(colour, target, static_cast<double>(step) / kMixSteps);
    if (contrast(mixed, ground) >= kTextContrast) return mixed;
  }
  return target;
}

}  // namespace cardea
