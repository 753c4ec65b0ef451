#include "core/client_rules.h"

#include <algorithm>

#include "base/text.h"
#include "core/client_secret.h"

namespace cardea {
namespace {

/// Absent or unreadable: nothing.
std::optional<seconds> seconds_attribute(const Client& client, std::string_view key) {
  const auto number = parse_integer<std::int64_t>(client.attribute(key));
  return number ? std::optional<seconds>(*number) : std::nullopt;
}

}  // namespace

ClientRules read_client_rules(const Client& client, PolicyVerdict verdict) {
  ClientRules rules;
  rules.policy = client.policy();
  rules.verdict = verdict;
  if (verdict.secret_ends) rules.secret_end = secret_end(client);
  rules.secret_method = client.attribute("client.secret.authentication.allowed.method");
  rules.binds_to_key = client.attribute_is_true("dpop.bound.access.tokens");
  rules.binds_to_certificate = client.attribute_is_true("tls.client.certificate.bound.access.tokens");
  rules.at_jwt = client.attribute_is_true("access.token.header.type.rfc9068");
  rules.lower_case_bearer = client.attribute_is_true("token.response.type.bearer.lower-case");
  rules.refreshes_credentials = client.attribute_is_true("client_credentials.use_refresh_token");
  for (const auto* name :
       {"id.token.encrypted.response.alg", "user.info.encrypted.response.alg", "authorization.encrypted.response.alg"})
    rules.encrypts = rules.encrypts || !client.attribute(name).empty();
  rules.access_token_algorithm = client.attribute("access.token.signed.response.alg");
  rules.access_token_life = seconds_attribute(client, "access.token.lifespan");
  rules.backdate =
      std::clamp(seconds_attribute(client, kBackdateAttribute).value_or(seconds{0}), seconds{0}, kBackdateMax);
  return rules;
}

}  // namespace cardea
