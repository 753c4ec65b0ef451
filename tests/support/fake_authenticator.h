// An authenticator with one ES256 key, as a browser would answer for it: attestation `none`, and assertions. What it
// says can be bent, to try what must be refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "crypto/key.h"

namespace cardea {

struct FakeAuthenticator {
  crypto::PrivateKey key = std::move(*crypto::PrivateKey::generate(crypto::KeyType::kEcP256));
  std::string id = "0123456789abcdef-credential";
  std::string user_handle = {};  // as the page said at registration
  std::string origin = "https://id.example.com";
  std::string rp_id = "id.example.com";
  std::uint32_t count = 0;  // raised before each answer; stays zero with counts = false
  bool counts = true;
  std::uint8_t flags = 0x05;  // user present and verified

  [[nodiscard]] std::string client_data(std::string_view type, std::string_view challenge) const {
    std::string out;
    JsonWriter(out)
        .begin_object()
        .member("type", type)
        .member("challenge", challenge)
        .member("origin", origin)
        .member("crossOrigin", false)
        .end_object();
    return out;
  }

  /// COSE_Key of the public half.
  [[nodiscard]] std::string cose_key() const {
    const auto half = key.public_key();
    return std::string("\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10) + half.x() + "\x22\x58\x20" + half.y();
  }

  /// The form fields of a registration, without what is beside them on the page. `challenge`: base64url.
  [[nodiscard]] std::string registration(std::string_view challenge) {
    const auto data = authenticator_data(0x40) + std::string(16, '\0') + std::string(1, '\0') +
                      static_cast<char>(id.size()) + id + cose_key();
    const std::string object = std::string("\xA3") + "\x63" + "fmt" + "\x64" + "none" + "\x67" + "attStmt" + "\xA0" +
                               "\x68" + "authData" + "\x58" + static_cast<char>(data.size()) + data;
    CARDEA_ASSERT(data.size() < 256);
    return "clientDataJSON=" + base64url_encode(client_data("webauthn.create", challenge)) +
           "&attestationObject=" + base64url_encode(object) + "&transports=internal";
  }

  /// The form fields of an assertion.
  [[nodiscard]] std::string assertion(std::string_view challenge) {
    const auto data = authenticator_data(0);
    const auto client = client_data("webauthn.get", challenge);
    return "clientDataJSON=" + base64url_encode(client) + "&authenticatorData=" + base64url_encode(data) +
           "&signature=" + base64url_encode(sign(data + std::string(as_text(crypto::sha256(client))))) +
           "&credentialId=" + base64url_encode(id) + "&userHandle=" + base64url_encode(user_handle);
  }

 private:
  std::string authenticator_data(std::uint8_t more_flags) {
    if (counts) ++count;
    std::string out(as_text(crypto::sha256(rp_id)));
    out.push_back(static_cast<char>(flags | more_flags));
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(count >> shift & 0xFF));
    return out;
  }
  [[nodiscard]] std::string sign(std::string_view message) const {
    const crypto::MdCtxPtr context(EVP_MD_CTX_new());
    std::size_t size = 0;
    CARDEA_ASSERT(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) == 1);
    CARDEA_ASSERT(EVP_DigestSign(context.get(), nullptr, &size, as_bytes(message).data(), message.size()) == 1);
    std::string out(size, '\0');
    CARDEA_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                 as_bytes(message).data(), message.size()) == 1);
    out.resize(size);
    return out;
  }
};

}  // namespace cardea
