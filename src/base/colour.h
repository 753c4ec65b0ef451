// Colours as people write them (#rrggbb) and how well one reads on another (WCAG 2.2, relative luminance and contrast
// ratio), so that a colour of somebody's own never makes a text that cannot be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardea {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  bool operator==(const Colour&) const = default;
  /// "#rrggbb", in small letters.
  [[nodiscard]] std::string hex() const;
};

inline constexpr Colour kBlack{0, 0, 0};
inline constexpr Colour kWhite{255, 255, 255};

/// What text needs on its ground (WCAG 2.2, success criterion 1.4.3).
inline constexpr double kTextContrast = 4.5;

/// "#rgb" or "#rrggbb"; nothing else, no names and no functions.
[[nodiscard]] std::optional<Colour> parse_colour(std::string_view text);

/// From 1 (the same) to 21 (black and white).
[[nodiscard]] double contrast(Colour one, Colour other);

/// `part` of 0 is `from`, 1 is `to`.
[[nodiscard]] Colour mix(Colour from, Colour to, double part);

/// Black or white, whichever reads better on `ground`: at least 4.5 to 1 on every colour.
[[nodiscard]] Colour text_on(Colour ground);

/// The colour itself, or as much of black or white mixed in as it takes to read on `ground`.
[[nodiscard]] Colour readable_on(Colour colour, Colour ground);

}  // namespace cardea
