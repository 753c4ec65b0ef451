#include "upstream/id_token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "upstream/upstream_fixture.h"

namespace cardea::upstream {
namespace {

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::int64_t kNow = FakeClock::kStartMs / 1000;

json::object good_claims() {
  return {{"iss", "https://op.example"}, {"sub", "s1"},     {"aud", "cardea"},
          {"exp", kNow + 300},           {"iat", kNow - 5}, {"nonce", "n-0S6_W"}};
}

IdTokenPolicy policy() {
  return {.issuer = {.issuer = "https://op.example", .tenants = {}},
          .client_id = "cardea",
          .nonce = "n-0S6_W",
          .access_token = "at",
          .now = from_epoch_seconds(kNow)};
}

std::string signed_token(const json::object& claims) {
  return jose::sign_jwt(provider_key(), "JWT", json::serialize(claims));
}

IdTokenError error_of(const json::object& claims, const IdTokenPolicy& with = policy()) {
  const auto checked = check_id_token(signed_token(claims), provider_keys(), with);
  EXPECT_FALSE(checked.has_value());
  return checked ? IdTokenError::kMalformed : checked.error();
}

json::object with(std::string_view name, json::value value) {
  auto claims = good_claims();
  claims[name] = std::move(value);
  return claims;
}

TEST(IdToken, refuses_foreign_signature) {
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  const auto key = jose::SigningKey::make(other.clone(), "k1", jose::Algorithm::kRS256).value();
  const auto forged = jose::sign_jwt(key, "JWT", json::serialize(good_claims()));
  EXPECT_EQ(check_id_token(forged, provider_keys(), policy()).error(), IdTokenError::kSignature);
}

// Attack class 11: the public key of the provider as the secret of a MAC, and no signature at all.
TEST(IdToken, refuses_alg_none_and_hmac_with_the_public_key) {
  const auto payload = base64url_encode(json::serialize(good_claims()));
  const auto none = base64url_encode(R"({"alg":"none","kid":"k1"})") + "." + payload + ".";
  EXPECT_EQ(check_id_token(none, provider_keys(), policy()).error(), IdTokenError::kAlgorithm);
  const auto hmac = jose::SigningKey::make_hmac(SecretBytes::copy_of(provider_jwks()), "k1", jose::Algorithm::kHS256);
  auto lenient = policy();
  lenient.algorithms = {jose::Algorithm::kRS256, jose::Algorithm::kHS256};
  const auto token = jose::sign_jwt(*hmac, "JWT", json::serialize(good_claims()));
  EXPECT_EQ(check_id_token(token, provider_keys(), policy()).error(), IdTokenError::kAlgorithm);
  EXPECT_EQ(check_id_token(token, provider_keys(), lenient).error(), IdTokenError::kAlgorithm);
}

// Attack class 12: a key that the token brings along verifies nothing.
TEST(IdToken, N2_12_N3_12_refuses_key_inside_the_token) {
  const auto other = crypto::PrivateKey::generate(crypto::KeyType::kRsa).value();
  const auto key = jose::SigningKey::make(other.clone(), "own", jose::Algorithm::kRS256).value();
  std::string jwk;
  jose::append_jwk(jwk, {.key = other.public_key(), .kid = "own", .alg = "RS256", .use = "sig", .certificate_der = {}});
  const auto header = R"({"alg":"RS256","kid":"own","jwk":)" + jwk + "}";
  auto token = base64url_encode(header) + "." + base64url_encode(json::serialize(good_claims()));
  std::string signature;
  key.sign_append(signature, token);
  EXPECT_EQ(check_id_token(token + "." + signature, provider_keys(), policy()).error(), IdTokenError::kUnknownKey);
}

TEST(IdToken, N2_10_refuses_algorithms_that_do_not_fit_the_key) {
  auto every = policy();
  every.algorithms = {jose::Algorithm::kRS256, jose::Algorithm::kPS256, jose::Algorithm::kES256};
  const auto curve = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  const auto es256 = jose::SigningKey::make(curve.clone(), "k1", jose::Algorithm::kES256).value();
  const auto ps256 = jose::SigningKey::make(provider_private_key().clone(), "k1", jose::Algorithm::kPS256).value();
  for (const auto* key : {&es256, &ps256}) {
    const auto token = jose::sign_jwt(*key, "JWT", json::serialize(good_claims()));
    EXPECT_FALSE(check_id_token(token, provider_keys(), every).has_value()) << jose::name(key->algorithm());
  }
}

TEST(IdToken, refuses_unknown_key) {
  const auto token = jose::sign_jwt(provider_key("k2"), "JWT", json::serialize(good_claims()));
  EXPECT_EQ(check_id_token(token, provider_keys("k1"), policy()).error(), IdTokenError::kUnknownKey);
  EXPECT_EQ(key_id_of(token), "k2");
}

TEST(IdToken, N2_06_refuses_other_issuer_audience_and_party) {
  EXPECT_EQ(error_of(with("iss", "https://op.example/")), IdTokenError::kIssuer);
  EXPECT_EQ(error_of(with("aud", "other")), IdTokenError::kAudience);
  EXPECT_EQ(error_of(with("aud", json::array{"cardea", "other"})), IdTokenError::kAuthorizedParty);
  EXPECT_EQ(error_of(with("azp", "other")), IdTokenError::kAuthorizedParty);
  auto empty = policy();
  empty.client_id.clear();
  EXPECT_EQ(error_of(with("aud", ""), empty), IdTokenError::kAudience);
}

TEST(IdToken, refuses_times_beyond_the_leeway) {
  EXPECT_EQ(error_of(with("exp", kNow - 60)), IdTokenError::kExpired);
  EXPECT_EQ(error_of(with("iat", kNow + 61)), IdTokenError::kNotYetValid);
  EXPECT_EQ(error_of(with("nbf", kNow + 61)), IdTokenError::kNotYetValid);
  auto claims = good_claims();
  claims.erase("exp");
  EXPECT_EQ(error_of(claims), IdTokenError::kBadClaim);
  claims = good_claims();
  claims.erase("iat");
  EXPECT_EQ(error_of(claims), IdTokenError::kBadClaim);
  claims = good_claims();
  claims.erase("sub");
  EXPECT_EQ(error_of(claims), IdTokenError::kBadClaim);
}

TEST(IdToken, refuses_missing_wrong_and_unasked_nonce) {
  EXPECT_EQ(error_of(with("nonce", "other")), IdTokenError::kNonce);
  auto claims = good_claims();
  claims.erase("nonce");
  EXPECT_EQ(error_of(claims), IdTokenError::kNonce);
  auto none_sent = policy();
  none_sent.nonce.clear();
  EXPECT_EQ(error_of(good_claims(), none_sent), IdTokenError::kNonce);
  EXPECT_EQ(error_of(with("nonce", json::array{"n-0S6_W"})), IdTokenError::kNonce);
}

TEST(IdToken, refuses_at_hash_of_another_access_token) {
  const json::value hash(jose::left_half_hash(jose::Algorithm::kRS256, "other"));
  EXPECT_EQ(error_of(with("at_hash", hash)), IdTokenError::kAccessTokenHash);
  EXPECT_EQ(error_of(with("at_hash", 7)), IdTokenError::kAccessTokenHash);
}

TEST(IdToken, is_accepted_within_45_seconds_of_skew) {
  EXPECT_TRUE(check_id_token(signed_token(with("iat", kNow + 45)), provider_keys(), policy()));
  EXPECT_TRUE(check_id_token(signed_token(with("exp", kNow - 45)), provider_keys(), policy()));
  const json::value hash(jose::left_half_hash(jose::Algorithm::kRS256, "at"));
  EXPECT_TRUE(check_id_token(signed_token(with("at_hash", hash)), provider_keys(), policy()));
  EXPECT_TRUE(check_id_token(signed_token(with("aud", json::array{"cardea"})), provider_keys(), policy()));
}

constexpr std::string_view kTemplate = "https://login.microsoftonline.com/{tenantid}/v2.0";

json::object entra_claims(std::string_view tenant, std::string_view issuer_tenant) {
  auto claims = good_claims();
  claims["tid"] = tenant;
  claims["iss"] = issuer_of_tenant(kTemplate, issuer_tenant);
  return claims;
}

Result<void, IssuerError> judge(const json::object& claims, std::vector<std::string> tenants,
                                std::string_view key_issuer = kTemplate) {
  return check_issuer({.issuer = std::string(kTemplate), .tenants = std::move(tenants)}, claims, key_issuer);
}

TEST(EntraIssuer, refuses_issuer_that_is_not_its_own_tenants) {
  constexpr std::string_view kOther = "00000000-1111-4222-8333-444455556666";
  EXPECT_EQ(judge(entra_claims(kTenant, kOther), {"*"}).error(), IssuerError::kWrongIssuer);
  EXPECT_EQ(judge(entra_claims("contoso", "contoso"), {"*"}).error(), IssuerError::kNoTenant);
  EXPECT_EQ(judge(entra_claims("", ""), {"*"}).error(), IssuerError::kNoTenant);
}

TEST(EntraIssuer, refuses_tenant_that_is_not_listed_and_personal_accounts) {
  EXPECT_EQ(judge(entra_claims(kTenant, kTenant), {"00000000-1111-4222-8333-444455556666"}).error(),
            IssuerError::kTenantNotAllowed);
  EXPECT_EQ(judge(entra_claims(kConsumerTenant, kConsumerTenant), {"*"}).error(), IssuerError::kTenantNotAllowed);
  EXPECT_TRUE(judge(entra_claims(kConsumerTenant, kConsumerTenant), {std::string(kConsumerTenant)}));
}

TEST(EntraIssuer, refuses_key_of_personal_accounts_for_a_company) {
  const auto consumer = issuer_of_tenant(kTemplate, kConsumerTenant);
  EXPECT_EQ(judge(entra_claims(kTenant, kTenant), {"*"}, consumer).error(), IssuerError::kForeignKey);
  EXPECT_TRUE(judge(entra_claims(kTenant, kTenant), {"*"}, kTemplate));
  EXPECT_TRUE(judge(entra_claims(kTenant, kTenant), {std::string(kTenant)}, ""));
}

// Nobody named a tenant: that is no consent to all of them.
TEST(EntraIssuer, refuses_every_tenant_where_none_is_listed) {
  EXPECT_EQ(judge(entra_claims(kTenant, kTenant), {}).error(), IssuerError::kTenantNotAllowed);
  EXPECT_TRUE(judge(entra_claims(kTenant, kTenant), {"*"}));
}

TEST(EntraIssuer, takes_the_keys_issuer_out_of_the_key_set) {
  const auto keys = provider_keys("k1", issuer_of_tenant(kTemplate, kConsumerTenant));
  auto rule = policy();
  rule.issuer = {.issuer = std::string(kTemplate), .tenants = {std::string(kTenant)}};
  const auto token = signed_token(entra_claims(kTenant, kTenant));
  EXPECT_EQ(check_id_token(token, keys, rule).error(), IdTokenError::kForeignKey);
  EXPECT_TRUE(check_id_token(token, provider_keys("k1", kTemplate), rule));
}

TEST(ProviderKeys, refuses_private_keys_and_one_kid_with_two_issuers) {
  EXPECT_FALSE(parse_provider_keys(R"({"keys":[{"kty":"oct","k":"AAAA"}]})"));
  EXPECT_FALSE(parse_provider_keys("[]"));
  const auto one = provider_jwks("k1", "https://a.example");
  const auto two = provider_jwks("k1", "https://b.example");
  const auto both = one.substr(0, one.rfind("]")) + "," + two.substr(two.find('[') + 1);
  EXPECT_FALSE(parse_provider_keys(both));
}

}  // namespace
}  // namespace cardea::upstream
