#include "gate/front/answers.h"

#include "base/json.h"
#include "gate/token/check_token.h"

namespace cardea::gate {
namespace {

std::string_view phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 429:
      return "Too Many Requests";
    default:
      return "Service Unavailable";
  }
}

std::string body_of(AnswerForm form, const Refusal& refusal) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  switch (form) {
    case AnswerForm::kKeepDomino:
      writer.member("status", std::int64_t{refusal.status}).member("message", phrase(refusal.status));
      writer.member("details", refusal.text);
      break;
    case AnswerForm::kKeep:
      writer.member("detail", refusal.text);
      break;
    case AnswerForm::kNetbird:
      writer.member("message", refusal.text).member("code", std::int64_t{refusal.status});
      break;
    case AnswerForm::kOAuth:
      writer.member("error",
                    refusal.oauth.empty() ? std::string_view("unauthorized") : std::string_view(refusal.oauth));
      writer.member("error_description", refusal.text);
      break;
  }
  writer.end_object();
  return body;
}

/// Keep's backend answers in these words, check by check (guides.md G0.3).
std::string_view keep_text(const RefusedToken& refused) {
  switch (refused.reason) {
    case TokenRefusal::kExpired:
      return "Token has expired";
    case TokenRefusal::kNoKeyId:
      return "No key ID in token header";
    case TokenRefusal::kUnknownKey:
    case TokenRefusal::kForeignKey:
      return "Invalid token signing key";
    case TokenRefusal::kUnknownIssuer:
    case TokenRefusal::kWrongTenant:
      return "Invalid token issuer";
    case TokenRefusal::kWrongAudience:
      return "Invalid token audience";
    case TokenRefusal::kWrongParty:
      return "Invalid token application ID (appid/azp)";
    case TokenRefusal::kMissingClaim:
      if (refused.detail == "azp") return "No client ID (appid/azp) in token";
      if (refused.detail == "tid") return "Missing required claims";
      return "Token is missing required claims";
    case TokenRefusal::kNoName:
      return "Missing required claims";
    case TokenRefusal::kKeysUnavailable:
    case TokenRefusal::kTooManySearches:
      return "Unable to verify tokens at this time";
    default:
      return "Invalid token";
  }
}

}  // namespace

namespace {

/// `more`: a character that is encoded besides; NUL: none.
void append_text(std::string& out, std::string_view text, char more) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte >= 0x20 && byte < 0x7F && c != '%' && c != more;
    if (is_plain)
      out += c;
    else
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
}

}  // namespace

std::string header_text(std::string_view text) {
  std::string result;
  append_text(result, text, '\0');
  return result;
}

std::string header_list(const std::vector<std::string>& items, char separator) {
  std::string result;
  for (const auto& item : items) {
    if (!result.empty()) result += separator;
    append_text(result, item, separator);
  }
  return result;
}

web::Response answer(AnswerForm form, const Refusal& refusal) {
  auto response = web::no_store_json(refusal.status, body_of(form, refusal));
  if (refusal.status == 401 || (refusal.status == 403 && !refusal.oauth.empty())) {
    response.add("WWW-Authenticate", refusal.oauth.empty() ? "Bearer" : "Bearer error=\"" + refusal.oauth + "\"");
  }
  if (refusal.status == 503) response.add("Retry-After", "5");
  if (refusal.status == 429) response.add("Retry-After", "60");  // the windows of attempts are no longer
  return response;
}

Refusal refusal_of(AnswerForm form, const RefusedToken& refused) {
  Refusal refusal{.status = 401,
                  .text = {},
                  .oauth = "invalid_token",
                  .log_reason = std::string(describe(refused.reason)),
                  .log_detail = refused.detail};
  // It may be a good one: whoever cannot be asked is not the caller's fault.
  if (refused.reason == TokenRefusal::kKeysUnavailable || refused.reason == TokenRefusal::kTooManySearches)
    refusal.status = 503;
  switch (form) {
    case AnswerForm::kKeep:
      refusal.text = keep_text(refused);
      break;
    case AnswerForm::kNetbird:
      refusal.text = "token invalid";
      break;
    default:
      refusal.text = refused.reason == TokenRefusal::kTooManySearches ? "Too many tokens are being checked"
                     : refusal.status == 503                          ? "The provider of this token cannot be reached"
                                                                      : "Invalid token";
  }
  return refusal;
}

Refusal no_store() {
  return {.status = 503,
          .text = "Who is signed in cannot be looked up just now",
          .oauth = {},
          .log_reason = "store_unavailable",
          .log_detail = {}};
}

Refusal nobody(AnswerForm form) {
  Refusal refusal{
      .status = 401, .text = "No bearer token", .oauth = {}, .log_reason = "no_credential", .log_detail = {}};
  if (form == AnswerForm::kKeep) refusal.text = "Missing authentication credentials";
  if (form == AnswerForm::kNetbird) refusal.text = "no valid authentication provided";
  return refusal;
}

}  // namespace cardea::gate
