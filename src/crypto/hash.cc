#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <span>

#include "base/assert.h"
#include "base/encoding.h"

namespace cardea::crypto {
namespace {

constexpr std::size_t kAlgorithms = 4;

// `out` has exactly the size of the digest.
void digest_into(HashAlgorithm algorithm, std::string_view bytes, std::span<std::uint8_t> out) {
  thread_local std::array<MdCtxPtr, kAlgorithms> contexts;
  auto& context = contexts[static_cast<std::size_t>(algorithm)];
  if (!context) context.reset(EVP_MD_CTX_new());
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(context.get(), fetched_digest(algorithm), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1;
  CARDEA_ASSERT(done && size == out.size());
}

MacCtxPtr make_hmac_context(HashAlgorithm algorithm) {
  MacCtxPtr context(EVP_MAC_CTX_new(fetched_hmac()));
  CARDEA_ASSERT(context != nullptr);
  const std::array params = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest_name(algorithm)), 0),
      OSSL_PARAM_construct_end()};
  CARDEA_ASSERT(EVP_MAC_CTX_set_params(context.get(), params.data()) == 1);
  return context;
}

std::size_t digest_bytes(HashAlgorithm algorithm) {
  return static_cast<std::size_t>(EVP_MD_get_size(fetched_digest(algorithm)));
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 out;
  digest_into(HashAlgorithm::kSha256, bytes, out);
  return out;
}

std::array<std::uint8_t, 48> sha384(std::string_view bytes) {
  std::array<std::uint8_t, 48> out;
  digest_into(HashAlgorithm::kSha384, bytes, out);
  return out;
}

std::array<std::uint8_t, 64> sha512(std::string_view bytes) {
  std::array<std::uint8_t, 64> out;
  digest_into(HashAlgorithm::kSha512, bytes, out);
  return out;
}

std::string digest(HashAlgorithm algorithm, std::string_view bytes) {
  std::string out(digest_bytes(algorithm), '\0');
  digest_into(algorithm, bytes, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

std::string sha256_base64url(std::string_view bytes) { return base64url_encode(as_text(sha256(bytes))); }

std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view data) {
  CARDEA_ASSERT(!key.empty());
  thread_local std::array<MacCtxPtr, kAlgorithms> contexts;
  auto& context = contexts[static_cast<std::size_t>(algorithm)];
  if (!context) context = make_hmac_context(algorithm);
  std::string out(digest_bytes(algorithm), '\0');
  std::size_t size = 0;
  const bool done = EVP_MAC_init(context.get(), as_bytes(key).data(), key.size(), nullptr) == 1 &&
                    EVP_MAC_update(context.get(), as_bytes(data).data(), data.size()) == 1 &&
                    EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()) == 1;
  CARDEA_ASSERT(done && size == out.size());
  return out;
}

}  // namespace cardea::crypto
