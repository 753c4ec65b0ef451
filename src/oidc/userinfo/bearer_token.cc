#include "oidc/userinfo/bearer_token.h"

#include <algorithm>

#include "base/text.h"
#include "web/form.h"

namespace cardea::oidc {
namespace {

std::optional<SentToken> from_header(const web::Request& request) {
  const auto header = request.header("Authorization");
  if (!header) return std::nullopt;
  const auto space = header->find(' ');
  const auto scheme = header->substr(0, space);
  const bool is_dpop = equal_ignoring_ascii_case(scheme, "DPoP");
  if (space == std::string_view::npos || (!is_dpop && !equal_ignoring_ascii_case(scheme, "Bearer"))) {
    return std::nullopt;
  }
  const auto token = header->substr(space + 1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return SentToken{std::string(token), is_dpop};
}

bool has_token_in_query(const web::Request& request) {
  const auto query = web::Form::parse(request.query);
  return query && query->raw("access_token");
}

}  // namespace

Result<std::optional<SentToken>, BearerReadError> read_bearer_token(const web::Request& request) {
  auto token = from_header(request);
  if (token && has_token_in_query(request)) return refuse(BearerReadError::kSeveral);
  const bool is_form = request.method == web::Method::kPost && request.has_form();
  if (!is_form) return token;
  const auto form = web::Form::parse(request.body);
  if (!form) return token;
  if (form->first_repeated()) return refuse(BearerReadError::kRepeated);
  const auto in_form = form->value("access_token");
  if (!in_form) return token;
  if (token) return refuse(BearerReadError::kSeveral);
  return SentToken{std::string(*in_form)};
}

}  // namespace cardea::oidc
