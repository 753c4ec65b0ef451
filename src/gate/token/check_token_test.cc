#include "gate/token/check_token.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"

namespace cardea::gate {
namespace {

using jose::Algorithm;

constexpr std::string_view kKeycloak = "https://sso.example.test/realms/trantor";
constexpr std::string_view kEntra = "https://login.microsoftonline.com/6f0d/v2.0";

/// The fixture of guides.md G1.9: a Keycloak and an Entra ID with key sets, a key file without issuer.
class CheckToken : public ::testing::Test {
 protected:
  const jose::SigningKey& keycloak = named_key("kc-1", Algorithm::kRS256);
  const jose::SigningKey& entra = named_key("en-1", Algorithm::kRS256);
  const jose::SigningKey& batch = named_key("batch", Algorithm::kRS256);
  ProviderSet providers{{provider_with_set(settings_named("hq-keycloak", {std::string(kKeycloak)}), keycloak),
                         provider_with_set(settings_named("plant-entra", {std::string(kEntra)}), entra),
                         provider_with_key(settings_named("batch-jobs", {}), batch)}};

  TokenRefusal refusal(const std::string& token, TimePoint now = kNow) {
    const auto caller = check_token(providers, token, now);
    EXPECT_FALSE(caller.has_value()) << token;
    return caller ? TokenRefusal{} : caller.error().reason;
  }
  TokenRefusal refusal_of_claims(const json::object& claims) { return refusal(token_of(keycloak, claims)); }
};

TEST_F(CheckToken, refuses_none_and_hmac_with_a_public_key) {
  const auto payload = base64url_encode(json::serialize(good_claims(kKeycloak)));
  for (const auto* alg : {"none", "None", "NONE"}) {
    const auto header = base64url_encode(R"({"alg":")" + std::string(alg) + R"("})");
    EXPECT_EQ(refusal(header + "." + payload + "."), TokenRefusal::kMalformed) << alg;
  }
  for (const auto* key : {&keycloak, &entra, &batch}) {
    auto hmac = jose::SigningKey::make_hmac(
        SecretBytes(named_private_key(key->kid(), crypto::KeyType::kRsa).spki_der()), key->kid(), Algorithm::kHS256);
    EXPECT_EQ(refusal(token_of(*hmac, good_claims(kKeycloak))), TokenRefusal::kWrongAlgorithm);
    EXPECT_EQ(refusal(token_of(*hmac, good_claims(""))), TokenRefusal::kUnknownIssuer);
  }
}

TEST_F(CheckToken, refuses_an_algorithm_that_is_not_the_entrys) {
  auto rs512 =
      jose::SigningKey::make(named_private_key("kc-1", crypto::KeyType::kRsa).clone(), "kc-1", Algorithm::kRS512);
  EXPECT_EQ(refusal(token_of(*rs512, good_claims(kKeycloak))), TokenRefusal::kWrongAlgorithm);
  const auto& curve = named_key("ec", Algorithm::kES512);
  ProviderSet ec{{provider_with_key(settings_named("ec", {}, {Algorithm::kES512}), curve)}};
  EXPECT_TRUE(check_token(ec, token_of(curve, good_claims("")), kNow).has_value());
  const auto as_es256 = jose::sign_by_hand(curve, R"({"alg":"ES256"})", json::serialize(good_claims("")));
  EXPECT_FALSE(check_token(ec, as_es256, kNow).has_value());
}

/// The allow-list is the operator's, the key set the provider's: a key in the set widens nothing.
TEST_F(CheckToken, refuses_an_algorithm_of_the_key_set_that_the_rules_do_not_list) {
  constexpr std::string_view kIssuer = "https://narrow.example";
  const auto set_of = [&](std::vector<Algorithm> allowed) {
    return ProviderSet{
        {provider_with_set(settings_named("narrow", {std::string(kIssuer)}, std::move(allowed)), keycloak)}};
  };
  auto narrow = set_of({Algorithm::kES256}), wide = set_of({Algorithm::kES256, Algorithm::kRS256});
  const auto token = token_of(keycloak, good_claims(kIssuer));
  const auto refused = check_token(narrow, token, kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, TokenRefusal::kWrongAlgorithm);
  EXPECT_TRUE(check_token(wide, token, kNow).has_value());
}

TEST_F(CheckToken, refuses_a_key_that_signs_for_another_tenant_of_the_same_set) {
  const auto caller_by_key_of = [&](std::string_view owner) {
    auto provider = std::make_shared<TokenProvider>(settings_named("plant-entra", {std::string(kEntra)}));
    provider->replace_keys(std::make_shared<const upstream::ProviderKeys>(
        upstream::ProviderKeys{.keys = jose::key_set_of(entra), .issuers = {{entra.kid(), std::string(owner)}}}));
    ProviderSet set{{provider}};
    return check_token(set, token_of(entra, good_claims(kEntra)), kNow);
  };
  const auto refused = caller_by_key_of("https://login.microsoftonline.com/another/v2.0");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, TokenRefusal::kForeignKey);
  EXPECT_TRUE(caller_by_key_of(kEntra).has_value());
  EXPECT_TRUE(caller_by_key_of("").has_value());
}

TEST_F(CheckToken, refuses_a_token_of_one_issuer_signed_by_another) {
  EXPECT_EQ(refusal(token_of(entra, good_claims(kKeycloak))), TokenRefusal::kUnknownKey);
  EXPECT_EQ(refusal(token_of(entra, good_claims(kKeycloak), false)), TokenRefusal::kBadSignature);
  // A key without issuer is never tried on a token whose issuer somebody claims.
  EXPECT_EQ(refusal(token_of(batch, good_claims(kKeycloak), false)), TokenRefusal::kBadSignature);
  EXPECT_EQ(refusal(token_of(keycloak, good_claims("https://evil.example"))), TokenRefusal::kBadSignature);
}

TEST_F(CheckToken, RefusesKeysThatTheTokenBrings) {
  json::object header{{"alg", "RS256"}, {"kid", "kc-1"}, {"jku", "https://evil.example/keys"}};
  const auto& stranger = named_key("stranger", Algorithm::kRS256);
  EXPECT_EQ(refusal(jose::sign_by_hand(stranger, json::serialize(header), json::serialize(good_claims(kKeycloak)))),
            TokenRefusal::kBadSignature);
}

TEST_F(CheckToken, audience) {
  for (const auto* audience : {"domino", "DOMINO", "Other", ""}) {
    auto claims = good_claims(kKeycloak);
    claims["aud"] = audience;
    EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kWrongAudience) << audience;
  }
  auto claims = good_claims(kKeycloak);
  claims.erase("aud");
  EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kWrongAudience);
  claims["aud"] = json::array{"account", "Domino"};
  EXPECT_TRUE(check_token(providers, token_of(keycloak, claims), kNow).has_value());
}

