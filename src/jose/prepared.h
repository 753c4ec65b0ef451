// What each thread keeps ready for each key: an OpenSSL context with key, digest and padding set, used again for every
// signature. Making or copying one costs as much as an eighth of a P-256 signature. Internal to jose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "crypto/openssl.h"
#include "crypto/rsa_verifier.h"
#include "jose/algorithm.h"

namespace cardea::jose {

/// A key as the contexts see it. `number` is from next_key_number, so that no two keys of a process share one.
struct KeyMaterial {
  std::uint64_t number = 0;
  Algorithm algorithm = Algorithm::kRS256;
  EVP_PKEY* key = nullptr;                   // RS, PS, ES
  std::string_view hmac_secret;              // HS
  const crypto::RsaVerifier* rsa = nullptr;  // what verifies RS signatures; null: OpenSSL's contexts do
};

[[nodiscard]] std::uint64_t next_key_number();

/// Signs `input` with an RS, PS or ES key; ECDSA signatures are DER. Answers the size, zero when OpenSSL refuses the
/// key or `out` is too small. RFC 7518 sections 3.3 to 3.5.
[[nodiscard]] std::size_t prepared_sign(const KeyMaterial& material, std::string_view input,
                                        std::span<unsigned char> out);

/// True when `signature` is one of `input` by this RS, PS or ES key. Leaves no error in OpenSSL's queue.
[[nodiscard]] bool prepared_verify(const KeyMaterial& material, std::string_view input, std::string_view signature);

/// HMAC of `data`, raw bytes, by this thread's prepared context.
[[nodiscard]] std::string prepared_hmac(const KeyMaterial& material, std::string_view data);

}  // namespace cardea::jose
