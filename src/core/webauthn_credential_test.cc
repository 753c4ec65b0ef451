#include "core/webauthn_credential.h"

#include <gmock/gmock.h>

#include "base/encoding.h"

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Realm realm_with(std::string_view extra) {
  Realm out;
  out.extra = json::parse(extra).as_object();
  return out;
}

// As Keycloak 26.7 writes it.
constexpr std::string_view kKeycloakData =
    R"({"aaguid":"01020304-0506-0708-0102-030405060708","credentialId":"m30SBLgRsGOGb8smBYEI2zjFr2XO9uACcwthpTPuxiU=",)"
    R"("counter":1,"credentialPublicKey":"pQECAyYgASFYILYbkLQfoFBu53J2u6jJZA8keuW73V81hlkkCMQ2vzfuIlggvFmN8uMD1FPZt8U8yJweQvdpa-R2TSW9t8NRrnoYnEE",)"
    R"("attestationStatementFormat":"none","transports":["internal"]})";

Credential credential(std::string_view data, std::string_view type = kWebauthnCredential) {
  Credential out;
  out.id = CredentialId("c1");
  out.type = type;
  out.credential_data = data;
  out.secret_data = SecretBytes(std::string("{}"));
  return out;
}

TEST(WebauthnPolicyTest, the_two_policies_do_not_mix) {
  const auto realm = realm_with(R"({"webAuthnPolicyRpId":"a.example","webAuthnPolicyPasswordlessRpId":"b.example",
      "webAuthnPolicyUserVerificationRequirement":"discouraged",
      "webAuthnPolicyPasswordlessPasskeysEnabled":true,
      "webAuthnPolicySignatureAlgorithms":["ES512","RS1","Ed25519"],
      "webAuthnPolicyPasswordlessAcceptableAaguids":["0A020304-0506-0708-0102-030405060708",""]})");
  const auto factor = webauthn_policy(realm, WebauthnKind::kSecondFactor);
  const auto passkey = webauthn_policy(realm, WebauthnKind::kPasswordless);
  EXPECT_EQ(factor.rp_id, "a.example");
  EXPECT_EQ(passkey.rp_id, "b.example");
  EXPECT_THAT(factor.algorithms, ElementsAre(crypto::CoseAlgorithm::kEs512, crypto::CoseAlgorithm::kEdDsa));
  EXPECT_THAT(passkey.algorithms, ElementsAre(crypto::CoseAlgorithm::kEs256, crypto::CoseAlgorithm::kRs256));
  EXPECT_EQ(factor.user_verification, "discouraged");
  EXPECT_TRUE(passkey.requires_verification()) << "nothing is said, so the stricter";
  EXPECT_FALSE(factor.passkeys_enabled);
  EXPECT_TRUE(passkey.passkeys_enabled);
  EXPECT_THAT(passkey.aaguids, ElementsAre("0a020304-0506-0708-0102-030405060708"));
  EXPECT_EQ(passkey.resident_key, "required");
}

TEST(WebauthnPolicyTest, refuses_a_passkey_without_user_verification_whatever_the_realm_says) {
  for (const auto* word : {"preferred", "discouraged", "required", "x"}) {
    Realm realm;
    realm.extra["webAuthnPolicyPasswordlessUserVerificationRequirement"] = word;
    EXPECT_TRUE(webauthn_policy(realm, WebauthnKind::kPasswordless).requires_verification()) << word;
  }
}

TEST(WebauthnPolicyTest, what_is_not_specified_or_not_a_word_is_not_said) {
  const auto realm = realm_with(R"({"webAuthnPolicyAttestationConveyancePreference":"not specified",
      "webAuthnPolicyAuthenticatorAttachment":"\" onload=\"x","webAuthnPolicyRequireResidentKey":"not specified",
      "webAuthnPolicyCreateTimeout":-5,"webAuthnPolicyExtraOrigins":7})");
  const auto policy = webauthn_policy(realm, WebauthnKind::kSecondFactor);
  EXPECT_EQ(policy.attestation + policy.attachment + policy.resident_key + policy.user_verification, "");
  EXPECT_EQ(policy.timeout.count(), 0);
  EXPECT_THAT(policy.extra_origins, IsEmpty());
}

TEST(WebauthnPolicyTest, the_word_of_the_standard_goes_before_yes_and_no) {
  const auto word = [](std::string_view document, WebauthnKind kind) {
    return webauthn_policy(realm_with(document), kind).resident_key;
  };
  constexpr auto kSecond = WebauthnKind::kSecondFactor, kPasswordless = WebauthnKind::kPasswordless;
  EXPECT_EQ(word(R"({"webAuthnPolicyResidentKey":"preferred","webAuthnPolicyRequireResidentKey":"Yes"})", kSecond),
            "preferred");
  EXPECT_EQ(word(R"({"webAuthnPolicyResidentKey":"not specified","webAuthnPolicyRequireResidentKey":"No"})", kSecond),
            "discouraged");
  EXPECT_EQ(word(R"({"webAuthnPolicyPasswordlessResidentKey":"discouraged"})", kPasswordless), "discouraged");
  EXPECT_EQ(word("{}", kPasswordless), "required");
}