TEST_F(CheckToken, too_long) {
  auto claims = good_claims(kKeycloak);
  claims["exp"] = claims["iat"].as_int64() + 361 * 60;
  EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kTooLong);
  claims["exp"] = claims["iat"].as_int64() + 360 * 60;
  EXPECT_TRUE(check_token(providers, token_of(keycloak, claims), kNow).has_value());
  claims.erase("iat");
  EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kMissingClaim);
  claims = good_claims(kKeycloak);
  claims.erase("exp");
  EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kMissingClaim);
}

TEST_F(CheckToken, RefusesExpiredTokensBeyondTheLeeway) {
  const auto token = token_of(keycloak, good_claims(kKeycloak));
  EXPECT_TRUE(check_token(providers, token, kNow + seconds(300 + 30)).has_value());
  EXPECT_EQ(refusal(token, kNow + seconds(300 + 31)), TokenRefusal::kExpired);
}

/// Until when a logout or the one use of a token must be remembered.
TEST_F(CheckToken, SaysWhenNoLeewayTakesTheTokenAnyMore) {
  auto lax = settings_named("lax", {std::string(kKeycloak)});
  lax.rules.leeway = kLeewayMax;
  ProviderSet set{{provider_with_set(std::move(lax), keycloak)}};
  const auto token = token_of(keycloak, good_claims(kKeycloak));
  const auto last = kNow + seconds(300) + kLeewayMax;
  const auto caller = check_token(set, token, last);
  ASSERT_TRUE(caller.has_value());
  EXPECT_GT(caller->over_at, last);
  EXPECT_FALSE(check_token(set, token, caller->over_at).has_value());
  auto endless = settings_named("endless", {std::string(kKeycloak)});
  endless.rules.check_expiry = false;
  ProviderSet never{{provider_with_set(std::move(endless), keycloak)}};
  EXPECT_GT(check_token(never, token, kNow)->over_at, kNow + std::chrono::hours(24 * 365 * 1000));
}

