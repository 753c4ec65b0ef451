#include "gate/keep_domino/keepconfig.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"

namespace cardea::gate {
namespace {

using jose::Algorithm;

std::string batch_pem() {
  const auto body = base64_encode(named_private_key("batch", crypto::KeyType::kRsa).spki_der());
  return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
}

KeepConfig read(std::vector<ConfigFile> files, std::map<std::string, std::string> environment = {}) {
  return read_keepconfig(std::move(files), environment, [](const std::string& path) -> std::optional<std::string> {
    if (path == "30-batch.pub.pem") return batch_pem();
    return std::nullopt;
  });
}

bool has_note(const KeepConfig& config, NoteLevel level, std::string_view where, std::string_view text) {
  return std::ranges::any_of(config.notes, [&](const ConfigNote& note) {
    return note.level == level && note.where == where && note.text.find(text) != std::string::npos;
  });
}

const std::string kGuide = R"({ "disableJwtExpiryCheck": false,
  "jwt": {
    "hq-keycloak":  { "active": true, "providerUrl": "https://sso.example.test/realms/trantor", "aud": "Domino" },
    "plant-entra":  { "active": true, "providerUrl": "https://login.microsoftonline.com/6f0d/v2.0",
                      "aud": "api://0b8f3c52", "algorithm": "RS256", "userIdentifier": "upn" },
    "batch-jobs":   { "active": true, "algorithm": "RS256", "keyFile": "30-batch.pub.pem" } } })";

TEST(KeepConfig, bad_file_costs_that_file_only) {
  const auto config =
      read({{"10-good.json", kGuide}, {"20-bad.json", "{\n  \"jwt\": {\n    oops\n"}, {"30-list.json", "[]"}});
  EXPECT_EQ(config.providers.size(), 3U);
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "20-bad.json:3", "not valid JSON"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "30-list.json:1", "not a JSON object"));
}

TEST(KeepConfig, RefusesEntriesThatCannotWorkAndSaysWhy) {
  const auto config = read({{"a.json", R"({"jwt":{
    "hs":{"active":true,"algorithm":"HS256","keyFile":"30-batch.pub.pem"},
    "odd":{"active":true,"algorithm":"XX","keyFile":"30-batch.pub.pem"},
    "gone":{"active":true,"keyFile":"missing.pem"},
    "nothing":{"active":true},
    "ec":{"active":true,"algorithm":"ES256","keyFile":"30-batch.pub.pem"},
    "url":{"active":true,"providerUrl":"ldap://x"},
    "private":{"active":true,"key":"-----BEGIN PRIVATE KEY-----"},
    "text":7}})"}});
  EXPECT_TRUE(config.providers.empty());
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.hs", "whoever can check such a token could make it"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.odd", "not known"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.gone.keyFile", "missing.pem"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.nothing", "neither keyFile"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.ec", "does not fit ES256"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.url.providerUrl", "URL"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.private", "private key"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "jwt.text", "object"));
}

/// A text in quotes is not true, and a list of numbers no list of clients: what was meant as a check must not be none.
TEST(KeepConfig, refuses_members_of_the_wrong_type_and_never_reads_less_out_of_them) {
  for (const auto* member :
       {R"("active":"true")", R"("iss":7)", R"("iss":[])", R"("iss":[7])", R"("iss":"")", R"("aud":{"a":1})",
        R"("algorithm":256)", R"("userIdentifier":["sub"])", R"("userIdentifierInLdapFormat":"true")", R"("kid":1)"}) {
    const auto config = read({{"a.json", R"({"jwt":{"x":{"active":true,"keyFile":"30-batch.pub.pem"}}})"},
                              {"b.json", R"({"jwt":{"x":{)" + std::string(member) + "}}}"}});
    EXPECT_TRUE(config.providers.empty()) << member;
    EXPECT_EQ(config.notes.size(), 1U) << member;
  }
  for (const auto* member :
       {R"("additionalClientIds":[])", R"("additionalClientIds":7)", R"("allowExpired":"false")"}) {
    const auto config = read({{"a.json", R"({"oidc-idpcat":{"x":{"active":true,"providerUrl":"https://id.example",)" +
                                             std::string(member) + "}}}"}});
    EXPECT_TRUE(config.providers.empty()) << member;
    EXPECT_FALSE(config.is_insecure) << member;
  }
  const auto top = read({{"a.json", R"({"disableDominoLogin":"true","disableJwtExpiryCheck":"true"})"}});
  EXPECT_TRUE(top.is_login_disabled);
  EXPECT_FALSE(top.is_insecure);
  EXPECT_EQ(top.notes.size(), 2U);
  EXPECT_TRUE(read({}, {{"disableDominoLogin", "TRUE"}}).is_login_disabled) << "the environment too";
}

