#include "http/response_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/limits.h"
#include "base/text.h"

namespace cardea::http {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};
constexpr Phrase kPhrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view reason_phrase(int status) {
  const auto* found = std::ranges::find(kPhrases, status, &Phrase::status);
  return found == std::end(kPhrases) ? std::string_view("Status") : found->text;
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool belongs_to_connection(std::string_view name) {
  for (const std::string_view known : {"Date", "Content-Length", "Connection", "Transfer-Encoding"}) {
    if (name.size() == known.size() && equal_ignoring_ascii_case(name, known)) return true;
  }
  return false;
}

bool is_plain(char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; }

void append_header(std::string& out, const web::Header& header) {
  out.append(header.name).append(": ");
  const auto begin = out.size();
  out.append(header.value);
  if (!std::ranges::all_of(header.value, is_plain)) {
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), [](char c) { return !is_plain(c); }, ' ');
  }
  out.append("\r\n");
}

bool has_own(const web::Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const web::Header& header) {
    return header.name.size() == name.size() && equal_ignoring_ascii_case(header.name, name);
  });
}

// 1xx, 204 and 304 have no body (RFC 9110 section 6.4.1).
bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string http_date(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<seconds>(at - day)};
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string_view append_answer(std::string& out, const web::Response& response, const AnswerFraming& framing) {
  const auto body = may_have_body(response.status) ? response.body_text() : std::string_view();
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\nDate: ").append(framing.date).append("\r\n");
  if (may_have_body(response.status)) {
    out.append("Content-Length: ");
    append_number(out, body.size());
    out.append("\r\n");
  }
  if (!framing.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (framing.is_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  for (const auto& header : response.headers) {
    if (!belongs_to_connection(header.name)) append_header(out, header);
  }
  if (response.shared_headers != nullptr) {
    for (const auto& header : *response.shared_headers) {
      // Made by us, once: nothing in them to take out.
      if (!has_own(response, header.name)) out.append(header.name).append(": ").append(header.value).append("\r\n");
    }
  }
  out.append("\r\n");
  if (framing.is_head) return {};
  if (body.size() > kCopiedBodyBytesMax) return body;
  out.append(body);
  return {};
}

}  // namespace cardea::http