TEST_F(CheckToken, leeway) {
  auto claims = good_claims(kKeycloak);
  claims["nbf"] = epoch_seconds(kNow) + 20;
  EXPECT_TRUE(check_token(providers, token_of(keycloak, claims), kNow).has_value());
  auto strict = settings_named("strict", {std::string(kKeycloak)});
  strict.rules.leeway = seconds(0);
  ProviderSet no_leeway{{provider_with_set(std::move(strict), keycloak)}};
  const auto refused = check_token(no_leeway, token_of(keycloak, claims), kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, TokenRefusal::kNotYetValid);
  claims["nbf"] = epoch_seconds(kNow) + 31;
  EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kNotYetValid);
}

TEST_F(CheckToken, refuses_id_refresh_and_logout_tokens_as_bearer_tokens) {
  const std::pair<const char*, json::value> signs[] = {
      {"typ", "ID"},  {"typ", "Refresh"},  {"typ", "Offline"},         {"typ", "Logout"},
      {"nonce", "n"}, {"at_hash", "aGFz"}, {"events", json::object()},
  };
  for (const auto& [name, value] : signs) {
    auto claims = good_claims(kKeycloak);
    claims[name] = value;
    EXPECT_EQ(refusal_of_claims(claims), TokenRefusal::kWrongKind) << name << value;
  }
  const auto header = R"({"alg":"RS256","kid":"kc-1","typ":"logout+jwt"})";
  EXPECT_EQ(refusal(jose::sign_by_hand(keycloak, header, json::serialize(good_claims(kKeycloak)))),
            TokenRefusal::kWrongKind);
  auto old_keycloak = good_claims(kKeycloak);
  old_keycloak["typ"] = "Bearer";
  old_keycloak["nonce"] = "n";
  EXPECT_TRUE(check_token(providers, token_of(keycloak, old_keycloak), kNow).has_value());
}

TEST_F(CheckToken, takes_id_tokens_where_the_rules_say_so_and_never_a_refresh_token) {
  auto settings = settings_named("onelogin", {std::string(kKeycloak)});
  settings.rules.type = TokenType::kAny;
  ProviderSet set{{provider_with_set(std::move(settings), keycloak)}};
  auto claims = good_claims(kKeycloak);
  claims["nonce"] = "n";
  EXPECT_TRUE(check_token(set, token_of(keycloak, claims), kNow).has_value());
  claims["typ"] = "Refresh";
  EXPECT_FALSE(check_token(set, token_of(keycloak, claims), kNow).has_value());
}

TEST_F(CheckToken, refuses_the_types_of_tokens_that_the_rules_do_not_ask_for) {
  const auto set_of = [&](TokenType type) {
    auto settings = settings_named("typed", {std::string(kKeycloak)});
    settings.rules.type = type;
    return ProviderSet{{provider_with_set(std::move(settings), keycloak)}};
  };
  const auto token = [&](std::string_view typ, const json::object& more) {
    auto claims = good_claims(kKeycloak);
    for (const auto& [name, value] : more) claims[name] = value;
    const json::object header{{"alg", "RS256"}, {"kid", "kc-1"}, {"typ", typ}};
    return jose::sign_by_hand(keycloak, json::serialize(header), json::serialize(claims));
  };
  const auto plain = token("JWT", {}), jwt = token("application/at+jwt", {}), id = token("JWT", {{"nonce", "n"}});
  const auto bearer = token("JWT", {{"typ", "Bearer"}}), refresh = token("at+jwt", {{"typ", "Refresh"}});
  const auto takes = [&](TokenType type) {
    auto set = set_of(type);
    std::string taken;
    for (const auto& [name, text] :
         {std::pair{"plain", &plain}, {"jwt", &jwt}, {"id", &id}, {"bearer", &bearer}, {"refresh", &refresh}})
      if (check_token(set, *text, kNow)) taken += std::string(name) + " ";
    return taken;
  };
  EXPECT_EQ(takes(TokenType::kAccess), "plain jwt bearer ");
  EXPECT_EQ(takes(TokenType::kAccessJwt), "jwt ") << "RFC 9068 section 4";
  EXPECT_EQ(takes(TokenType::kId), "plain id ");
  EXPECT_EQ(takes(TokenType::kAny), "plain jwt id bearer ");
}