TEST(KeepConfig, ReadsTheGuidesEntries) {
  const auto config = read({{"10.json", kGuide}});
  ASSERT_EQ(config.providers.size(), 3U);
  EXPECT_TRUE(config.notes.empty());
  EXPECT_EQ(config.jwt_duration_max, std::chrono::minutes(360));
  EXPECT_FALSE(config.is_insecure);
  ASSERT_EQ(config.discovered.size(), 2U);
  const auto& keycloak = *config.discovered[0].provider;
  EXPECT_EQ(keycloak.settings().issuers.front(), "https://sso.example.test/realms/trantor");
  EXPECT_EQ(config.discovered[0].discovery_url,
            "https://sso.example.test/realms/trantor/.well-known/openid-configuration");
  EXPECT_EQ(keycloak.settings().rules.audiences, std::vector<std::string>{"Domino"});
  EXPECT_EQ(config.discovered[1].provider->settings().rules.name_claims, std::vector<std::string>{"upn"});
  EXPECT_EQ(config.discovered[1].provider->settings().rules.audiences, std::vector<std::string>{"api://0b8f3c52"});
}

/// Where `providerUrl` cannot say whether the issuer ends in "/", both are it and nothing else; `iss` can say it.
TEST(KeepConfig, refuses_every_other_issuer_than_provider_urls_with_a_slash_and_without) {
  for (const auto* url :
       {"https://id.example/t", "https://id.example/t/", "https://id.example/t/.well-known/openid-configuration"}) {
    const auto config = read({{"10.json", R"({"oidc-idpcat":{"id":{"active":true,"providerUrl":")" + std::string(url) +
                                              R"(","algorithm":"RS256"}}})"}});
    ASSERT_EQ(config.discovered.size(), 1U) << url;
    const auto& provider = *config.discovered.front().provider;
    for (const auto* other : {"https://id.example", "https://id.example/", "https://id.example/t//",
                              "https://id.example/T", "http://id.example/t"})
      EXPECT_FALSE(provider.has_issuer(other)) << url << " " << other;
    EXPECT_TRUE(provider.has_issuer("https://id.example/t")) << url;
    EXPECT_TRUE(provider.has_issuer("https://id.example/t/")) << url;
    EXPECT_EQ(config.discovered.front().discovery_url, "https://id.example/t/.well-known/openid-configuration");
  }
  const auto exact = read({{"10.json", R"({"jwt":{"id":{"active":true,"providerUrl":"https://id.example/t",
    "algorithm":"RS256","iss":"https://id.example/t/"}}})"}});
  ASSERT_EQ(exact.discovered.size(), 1U);
  EXPECT_FALSE(exact.discovered.front().provider->has_issuer("https://id.example/t"));
  EXPECT_TRUE(exact.discovered.front().provider->has_issuer("https://id.example/t/"));
}

TEST(KeepConfig, a_token_of_the_key_file_is_accepted) {
  auto config = read({{"10.json", kGuide}});
  ProviderSet providers(config.providers);
  const auto& batch = named_key("batch", Algorithm::kRS256);
  const auto caller = check_token(providers, token_of(batch, good_claims(""), false), kNow);
  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->name, "CN=Robot/O=Plant");
  auto claims = good_claims("");
  claims["sub"] = "robot";  // no X.500 name, and no mapping is set
  EXPECT_EQ(check_token(providers, token_of(batch, claims, false), kNow).error().reason, TokenRefusal::kNoName);
}

TEST(KeepConfig, inactive) {
  const auto off = read({{"10.json", kGuide}, {"20.json", R"({"jwt":{"batch-jobs":{"active":false}}})"}});
  EXPECT_EQ(off.providers.size(), 2U);
  const auto silent = read({{"10.json", R"({"jwt":{"x":{"keyFile":"30-batch.pub.pem"}}})"}});
  EXPECT_TRUE(silent.providers.empty());
}

TEST(KeepConfig, merge_order) {
  const auto config =
      read({{"20-b.json", R"({"x":[3],"o":{"b":2,"c":{"d":1}}})"},
            {"10-a.json", R"({"x":[1,2],"o":{"a":1,"b":1},"maxJwtDuration":10,"oauth":{"clientSecret":"s3"}})"}},
           {{"JwtMaxDuration", "20"}});
  EXPECT_EQ(json::serialize(config.shown.at("x")), "[3]");
  EXPECT_EQ(json::serialize(config.shown.at("o")), R"({"a":1,"b":2,"c":{"d":1}})");
  EXPECT_EQ(config.jwt_duration_max, std::chrono::minutes(20));
  EXPECT_EQ(config.shown.at("oauth").at("clientSecret"), "**********");
  EXPECT_EQ(json::serialize(config.shown).find("s3"), std::string::npos);
}

