// The self-signed certificate in `x5c`. Nobody verifies it; clients read the key out of it.
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <chrono>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/key.h"

namespace cardea::crypto {
namespace {

constexpr std::size_t kCommonNameCharactersMax = 64;

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t bytes = 0;
  for (; count > 0 && bytes < text.size(); --count) bytes += utf8_sequence_length(text.substr(bytes));
  return text.substr(0, bytes);
}

std::int64_t seconds_after_years(TimePoint at, int years) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  std::chrono::year_month_day date(day);
  date += std::chrono::years{years};
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;  // 29 February
  return epoch_seconds(std::chrono::sys_days(date) + (at - day));
}

X509NamePtr make_name(std::string_view common_name) {
  X509NamePtr name(X509_NAME_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  const int added = X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, bytes,
                                               static_cast<int>(common_name.size()), -1, 0);
  if (added != 1) name.reset();
  return name;
}

// Ed25519 hashes inside; the others are signed with SHA-256.
const EVP_MD* digest_for(const PrivateKey& key) {
  return key.type() == KeyType::kEd25519 ? nullptr : fetched_digest(HashAlgorithm::kSha256);
}

}  // namespace

Result<std::string, KeyError> make_self_signed_certificate(const PrivateKey& key, std::string_view common_name,
                                                           TimePoint not_before, int years) {
  if (common_name.empty() || !is_utf8(common_name)) return refuse(KeyError::kMalformed);
  if (years < 1 || years > 100) return refuse(KeyError::kSize);
  const auto name = make_name(first_characters(common_name, kCommonNameCharactersMax));
  const X509Ptr certificate(X509_new());
  const bool built =
      name && certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()),
                              static_cast<std::uint64_t>(epoch_milliseconds(not_before))) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), epoch_seconds(not_before)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds_after_years(not_before, years)) != nullptr &&
      X509_set_subject_name(certificate.get(), name.get()) == 1 &&
      X509_set_issuer_name(certificate.get(), name.get()) == 1 && X509_set_pubkey(certificate.get(), key.get()) == 1 &&
      X509_sign(certificate.get(), key.get(), digest_for(key)) > 0;
  ERR_clear_error();
  if (!built) return refuse(KeyError::kMalformed);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  CARDEA_ASSERT(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace cardea::crypto
