// Ceremonies of Chromium's virtual authenticators and of keys of the other algorithms, all of which
// @simplewebauthn/server accepts (tests/vectors/webauthn), and what must be refused in each.
#include "crypto/webauthn.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "base/encoding.h"
#include "base/json.h"
#include "crypto/hash.h"

namespace cardea::crypto {
namespace {

constexpr std::uint8_t kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08, kBackedUp = 0x10,
                       kExtensions = 0x80;
constexpr std::size_t kFlagsAt = 32;

struct Ceremony {
  std::string challenge, client_data, attestation_object, authenticator_data, signature;
  std::uint32_t sign_count = 0;
};
struct Vector {
  std::string name, format, aaguid, credential_id, public_key;
  std::int64_t algorithm = 0;
  Ceremony registration, assertion;
};

std::string decoded(const json::object& object, std::string_view name) {
  return base64url_decode(string_or(object, name, "")).value_or("");
}

const std::vector<Vector>& vectors() {
  static const auto all = [] {
    std::ifstream file("tests/vectors/webauthn/ceremonies.json");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::vector<Vector> out;
    for (const auto& item : parse_json(text)->at("vectors").get_array()) {
      const auto& v = item.get_object();
      const auto& r = v.at("registration").get_object();
      const auto& a = v.at("assertion").get_object();
      out.push_back({string_or(v, "name", ""),
                     string_or(v, "format", ""),
                     string_or(v, "aaguid", ""),
                     decoded(v, "credentialId"),
                     decoded(v, "publicKey"),
                     int_or(v, "alg", 0),
                     {decoded(r, "challenge"),
                      decoded(r, "clientDataJSON"),
                      decoded(r, "attestationObject"),
                      {},
                      {},
                      static_cast<std::uint32_t>(int_or(v, "signCount", 0))},
                     {decoded(a, "challenge"),
                      decoded(a, "clientDataJSON"),
                      {},
                      decoded(a, "authenticatorData"),
                      decoded(a, "signature"),
                      static_cast<std::uint32_t>(int_or(a, "signCount", 0))}});
    }
    return out;
  }();
  return all;
}

const Vector& vector_named(std::string_view name) { return *std::ranges::find(vectors(), name, &Vector::name); }

WebauthnExpectation expect(const Ceremony& ceremony) {
  return {.challenge = ceremony.challenge, .origins = {"http://localhost:4019"}, .rp_id = "localhost"};
}
RegistrationRules every_algorithm() {
  return {.algorithms = {CoseAlgorithm::kEs256, CoseAlgorithm::kEs384, CoseAlgorithm::kEs512, CoseAlgorithm::kRs256,
                         CoseAlgorithm::kEdDsa}};
}

std::optional<WebauthnError> registration_error(const Vector& vector, const WebauthnExpectation& expectation,
                                                const RegistrationRules& rules = every_algorithm()) {
  const auto& r = vector.registration;
  const auto checked = check_registration(r.client_data, r.attestation_object, expectation, rules);
  return checked ? std::nullopt : std::optional(checked.error());
}
std::optional<WebauthnError> assertion_error(const Vector& vector, const WebauthnExpectation& expectation,
                                             std::optional<std::uint32_t> stored_count = std::nullopt) {
  const auto& a = vector.assertion;
  const auto checked = check_assertion({a.client_data, a.authenticator_data, a.signature}, expectation,
                                       {vector.public_key, stored_count.value_or(vector.registration.sign_count)});
  return checked ? std::nullopt : std::optional(checked.error());
}

/// The vector with another attestation object: one byte string or text replaced by one of the same length.
Vector with_object(Vector vector, std::string_view from, std::string_view to) {
  auto& object = vector.registration.attestation_object;
  const auto at = object.find(from);
  EXPECT_NE(at, std::string::npos);
  object.replace(at, from.size(), to);
  return vector;
}
/// The flags byte of the registration's authenticator data, changed.
Vector with_flags(Vector vector, std::uint8_t set, std::uint8_t cleared = 0) {
  auto& object = vector.registration.attestation_object;
  const auto at = object.find(as_text(sha256("localhost"))) + kFlagsAt;
  object[at] = static_cast<char>((static_cast<std::uint8_t>(object[at]) | set) & ~cleared);
  return vector;
}

class WebauthnVectorTest : public testing::TestWithParam<Vector> {};

TEST_P(WebauthnVectorTest, refuses_another_challenge_origin_relying_party_or_ceremony) {
  const auto& vector = GetParam();
  for (const bool registers : {true, false}) {
    const auto check = [&](const WebauthnExpectation& expectation) {
      return registers ? registration_error(vector, expectation) : assertion_error(vector, expectation);
    };
    const auto right = expect(registers ? vector.registration : vector.assertion);
    auto wrong = right;
    wrong.challenge[0] ^= 1;
    EXPECT_EQ(check(wrong), WebauthnError::kChallenge);
    wrong.challenge.clear();
    EXPECT_EQ(check(wrong), WebauthnError::kChallenge);
    wrong = right;
    // Suffixes, prefixes and other spellings of ours are not ours (attack class 32).
    wrong.origins = {"http://badlocalhost:4019",
                     "http://localhost:401",
                     "http://localhost:40190",
                     "http://localhost",
                     "http://localhost:4019/",
                     "https://localhost:4019",
                     "",
                     "localhost:4019"};
    EXPECT_EQ(check(wrong), WebauthnError::kOrigin);
    wrong = right;
    wrong.rp_id = "badlocalhost";
    EXPECT_EQ(check(wrong), WebauthnError::kRpId);
  }
  auto swapped = vector;
  swapped.registration.client_data = vector.assertion.client_data;
  EXPECT_EQ(registration_error(swapped, expect(vector.assertion)), WebauthnError::kType);
  swapped.assertion.client_data = vector.registration.client_data;
  EXPECT_EQ(assertion_error(swapped, expect(vector.registration)), WebauthnError::kType);
}

TEST_P(WebauthnVectorTest, refuses_bytes_that_were_changed_after_the_signature) {
  const auto& vector = GetParam();
  auto changed = vector;
  changed.assertion.signature.back() ^= 1;
  EXPECT_EQ(assertion_error(changed, expect(vector.assertion)), WebauthnError::kSignature);
  changed = vector;
  changed.assertion.authenticator_data.back() ^= 1;  // the counter
  EXPECT_EQ(assertion_error(changed, expect(vector.assertion), 0), WebauthnError::kSignature);
  changed = vector;
  changed.assertion.client_data.insert(1, " ");
  EXPECT_EQ(assertion_error(changed, expect(vector.assertion)), WebauthnError::kSignature);
  changed.assertion.signature.clear();
  EXPECT_EQ(assertion_error(changed, expect(vector.assertion)), WebauthnError::kSignature);
  if (vector.format == "none") return;
  changed = vector;
  changed.registration.client_data.insert(1, " ");
  EXPECT_EQ(registration_error(changed, expect(vector.registration)), WebauthnError::kAttestationStatement);
}

TEST_P(WebauthnVectorTest, refuses_every_truncation) {
  const auto& vector = GetParam();
  for (std::size_t size = 0; size < vector.registration.attestation_object.size(); ++size) {
    auto cut = vector;
    cut.registration.attestation_object.resize(size);
    ASSERT_EQ(registration_error(cut, expect(vector.registration)), WebauthnError::kAttestationObject) << size;
  }
  for (std::size_t size = 0; size < vector.assertion.authenticator_data.size(); ++size) {
    ASSERT_FALSE(AuthenticatorData::parse(vector.assertion.authenticator_data.substr(0, size)).has_value());
  }
}

TEST_P(WebauthnVectorTest, refuses_the_key_of_another_credential) {
  const auto& vector = GetParam();
  for (const auto& other : vectors()) {
    if (other.name == vector.name) continue;
    auto foreign = vector;
    foreign.public_key = other.public_key;
    EXPECT_EQ(assertion_error(foreign, expect(vector.assertion), 0), WebauthnError::kSignature) << other.name;
  }
}

TEST_P(WebauthnVectorTest, refuses_an_algorithm_that_was_not_offered) {
  auto rules = every_algorithm();
  std::erase_if(rules.algorithms,
                [](auto algorithm) { return static_cast<std::int64_t>(algorithm) == GetParam().algorithm; });
  EXPECT_EQ(registration_error(GetParam(), expect(GetParam().registration), rules), WebauthnError::kAlgorithm);
}

TEST_P(WebauthnVectorTest, accepts_what_other_implementations_accept) {
  const auto& vector = GetParam();
  const auto& r = vector.registration;
  const auto registered = check_registration(r.client_data, r.attestation_object, expect(r), every_algorithm());
  ASSERT_TRUE(registered.has_value()) << describe(registered.error());
  EXPECT_EQ(registered->id, vector.credential_id);
  EXPECT_EQ(registered->public_key, vector.public_key);
  EXPECT_EQ(registered->format, vector.format);
  EXPECT_EQ(registered->aaguid, vector.aaguid);
  EXPECT_EQ(registered->sign_count, r.sign_count);
  EXPECT_EQ(static_cast<std::int64_t>(registered->algorithm), vector.algorithm);
  const auto& a = vector.assertion;
  const auto used = check_assertion({a.client_data, a.authenticator_data, a.signature}, expect(a),
                                    {registered->public_key, registered->sign_count});
  ASSERT_TRUE(used.has_value()) << describe(used.error());
  EXPECT_EQ(used->sign_count, a.sign_count);
  EXPECT_EQ(used->backup_eligible, vector.name == "backup_eligible");
}

INSTANTIATE_TEST_SUITE_P(Vectors, WebauthnVectorTest, testing::ValuesIn(vectors()),
                         [](const auto& info) { return info.param.name; });

TEST(WebauthnTest, refuses_a_counter_that_did_not_grow) {
  const auto& vector = vector_named("self_es256");  // 7, then 8
  EXPECT_EQ(assertion_error(vector, expect(vector.assertion), 8), WebauthnError::kSignCount);
  EXPECT_EQ(assertion_error(vector, expect(vector.assertion), 4'000'000'000U), WebauthnError::kSignCount);
  EXPECT_EQ(assertion_error(vector, expect(vector.assertion), 7), std::nullopt);
}

TEST(WebauthnTest, refuses_without_a_person_or_without_verification_where_it_is_wanted) {
  const auto& vector = vector_named("none_es256");
  EXPECT_EQ(registration_error(with_flags(vector, 0, kUserPresent), expect(vector.registration)),
            WebauthnError::kUserPresence);
  auto verified = expect(vector.registration);
  verified.user_verification = true;
  EXPECT_EQ(registration_error(with_flags(vector, 0, kUserVerified), verified), WebauthnError::kUserVerification);
  EXPECT_EQ(registration_error(vector, verified), std::nullopt);
  const auto& u2f = vector_named("u2f_none");
  auto wanted = expect(u2f.assertion);
  wanted.user_verification = true;
  EXPECT_EQ(assertion_error(u2f, wanted), WebauthnError::kUserVerification);
}

TEST(WebauthnTest, refuses_a_backup_of_what_may_not_be_backed_up) {
  const auto& vector = vector_named("none_es256");
  EXPECT_EQ(registration_error(with_flags(vector, kBackedUp), expect(vector.registration)),
            WebauthnError::kBackupFlags);
  EXPECT_EQ(registration_error(with_flags(vector, kBackedUp | kBackupEligible), expect(vector.registration)),
            std::nullopt);
}

TEST(WebauthnTest, refuses_flags_that_do_not_agree_with_the_lengths) {
  const auto& vector = vector_named("none_es256");
  EXPECT_EQ(registration_error(with_flags(vector, kExtensions), expect(vector.registration)),
            WebauthnError::kAuthenticatorData);
  EXPECT_EQ(registration_error(with_flags(vector, 0, 0x40), expect(vector.registration)),
            WebauthnError::kAuthenticatorData);
  auto longer = vector.assertion.authenticator_data;
  longer.push_back('\0');
  EXPECT_FALSE(AuthenticatorData::parse(longer).has_value());
}

TEST(WebauthnTest, refuses_pages_inside_other_peoples_pages) {
  const auto& vector = vector_named("none_es256");
  auto framed = vector;
  const auto at = framed.registration.client_data.find("\"crossOrigin\":false");
  ASSERT_NE(at, std::string::npos);
  framed.registration.client_data.replace(at, 19, "\"crossOrigin\":true");
  EXPECT_EQ(registration_error(framed, expect(vector.registration)), WebauthnError::kCrossOrigin);
  framed = vector;
  framed.registration.client_data.insert(1, "\"topOrigin\":\"http://localhost:4019\",");
  EXPECT_EQ(registration_error(framed, expect(vector.registration)), WebauthnError::kCrossOrigin);
}

TEST(WebauthnTest, refuses_client_data_that_is_no_json_or_says_a_thing_twice) {
  const auto& vector = vector_named("none_es256");
  for (const auto* bad : {"", "[]", "{}", "{\"type\":1}", "{\"type\":\"webauthn.create\",\"challenge\":\"\"}"}) {
    auto broken = vector;
    broken.registration.client_data = bad;
    EXPECT_EQ(registration_error(broken, expect(vector.registration)), WebauthnError::kClientData) << bad;
  }
  auto twice = vector;
  twice.registration.client_data.insert(1, "\"origin\":\"https://elsewhere.example\",");
  EXPECT_EQ(registration_error(twice, expect(vector.registration)), WebauthnError::kClientData);
}

TEST(WebauthnTest, refuses_statements_of_unknown_formats) {
  const auto& vector = vector_named("self_es256");
  EXPECT_EQ(registration_error(with_object(vector, "packed", "apples"), expect(vector.registration)),
            WebauthnError::kAttestationFormat);
}

TEST(WebauthnTest, refuses_a_statement_where_there_is_said_to_be_none) {
  auto vector = vector_named("self_es256");
  EXPECT_EQ(registration_error(with_object(vector, "\x66packed", "\x64none"), expect(vector.registration)),
            WebauthnError::kAttestationStatement);
}

TEST(WebauthnTest, refuses_models_that_are_not_listed_or_not_proven) {
  auto rules = every_algorithm();
  rules.aaguids = {"00112233-4455-6677-8899-aabbccddeeff", "01020304-0506-0708-0102-030405060708",
                   "00000000-0000-0000-0000-000000000000"};
  for (const auto* unproven : {"none_es256", "self_es256", "u2f_direct", "direct_es256"}) {
    const auto& vector = vector_named(unproven);
    EXPECT_EQ(registration_error(vector, expect(vector.registration), rules), WebauthnError::kAaguid) << unproven;
  }
  const auto& proven = vector_named("x5c_es256");
  EXPECT_EQ(registration_error(proven, expect(proven.registration), rules), std::nullopt);
  rules.aaguids = {"10112233-4455-6677-8899-aabbccddeeff"};
  EXPECT_EQ(registration_error(proven, expect(proven.registration), rules), WebauthnError::kAaguid);
}

TEST(CoseKeyTest, refuses_keys_that_do_not_go_with_their_algorithm) {
  const auto& key = vector_named("self_es256").public_key;
  auto changed = key;
  const auto set = [&](std::string_view from, std::string_view to) {
    changed = key;
    const auto at = changed.find(from);
    ASSERT_NE(at, std::string::npos);
    changed.replace(at, from.size(), to);
  };
  set("\x03\x26", "\x03\x27");  // EdDSA with a key on P-256
  EXPECT_EQ(CoseKey::parse(changed).error(), CoseKeyError::kUnsupported);
  set(std::string_view("\x20\x01", 2), "\x20\x02");  // a point said to lie on P-384
  EXPECT_EQ(CoseKey::parse(changed).error(), CoseKeyError::kUnsupported);
  changed = key;
  changed.back() ^= 1;  // not on the curve
  EXPECT_EQ(CoseKey::parse(changed).error(), CoseKeyError::kInvalid);
  EXPECT_EQ(CoseKey::parse(key.substr(0, 10)).error(), CoseKeyError::kMalformed);
  EXPECT_EQ(CoseKey::parse("\xA0").error(), CoseKeyError::kMalformed);
  EXPECT_EQ(cose_algorithm(-65535), std::nullopt);  // RSA with SHA-1
}

}  // namespace
}  // namespace cardea::crypto
