#include "upstream/client_assertion.h"

#include "base/encoding.h"
#include "base/json.h"

namespace cardea::upstream {
namespace {

std::string signed_with_header(const jose::SigningKey& key, const CertificateThumbprints& certificate,
                               std::string_view payload) {
  std::string header;
  JsonWriter writer(header);
  writer.begin_object().member("alg", jose::name(key.algorithm())).member("typ", "JWT");
  if (!key.kid().empty()) writer.member("kid", key.kid());
  if (!certificate.sha256.empty()) writer.member("x5t", certificate.sha1).member("x5t#S256", certificate.sha256);
  writer.end_object();
  auto out = base64url_encode(header);
  out += '.';
  base64url_append(out, payload);
  const auto input_bytes = out.size();
  out += '.';
  key.sign_append(out, std::string_view(out).substr(0, input_bytes));
  return out;
}

}  // namespace

std::string make_client_assertion(const jose::SigningKey& key, const AssertionFacts& facts, Random& random) {
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object().member("iss", facts.issuer).member("sub", facts.subject);
  writer.member("aud", facts.audience).member("jti", random_uuid(random));
  writer.member("iat", epoch_seconds(facts.now)).member("nbf", epoch_seconds(facts.now));
  writer.member("exp", epoch_seconds(facts.now + kAssertionLife)).end_object();
  const bool is_usual = facts.certificate.sha256.empty() && !key.kid().empty();
  return is_usual ? jose::sign_jwt(key, "JWT", payload) : signed_with_header(key, facts.certificate, payload);
}

}  // namespace cardea::upstream
