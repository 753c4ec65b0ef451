// RFC 7516, RFC 7518 appendices B and C, RFC 7520 sections 5.2, 5.4 and 5.5, RFC 3394 section 4, and every pair of
// algorithms as npm jose encrypts them, with party info where there is an agreement. The tokens are in
// tests/vectors/jose.
#include "jose/jwe.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "jose/key_set.h"
#include "jose/test_keys.h"
#include "tests/support/seeded_random.h"

namespace cardea::jose {
namespace {

using crypto::KeyType;

KeyType type_for(KeyManagement management) { return is_agreement(management) ? KeyType::kEcP384 : KeyType::kRsa; }

DecryptionKey reader(KeyManagement management, std::string kid = "e1") {
  return {std::make_shared<const crypto::PrivateKey>(test_private_key(type_for(management)).clone()), std::move(kid),
          management};
}

PublicJwk writer(KeyManagement management) {
  return {test_private_key(type_for(management)).public_key(), "e1", std::string(name(management)), "enc", {}};
}

class Jwe : public testing::Test {
 protected:
  std::string make(KeyManagement management = KeyManagement::kRsaOaep,
                   ContentEncryption content = ContentEncryption::kA256Gcm) {
    const auto key = writer(management);
    return encrypt({key, management, content}, "content", "JWT", random_).value();
  }
  Result<std::string, JoseError> read(std::string_view compact, const std::vector<DecryptionKey>& keys) {
    const auto jwe = UndecryptedJwe::parse(compact);
    if (!jwe) return refuse(jwe.error());
    return decrypt(*jwe, keys, random_);
  }
  JoseError refusal(std::string_view compact, KeyManagement management = KeyManagement::kRsaOaep) {
    const auto content = read(compact, {reader(management)});
    EXPECT_FALSE(content.has_value()) << compact;
    return content ? JoseError::kTooLarge : content.error();
  }
  static std::string with_header(const std::string& compact, std::string_view header) {
    return base64url_encode(header) + compact.substr(compact.find('.'));
  }

