#include "oidc/authorize/object_keys.h"

#include "oidc/keys_at_address.h"

namespace cardea::oidc {
namespace {

/// The object, when its keys are to be looked up.
std::optional<jose::UnverifiedJws> object_to_look_up(const web::Form& form, const Client& client) {
  const auto text = form.value("request");
  if (!text || !client.attribute_is_true("use.jwks.url")) return std::nullopt;
  auto jws = jose::UnverifiedJws::parse(*text);
  if (!jws || jose::is_hmac(jws->algorithm()) || !is_allowed_object_algorithm(jws->algorithm(), client)) {
    return std::nullopt;
  }
  return std::move(*jws);
}

}  // namespace

web::Outcome with_request_parameters(const Dependencies& dependencies, web::Form form,
                                     std::shared_ptr<const ClientEntry> client, const ObjectRules& rules,
                                     ParametersStep next) {
  const auto object = object_to_look_up(form, client->client);
  const auto url = object ? jwks_url_of(client->client) : std::nullopt;
  if (!url) return next(read_request_parameters(std::move(form), client->client, rules));
  std::optional<std::string> kid;
  if (object->kid()) kid.emplace(*object->kid());
  return with_keys_at(dependencies, *url, {.kid = std::move(kid), .algorithm = object->algorithm()},
                      [form = std::move(form), client, rules = ObjectRules(rules), issuer = std::string(rules.issuer),
                       next = std::move(next)](Result<SharedKeys, std::string> keys) mutable -> web::Outcome {
                        rules.issuer = issuer;
                        if (!keys) {
                          return next(refuse(OAuthError{OAuthCode::kInvalidRequestObject, "Invalid request object", 0,
                                                        "request_object: " + keys.error()}));
                        }
                        return next(read_request_parameters(std::move(form), client->client, rules, keys->get()));
                      });
}

}  // namespace cardea::oidc
