#include "web/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "base/encoding.h"

namespace cardea::web {
namespace {

constexpr int kQuietZone = 4;  // modules on each side

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using CodePtr = std::unique_ptr<QRcode, Free>;

// One rectangle for each run of dark modules in a row.
void append_rows(std::string& svg, const QRcode& code) {
  for (int y = 0; y < code.width; ++y) {
    for (int x = 0; x < code.width; ++x) {
      const int begin = x;
      while (x < code.width && (code.data[y * code.width + x] & 1) != 0) ++x;
      if (x == begin) continue;
      svg += "M" + std::to_string(begin + kQuietZone) + " " + std::to_string(y + kQuietZone) + "h" +
             std::to_string(x - begin) + "v1h-" + std::to_string(x - begin) + "z";
    }
  }
}

}  // namespace

std::optional<std::string> qr_code_image(std::string_view text) {
  if (text.empty() || text.size() > kQrTextBytesMax || text.find('\0') != std::string_view::npos) return std::nullopt;
  const CodePtr code(QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M));
  if (!code) return std::nullopt;
  const auto side = std::to_string(code->width + 2 * kQuietZone);
  std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" shape-rendering="crispEdges" viewBox="0 0 )" + side +
                    " " + side + R"("><path fill="#fff" d="M0 0h)" + side + "v" + side + "h-" + side +
                    R"(z"/><path d=")";
  append_rows(svg, *code);
  svg += R"("/></svg>)";
  return "data:image/svg+xml;base64," + base64_encode(svg);
}

}  // namespace cardea::web
