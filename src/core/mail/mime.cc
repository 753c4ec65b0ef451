#include "core/mail/mime.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/encoding.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kEncodedChunkBytes = 42;  // 56 characters of base64 and 12 around them
constexpr std::size_t kLineMax = 75;            // and the soft line break

bool is_atom(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
         });
}

bool is_domain(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
         });
}

std::string without_controls(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
  }
  return out;
}

/// Names in ASCII are quoted (RFC 5322 section 3.2.4), others encoded.
std::string mailbox(std::string_view name, std::string_view address) {
  const auto plain = without_controls(name);
  if (trim(plain).empty()) return std::string(address);
  const bool is_ascii = std::ranges::all_of(plain, [](char c) { return static_cast<unsigned char>(c) < 127; });
  std::string out;
  if (is_ascii && plain.size() <= kLineMax - 20) {
    out = "\"";
    for (const char c : plain) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  } else {
    out = encode_header_text(plain);  // a long one is folded by encoding it
  }
  return out + " <" + std::string(address) + ">";
}

/// RFC 5322 section 3.3, UTC.
std::string date_text(TimePoint at) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(at - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

void add_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view body) {
  out.append("--").append(boundary).append("\r\nContent-Type: ").append(type);
  out.append("; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
  out.append(quoted_printable(body)).append("\r\n");
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && text.size() <= kAddressBytesMax && is_atom(text.substr(0, at)) &&
         is_domain(text.substr(at + 1));
}

std::string encode_header_text(std::string_view text) {
  const auto plain = without_controls(text);
  const bool is_ascii = std::ranges::all_of(plain, [](char c) { return static_cast<unsigned char>(c) < 127; });
  // "=?" would be read as the begin of an encoded word.
  if (is_ascii && plain.find("=?") == std::string::npos && plain.size() <= kLineMax - 20) return plain;
  std::string out;
  std::string_view rest = plain;
  while (!rest.empty()) {
    std::size_t taken = 0;
    while (taken < rest.size()) {  // whole characters only (RFC 2047 section 5)
      const auto length = std::max<std::size_t>(1, utf8_sequence_length(rest.substr(taken)));
      if (taken + length > kEncodedChunkBytes) break;
      taken += length;
    }
    if (!out.empty()) out += "\r\n ";
    out.append("=?UTF-8?B?").append(base64_encode(rest.substr(0, taken))).append("?=");
    rest.remove_prefix(taken);
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool is_plain = (byte > 32 && byte < 127 && c != '=') || (c == ' ' && !at_end);
    const std::size_t width = is_plain ? 1 : 3;
    if (column + width > kLineMax) {
      out += "=\r\n";
      column = 0;
    }
    if (is_plain) {
      out += c;
    } else {
      out += '=';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    column += width;
  }
  return out;
}

std::string mime_message(const MimeMail& mail) {
  const auto boundary = "cardea-" + std::string(mail.id);
  const auto domain = mail.from.substr(mail.from.rfind('@') + 1);
  std::string out;
  out.append("From: ").append(mailbox(mail.from_name, mail.from)).append("\r\n");
  if (!mail.reply_to.empty())
    out.append("Reply-To: ").append(mailbox(mail.reply_to_name, mail.reply_to)).append("\r\n");
  out.append("To: ").append(mail.to).append("\r\n");
  out.append("Subject: ").append(encode_header_text(mail.subject)).append("\r\n");
  out.append("Date: ").append(date_text(mail.date)).append("\r\n");
  out.append("Message-ID: <").append(mail.id).append("@").append(domain).append(">\r\n");
  out.append("MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n");
  out.append("Content-Type: multipart/alternative; boundary=\"").append(boundary).append("\"\r\n\r\n");
  add_part(out, boundary, "text/plain", mail.text);
  add_part(out, boundary, "text/html", mail.html);
  out.append("--").append(boundary).append("--\r\n");
  return out;
}

}  // namespace cardea