TEST_F(CheckToken, refuses_people_of_tenants_that_are_not_listed) {
  const auto set_of = [&](TenantRule rule) {
    auto settings = settings_named("entra", {"https://id.example/t1/v2.0", "https://id.example/t2/v2.0"});
    settings.rules.tenant = std::move(rule);
    return ProviderSet{{provider_with_set(std::move(settings), entra)}};
  };
  const auto said = [&](ProviderSet& set, std::string_view issuer, const json::value& tenant) -> std::string {
    auto claims = good_claims(issuer);
    if (!tenant.is_null()) claims["tid"] = tenant;
    const auto caller = check_token(set, token_of(entra, claims), kNow);
    return caller ? "yes" : std::string(describe(caller.error().reason)) + " " + caller.error().detail;
  };
  auto listed = set_of({.tenants = {"t1", "t2"}, .claim = "tid", .issuers = {"https://id.example/{tenantid}/v2.0"}});
  EXPECT_EQ(said(listed, "https://id.example/t1/v2.0", nullptr), "missing_claim tid");
  EXPECT_EQ(said(listed, "https://id.example/t1/v2.0", 7), "missing_claim tid");
  EXPECT_EQ(said(listed, "https://id.example/t1/v2.0", "t3"), "wrong_tenant t3");
  EXPECT_EQ(said(listed, "https://id.example/t1/v2.0", "t2"), "wrong_tenant t2") << "the issuer is of another tenant";
  EXPECT_EQ(said(listed, "https://id.example/t1/v2.0", "t1"), "yes");
  EXPECT_EQ(said(listed, "https://id.example/t2/v2.0", "t2"), "yes");
  auto plain = set_of({.tenants = {"t1"}, .claim = "tid", .issuers = {}});
  EXPECT_EQ(said(plain, "https://id.example/t2/v2.0", "t1"), "yes") << "the claim alone";
  EXPECT_EQ(said(plain, "https://id.example/t2/v2.0", "t2"), "wrong_tenant t2");
  auto none = set_of({});
  EXPECT_EQ(said(none, "https://id.example/t2/v2.0", nullptr), "yes");
}

/// The answers of Keep's backend, which comes to the issuer late (guides.md G0.3): never a yes.
TEST_F(CheckToken, refuses_foreign_issuers_by_the_first_thing_that_is_wrong) {
  auto settings = settings_named("keep", {std::string(kEntra)});
  settings.rules.requires_key_id = true;
  const auto provider = provider_with_set(std::move(settings), entra);
  const auto why = [&](const std::string& token, TimePoint now = kNow) {
    return refuse_foreign(*provider, *parse_token(token), now).reason;
  };
  auto claims = good_claims("https://strange.example");
  EXPECT_EQ(why(token_of(entra, claims)), TokenRefusal::kUnknownIssuer);
  EXPECT_EQ(why(token_of(entra, good_claims(kEntra))), TokenRefusal::kUnknownIssuer) << "not asked for its own";
  EXPECT_EQ(why(token_of(entra, claims, false)), TokenRefusal::kNoKeyId);
  EXPECT_EQ(why(token_of(batch, claims)), TokenRefusal::kUnknownKey);
  EXPECT_EQ(why(token_of(entra, claims), kNow + std::chrono::hours(1)), TokenRefusal::kExpired);
}

