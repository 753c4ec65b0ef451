#include "web/media_type.h"

#include <array>

namespace cardea::web {

std::string_view media_type(std::string_view path) {
  struct Type {
    std::string_view ending, media_type;
  };
  static constexpr std::array<Type, 9> kTypes = {{{".css", "text/css;charset=utf-8"},
                                                  {".js", "text/javascript;charset=utf-8"},
                                                  {".svg", "image/svg+xml"},
                                                  {".png", "image/png"},
                                                  {".ico", "image/x-icon"},
                                                  {".json", "application/json"},
                                                  {".txt", "text/plain;charset=utf-8"},
                                                  {".woff2", "font/woff2"},
                                                  {".webp", "image/webp"}}};
  for (const auto& type : kTypes) {
    if (path.ends_with(type.ending)) return type.media_type;
  }
  return "application/octet-stream";
}

}  // namespace cardea::web
