#include "gate/front/check_endpoint.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kMessage401 = "Unauthorized";
constexpr std::string_view kMessage403 = "Forbidden";

/// Absent unless there is exactly one Authorization header of scheme Bearer with one token in it (GW-2).
std::optional<std::string_view> bearer_of(const web::Request& request) {
  std::optional<std::string_view> found;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, "Authorization")) continue;
    if (found) return std::nullopt;
    found = header.value;
  }
  if (!found) return std::nullopt;
  const auto space = found->find(' ');
  if (space == std::string_view::npos || !equal_ignoring_ascii_case(found->substr(0, space), "Bearer")) {
    return std::nullopt;
  }
  const auto token = found->substr(space + 1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return token;
}

web::Response refusal(int status, std::string_view message, std::string_view details, std::string_view challenge) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().member("status", std::int64_t{status}).member("message", message).member("details", details);
  writer.end_object();
  auto response = web::no_store_json(status, std::move(body));
  response.add("WWW-Authenticate", challenge);
  return response;
}

/// Text for a header: what could end it or is no ASCII is percent-encoded, so that a name can never start a new one.
std::string header_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '%') {
      result += c;
      continue;
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    result += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return result;
}

/// Who is told that the provider is away instead of that the token is bad: it may be a good one.
bool is_unavailable(TokenRefusal reason) { return reason == TokenRefusal::kKeysUnavailable; }

std::vector<std::string> asked_scopes(const web::Request& request) {
  const auto query = web::Form::parse(request.query);
  const auto asked = query ? query->value(kScopeParameter) : std::nullopt;
  std::vector<std::string> scopes;
  if (asked)
    for (const auto word : split_words(*asked)) scopes.emplace_back(word);
  return scopes;
}

}  // namespace

void CheckEndpoint::add_routes(web::Router& router) {
  using web::Method;
  for (const auto method : {Method::kGet, Method::kPost, Method::kPut, Method::kDelete, Method::kPatch}) {
    router.add(method, "/check", [this](const web::Request& request) -> web::Outcome { return check(request); });
  }
}

Result<std::shared_ptr<const Caller>, RefusedToken> CheckEndpoint::caller_of(std::string_view token) {
  const auto now = clock_.now();
  if (auto known = verified_.find(token, *providers_, now)) return known;
  auto caller = check_token(*providers_, token, now);
  if (!caller) return refuse(std::move(caller.error()));
  auto accepted = std::make_shared<const Caller>(std::move(*caller));
  verified_.put(token, accepted, *providers_);
  return accepted;
}

void CheckEndpoint::log_refusal(const web::Request& request, const RefusedToken& refused) const {
  log_.info("gate_refused", {{"reason", describe(refused.reason)},
                             {"provider", refused.provider},
                             {"detail", refused.detail},
                             {"remote_address", request.remote_address},
                             {"correlation_id", request.correlation_id}});
}

web::Response CheckEndpoint::check(const web::Request& request) {
  const auto token = bearer_of(request);
  if (!token) return refusal(401, kMessage401, "No bearer token", "Bearer");
  const auto caller = caller_of(*token);
  if (!caller) {
    log_refusal(request, caller.error());
    if (is_unavailable(caller.error().reason)) {
      auto response = refusal(503, "Service Unavailable", "The provider of this token cannot be reached", "Bearer");
      response.add("Retry-After", "5");
      return response;
    }
    return refusal(401, kMessage401, "Invalid token", "Bearer error=\"invalid_token\"");
  }
  const auto asked = asked_scopes(request);
  const auto& held = (*caller)->scopes;
  if (!asked.empty() && std::ranges::find_first_of(asked, held) == asked.end()) {
    const auto needed = join(asked, " ");
    log_.info("gate_refused", {{"reason", "insufficient_scope"},
                               {"needed", needed},
                               {"provider", (*caller)->provider},
                               {"correlation_id", request.correlation_id}});
    return refusal(403, kMessage403, "The token's scope does not reach this resource",
                   "Bearer error=\"insufficient_scope\"");
  }
  auto response = web::empty_response(200);
  response.add(kNameHeader, header_text((*caller)->name));
  response.add(kProviderHeader, header_text((*caller)->provider));
  response.add(kScopesHeader, header_text(join(held, " ")));
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace cardea::gate