TEST_F(CheckToken, RefusesOtherParties) {
  auto settings = settings_named("entra", {std::string(kEntra)});
  settings.rules.authorized_parties = {"client-1"};
  ProviderSet set{{provider_with_set(std::move(settings), entra)}};
  auto claims = good_claims(kEntra);
  EXPECT_EQ(check_token(set, token_of(entra, claims), kNow).error().reason, TokenRefusal::kMissingClaim);
  claims["azp"] = "client-2";
  EXPECT_EQ(check_token(set, token_of(entra, claims), kNow).error().reason, TokenRefusal::kWrongParty);
  claims.erase("azp");
  claims["appid"] = "client-1";  // version 1 tokens
  EXPECT_TRUE(check_token(set, token_of(entra, claims), kNow).has_value());
}

TEST_F(CheckToken, key_file) {
  const auto caller = check_token(providers, token_of(batch, good_claims("https://plant.example")), kNow);
  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->name, "CN=Robot/O=Plant");
  EXPECT_EQ(caller->provider, "batch-jobs");
  EXPECT_EQ(caller->scopes, std::vector<std::string>{"$DATA"});
}

TEST_F(CheckToken, SaysThatAProviderHasNoKeysYet) {
  ProviderSet set{{std::make_shared<TokenProvider>(settings_named("down", {"https://down.example"}))}};
  const auto refused = check_token(set, token_of(keycloak, good_claims("https://down.example")), kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, TokenRefusal::kKeysUnavailable);
  EXPECT_EQ(refused.error().provider, "down");
}

TEST_F(CheckToken, takes_new_keys_without_a_restart) {
  const auto& next = named_key("kc-2", Algorithm::kRS256);
  const auto token = token_of(next, good_claims(kKeycloak));
  EXPECT_EQ(refusal(token), TokenRefusal::kUnknownKey);
  const auto& provider = providers.of_issuer(kKeycloak).front();
  const auto before = provider->version();
  provider->replace_keys(jose::key_set_of(next));
  EXPECT_GT(provider->version(), before);  // what was verified under the old keys is asked again
  EXPECT_TRUE(check_token(providers, token, kNow).has_value());
}

TEST_F(CheckToken, refuses_an_address_that_searched_in_vain_whatever_its_tokens_say) {
  const auto& stranger = named_key("stranger", Algorithm::kRS256);
  const auto made_up = [&](int i) {
    const json::object header{{"alg", "RS256"}, {"kid", "k" + std::to_string(i)}};
    return jose::sign_by_hand(stranger, json::serialize(header),
                              json::serialize(good_claims("https://nobody" + std::to_string(i) + ".example")));
  };
  const auto from = [&](std::string_view address, int i, TimePoint now = kNow) {
    return check_token(providers, made_up(i), now, address).error().reason;
  };
  for (int i = 0; i < ProviderSet::kFailedSearchesMax; ++i)
    EXPECT_EQ(from("192.0.2.7", i), TokenRefusal::kBadSignature);
  EXPECT_EQ(from("192.0.2.7", 1000), TokenRefusal::kTooManySearches);
  EXPECT_EQ(from("192.0.2.7", 1000, kNow + ProviderSet::kSearchWindow), TokenRefusal::kBadSignature);
  EXPECT_EQ(from("192.0.2.8", 1000), TokenRefusal::kBadSignature) << "another address is not locked out by it";
  const auto good = token_of(batch, good_claims("https://plant.example"));
  for (int i = 0; i < 3 * ProviderSet::kFailedSearchesMax; ++i)
    EXPECT_TRUE(check_token(providers, good, kNow, "192.0.2.8").has_value()) << "what is found counts against nobody";
}

TEST(ProviderSet, refuses_searches_beyond_the_budget_of_all_addresses_together) {
  ProviderSet providers({});
  constexpr auto kEach = static_cast<std::size_t>(ProviderSet::kCandidatesEachSecond) / 4;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(providers.take_search("192.0.2." + std::to_string(i), kEach, kNow));
  EXPECT_FALSE(providers.take_search("192.0.2.99", 1, kNow));
  EXPECT_TRUE(providers.take_search("192.0.2.99", 10 * kEach, kNow + seconds{1})) << "one search may go below nothing";
  EXPECT_FALSE(providers.take_search("192.0.2.99", 1, kNow + seconds{2})) << "and is paid off first";
  EXPECT_TRUE(providers.take_search("192.0.2.99", 1, kNow + seconds{4}));
}

