// Owners for OpenSSL objects and its digests, fetched once. An implicit fetch takes a lock at every use, so nothing in
// the program calls EVP_sha256(). Only `crypto`, `jose` and the TLS part of `http` include this file.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>

namespace cardea::crypto {

template <auto kFree>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using MdPtr = std::unique_ptr<EVP_MD, OpensslFree<EVP_MD_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using MacPtr = std::unique_ptr<EVP_MAC, OpensslFree<EVP_MAC_free>>;
using MacCtxPtr = std::unique_ptr<EVP_MAC_CTX, OpensslFree<EVP_MAC_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_clear_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>>;

enum class HashAlgorithm { kSha1, kSha256, kSha384, kSha512 };

/// The digest of the default provider, fetched at first use and kept until the program ends. Never null.
[[nodiscard]] const EVP_MD* fetched_digest(HashAlgorithm algorithm);
/// The HMAC implementation, fetched the same way.
[[nodiscard]] EVP_MAC* fetched_hmac();
/// The name OpenSSL's parameters use: "SHA256" and so on.
[[nodiscard]] const char* digest_name(HashAlgorithm algorithm);

}  // namespace cardea::crypto
