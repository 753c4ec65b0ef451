// A QR code as an image that a page can carry: SVG in a data URL, which our content security policy allows for images.
// Two colours, black on white with the quiet zone of ISO/IEC 18004, whatever the theme: cameras want it so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardea::web {

inline constexpr std::size_t kQrTextBytesMax = 1024;

/// "data:image/svg+xml;base64,...". Absent: the text is empty, too long, or holds a NUL.
[[nodiscard]] std::optional<std::string> qr_code_image(std::string_view text);

}  // namespace cardea::web
