#include "core/action_token.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "jose/signing_key.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

constexpr std::string_view kIssuer = "https://id.example/realms/demo";
constexpr TimePoint kNow = from_epoch_seconds(1'800'000'000);

class ActionTokens : public testing::Test {
 protected:
  ActionToken token(ActionKind kind = ActionKind::kVerifyEmail) {
    return {.kind = kind,
            .user = UserId("ada"),
            .id = "id-1",
            .email = "ada@example.com",
            .client_id = "app",
            .redirect_uri = "https://app.example/",
            .actions = kind == ActionKind::kExecuteActions ? std::vector<std::string>{"UPDATE_PASSWORD", "VERIFY_EMAIL"}
                                                           : std::vector<std::string>{},
            .expires_at = kNow + seconds{300}};
  }
  std::string written(ActionKind kind = ActionKind::kVerifyEmail) {
    return write_action_token(*realm_, kIssuer, token(kind), kNow);
  }
  std::string error_of(std::string_view text, std::string_view issuer = kIssuer, TimePoint now = kNow) {
    const auto read = read_action_token(*realm_, issuer, text, now);
    return read ? "none" : std::string(describe(read.error()));
  }
  /// Signed by the right key, with any payload.
  std::string signed_payload(const std::string& payload) {
    return jose::sign_jwt(*realm_->signing_key("HS512"), "JWT", payload);
  }

  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
};

TEST_F(ActionTokens, refuses_what_was_changed_or_made_by_others) {
  const auto good = written();
  EXPECT_EQ(error_of(good), "none");
  EXPECT_EQ(error_of(""), "action_token_invalid");
  EXPECT_EQ(error_of(good.substr(0, good.size() - 1)), "action_token_invalid");
  EXPECT_EQ(error_of(good.substr(0, good.rfind('.') + 1)), "action_token_invalid");
  const auto key = jose::SigningKey::make_hmac(SecretBytes(std::string(64, 'x')), "other", jose::Algorithm::kHS512);
  const auto payload = *base64url_decode(good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1));
  EXPECT_EQ(error_of(jose::sign_jwt(*key, "JWT", payload)), "action_token_invalid");
  EXPECT_EQ(error_of(jose::sign_jwt(*realm_->signing_key("ES256"), "JWT", payload)), "action_token_invalid");
}

TEST_F(ActionTokens, refuses_the_links_of_another_address_or_realm) {
  EXPECT_EQ(error_of(written(), "https://id.example/realms/other"), "action_token_invalid");
  EXPECT_EQ(error_of(written(), "https://evil.example/realms/demo"), "action_token_invalid");
}

TEST_F(ActionTokens, refuses_what_has_expired) {
  EXPECT_EQ(error_of(written(), kIssuer, kNow + seconds{300}), "action_token_expired");
  EXPECT_EQ(error_of(written(), kIssuer, kNow + seconds{299}), "none");
}

TEST_F(ActionTokens, refuses_tokens_of_ours_that_are_something_else) {  // attack class 17
  const std::string common = R"("iss":"https://id.example/realms/demo","aud":"https://id.example/realms/demo",)"
                             R"("sub":"ada","exp":1800000300,"iat":1800000000,)";
  for (const auto* rest :
       {R"("typ":"Refresh","jti":"1"})", R"("typ":"Offline","jti":"1"})", R"("jti":"1"})", R"("typ":"verify-email"})",
        R"("typ":"verify-email","jti":"1","rqac":["UPDATE_PASSWORD"]})", R"("typ":"execute-actions","jti":"1"})",
        R"("typ":"execute-actions","jti":"1","rqac":[]})", R"("typ":"execute-actions","jti":"1","rqac":"x"})"}) {
    EXPECT_EQ(error_of(signed_payload("{" + common + rest)), "action_token_invalid") << rest;
  }
  EXPECT_EQ(error_of(signed_payload("{" + common + R"("typ":"verify-email","jti":"1"})")), "none");
}

TEST_F(ActionTokens, refuses_tokens_that_never_expire) {
  EXPECT_EQ(error_of(signed_payload(R"({"iss":"https://id.example/realms/demo","aud":"https://id.example/realms/demo",)"
                                    R"("sub":"ada","typ":"verify-email","jti":"1"})")),
            "action_token_invalid");
}

TEST_F(ActionTokens, read_as_written) {
  const auto read = read_action_token(*realm_, kIssuer, written(ActionKind::kExecuteActions), kNow);
  ASSERT_TRUE(read);
  const auto wanted = token(ActionKind::kExecuteActions);
  EXPECT_EQ(read->kind, wanted.kind);
  EXPECT_EQ(read->user, wanted.user);
  EXPECT_EQ(read->id, wanted.id);
  EXPECT_EQ(read->email, wanted.email);
  EXPECT_EQ(read->client_id, wanted.client_id);
  EXPECT_EQ(read->redirect_uri, wanted.redirect_uri);
  EXPECT_EQ(read->actions, wanted.actions);
  EXPECT_EQ(read->expires_at, wanted.expires_at);
}

TEST_F(ActionTokens, lives_are_the_realms) {
  Realm realm;
  EXPECT_EQ(user_link_life(realm, ActionKind::kVerifyEmail), seconds{300});
  EXPECT_EQ(admin_link_life(realm), seconds{43'200});
  realm.extra["actionTokenGeneratedByUserLifespan"] = 600;
  realm.extra["actionTokenGeneratedByAdminLifespan"] = 99'999'999;
  EXPECT_EQ(user_link_life(realm, ActionKind::kVerifyEmail), seconds{600});
  EXPECT_EQ(admin_link_life(realm), seconds{30 * 86'400});
  realm.attributes["actionTokenGeneratedByUserLifespan.verify-email"] = "86400";
  EXPECT_EQ(user_link_life(realm, ActionKind::kVerifyEmail), seconds{86'400});
  EXPECT_EQ(user_link_life(realm, ActionKind::kResetCredentials), seconds{600});
}

}  // namespace
}  // namespace cardea
