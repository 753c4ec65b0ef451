#include "oidc/introspect/introspection.h"

#include <algorithm>

#include "base/json.h"
#include "core/token/pairwise.h"
#include "oidc/client_request.h"
#include "oidc/endpoint.h"
#include "oidc/presented_token.h"
#include "oidc/token/rotate_refresh.h"

namespace cardea::oidc {
namespace {

/// Keycloak has its own words here, and one code for every failed authentication.
OAuthError reworded(OAuthError error) {
  const bool failed = error.code == OAuthCode::kUnauthorizedClient || error.code == OAuthCode::kInvalidClient;
  if (failed && (error.status == 401 || (error.status == 0 && http_status(error.code) == 401))) {
    error.code = OAuthCode::kInvalidClient;
    error.description = "Client authentication failed.";
  }
  return error;
}

constexpr ClientRequestRules kRules{.bearer_only = BearerOnly::kAllowed, .cors = false, .reword = &reworded};

web::Response inactive(const ClientRequest& request, std::string_view reason) {
  request.dependencies.log.info("introspection_inactive", {{"reason", reason},
                                                           {"realm", request.realm->realm.name},
                                                           {"client_id", request.client->client.client_id},
                                                           {"correlation_id", request.http.correlation_id}});
  return web::no_store_json(200, R"({"active":false})");
}

/// What the token says, and what introspection adds; an addition never overwrites.
json::object full_claims(const jose::VerifiedJwt& token, std::string_view members, std::string_view subject) {
  json::object claims = token.claims();
  if (const auto more = parse_json("{" + std::string(members) + "}"); more && more->is_object()) {
    for (const auto& member : more->as_object()) claims.emplace(member.key(), member.value());
  }
  claims.emplace("sub", subject);
  return claims;
}

/// A refresh token that was rotated away is as dead as its next use would show.
bool is_current(const ClientRequest& request, const jose::VerifiedJwt& token, const PresentedToken& presented) {
  const bool is_refresh = token.typ() == "Refresh" || token.typ() == "Offline";
  if (!is_refresh || !presented.live.live || !presented.live.live->client_session) return true;
  const bool is_tracked = !token.text("reuse_id").empty();
  const auto rule = refresh_rotation(request.realm->realm, request.client->client);
  const auto decision =
      rotate_refresh(rule, *presented.live.live->client_session, token.jti(), is_tracked, "probe", request.now);
  return decision.rotation != Rotation::kRefuse && decision.rotation != Rotation::kRevoke;
}

/// A client that forwards requests may ask for the full token in place of a lightweight one, where it is allowed to
/// (keycloak.md section 1.11).
bool wants_jwt(const ClientRequest& request) {
  const auto accept = request.http.header("Accept");
  return accept && accept->find("application/jwt") != std::string_view::npos &&
         request.client->client.attribute_is_true("client.introspection.response.allow.jwt.claim.enabled");
}

/// The token's own claims with those that introspection adds, signed as access tokens of the realm are.
void add_jwt(const RealmEntry& realm, const jose::VerifiedJwt& token, std::string_view members,
             std::string_view subject, std::string& body) {
  const auto* key = realm.signing_key(realm.realm.default_signature_algorithm);
  if (key == nullptr || token.typ() == "Refresh" || token.typ() == "Offline") return;
  const auto jwt = jose::sign_jwt(*key, "JWT", json::serialize(full_claims(token, members, subject)));
  body.pop_back();
  body.append(R"(,"jwt":")").append(jwt).append("\"}");
}

bool is_exempt(const Client& caller) {
  return caller.attribute_is_true("allow.token.introspection.without.audience.check");
}

/// A lightweight token leaves its audience to introspection, which is what those it is for ask for.
bool leaves_audience_open(const jose::VerifiedJwt& token) {
  return is_lightweight(token) && !token.claims().contains("aud");
}

/// Whether what introspection adds (`members`) names the caller in `aud`.
bool is_named_in(std::string_view members, const Client& caller) {
  const auto added = parse_json("{" + std::string(members) + "}");
  const auto* audience = added && added->is_object() ? added->get_object().if_contains("aud") : nullptr;
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->get_string() == caller.client_id;
  return audience->is_array() && std::ranges::any_of(audience->get_array(), [&](const json::value& one) {
           return one.is_string() && one.get_string() == caller.client_id;
         });
}

web::Response answer(const ClientRequest& request, const jose::VerifiedJwt& token) {
  const auto& dependencies = request.dependencies;
  const auto loaded = read_from(dependencies.repositories.store, [&](Rows& rows) {
    return load_presented_token(rows, dependencies, request.realm, token, request.now);
  });
  if (!loaded) return store_failed(dependencies, request.http, loaded.error());
  if (!*loaded) return inactive(request, describe(loaded->error()));
  const auto& presented = **loaded;
  if (!is_current(request, token, presented)) return inactive(request, "rotated_away");
  const auto members = introspection_members(context_of(presented, *request.realm, token, request.now));
  if (!members) return inactive(request, describe(members.error()));
  const auto& caller = request.client->client;
  if (leaves_audience_open(token) && !is_exempt(caller) && !is_named_in(*members, caller)) {
    return inactive(request, "caller_not_in_audience");
  }
  const auto& user = presented.live.subject.user;
  const auto subject = presented.live.live
                           ? subject_for(*presented.plan, presented.live.client->client, user.id, request.issuer)
                           : Result<std::string, IssueError>(user.id.str());
  if (!subject) return inactive(request, describe(subject.error()));
  auto body = active_answer(token, *members, user.username, *subject);
  if (wants_jwt(request)) add_jwt(*request.realm, token, *members, *subject, body);
  return web::no_store_json(200, std::move(body));
}

/// Signature, kind and entitlement; what stands behind the token is looked at afterwards. Without a hint only access
/// tokens count: who asks about a bearer token must not be told that a refresh token is a good one.
Result<jose::VerifiedJwt, std::string_view> verify(const ClientRequest& request, std::string_view token, bool refresh) {
  auto jwt = refresh ? verify_refresh_token(*request.realm, request.issuer, token, request.now)
                     : verify_access_token(*request.realm, request.issuer, token, request.now, {.is_waived = true});
  if (!jwt) return refuse(describe(jwt.error()));
  const auto& caller = request.client->client;
  if (refresh && jwt->azp() != caller.client_id) return refuse(std::string_view("token_of_other_client"));
  const bool may_ask = is_exempt(caller) || jwt->has_audience(caller.client_id) || leaves_audience_open(*jwt);
  if (!refresh && !may_ask) return refuse(std::string_view("caller_not_in_audience"));
  return std::move(*jwt);
}

web::Outcome introspect(ClientRequestPtr request) {
  const auto refused = [&](OAuthError error) { return refuse_client(*request, error); };
  if (request->client->client.public_client) {
    return refused(
        {.code = OAuthCode::kInvalidRequest, .description = "Client not allowed.", .status = 403, .note = {}});
  }
  const auto token = request->form.value("token");
  if (!token) return refused({.code = OAuthCode::kInvalidRequest, .description = "Token not provided.", .note = {}});
  // A hint that is not known says nothing (RFC 7662 section 2.1), where Keycloak refuses the request.
  const auto hint = request->form.value_or("token_type_hint", "");
  if (hint == "requesting_party_token") return inactive(*request, "no_such_tokens_here");
  auto verified = verify(*request, *token, hint == "refresh_token");
  if (!verified) return inactive(*request, verified.error());
  const auto& dependencies = request->dependencies;
  return then_read(dependencies, [request = std::move(request), jwt = std::move(*verified)]() -> web::Outcome {
    return answer(*request, jwt);
  });
}

}  // namespace

std::string active_answer(const jose::VerifiedJwt& token, std::string_view members, std::string_view username,
                          std::string_view subject) {
  json::object answer = full_claims(token, members, subject);
  answer["client_id"] = token.azp();
  answer["username"] = username;
  answer["token_type"] = token.typ();
  answer["active"] = true;
  return json::serialize(answer);
}

web::Outcome introspection_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &introspect);
}

}  // namespace cardea::oidc