/// Else one address keeps the budget empty, and everybody else out, for as long as it likes.
TEST(ProviderSet, refuses_one_address_more_than_its_share_of_the_budget) {
  constexpr auto kEachSecond = static_cast<std::size_t>(ProviderSet::kCandidatesEachSecond);
  const auto window = static_cast<std::size_t>(ProviderSet::kSearchWindow.count());
  for (const std::size_t candidates : {std::size_t{20}, std::size_t{200}, std::size_t{1000}, std::size_t{1900}}) {
    ProviderSet providers({});
    std::size_t tried = 0, refused_others = 0;
    for (int ms = 0; ms < 10'000; ms += 10) {  // as often as it can, all through one window
      const auto now = kNow + std::chrono::milliseconds(ms);
      while (providers.take_search("192.0.2.66", candidates, now)) {
        providers.note_failed_search("192.0.2.66", candidates, now);
        tried += candidates;
      }
      if (ms % 1000 == 990 && !providers.take_search("192.0.2.1", 0, now)) ++refused_others;
    }
    EXPECT_LE(tried, kEachSecond * window / 4 + candidates) << candidates;
    EXPECT_LE(refused_others, 3U) << candidates << ": of ten others, one each second";
  }
}

/// One search may cost more than the share: then it is the only one of its window.
TEST(ProviderSet, refuses_a_second_search_of_the_whole_set_in_a_window) {
  ProviderSet providers({});
  constexpr std::size_t kAll = 10'000;
  ASSERT_TRUE(providers.take_search("192.0.2.66", kAll, kNow));
  providers.note_failed_search("192.0.2.66", kAll, kNow);
  EXPECT_FALSE(providers.take_search("192.0.2.66", 1, kNow + seconds{9}));
  EXPECT_TRUE(providers.take_search("192.0.2.1", kAll, kNow + seconds{5})) << "others have the rest of the time";
}

/// Whoever is refused because others searched has done nothing.
TEST(ProviderSet, an_address_that_the_budget_refused_is_not_kept_out_for_it) {
  ProviderSet providers({});
  constexpr auto kAll = static_cast<std::size_t>(ProviderSet::kCandidatesEachSecond);
  EXPECT_TRUE(providers.take_search("192.0.2.1", kAll, kNow));
  for (int i = 0; i < 3 * ProviderSet::kFailedSearchesMax; ++i)
    EXPECT_FALSE(providers.take_search("192.0.2.2", 1, kNow));
  EXPECT_TRUE(providers.take_search("192.0.2.2", 1, kNow + seconds{1}));
}

/// keepconfig.d may name the key of a file (guides.md G1.3): then it is for tokens that name it, or none.
TEST(ProviderSet, refuses_a_token_that_names_another_key_than_the_entry) {
  const auto entry = [](const std::string& name, const std::string& kid) {
    const auto& made = named_private_key(name, crypto::KeyType::kRsa);
    auto key = jose::VerificationKey::make(made.public_key(), kid, Algorithm::kRS256).value();
    return std::make_shared<TokenProvider>(settings_named(name, {}), std::vector{std::move(key)});
  };
  ProviderSet set({entry("one", "k1"), entry("two", "k2"), entry("free", "")});
  const auto said = [&](const std::string& by, std::string_view header) -> std::string {
    const auto token = jose::sign_by_hand(named_key(by, Algorithm::kRS256), header, json::serialize(good_claims("x")));
    const auto caller = check_token(set, token, kNow);
    return caller ? caller->provider : std::string(describe(caller.error().reason));
  };
  EXPECT_EQ(said("one", R"({"alg":"RS256","kid":"k2"})"), "bad_signature");
  EXPECT_EQ(said("one", R"({"alg":"RS256","kid":"k9"})"), "bad_signature");
  EXPECT_EQ(said("one", R"({"alg":"RS256","kid":"k1"})"), "one");
  EXPECT_EQ(said("two", R"({"alg":"RS256","kid":"k2"})"), "two");
  EXPECT_EQ(said("two", R"({"alg":"RS256"})"), "two") << "a token may name none";
  EXPECT_EQ(said("free", R"({"alg":"RS256","kid":"k9"})"), "free") << "an entry may name none";
  const auto candidates = set.unclaimed(Algorithm::kRS256, 256, "k1");
  EXPECT_EQ(candidates.named->size(), 1U);
  EXPECT_EQ(candidates.others->size(), 1U) << "and the entry of another key is not even tried";
}

