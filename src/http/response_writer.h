// Writes the bytes of an answer (RFC 9112 section 4): status line, the headers that belong to the connection, the
// answer's own, and the body.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/response.h"

namespace cardea::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
[[nodiscard]] std::string http_date(TimePoint at);

struct AnswerFraming {
  std::string_view date;
  bool keep_alive = true;
  bool is_http_1_0 = false;  // keep-alive is said, since it is not the rule there
  bool is_head = false;      // the length of the body, but not the body
};

/// Appends the answer to `out`. A body above kCopiedBodyBytesMax is not copied: it is returned, to be sent after `out`,
/// and lives in `response`. Date, Content-Length, Connection and Transfer-Encoding are the connection's; if the answer
/// names them they are left out. Control characters in header values become spaces (RFC 9110 section 5.5), so that no
/// value can end its line.
[[nodiscard]] std::string_view append_answer(std::string& out, const web::Response& response,
                                             const AnswerFraming& framing);

}  // namespace cardea::http
