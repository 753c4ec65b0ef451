// What the gate answers in the words of the application's own clients: one table of forms, so that a client of KEEP,
// Keep or NetBird meets the errors it knows (guides.md G0.3, G1.6, G4.4). The caller is told the kind of refusal, the
// log the reason, joined by the correlation id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gate/settings/gate_settings.h"
#include "gate/token/check_token.h"
#include "web/response.h"

namespace cardea::gate {

struct Refusal {
  int status = 401;
  std::string text;        // in the application's words where it has some
  std::string oauth;       // RFC 6750 section 3.1: invalid_token, insufficient_scope; empty: no token at all
  std::string log_reason;  // snake_case
  std::string log_detail;
};

/// With WWW-Authenticate for 401 and 403 (RFC 6750 section 3) and Retry-After for 503 and 429.
[[nodiscard]] web::Response answer(AnswerForm form, const Refusal& refusal);

/// A token that was refused, in the application's words.
[[nodiscard]] Refusal refusal_of(AnswerForm form, const RefusedToken& refused);
/// No credential at all.
[[nodiscard]] Refusal nobody(AnswerForm form);
/// The database does not say who it is.
[[nodiscard]] Refusal no_store();

/// Text for a header: what could end it or is no ASCII is percent-encoded, so that a name can never start a new one.
[[nodiscard]] std::string header_text(std::string_view text);
/// Several of them with `separator` between, which is percent-encoded inside each: a name never splits into two.
[[nodiscard]] std::string header_list(const std::vector<std::string>& items, char separator);

}  // namespace cardea::gate
