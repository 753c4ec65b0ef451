#include "crypto/read_certificate.h"

#include "base/encoding.h"
#include "crypto/openssl.h"

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
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return certificate != nullptr && at == end && X509_get0_pubkey(certificate.get()) != nullptr;
}

}  // namespace

std::optional<std::string> read_certificate(std::string_view text) {
  if (text.empty() || text.size() > kCertificateBytesMax) return std::nullopt;
  if (is_certificate(text)) return std::string(text);
  auto der = base64_decode(bare_base64(text));
  if (!der || !is_certificate(*der)) return std::nullopt;
  return der;
}

}  // namespace cardea::crypto
