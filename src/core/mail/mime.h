// A mail as bytes (RFC 5322, RFC 2045 to 2047): one text and one HTML part in UTF-8, marked as written by a machine
// (RFC 3834). Whatever a name or subject holds, it cannot end its header: control characters go, and what is not plain
// ASCII is encoded.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace cardea {

/// True for an address that can stand in a header and in an SMTP command: local@domain in ASCII, at most 254 bytes, no
/// quotes, no brackets, no controls (what RFC 5321 calls a Mailbox, without its rarer spellings).
[[nodiscard]] bool is_mail_address(std::string_view text);

struct MimeMail {
  std::string_view from;       // addresses as is_mail_address wants them
  std::string_view from_name;  // UTF-8; empty: none
  std::string_view reply_to;   // empty: none
  std::string_view reply_to_name;
  std::string_view to;
  std::string_view subject;
  std::string_view text;  // lines end in \n
  std::string_view html;
  TimePoint date{};
  std::string_view id;  // unique, of letters, digits, '-' and '.'; serves for Message-ID and the boundary
};

/// Lines end in CRLF and have at most 76 characters, apart from long addresses.
[[nodiscard]] std::string mime_message(const MimeMail& mail);

/// "=?UTF-8?B?...?=" words where the text is not plain ASCII (RFC 2047); control characters become spaces.
[[nodiscard]] std::string encode_header_text(std::string_view text);
/// RFC 2045 section 6.7 over text with \n line ends.
[[nodiscard]] std::string quoted_printable(std::string_view text);

}  // namespace cardea