/// G1-12: a kind of key that no entry has costs nothing.
TEST_F(CheckToken, searches_for_an_unknown_issuer_are_few) {
  // No entry without issuer has a key of this kind: nothing is tried at all.
  EXPECT_EQ(refusal(token_of(named_key("p", Algorithm::kES256), good_claims("https://nobody.example"))),
            TokenRefusal::kUnknownIssuer);
}

/// A token that names an issuer of many entries may cost a verification for each.
TEST_F(CheckToken, refuses_to_try_many_providers_of_one_issuer_where_others_wait) {
  std::vector<ProviderPtr> entries;
  for (int i = 0; i < 40; ++i) {
    entries.push_back(provider_with_key(settings_named("p" + std::to_string(i), {"https://shared.example"}),
                                        i < 39 ? named_key("other", Algorithm::kRS256) : batch));
  }
  ProviderSet many(entries);
  const auto jws = parse_token(token_of(batch, good_claims("https://shared.example"))).value();
  const auto shortly = check_token(many, jws, kNow, "192.0.2.7", Search::kShort);
  ASSERT_FALSE(shortly.has_value());
  EXPECT_EQ(shortly.error().reason, TokenRefusal::kNeedsSearch);
  EXPECT_EQ(check_token(many, jws, kNow, "192.0.2.7", Search::kAny).value().provider, "p39");
  const auto takes = [](std::string_view provider) { return provider == "p39"; };
  EXPECT_EQ(check_token(many, jws, kNow, "192.0.2.7", Search::kShort, takes).value().provider, "p39");
  const auto forged = jose::sign_by_hand(named_key("stranger", Algorithm::kRS256), R"({"alg":"RS256"})",
                                         json::serialize(good_claims("https://shared.example")));
  const auto stranger = parse_token(forged).value();
  TokenRefusal last{};
  for (int i = 0; i <= ProviderSet::kFailedSearchesMax; ++i) {
    last = check_token(many, stranger, kNow, "192.0.2.8", Search::kAny).error().reason;
  }
  EXPECT_EQ(last, TokenRefusal::kTooManySearches);
}

TEST_F(CheckToken, tells_of_missing_keys_rather_than_of_another_entrys_rules) {
  auto waiting = std::make_shared<TokenProvider>(settings_named("waiting", {std::string(kKeycloak)}));
  ProviderSet two{
      {provider_with_set(settings_named("narrow", {std::string(kKeycloak)}, {Algorithm::kES256}), keycloak), waiting}};
  const auto refused = check_token(two, token_of(keycloak, good_claims(kKeycloak)), kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, TokenRefusal::kKeysUnavailable);
  EXPECT_EQ(refused.error().provider, "waiting") << "whose keys are worth a call";
}

TEST_F(CheckToken, a_hint_is_verified_each_time) {
  ASSERT_TRUE(check_token(providers, token_of(batch, good_claims("https://plant.example")), kNow).has_value());
  EXPECT_EQ(providers.hint("https://plant.example", "batch")->settings().name, "batch-jobs");
  const auto forged = jose::sign_by_hand(named_key("stranger", Algorithm::kRS256), R"({"alg":"RS256","kid":"batch"})",
                                         json::serialize(good_claims("https://plant.example")));
  EXPECT_EQ(refusal(forged), TokenRefusal::kBadSignature);
}

}  // namespace
}  // namespace cardea::gate