  SeededRandom random_;
};

TEST_F(Jwe, refuses_what_is_no_compact_jwe) {
  for (const auto* text : {"", ".", "....", "a.b.c", "a.b.c.d.e.f", "e30....", "W10....", "eyJhIjoxLCJhIjoyfQ...."}) {
    refusal(text);
  }
  EXPECT_EQ(refusal(make() + "."), JoseError::kMalformed);
  EXPECT_EQ(refusal(make() + "="), JoseError::kMalformed);
  EXPECT_EQ(refusal(std::string(kJweBytesMax + 1, 'a')), JoseError::kTooLarge);
}

TEST_F(Jwe, refuses_algorithms_that_are_not_ours) {
  const auto jwe = make();
  for (const auto* alg : {"RSA1_5", "dir", "A128KW", "A128GCMKW", "PBES2-HS256+A128KW", "none", "rsa-oaep", ""}) {
    EXPECT_EQ(refusal(with_header(jwe, R"({"alg":")" + std::string(alg) + R"(","enc":"A256GCM"})")),
              JoseError::kUnknownAlgorithm)
        << alg;
  }
  for (const auto* enc : {"A256CBC", "none", "", "a256gcm"}) {
    EXPECT_EQ(refusal(with_header(jwe, R"({"alg":"RSA-OAEP","enc":")" + std::string(enc) + R"("})")),
              JoseError::kUnknownAlgorithm)
        << enc;
  }
}

TEST_F(Jwe, refuses_compression_and_critical_extensions) {  // RFC 7516 sections 4.1.3 and 4.1.13
  const auto jwe = make();
  for (const auto* more : {R"("zip":"DEF")", R"("crit":["exp"],"exp":1)"}) {
    EXPECT_EQ(refusal(with_header(jwe, R"({"alg":"RSA-OAEP","enc":"A256GCM",)" + std::string(more) + "}")),
              JoseError::kUnsupportedHeader);
  }
}

TEST_F(Jwe, refuses_every_change) {
  for (const auto management : kKeyManagements) {
    const auto jwe = make(management, ContentEncryption::kA128CbcHs256);
    for (std::size_t part = 0, from = 0; part < 5; ++part) {
      const auto end = std::min(jwe.find('.', from), jwe.size());
      if (part > 0 && end > from) {
        auto changed = jwe;
        changed[from] = changed[from] == 'A' ? 'B' : 'A';
        EXPECT_EQ(refusal(changed, management), JoseError::kBadEncryption) << name(management) << " part " << part;
        changed = jwe.substr(0, from) + jwe.substr(end);
        EXPECT_EQ(refusal(changed, management), JoseError::kBadEncryption) << name(management) << " part " << part;
      }
      from = end + 1;
    }
    auto header = base64url_decode(jwe.substr(0, jwe.find('.'))).value();
    header.insert(header.size() - 1, R"(,"x":1)");
    EXPECT_EQ(refusal(with_header(jwe, header), management), JoseError::kBadEncryption)
        << "the header is authenticated";
  }
}

TEST_F(Jwe, refuses_a_content_key_that_came_beside_a_direct_agreement) {  // RFC 7516 section 5.2, step 10
  auto jwe = make(KeyManagement::kEcdhEs);
  jwe.insert(jwe.find('.') + 1, "AAAA");
  EXPECT_EQ(refusal(jwe, KeyManagement::kEcdhEs), JoseError::kBadEncryption);
}

TEST_F(Jwe, refuses_ephemeral_keys_that_are_private_missing_or_on_another_curve) {
  const auto jwe = make(KeyManagement::kEcdhEs);
  const std::string head = R"({"alg":"ECDH-ES","enc":"A256GCM")";
  EXPECT_EQ(refusal(with_header(jwe, head + "}"), KeyManagement::kEcdhEs), JoseError::kMalformed);
  EXPECT_EQ(refusal(with_header(jwe, head + R"(,"epk":{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}})"),
                    KeyManagement::kEcdhEs),
            JoseError::kBadKey);
  std::string other;
  append_jwk(other, {test_private_key(KeyType::kEcP256).public_key(), {}, {}, {}, {}});
  EXPECT_EQ(refusal(with_header(jwe, head + R"(,"epk":)" + other + "}"), KeyManagement::kEcdhEs),
            JoseError::kBadEncryption);
  other.insert(other.size() - 1, R"(,"d":"AA")");
  EXPECT_EQ(refusal(with_header(jwe, head + R"(,"epk":)" + other + "}"), KeyManagement::kEcdhEs),
            JoseError::kPrivateMember);
}

TEST_F(Jwe, refuses_keys_of_another_id_or_algorithm) {
  const auto jwe = make();
  EXPECT_EQ(read(jwe, {}).error(), JoseError::kUnknownKey);
  EXPECT_EQ(read(jwe, {reader(KeyManagement::kRsaOaep, "e2")}).error(), JoseError::kUnknownKey);
  EXPECT_EQ(read(jwe, {reader(KeyManagement::kRsaOaep256)}).error(), JoseError::kWrongAlgorithm);
  auto stranger = reader(KeyManagement::kRsaOaep);
  stranger.key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate(KeyType::kRsa).value());
  EXPECT_EQ(read(jwe, {stranger}).error(), JoseError::kBadEncryption);
}

TEST_F(Jwe, refuses_to_encrypt_to_a_key_that_does_not_fit) {
  const PublicJwk rsa = writer(KeyManagement::kRsaOaep);
  const PublicJwk ed25519{test_private_key(KeyType::kEd25519).public_key(), "e1", {}, "enc", {}};
  for (const auto* key : {&rsa, &ed25519}) {
    EXPECT_FALSE(encrypt({*key, KeyManagement::kEcdhEs, ContentEncryption::kA256Gcm}, "x", "", random_).has_value());
  }
  EXPECT_FALSE(encrypt({ed25519, KeyManagement::kRsaOaep, ContentEncryption::kA256Gcm}, "x", "", random_).has_value());
}

TEST_F(Jwe, every_pair_of_algorithms_goes_there_and_back) {
  for (const auto management : kKeyManagements) {
    for (const auto content : kContentEncryptions) {
      const auto key = writer(management);
      for (const auto& text : {std::string(), std::string(15, 'a'), std::string(16, 'b'), std::string(3000, 'c')}) {
        const auto jwe = encrypt({key, management, content}, text, "JWT", random_).value();
        EXPECT_TRUE(is_jwe(jwe));
        const auto back = read(jwe, {reader(management)});
        ASSERT_TRUE(back.has_value()) << name(management) << " " << name(content) << " " << describe(back.error());
        EXPECT_EQ(*back, text);
        EXPECT_NE(encrypt({key, management, content}, text, "JWT", random_).value(), jwe) << "keys are used once";
      }
    }
  }
}

TEST_F(Jwe, header_names_algorithms_content_type_and_key) {
  const auto jwe = make();
  EXPECT_EQ(base64url_decode(jwe.substr(0, jwe.find('.'))).value(),
            R"({"alg":"RSA-OAEP","enc":"A256GCM","cty":"JWT","kid":"e1"})");
}

TEST_F(Jwe, reads_the_tokens_of_rfc7520_and_of_another_library) {
  std::ifstream file("tests/vectors/jose/jwe.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto vectors = parse_json(text.str()).value();
  ASSERT_EQ(vectors.as_array().size(), 4U + kKeyManagements.size() * kContentEncryptions.size());
  for (const auto& entry : vectors.as_array()) {
    const auto& vector = entry.as_object();
    const DecryptionKey key{std::make_shared<const crypto::PrivateKey>(
                                crypto::PrivateKey::from_pem(string_or(vector, "private_pem", "")).value()),
                            string_or(vector, "kid", ""), parse_key_management(string_or(vector, "alg", "")).value()};
    const auto compact = string_or(vector, "compact", "");
    const auto jwe = UndecryptedJwe::parse(compact);
    ASSERT_TRUE(jwe.has_value()) << string_or(vector, "source", "");
    EXPECT_EQ(name(jwe->content()), string_or(vector, "enc", ""));
    EXPECT_EQ(read(compact, {key}).value_or("not decrypted"), string_or(vector, "plaintext", ""));
  }
}

// RFC 7516 appendix A.2 (RSA1_5, whose padding is an oracle) and A.3 (a shared key).
TEST(JweVectors, refuses_what_the_rfc_shows_and_we_do_not_do) {
  const std::string rest = ".AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.9hH0vgRfYgPnAHOd8stkvw";
  for (const std::string head :
       {"eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
        "UGhIOguC7IuEvf_NPVaXsGMoLOmwvc1GyqlIKOK1nN94nHPoltGRhWhw7Zx0-kFm1NJn8LE9XShH59_i8J0PH5ZZyNfGy2xGdULU7sHNF6Gp2v"
        "PLgNZ__deLKxGHZ7PcHALUzoOegEI-8E66jX2E4zyJKx-YxzZIItRzC5hlRirb6Y5Cl_p-ko3YvkkysZIFNPccxRU7qve1WYPxqbb2Yw8kZqa2"
        "rMWI5ng8OtvzlV7elprCbuPhcCdZ6XDP0_F8rkXds2vE4X-ncOIM8hAYHHi29NX0mcKiRaD0-D-ljQTP-cFPgwCp6X-nZZd9OHBv-B3oWh2Tbq"
        "mScqXMR4gp_A",
        "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ"}) {
    EXPECT_FALSE(UndecryptedJwe::parse(head + rest).has_value()) << head.substr(0, 52);
  }
}

// Only keys that say they are for encryption are encrypted to: what signs must not decrypt, too.
TEST(EncryptionKeys, are_those_of_a_set_that_say_so) {
  const auto set_of = [](std::string use, std::string alg) {
    const std::vector<PublicJwk> keys = {
        {test_private_key(KeyType::kRsa).public_key(), "k", std::move(alg), std::move(use), {}}};
    return KeySet::from_jwks(jwks_json(keys)).value();
  };
  EXPECT_EQ(set_of("sig", "").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_EQ(set_of("", "RS256").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_EQ(set_of("", "").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_EQ(set_of("enc", "RSA-OAEP-256").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_EQ(set_of("enc", "").encryption_key(KeyManagement::kEcdhEs), nullptr);
  EXPECT_NE(set_of("enc", "").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_NE(set_of("enc", "RSA-OAEP").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_NE(set_of("", "RSA-OAEP").encryption_key(KeyManagement::kRsaOaep), nullptr);
  EXPECT_EQ(set_of("enc", "").size(), 0U) << "and verify nothing";
}

std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

TEST(ContentEncryptionVectors, rfc7518_appendix_b) {
  const std::string plaintext =
      "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy "
      "without inconvenience";
  const auto iv = hex_decode("1af38c2dc2b96ffdd86694092341bc04").value();
  const struct {
    ContentEncryption encryption;
    std::string start, tag;
  } kVectors[] = {
      {ContentEncryption::kA128CbcHs256, "c80edfa32ddf39d5ef00c0b468834279", "652c3fa36b0a7c5b3219fab3a30bc1c4"},
      {ContentEncryption::kA192CbcHs384, "ea65da6b59e61edb419be62d19712ae5",
       "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"},
      {ContentEncryption::kA256CbcHs512, "4affaaadb78c31c5da4b1b590d10ffbd",
       "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"}};
  for (const auto& vector : kVectors) {
    const auto content = encrypt_content(vector.encryption, counting(key_bytes(vector.encryption)), iv,
                                         "The second principle of Auguste Kerckhoffs", plaintext);
    EXPECT_EQ(hex_encode(content.ciphertext).substr(0, 32), vector.start);
    EXPECT_EQ(hex_encode(content.tag), vector.tag);
  }
}

TEST(KeyAgreementVectors, rfc7518_appendix_c) {
  const auto alice = crypto::PrivateKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0/NxaRPUMQoAJt50\n"
      "Gz8YiTr8gRTwyEaCumd+MToTmIqhRANCAASAjQYAgsF27tPndqSsWYzIZywXefl0\n"
      "7sybA0EcpblJXUi1v8Un385T1qxxFSN9AxzP+HoFcLdzUKnlA+5zBaab\n"
      "-----END PRIVATE KEY-----\n");
  const auto bob =
      parse_jwk(std::string_view(R"({"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",)"
                                 R"("y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"})"));
  const auto key = agree(*alice, bob->key, KeyManagement::kEcdhEs, ContentEncryption::kA128Gcm, {"Alice", "Bob"});
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(base64url_encode(key->reveal()), "VqqN6vgjbSBcIijNcacQGg");
}

TEST(KeyWrapVectors, rfc3394_section_4) {
  const auto content_key = hex_decode("00112233445566778899aabbccddeeff").value();
  const std::pair<std::size_t, std::string> kVectors[] = {{16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
                                                          {24, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
                                                          {32, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"}};
  for (const auto& [size, wrapped] : kVectors) {
    const SecretBytes wrapping_key(counting(size));
    EXPECT_EQ(hex_encode(wrap_key(wrapping_key, content_key)), wrapped);
    EXPECT_EQ(unwrap_key(wrapping_key, hex_decode(wrapped).value())->reveal(), content_key);
  }
}

}  // namespace
}  // namespace cardea::jose
