#include "oidc/authorize/object_keys.h"

#include <algorithm>

#include "core/policy_requests.h"
#include "jose/jwe.h"
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

OAuthError bad_object(std::string_view note) {
  return {OAuthCode::kInvalidRequestObject, "Invalid request object", 0, "request_object: " + std::string(note)};
}

/// An attribute of how objects are encrypted: a name, or "any", or nothing.
bool is_allowed(const Client& client, std::string_view attribute, std::string_view name) {
  const auto registered = client.attribute(attribute);
  return registered.empty() || registered == "any" || registered == name;
}

/// Named an algorithm, a client's objects come encrypted by it and never otherwise. A policy may ask for some.
bool must_be_encrypted(const Client& client) {
  if (const auto held = held_object(client); held && held->encrypted) return true;
  const auto registered = client.attribute("request.object.encryption.alg");
  return !registered.empty() && registered != "any";
}

/// Is there a point in decrypting? It costs us more than whoever asks for it: only for clients that can have signed
/// what is inside, and keys that the realm has.
bool may_read(const jose::UndecryptedJwe& jwe, const ClientEntry& entry) {
  const auto& client = entry.client;
  const bool has_keys = client.attribute_is_true("use.jwks.url") || client.attribute_is_true("use.jwks.string") ||
                        !client.attribute("jwt.credential.certificate").empty() ||
                        !client.attribute("jwt.credential.public.key").empty() ||
                        (!client.public_client && !client.secret.empty());
  return has_keys && std::ranges::any_of(entry.realm->decryption_keys, [&](const jose::DecryptionKey& key) {
           return key.management == jwe.management();
         });
}

Result<jose::UndecryptedJwe, OAuthError> parse_object(std::string_view text, const ClientEntry& client) {
  auto jwe = jose::UndecryptedJwe::parse(text);
  if (!jwe) return refuse(bad_object(jose::describe(jwe.error())));
  if (!is_allowed(client.client, "request.object.encryption.alg", name(jwe->management())) ||
      !is_allowed(client.client, "request.object.encryption.enc", name(jwe->content()))) {
    return refuse(bad_object("encryption_not_registered"));
  }
  if (!may_read(*jwe, client)) return refuse(bad_object("no_key_to_read_it_with"));
  return std::move(*jwe);
}

Result<std::string, OAuthError> decrypt_object(const jose::UndecryptedJwe& jwe, const ClientEntry& client,
                                               Random& random) {
  auto object = jose::decrypt(jwe, client.realm->decryption_keys, random);
  if (!object) return refuse(bad_object(jose::describe(object.error())));
  return std::move(*object);
}

web::Form with_object(const web::Form& form, std::string_view object) {
  web::Form out;
  for (const auto& [name, value] : form.parameters()) out.add(name, name == "request" ? std::string(object) : value);
  return out;
}

web::Outcome with_signed_parameters(const Dependencies& dependencies, web::Form form,
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
                          return next(refuse(bad_object(keys.error())));
                        }
                        return next(read_request_parameters(std::move(form), client->client, rules, keys->get()));
                      });
}

}  // namespace

web::Outcome with_request_parameters(const Dependencies& dependencies, web::Form form,
                                     std::shared_ptr<const ClientEntry> client, const ObjectRules& rules,
                                     ParametersStep next) {
  const auto object = form.value("request");
  if (!object || !jose::is_jwe(*object)) {
    if (object && must_be_encrypted(client->client)) return next(refuse(bad_object("not_encrypted")));
    return with_signed_parameters(dependencies, std::move(form), std::move(client), rules, std::move(next));
  }
  auto jwe = parse_object(*object, *client);
  if (!jwe) return next(refuse(jwe.error()));
  // What is inside must be a signed object: decryption proves nothing (attack class 11). An RSA key may be large.
  return web::then(web::Lane::kCpu,
                   [&dependencies, form = std::move(form), jwe = std::move(*jwe), client = std::move(client),
                    rules = ObjectRules(rules), issuer = std::string(rules.issuer),
                    next = std::move(next)]() mutable -> web::Outcome {
                     auto inner = decrypt_object(jwe, *client, dependencies.random);
                     return web::then(
                         web::Lane::kInline,
                         [&dependencies, form = std::move(form), client = std::move(client), rules,
                          issuer = std::move(issuer), inner = std::move(inner), next = std::move(next)]() mutable {
                           rules.issuer = issuer;
                           if (!inner) return next(refuse(inner.error()));
                           return with_signed_parameters(dependencies, with_object(form, *inner), std::move(client),
                                                         rules, std::move(next));
                         });
                   });
}

}  // namespace cardea::oidc
