#include "upstream/client_assertion.h"

#include "base/json.h"

namespace cardea::upstream {

std::string make_client_assertion(const jose::SigningKey& key, const AssertionFacts& facts, Random& random) {
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object().member("iss", facts.client_id).member("sub", facts.client_id);
  writer.member("aud", facts.audience).member("jti", random_uuid(random));
  writer.member("iat", epoch_seconds(facts.now)).member("nbf", epoch_seconds(facts.now));
  writer.member("exp", epoch_seconds(facts.now + kAssertionLife)).end_object();
  return jose::sign_jwt(key, "JWT", payload);
}

}  // namespace cardea::upstream