TEST(KeepConfig, expiry_may_be_ignored_and_is_called_insecure) {
  const auto config = read({{"10.json", kGuide}, {"20.json", R"({"disableJwtExpiryCheck":true})"}});
  EXPECT_TRUE(config.is_insecure);
  EXPECT_TRUE(has_note(config, NoteLevel::kWarning, "disableJwtExpiryCheck", "INSECURE"));
  ProviderSet providers(config.providers);
  const auto& batch = named_key("batch", Algorithm::kRS256);
  const auto token = token_of(batch, good_claims(""), false);
  EXPECT_TRUE(check_token(providers, token, kNow + std::chrono::hours(5)).has_value());
  ProviderSet strict(read({{"10.json", kGuide}}).providers);
  EXPECT_EQ(check_token(strict, token, kNow + std::chrono::hours(5)).error().reason, TokenRefusal::kExpired);
}

TEST(KeepConfig, refuses_a_token_that_names_another_key_than_kid) {
  auto config = read({{"10.json", R"({"jwt":{"batch":{"active":true,"keyFile":"30-batch.pub.pem","kid":"batch"}}})"}});
  ProviderSet providers(config.providers);
  const auto& batch = named_key("batch", Algorithm::kRS256);
  const auto by = [&](std::string_view header) {
    return check_token(providers, jose::sign_by_hand(batch, header, json::serialize(good_claims(""))), kNow)
        .has_value();
  };
  EXPECT_FALSE(by(R"({"alg":"RS256","kid":"another"})"));
  EXPECT_TRUE(by(R"({"alg":"RS256","kid":"batch"})"));
  EXPECT_TRUE(by(R"({"alg":"RS256"})"));
}

/// Nobody shall believe in a setting that changes nothing here.
TEST(KeepConfig, WarnsByNameOfEachSettingThatHasNoEffect) {
  const auto config = read({{"10.json", R"({
    "JwtUsePubPrivKey": true, "JwtIssuer": "KEEP", "JwtAlgorithm": "RS256", "TokenCookie": {"active": true},
    "oauth": {"active": true, "authCodeExpiresIn": 60}, "PORT": 8880,
    "jwt": {
      "batch": {"active": true, "keyFile": "30-batch.pub.pem", "adminui": {"active": true}, "ofba": {"active": true},
                "algorithm": "RS256", "alg": "RS256", "oddity": 1},
      "off": {"active": false, "adminui": {"active": true}},
      "url": {"active": true, "providerUrl": "https://id.example", "keyFile": "30-batch.pub.pem", "kid": "k"}},
    "oidc-idpcat": {"cat": {"active": true, "providerUrl": "https://cat.example", "scope": "x", "microsoft": true}}})"}});
  std::string names;
  for (const auto& note : config.notes) {
    EXPECT_EQ(note.level, NoteLevel::kWarning) << note.where << note.text;
    EXPECT_TRUE(note.text.starts_with("has no effect: ")) << note.text;
    names += note.where + "\n";
  }
  EXPECT_EQ(names,
            "JwtUsePubPrivKey\nJwtIssuer\nJwtAlgorithm\nTokenCookie\noauth\nPORT\n"
            "jwt.batch.adminui\njwt.batch.ofba\njwt.batch.alg\njwt.batch.oddity\njwt.url.keyFile\njwt.url.kid\n"
            "oidc-idpcat.cat.scope\noidc-idpcat.cat.microsoft\n");
  EXPECT_EQ(config.providers.size(), 3U) << "and the entries work";
  EXPECT_TRUE(
      read({{"10.json", R"({"JwtUsePubPrivKey": false, "TokenCookie": {"active": false}, "oauth": {"active": false},
    "jwt": {"batch": {"active": true, "keyFile": "30-batch.pub.pem", "adminui": {"active": false}}}})"}})
          .notes.empty())
      << "what is switched off";
}

TEST(KeepConfig, WarnsWhenMinutesLookLikeSeconds) {
  const auto config = read({{"10.json", R"({"maxJwtDuration":86400,"JwtDuration":-1})"}});
  EXPECT_TRUE(has_note(config, NoteLevel::kWarning, "maxJwtDuration", "seconds"));
  EXPECT_TRUE(has_note(config, NoteLevel::kError, "JwtDuration", "minutes"));
}

}  // namespace
}  // namespace cardea::gate
