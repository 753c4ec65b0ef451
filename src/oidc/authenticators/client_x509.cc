#include "oidc/authenticators/client_x509.h"

#include "core/name_pattern.h"
#include "crypto/distinguished_name.h"

namespace cardea::oidc {
namespace {

OAuthError refused(std::string_view note) {
  return {.code = OAuthCode::kInvalidClient,
          .description = "Client authentication with certificate failed",
          .status = 401,
          .note = std::string(note)};
}

}  // namespace

bool is_subject_of(const Client& client, std::string_view certificate_der) {
  const auto wanted = client.attribute("x509.subjectdn");
  const auto subject = crypto::subject_of_certificate(certificate_der);
  if (wanted.empty() || !subject) return false;
  if (client.attribute_is_true("x509.allow.regex.pattern.comparison"))
    return fits_name_pattern(wanted, crypto::to_text(*subject));
  const auto name = crypto::parse_distinguished_name(wanted);
  return name && *name == *subject;
}

web::Outcome prove_by_certificate(Unproven unproven) {
  const auto& request = *unproven.request;
  // Whoever sends a secret or an assertion besides means another way (CA-1).
  if (unproven.presented.method != AuthenticationMethod::kNone) {
    return refuse_proof(unproven, refused("another_method_sent"));
  }
  if (request.http.client_certificate.empty()) return refuse_proof(unproven, refused("no_certificate"));
  if (!is_subject_of(request.client->client, request.http.client_certificate)) {
    return refuse_proof(unproven, refused("another_subject"));
  }
  if (const auto allowed = check_bearer_only(request.client->client, unproven.rules.bearer_only); !allowed) {
    return refuse_proof(unproven, allowed.error());
  }
  return accept_client(std::move(unproven));
}

}  // namespace cardea::oidc
