#include "core/mail/mime.h"

#include <gmock/gmock.h>

#include "base/text.h"

namespace cardea {
namespace {

using testing::HasSubstr;
using testing::Not;

MimeMail mail() {
  return {.from = "no-reply@id.example",
          .from_name = "Demo",
          .reply_to = {},
          .reply_to_name = {},
          .to = "ada@example.com",
          .subject = "Verify your address",
          .text = "Hello\n",
          .html = "<p>Hello</p>\n",
          .date = from_epoch_seconds(1'800'000'000),
          .id = "11111111-2222-4333-8444-555555555555"};
}

TEST(Mime, refuses_addresses_that_could_end_a_header_or_a_command) {
  for (const auto* text : {"",
                           "ada",
                           "@",
                           "ada@",
                           "@x.example",
                           "ada@x.example\r\nBcc: eve@x.example",
                           "ada@x@y.example",
                           "a b@x.example",
                           "\"ada\"@x.example",
                           "<ada@x.example>",
                           "ada@x.example,eve@x.example",
                           "ada@[127.0.0.1]",
                           "a..b@x.example",
                           ".a@x.example",
                           "ada@x..example",
                           "ada@x.example.",
                           "ad\xc3\xa4@x.example",
                           "ada;@x.example",
                           "ada@x.example\n",
                           "ada@x_y"}) {
    EXPECT_FALSE(is_mail_address(text)) << text;
  }
  EXPECT_FALSE(is_mail_address(std::string(250, 'a') + "@x.example"));
  for (const auto* text :
       {"ada@x.example", "ada.l+tag@mail.x.example", "a'b@x.example", "ADA@X-Y.EXAMPLE", "a@localhost"}) {
    EXPECT_TRUE(is_mail_address(text)) << text;
  }
}

TEST(Mime, refuses_headers_in_names_and_subjects) {
  auto odd = mail();
  odd.subject = "Hello\r\nBcc: eve@x.example";
  odd.from_name = "Demo\" <eve@x.example>\r\nX-Evil: 1";
  const auto message = mime_message(odd);
  EXPECT_THAT(message, Not(HasSubstr("\r\nBcc:")));
  EXPECT_THAT(message, Not(HasSubstr("\r\nX-Evil:")));
  EXPECT_THAT(message, HasSubstr("From: \"Demo\\\" <eve@x.example>  X-Evil: 1\" <no-reply@id.example>\r\n"));
}

TEST(Mime, refuses_a_subject_that_poses_as_encoded) {
  EXPECT_EQ(encode_header_text("=?UTF-8?B?AA==?="), "=?UTF-8?B?PT9VVEYtOD9CP0FBPT0/PQ==?=");
}

TEST(Mime, encodes_what_is_not_ascii_by_whole_characters) {
  EXPECT_EQ(encode_header_text("Grüße"), "=?UTF-8?B?R3LDvMOfZQ==?=");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ü";
  const auto encoded = encode_header_text(text);
  for (const auto line : split(encoded, "\r\n ")) {
    EXPECT_LE(line.size(), 75U);
    EXPECT_TRUE(line.starts_with("=?UTF-8?B?") && line.ends_with("?="));
  }
}

TEST(Mime, quoted_printable_keeps_lines_short_and_ends_of_lines_visible) {
  EXPECT_EQ(quoted_printable("a=b\nü \n.\n"), "a=3Db\r\n=C3=BC=20\r\n.\r\n");
  const auto long_line = quoted_printable(std::string(1000, 'x'));
  for (const auto line : split(long_line, "\r\n")) EXPECT_LE(line.size(), 76U);
}

TEST(Mime, is_a_message_with_two_parts) {
  auto full = mail();
  full.reply_to = "help@id.example";
  full.reply_to_name = "Hilfe für alle";
  EXPECT_EQ(mime_message(full),
            "From: \"Demo\" <no-reply@id.example>\r\n"
            "Reply-To: =?UTF-8?B?SGlsZmUgZsO8ciBhbGxl?= <help@id.example>\r\n"
            "To: ada@example.com\r\n"
            "Subject: Verify your address\r\n"
            "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"
            "Message-ID: <11111111-2222-4333-8444-555555555555@id.example>\r\n"
            "MIME-Version: 1.0\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "Content-Type: multipart/alternative; boundary=\"cardea-11111111-2222-4333-8444-555555555555\"\r\n"
            "\r\n"
            "--cardea-11111111-2222-4333-8444-555555555555\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello\r\n"
            "\r\n"
            "--cardea-11111111-2222-4333-8444-555555555555\r\n"
            "Content-Type: text/html; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "<p>Hello</p>\r\n"
            "\r\n"
            "--cardea-11111111-2222-4333-8444-555555555555--\r\n");
}

}  // namespace
}  // namespace cardea
