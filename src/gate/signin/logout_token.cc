#include "gate/signin/logout_token.h"

#include <algorithm>

#include "jose/jws.h"
#include "upstream/id_token.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr seconds kAgeMax{300};

bool has_event(const json::object& claims) {
  const auto* events = claims.if_contains("events");
  const auto* object = events == nullptr ? nullptr : events->if_object();
  const auto* event = object == nullptr ? nullptr : object->if_contains(kEvent);
  return event != nullptr && event->is_object();
}

}  // namespace

Result<LogoutOrder, std::string> check_logout_token(std::string_view compact, const LogoutFacts& facts) {
  const auto jws = jose::UnverifiedJws::parse(compact);
  if (!jws) return refuse(std::string("malformed"));
  const auto algorithms = upstream::allowed_algorithms(facts.metadata.id_token_algorithms);
  if (std::ranges::find(algorithms, jws->algorithm()) == algorithms.end()) return refuse(std::string("algorithm"));
  const auto jwt = jose::verify(*jws, facts.keys.keys);
  if (!jwt) return refuse(std::string(jose::describe(jwt.error())));
  jose::JwtPolicy policy{.issuer = facts.metadata.issuer, .audience = facts.client_id, .now = facts.now};
  policy.require_exp = false;
  if (const auto good = jose::check_claims(*jwt, policy); !good)
    return refuse(std::string(jose::describe(good.error())));
  const auto& claims = jwt->claims();
  if (!jwt->iat() || facts.now - *jwt->iat() > kAgeMax) return refuse(std::string("too_old"));
  if (claims.contains("nonce")) return refuse(std::string("is_no_logout_token"));  // an ID token used for another end
  if (!has_event(claims)) return refuse(std::string("no_event"));
  if (jwt->jti().empty()) return refuse(std::string("no_jti"));
  LogoutOrder order{std::string(jwt->sid()), std::string(jwt->sub()), std::string(jwt->jti())};
  if (order.sid.empty() && order.sub.empty()) return refuse(std::string("neither_sid_nor_sub"));
  return order;
}

}  // namespace cardea::gate
