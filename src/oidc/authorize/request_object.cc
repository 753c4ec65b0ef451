#include "oidc/authorize/request_object.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "core/policy_requests.h"
#include "oidc/client_keys.h"

namespace cardea::oidc {
namespace {

constexpr seconds kLifeMax{3600};       // FAPI 2.0 Message Signing section 5.3.1
constexpr seconds kNotBeforeAge{3600};  // the same

OAuthError bad_object(std::string_view note) {
  return {OAuthCode::kInvalidRequestObject, "Invalid request object", 0, "request_object: " + std::string(note)};
}

OAuthError bad_request(std::string_view note) {
  return {OAuthCode::kInvalidRequest, "Invalid Request", 0, std::string(note)};
}

bool is_allowed_typ(std::string_view typ) {  // JR-7
  constexpr std::array<std::string_view, 4> kAllowed = {"", "JWT", "jwt", "oauth-authz-req+jwt"};
  return std::ranges::find(kAllowed, typ) != kAllowed.end();
}

Result<jose::VerifiedJwt, OAuthError> verify_object(std::string_view text, const Client& client,
                                                    const jose::KeySet* fetched) {
  const auto jws = jose::UnverifiedJws::parse(text);
  if (!jws) return refuse(bad_object(jose::describe(jws.error())));
  if (!is_allowed_object_algorithm(jws->algorithm(), client)) return refuse(bad_object("algorithm_not_registered"));
  const auto verified = [&]() -> Result<jose::VerifiedJwt, jose::JoseError> {
    if (fetched != nullptr && !jose::is_hmac(jws->algorithm())) return jose::verify(*jws, *fetched);
    const auto keys = keys_of_objects(client, *jws);
    if (!keys) return refuse(keys.error());
    return jose::verify(*jws, *keys);
  };
  auto object = verified();
  if (!object) return refuse(bad_object(jose::describe(object.error())));
  return std::move(*object);
}

/// Attribute `request.object.required`. An object that was pushed counts; a request URI is one of ours.
bool is_object_missing(const Client& client, const ObjectRules& rules) {
  const auto required = client.attribute("request.object.required");
  if (required.empty() || required == "not required") return false;
  return rules.source == RequestSource::kPushed ? required == "request only" : true;
}

/// Outer parameters may repeat what the object says, never contradict it where that is who asks for what.
bool contradicts(const web::Form& outer, const web::Form& inner, std::string_view name) {
  const auto said = inner.value(name);
  const auto asked = outer.value(name);
  return said && asked && *said != *asked;
}

void append_missing(web::Form& inner, const web::Form& outer) {
  for (const auto& [name, value] : outer.parameters()) {
    if (name != "request" && !inner.raw(name)) inner.add(name, value);
  }
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

/// Claims about the object itself are no parameters.
bool is_parameter(std::string_view name) {
  constexpr std::array<std::string_view, 7> kAboutTheObject = {"iss", "aud", "exp", "nbf", "iat", "jti", "typ"};
  return std::ranges::find(kAboutTheObject, name) == kAboutTheObject.end();
}

OAuthError held(OAuthCode code, std::string_view text) {
  return {code, std::string(text), 0, "policy_secure_request_object"};
}

/// What an object must say beside, and what is said beside it: the same, or nothing.
constexpr std::array<std::string_view, 18> kKnown = {
    "client_id",  "response_type", "response_mode", "redirect_uri", "scope",          "state",
    "login_hint", "prompt",        "kc_idp_hint",   "nonce",        "max_age",        "ui_locales",
    "claims",     "acr_values",    "display",       "dpop_jkt",     "code_challenge", "code_challenge_method"};

/// Executor secure-request-object, for an object that check_request_object let pass.
Result<void, OAuthError> check_held_object(const jose::VerifiedJwt& object, const HeldObject& rules, TimePoint now,
                                           const web::Form& outer, const web::Form& inner) {
  const auto bad = [](std::string_view text) { return refuse(held(OAuthCode::kInvalidRequestObject, text)); };
  if (!inner.raw("scope")) {
    return refuse(
        held(OAuthCode::kInvalidRequest, "Parameter 'scope' missing in the request parameters or in 'request' object"));
  }
  if (!object.exp()) return bad("Missing parameter in the 'request' object: exp");
  if (rules.needs_nbf) {
    if (!object.nbf()) return bad("Missing parameter in the 'request' object: nbf");
    if (*object.exp() - *object.nbf() > rules.period) return bad("Request's available period is long");
  }
  if (object.nbf() && *object.nbf() > now + rules.skew) return bad("Request not yet being processed");
  if (object.iat() && *object.iat() > now + rules.skew) return bad("Request issued in the future");
  if (object.aud().empty()) return bad("Missing parameter in the 'request' object: aud");
  const bool differs = std::ranges::any_of(
      kKnown, [&](std::string_view name) { return outer.raw(name) && outer.value(name) != inner.value(name); });
  if (differs) {
    return refuse(held(OAuthCode::kInvalidRequest,
                       "Invalid parameter. Parameters in 'request' object not matching with request parameters"));
  }
  return {};
}

}  // namespace

/// Attribute `request.object.signature.alg`: a name, or "any"; unsigned objects are taken from nobody.
bool is_allowed_object_algorithm(jose::Algorithm algorithm, const Client& client) {
  const auto registered = client.attribute("request.object.signature.alg");
  if (!registered.empty() && registered != "any" && registered != jose::name(algorithm)) return false;
  const bool is_fapi = algorithm == jose::Algorithm::kPS256 || algorithm == jose::Algorithm::kES256 ||
                       algorithm == jose::Algorithm::kEdDSA;
  return client.policy() != ClientPolicy::kFapi2 || is_fapi;  // FA-14
}

Result<void, std::string_view> check_request_object(const jose::VerifiedJwt& object, const Client& client,
                                                    const ObjectRules& rules) {
  const auto refused = [](std::string_view note) { return refuse(note); };
  if (!is_allowed_typ(object.header_typ())) return refused("typ");
  const auto& claims = object.claims();
  if (claims.contains("request") || claims.contains("request_uri")) return refused("nested");  // JR-5
  if (!object.sub().empty()) return refused("could_be_an_assertion");                          // JR-8
  if (string_or(claims, "client_id", client.client_id) != client.client_id) return refused("client_id");
  if (!object.iss().empty() && object.iss() != client.client_id) return refused("iss");
  const bool strict = client.policy() == ClientPolicy::kFapi2;
  if (strict && object.aud().empty()) return refused("no_aud");
  if (!object.aud().empty() && !object.has_audience(rules.issuer)) return refused("aud");
  if (strict && (!object.exp() || !object.nbf())) return refused("no_exp_or_nbf");  // JR-9
  if (object.exp() && *object.exp() <= rules.now) return refused("expired");
  if (object.nbf() && *object.nbf() > rules.now + seconds(10)) return refused("not_yet_valid");
  if (object.iat() && *object.iat() > rules.now + seconds(10)) return refused("issued_ahead");
  if (strict && rules.now - *object.nbf() > kNotBeforeAge) return refused("nbf_too_old");
  if (strict && *object.exp() - *object.nbf() > kLifeMax) return refused("lives_too_long");
  return {};
}

Result<web::Form, web::FormError> parameters_of(const jose::VerifiedJwt& object) {
  web::Form form;
  for (const auto& claim : object.claims()) {
    const std::string name(claim.key());
    if (!is_parameter(name) || claim.value().is_null()) continue;
    if (name == "resource" && claim.value().is_array()) {
      for (const auto& one : claim.value().get_array()) {
        if (const auto added = form.add_checked(name, text_of(one)); !added) return refuse(added.error());
      }
      continue;
    }
    if (const auto added = form.add_checked(name, text_of(claim.value())); !added) return refuse(added.error());
  }
  return form;
}

Result<RequestParameters, OAuthError> read_request_parameters(web::Form form, const Client& client,
                                                              const ObjectRules& rules, const jose::KeySet* fetched) {
  if (form.value("request_uri")) return refuse(bad_request("request_uri"));
  const auto text = form.value("request");
  const auto policy = held_object(client);
  if (!text) {
    if (policy) return refuse(held(OAuthCode::kInvalidRequest, "Missing parameter: 'request' or 'request_uri'"));
    if (is_object_missing(client, rules)) return refuse(bad_request("request_object_required"));
    return RequestParameters{std::move(form), {}, {}};
  }
  if (form.first_repeated({"resource"})) return refuse(bad_request("repeated_beside_object"));
  const auto object = verify_object(*text, client, fetched);
  if (!object) return refuse(object.error());
  if (const auto checked = check_request_object(*object, client, rules); !checked) {
    return refuse(bad_object(checked.error()));
  }
  auto parameters = parameters_of(*object);
  if (!parameters) return refuse(bad_object("parameters"));
  auto& inner = *parameters;
  for (const auto* name : {"client_id", "response_type"}) {  // JR-2, JR-3
    if (contradicts(form, inner, name)) return refuse(bad_object(std::string("contradicted: ") + name));
  }
  if (policy) {
    if (auto done = check_held_object(*object, *policy, rules.now, form, inner); !done) return refuse(done.error());
  }
  // OpenID's own rule lets others stand beside the object; whatever is pushed or held to more stands in it (PA-14).
  const bool takes_others =
      client.policy() == ClientPolicy::kClassic && rules.source == RequestSource::kBrowser && !policy;
  if (takes_others) append_missing(inner, form);
  if (!inner.raw("client_id")) inner.add("client_id", client.client_id);
  return RequestParameters{std::move(inner), {}, {}};
}

}  // namespace cardea::oidc