TEST(WebauthnPolicyTest, how_passkeys_are_offered_is_one_of_the_words_of_the_standard_or_none) {
  const auto mediation = [](std::string_view word, WebauthnKind kind = WebauthnKind::kPasswordless) {
    return webauthn_policy(realm_with(R"({"webAuthnPolicyPasswordlessMediation":")" + std::string(word) + R"("})"),
                           kind)
        .mediation;
  };
  for (const auto* word : {"conditional", "none", "optional", "required", "silent"}) EXPECT_EQ(mediation(word), word);
  EXPECT_EQ(mediation("\\\" onload=\\\"x"), "conditional");
  EXPECT_EQ(mediation("none", WebauthnKind::kSecondFactor), "conditional");
}

TEST(WebauthnPolicyTest, only_our_own_origin_and_the_listed_ones_are_expected) {
  const auto realm = realm_with(R"({"webAuthnPolicyExtraOrigins":["android:apk-key-hash:abc",""]})");
  const auto policy = webauthn_policy(realm, WebauthnKind::kSecondFactor);
  const auto expected = webauthn_expectation(policy, "https://ID.example.com:8443/auth", "challenge");
  EXPECT_THAT(expected.origins, UnorderedElementsAre("android:apk-key-hash:abc", "https://id.example.com:8443"));
  EXPECT_EQ(expected.rp_id, "id.example.com");
  EXPECT_FALSE(expected.user_verification);
  EXPECT_THAT(webauthn_expectation({}, "nonsense", "c").origins, IsEmpty());
}

TEST(WebauthnRecordTest, refuses_documents_it_cannot_read) {
  for (const auto* data : {"", "{}", "[]", R"({"credentialId":"AAAA"})", R"({"credentialPublicKey":"AAAA"})",
                           R"({"credentialId":"!","credentialPublicKey":"AAAA"})",
                           R"({"credentialId":"AAAA","credentialPublicKey":"AAAA","counter":-1})",
                           R"({"credentialId":"AAAA","credentialPublicKey":"AAAA","counter":4294967296})"}) {
    EXPECT_FALSE(WebauthnRecord::read(credential(data))) << data;
  }
}

TEST(WebauthnRecordTest, reads_what_keycloak_wrote_and_writes_the_same) {
  const auto record = WebauthnRecord::read(credential(kKeycloakData));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id.size(), 32U);
  EXPECT_EQ(record->sign_count, 1U);
  EXPECT_THAT(record->transports, ElementsAre("internal"));
  EXPECT_TRUE(crypto::CoseKey::parse(record->public_key).has_value());
  EXPECT_EQ(record->with_sign_count(1), kKeycloakData);
  EXPECT_NE(record->with_sign_count(2).find("\"counter\":2"), std::string::npos);
  const crypto::NewWebauthnCredential made{.id = record->id,
                                           .public_key = record->public_key,
                                           .algorithm = crypto::CoseAlgorithm::kEs256,
                                           .sign_count = 1,
                                           .aaguid = "01020304-0506-0708-0102-030405060708",
                                           .format = "none"};
  EXPECT_EQ(make_webauthn_data(made, record->transports), kKeycloakData);
}

TEST(WebauthnRecordTest, finds_by_id_within_the_kind) {
  std::vector<Credential> owned;
  owned.push_back(credential("broken"));
  owned.push_back(credential(kKeycloakData));
  const auto id = *base64_decode("m30SBLgRsGOGb8smBYEI2zjFr2XO9uACcwthpTPuxiU=");
  EXPECT_TRUE(find_webauthn(owned, WebauthnKind::kSecondFactor, id));
  EXPECT_FALSE(find_webauthn(owned, WebauthnKind::kPasswordless, id));
  EXPECT_FALSE(find_webauthn(owned, WebauthnKind::kSecondFactor, id.substr(1)));
  EXPECT_FALSE(find_webauthn(owned, WebauthnKind::kSecondFactor, ""));
  EXPECT_EQ(webauthn_descriptors(owned, WebauthnKind::kSecondFactor),
            R"([{"id":"m30SBLgRsGOGb8smBYEI2zjFr2XO9uACcwthpTPuxiU","transports":["internal"]}])");
  EXPECT_EQ(webauthn_descriptors(owned, WebauthnKind::kPasswordless), "[]");
}

TEST(WebauthnRecordTest, only_transports_are_kept) {
  EXPECT_THAT(known_transports("usb, nfc,usb,<script>,\"hybrid\",internal"), ElementsAre("usb", "nfc", "internal"));
  EXPECT_THAT(known_transports(""), IsEmpty());
}

}  // namespace
}  // namespace cardea
