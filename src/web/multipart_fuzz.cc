// Any bytes either are refused or give fields within the bounds, which are read again when they are written.
#include <cstdint>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"
#include "web/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cardea::web;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');  // the first line is the header
  const auto type = input.substr(0, line);
  const auto form = parse_multipart(type, line == std::string_view::npos ? "" : input.substr(line + 1));
  if (!form) return 0;
  CARDEA_ASSERT(is_multipart(type) && form->parameters().size() <= kMultipartPartsMax);
  std::string written;
  const std::string boundary = "a-boundary-that-no-value-holds-5f1e";
  for (const auto& [name, value] : form->parameters()) {
    CARDEA_ASSERT(!name.empty() && cardea::is_utf8(name) && name.size() <= cardea::kParameterNameBytesMax);
    if (value.contains(boundary)) return 0;
    std::string quoted;
    for (const char c : name) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    if (quoted.contains('\r') || quoted.contains('\n')) return 0;
    written += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted + "\"\r\n\r\n" + value + "\r\n";
  }
  const auto again = parse_multipart("multipart/form-data; boundary=" + boundary, written + "--" + boundary + "--");
  CARDEA_ASSERT(again && again->parameters() == form->parameters());
  return 0;
}
