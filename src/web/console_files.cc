#include "web/console_files.h"

#include <zlib.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "web/media_type.h"

namespace cardea::web {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib.h, inflateInit2: the widest window, with a gzip head

/// The weight of one element of Accept-Encoding is zero ("br;q=0", "br; q=0.000").
bool is_refused(std::string_view parameters) {
  const auto weight = trim(parameters);
  return weight.starts_with("q=0") && weight.find_first_of("123456789") == std::string_view::npos;
}

Outcome serve(const Request& request, const ConsoleFiles& files, const std::string& name) {
  const auto* file = files.find(name);
  if (file == nullptr) return json_error(404, "Unable to find matching target resource method");
  auto response = serve_console_file(*file, request.header("Accept-Encoding"));
  // A page of another release asks for files that may be gone or have changed: it must not keep what it finds.
  const bool current = request.path_parameter("hash") == files.version;
  response.add("Cache-Control", current ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

}  // namespace

const ConsoleFile* ConsoleFiles::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(files, name, {}, &ConsoleFile::name);
  return found != files.end() && found->name == name ? &*found : nullptr;
}

const ConsolePage& ConsoleFiles::page(std::string_view console) const {
  const auto found = std::ranges::find(pages, console, &ConsolePage::console);
  CARDEA_ASSERT(found != pages.end());
  return *found;
}

std::string ConsoleFiles::base_url() const {
  return std::string("/resources/cardea/").append(version).append("/console");
}

std::string unpacked(const ConsoleFile& file) {
  if (file.gzip.empty()) return std::string(file.bytes);
  std::string out(file.size, '\0');
  z_stream stream{};
  CARDEA_ASSERT(inflateInit2(&stream, kGzipWindowBits) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.gzip.data()));
  stream.avail_in = static_cast<uInt>(file.gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const auto result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  CARDEA_ASSERT(result == Z_STREAM_END && stream.avail_out == 0);  // our own bytes, packed by the build
  return out;
}

bool accepts_encoding(std::optional<std::string_view> accept_encoding, std::string_view coding) {
  if (!accept_encoding) return true;
  bool any = false;
  for (const auto element : split(*accept_encoding, ',')) {
    const auto semicolon = element.find(';');
    const auto name = trim(element.substr(0, semicolon));
    const bool refused = semicolon != std::string_view::npos && is_refused(element.substr(semicolon + 1));
    if (equal_ignoring_ascii_case(name, coding)) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

Response serve_console_file(const ConsoleFile& file, std::optional<std::string_view> accept_encoding) {
  Response response;
  response.add("Content-Type", media_type(file.name));
  if (file.gzip.empty()) {
    response.body = file.bytes;
    return response;
  }
  response.add("Vary", "Accept-Encoding");
  // Without the header every coding may be sent (RFC 9110 section 12.5.3); scripts of operators expect text, though.
  if (accept_encoding && accepts_encoding(accept_encoding, "br")) {
    response.add("Content-Encoding", "br");
    response.body = file.brotli;
  } else if (accept_encoding && accepts_encoding(accept_encoding, "gzip")) {
    response.add("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else {
    response.body = unpacked(file);
  }
  return response;
}

void add_console_file_routes(Router& router, const ConsoleFiles& files) {
  router.get("/resources/cardea/{hash}/console/{file}",
             [&files](const Request& request) { return serve(request, files, request.path_parameter("file")); });
  router.get("/resources/cardea/{hash}/console/{console}/{file}", [&files](const Request& request) {
    return serve(request, files, request.path_parameter("console") + "." + request.path_parameter("file"));
  });
}

}  // namespace cardea::web
