#include "gate/front/original_request.h"

#include "base/text.h"
#include "web/router.h"

namespace cardea::gate {
namespace {

struct Single {
  std::string_view value;
  int count = 0;
};

Single single(const web::Request& request, std::string_view name) {
  Single found;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, name)) continue;
    found.value = header.value;
    ++found.count;
  }
  return found;
}

Result<OriginalRequest, OriginalError> checked(std::string_view method, std::string_view target) {
  OriginalRequest original;
  original.method = web::parse_method(method);
  original.method_text = method;
  const auto question = target.find('?');
  original.path = target.substr(0, question);
  if (question != std::string_view::npos) original.query = target.substr(question + 1);
  if (!web::is_canonical_path(original.path)) return refuse(OriginalError::kAmbiguous);
  for (const char c : original.query)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F || c == '#')
      return refuse(OriginalError::kAmbiguous);
  return original;
}

}  // namespace

std::string_view describe(OriginalError error) {
  switch (error) {
    case OriginalError::kMissing:
      return "no_original_request";
    case OriginalError::kRepeated:
      return "original_request_stands_twice";
    case OriginalError::kAmbiguous:
      return "ambiguous_path";
  }
  return "refused";
}

Result<OriginalRequest, OriginalError> read_original(const web::Request& request) {
  if (request.path.starts_with(kEnvoyPrefix)) {
    auto target = request.path.substr(kEnvoyPrefix.size());
    if (!request.query.empty()) target += "?" + request.query;
    return checked(web::name(request.method), target);
  }
  const auto method = single(request, kMethodHeader), target = single(request, kUriHeader);
  if (method.count > 1 || target.count > 1) return refuse(OriginalError::kRepeated);
  if (method.value.empty() || target.value.empty()) return refuse(OriginalError::kMissing);
  return checked(method.value, target.value);
}

bool is_page_request(const web::Request& request, const OriginalRequest& original) {
  if (original.method != web::Method::kGet && original.method != web::Method::kHead) return false;
  if (request.header("Authorization") || request.header("X-Requested-With")) return false;
  if (const auto mode = request.header("Sec-Fetch-Mode"); mode && *mode != "navigate") return false;
  const auto accept = request.header("Accept");
  return accept && accept->find("text/html") != std::string_view::npos;
}

}  // namespace cardea::gate
