#include "core/policy_requests.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "core/policy_settings.h"

namespace cardea {
namespace {

constexpr std::string_view kPrefix = "cardea.held.";
constexpr std::string_view kObject = "cardea.held.object";
constexpr std::string_view kObjectPeriod = "cardea.held.object.period";
constexpr std::string_view kObjectSkew = "cardea.held.object.skew";
constexpr std::string_view kObjectNotBefore = "cardea.held.object.nbf";
constexpr std::string_view kObjectEncrypted = "cardea.held.object.encrypted";

constexpr std::string_view kCibaPeriod = "cardea.held.ciba.period";
constexpr std::string_view kCibaAlgorithm = "ciba.backchannel.auth.request.signing.alg";

constexpr std::string_view kMustPush = "require.pushed.authorization.requests";
constexpr std::string_view kDefaultAlgorithm = "PS256";
constexpr std::array<std::string_view, 5> kAlgorithmAttributes = {
    "user.info.response.signature.alg", "request.object.signature.alg", "id.token.signed.response.alg",
    "token.endpoint.auth.signing.alg", "access.token.signed.response.alg"};

void put(Client& client, std::string_view name, std::string_view value = "true") {
  client.attributes[std::string(name)] = value;
}

seconds seconds_at(const Client& client, std::string_view name, seconds fallback) {
  const auto number = parse_integer<std::int64_t>(client.attribute(name));
  return number ? seconds(*number) : fallback;
}

}  // namespace

std::optional<HeldObject> held_object(const Client& client) {
  if (!client.attribute_is_true(kObject)) return std::nullopt;
  const HeldObject usual;
  return HeldObject{.period = seconds_at(client, kObjectPeriod, usual.period),
                    .skew = seconds_at(client, kObjectSkew, usual.skew),
                    .needs_nbf = client.attribute_is_true(kObjectNotBefore),
                    .encrypted = client.attribute_is_true(kObjectEncrypted)};
}

void forget_held(Client& client) {
  std::erase_if(client.attributes, [](const auto& pair) { return pair.first.starts_with(kPrefix); });
}

void hold_to_session(const json::object&, Client& client) { put(client, kHeldSession); }

void hold_to_response_type(const json::object& settings, Client& client) {
  const bool allows_tokens = is_on(settings, "allow-token-response-type") && client.attribute(kHeldResponse).empty();
  const bool allowed_them = client.attribute(kHeldResponse) == "token" && is_on(settings, "allow-token-response-type");
  put(client, kHeldResponse, allows_tokens || allowed_them ? "token" : "id_token");
}

void hold_to_push(const json::object&, Client& client) {
  put(client, kMustPush);
  put(client, kHeldPush);
}

void hold_to_object(const json::object& settings, Client& client) {
  const HeldObject usual;
  const auto before = held_object(client);
  auto period = seconds_or(settings, "available-period", usual.period.count());
  auto skew = seconds_or(settings, "allowed-clock-skew", usual.skew.count());
  if (before) period = std::min(period, before->period);
  if (before) skew = std::min(skew, before->skew);
  put(client, kObject);
  put(client, kObjectPeriod, std::to_string(period.count()));
  put(client, kObjectSkew, std::to_string(skew.count()));
  if (!settings.contains("verify-nbf") || is_on(settings, "verify-nbf")) put(client, kObjectNotBefore);
  if (is_on(settings, "encryption-required")) put(client, kObjectEncrypted);
}

std::optional<seconds> held_ciba_period(const Client& client) {
  const auto number = parse_integer<std::int64_t>(client.attribute(kCibaPeriod));
  return number ? std::optional(seconds(*number)) : std::nullopt;
}

void hold_ciba_to_message(const json::object&, Client& client) { put(client, kHeldBindingMessage); }

void hold_ciba_to_object(const json::object& settings, Client& client) {
  const auto period = seconds_or(settings, "available-period", HeldObject().period.count());
  put(client, kCibaPeriod, std::to_string(std::min(period, held_ciba_period(client).value_or(period)).count()));
}

void hold_codes_to_key(const json::object& settings, Client& client) {
  const bool is_asked = is_on(settings, "enforce-authorization-code-binding-to-dpop") ||
                        is_on(settings, "enforce-authorization-code-binding-to-dpop-key");
  if (is_asked) put(client, kHeldCodeKey);
}

void hold_assertions_to_issuer(const json::object&, Client& client) { put(client, kHeldAudience); }

void hold_assertions_to_algorithm(const json::object& settings, Client& client) {
  put(client, kHeldAlgorithm);
  if (is_on(settings, "require-client-assertion")) put(client, kHeldAssertion);
}

bool has_strong_name(std::string_view algorithm) {
  constexpr std::array<std::string_view, 6> kStrong = {"PS256", "PS384", "PS512", "ES256", "ES384", "ES512"};
  return std::ranges::find(kStrong, algorithm) != kStrong.end();
}

namespace {

std::string default_algorithm(const json::object& settings) {
  auto usual = string_or(settings, "default-algorithm", kDefaultAlgorithm);
  return has_strong_name(usual) ? usual : std::string(kDefaultAlgorithm);
}

}  // namespace

void give_default_ciba_algorithm(const json::object& settings, Client& client) {
  if (client.attribute(kCibaAlgorithm).empty()) put(client, kCibaAlgorithm, default_algorithm(settings));
}

bool has_strong_ciba_algorithm(const json::object&, const Client& client) {
  return has_strong_name(client.attribute(kCibaAlgorithm));
}

void give_default_algorithms(const json::object& settings, Client& client) {
  const auto usual = default_algorithm(settings);
  for (const auto name : kAlgorithmAttributes) {
    if (client.attribute(name).empty()) put(client, name, usual);
  }
}

bool has_strong_algorithms(const json::object&, const Client& client) {
  return std::ranges::all_of(kAlgorithmAttributes,
                             [&](std::string_view name) { return has_strong_name(client.attribute(name)); });
}

}  // namespace cardea
