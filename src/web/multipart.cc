#include "web/multipart.h"

#include <optional>

#include "base/limits.h"
#include "base/text.h"

namespace cardea::web {
namespace {

constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046 section 5.1.1
constexpr std::string_view kType = "multipart/form-data";

/// The value of a parameter of a header (`; name=token` or `; name="text"`, RFC 2183), in any case of its name.
std::optional<std::string> header_parameter(std::string_view header, std::string_view wanted) {
  auto at = header.find(';');
  while (at != std::string_view::npos) {
    header.remove_prefix(at + 1);
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = trim(header.substr(0, equals));
    header.remove_prefix(equals + 1);
    std::string value;
    if (header.starts_with('"')) {
      std::size_t i = 1;
      for (; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size()) ++i;
        value.push_back(header[i]);
      }
      if (i >= header.size()) return std::nullopt;
      header.remove_prefix(i + 1);
    } else {
      value = trim(header.substr(0, header.find(';')));
    }
    if (equal_ignoring_ascii_case(name, wanted)) return value;
    at = header.find(';');
  }
  return std::nullopt;
}

/// The header of that name among the lines of a part's head.
std::optional<std::string_view> line_of(std::string_view head, std::string_view wanted) {
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_ascii_case(trim(line.substr(0, colon)), wanted)) {
      return line.substr(colon + 1);
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  return std::nullopt;
}

/// Adds what stands between two boundaries, without the line break in front of the second one.
Result<void, FormError> read_part(std::string_view part, Form& form) {
  const auto end = part.find("\r\n\r\n");
  if (end == std::string_view::npos || end > kMultipartHeadBytesMax) return refuse(FormError::kMalformed);
  const auto disposition = line_of(part.substr(0, end), "content-disposition");
  if (!disposition || !trim(*disposition).starts_with("form-data")) return refuse(FormError::kMalformed);
  auto name = header_parameter(*disposition, "name");
  if (!name || name->empty() || !is_utf8(*name) || name->contains('\0')) return refuse(FormError::kMalformed);
  if (name->size() > kParameterNameBytesMax) return refuse(FormError::kTooLong);
  form.add(std::move(*name), std::string(part.substr(end + 4)));
  return {};
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return equal_ignoring_ascii_case(trim(content_type.substr(0, content_type.find(';'))), kType);
}

Result<Form, FormError> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = header_parameter(content_type, "boundary");
  if (!is_multipart(content_type) || !boundary || boundary->empty() || boundary->size() > kBoundaryBytesMax) {
    return refuse(FormError::kMalformed);
  }
  const auto first = "--" + *boundary;
  const auto next = "\r\n" + first;
  const std::size_t at =
      body.starts_with(first) ? 0 : body.find(next);  // what stands in front of the first one is passed over
  if (at == std::string_view::npos) return refuse(FormError::kMalformed);
  body.remove_prefix(at == 0 && body.starts_with(first) ? first.size() : at + next.size());
  Form form;
  while (!body.starts_with("--")) {
    if (form.parameters().size() == kMultipartPartsMax) return refuse(FormError::kTooManyParameters);
    const auto line_end = body.find("\r\n");
    if (line_end == std::string_view::npos || !trim(body.substr(0, line_end)).empty()) {
      return refuse(FormError::kMalformed);
    }
    body.remove_prefix(line_end + 2);
    const auto end = body.find(next);
    if (end == std::string_view::npos) return refuse(FormError::kMalformed);
    if (auto read = read_part(body.substr(0, end), form); !read) return refuse(read.error());
    body.remove_prefix(end + next.size());
  }
  return form;
}

}  // namespace cardea::web
