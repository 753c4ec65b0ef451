// Whatever names, subject and words a mail has: its head has the headers we wrote and no other, and no line is too
// long.
#include "base/assert.h"
#include "base/text.h"
#include "core/mail/mime.h"

using namespace cardea;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parts = split(text, '\xff');
  const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string_view(); };
  if (is_mail_address(text)) {
    CARDEA_ASSERT(text.find_first_of("\r\n <>\",;:") == std::string_view::npos && text.size() <= 254);
  }
  const auto message = mime_message({.from = "a@x.example",
                                     .from_name = part(0),
                                     .reply_to = "b@x.example",
                                     .reply_to_name = part(1),
                                     .to = "c@x.example",
                                     .subject = part(2),
                                     .text = part(3),
                                     .html = part(4),
                                     .date = from_epoch_seconds(1'800'000'000),
                                     .id = "1"});
  const auto head = std::string_view(message).substr(0, message.find("\r\n\r\n"));
  int headers = 0;
  for (const auto line : split(head, "\r\n")) {
    CARDEA_ASSERT(line.find_first_of("\r\n") == std::string_view::npos && line.size() <= 200);
    headers += line.starts_with(' ') ? 0 : 1;
  }
  CARDEA_ASSERT(headers == 9);
  for (const auto line : split(quoted_printable(text), "\r\n")) CARDEA_ASSERT(line.size() <= 76);
  return 0;
}
