// What each thread keeps ready for each key: an OpenSSL context with key, digest and padding set, copied for every
// signature. Making one anew costs as much as an eighth of a P-256 signature. Internal to jose.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/openssl.h"
#include "jose/algorithm.h"

namespace cardea::jose {

enum class Use { kSign, kVerify };

/// A key as the contexts see it. `number` is from next_key_number, so that no two keys of a process share one.
struct KeyMaterial {
  std::uint64_t number = 0;
  Algorithm algorithm = Algorithm::kRS256;
  EVP_PKEY* key = nullptr;       // RS, PS, ES
  std::string_view hmac_secret;  // HS
};

[[nodiscard]] std::uint64_t next_key_number();

/// A fresh copy of this thread's prepared context, valid until the next call on this thread. Null when OpenSSL refuses
/// the key.
[[nodiscard]] EVP_MD_CTX* prepared_digest_context(const KeyMaterial& material, Use use);

/// HMAC of `data`, raw bytes, by this thread's prepared context.
[[nodiscard]] std::string prepared_hmac(const KeyMaterial& material, std::string_view data);

}  // namespace cardea::jose
