// tls_client_auth (RFC 8705 section 2.1): the client proves itself by the certificate of its connection, whose chain
// was checked by TLS and whose subject is the one in the client's record.
#pragma once

#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome prove_by_certificate(Unproven unproven);

/// Is this the subject of the record? Attribute `x509.subjectdn`: a name, or with `x509.allow.regex.pattern.comparison`
/// a pattern for the whole of it as text. Without the attribute nobody is.
[[nodiscard]] bool is_subject_of(const Client& client, std::string_view certificate_der);

}  // namespace cardea::oidc
