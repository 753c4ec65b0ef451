// multipart/form-data (RFC 7578): how scripts and consoles send forms with files. Files come as fields; their names are
// not kept.
#pragma once

#include <string_view>

#include "web/form.h"

namespace cardea::web {

inline constexpr std::size_t kMultipartPartsMax = 32;
inline constexpr std::size_t kMultipartHeadBytesMax = 4 * 1024;  // all headers of one part

/// Whether a Content-Type header says multipart/form-data.
[[nodiscard]] bool is_multipart(std::string_view content_type);

/// Parses a body by the boundary of its Content-Type header. Refuses a header without boundary, parts without a name,
/// names that are not UTF-8 or beyond kParameterNameBytesMax, and a body without its closing boundary. Values are bytes
/// as sent.
[[nodiscard]] Result<Form, FormError> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace cardea::web
