#include "gate/front/bearer.h"

#include "base/text.h"

namespace cardea::gate {

namespace {

/// What follows `scheme` in the one Authorization header.
std::optional<std::string_view> credential_of(const web::Request& request, std::string_view scheme) {
  std::optional<std::string_view> found;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, "Authorization")) continue;
    if (found) return std::nullopt;
    found = header.value;
  }
  if (!found) return std::nullopt;
  const auto space = found->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_ascii_case(found->substr(0, space), scheme)) {
    return std::nullopt;
  }
  const auto token = found->substr(space + 1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return token;
}

constexpr std::string_view kApiKeyHeader = "X-API-KEY", kPersonalTokenPrefix = "nbp_";

}  // namespace

std::optional<std::string_view> bearer_of(const web::Request& request) { return credential_of(request, "Bearer"); }

std::optional<std::string_view> api_key_of(const web::Request& request, AnswerForm form) {
  if (const auto key = request.header(kApiKeyHeader)) return key;
  if (form != AnswerForm::kNetbird) return std::nullopt;
  const auto token = credential_of(request, "Token");
  return token && token->starts_with(kPersonalTokenPrefix) ? token : std::nullopt;
}

bool has_authorization(const web::Request& request) { return request.header("Authorization").has_value(); }

bool is_keep_placeholder(std::string_view token) { return token.starts_with("oauth2proxy:"); }

}  // namespace cardea::gate
