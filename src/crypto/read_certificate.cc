#include "crypto/read_certificate.h"

#include <openssl/err.h>

#include <chrono>
#include <ctime>

#include "base/encoding.h"
#include "crypto/x509.h"

namespace cardea::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

/// What stands between the lines of the frame, or all of it when there is none; without white space.
std::string bare_base64(std::string_view text) {
  if (const auto begin = text.find(kBegin); begin != std::string_view::npos) {
    text.remove_prefix(begin + kBegin.size());
    text = text.substr(0, text.find(kEnd));
  }
  std::string bare;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') bare.push_back(c);
  }
  return bare;
}

bool is_certificate(std::string_view der) {
  const auto certificate = read_x509(der);
  const bool has_key = certificate != nullptr && X509_get0_pubkey(certificate.get()) != nullptr;
  ERR_clear_error();
  return has_key;
}

}  // namespace

std::optional<std::string> read_certificate(std::string_view text) {
  if (text.empty() || text.size() > kCertificateBytesMax) return std::nullopt;
  if (is_certificate(text)) return std::string(text);
  auto der = base64_decode(bare_base64(text));
  if (!der || !is_certificate(*der)) return std::nullopt;
  return der;
}

std::optional<TimePoint> end_of_certificate(std::string_view der) {
  const auto certificate = read_x509(der);
  std::tm end{};
  const bool is_read = certificate != nullptr && ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) == 1;
  ERR_clear_error();
  if (!is_read) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(end.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(end.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(end.tm_mday)));
  return TimePoint(std::chrono::sys_days(day) + std::chrono::hours(end.tm_hour) + std::chrono::minutes(end.tm_min) +
                   std::chrono::seconds(end.tm_sec));
}

}  // namespace cardea::crypto
