#include "domain/representation/user_json.h"

#include <gtest/gtest.h>

#include "crypto/password.h"
#include "domain/representation/group_json.h"

namespace cardea {
namespace {

json::object parse(std::string_view text) { return parse_json(text).value().as_object(); }

TEST(UserJson, refuses_wrong_types_all_at_once) {
  RepresentationProblems problems;
  (void)parse_user(parse(R"({"username":" ","emailVerified":"maybe","attributes":{"phone":{"a":1}},
                             "credentials":[{"type":"password"},{"value":"x"},{"type":"otp","value":"x"}],
                             "clientRoles":{"app":"editor","other":5},"createdTimestamp":"yesterday"})"),
                   {}, problems);
  EXPECT_EQ(problems.describe(),
            "emailVerified: expected true or false\n"
            "createdTimestamp: expected a whole number\n"
            "attributes.phone: expected a list of strings\n"
            "credentials[0]: expected value, or secretData with credentialData\n"
            "credentials[1].type: expected a credential type\n"
            "credentials[1].value: only a password can be given in plain\n"
            "credentials[2].value: only a password can be given in plain\n"
            "username: expected a username");
}

TEST(UserJson, refuses_documents_that_are_no_json_objects) {
  RepresentationProblems problems;
  (void)parse_credential(parse(R"({"type":"password","secretData":"[]","credentialData":"{"})"), {}, problems);
  EXPECT_EQ(problems.describe(),
            "credentialData: expected a string that holds a JSON object\n"
            "secretData: expected a string that holds a JSON object");
}

TEST(UserJson, shows_no_hash_where_it_must_not) {
  RepresentationProblems problems;
  const auto user =
      parse_user(parse(R"({"username":"ada","credentials":[{"type":"password","secretData":"{\"value\":\"aGFzaA==\"}",
                                         "credentialData":"{}"}]})"),
                 {}, problems);
  EXPECT_FALSE(to_json(user, Secrets::kOmit).contains("credentials"));
  EXPECT_EQ(json::serialize(to_json(user, Secrets::kMask)).find("aGFzaA"), std::string::npos);
  EXPECT_NE(json::serialize(to_json(user, Secrets::kReveal)).find("aGFzaA"), std::string::npos);
}

TEST(UserJson, lowers_names_and_takes_single_values_as_lists) {
  RepresentationProblems problems;
  const auto user =
      parse_user(parse(R"({"username":" Ada ","email":"Ada@Example.ORG","attributes":{"phone":"1","tags":["a","b"]}})"),
                 {}, problems);
  EXPECT_EQ(user.user.username, "ada");
  EXPECT_EQ(user.user.email, "ada@example.org");
  EXPECT_EQ(user.user.attributes.at("phone"), std::vector<std::string>{"1"});
  EXPECT_EQ(user.user.attributes.at("tags").size(), 2U);
  EXPECT_TRUE(problems.empty());
}

TEST(UserJson, comes_out_as_it_went_in_and_in_order) {
  const std::string_view text =
      R"({"id":"u-1","username":"ada","firstName":"Ada","lastName":"L","email":"ada@x.org","emailVerified":true,)"
      R"("attributes":{"phone":["1"]},"enabled":false,"createdTimestamp":1700000000123,"totp":true,)"
      R"("serviceAccountClientId":"app","credentials":[{"id":"k","type":"otp","userLabel":"phone",)"
      R"("createdDate":1700000000000,"secretData":"{\"value\":\"s\"}","credentialData":"{\"subType\":\"totp\"}",)"
      R"("priority":20}],"disableableCredentialTypes":[],"requiredActions":["UPDATE_PASSWORD"],)"
      R"("federatedIdentities":[{"identityProvider":"google","userId":"1","userName":"a"}],"realmRoles":["admin"],)"
      R"("clientRoles":{"account":["view-profile"]},"notBefore":7,"groups":["/staff"],"brandNew":true})";
  RepresentationProblems problems;
  const auto user = parse_user(parse(text), {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  EXPECT_EQ(json::serialize(to_json(user, Secrets::kReveal)), text);
  EXPECT_TRUE(is_user_member("federatedIdentities"));
  EXPECT_FALSE(is_user_member("brandNew"));
}

TEST(CredentialJson, plain_password_is_kept_apart_from_documents) {
  RepresentationProblems problems;
  const auto read = parse_credential(parse(R"({"type":"password","value":"secret","temporary":true})"), {}, problems);
  ASSERT_TRUE(read.plain);
  EXPECT_EQ(read.plain->reveal(), "secret");
  EXPECT_TRUE(read.temporary);
  EXPECT_TRUE(read.credential.secret_data.empty());
}

TEST(CredentialJson, old_password_members_become_documents_that_crypto_reads) {
  RepresentationProblems problems;
  const auto read = parse_credential(
      parse(R"({"type":"password","hashedSaltedValue":"AAAAAAAAAAAAAAAAAAAAAA==","salt":"AAAAAAAAAAAAAAAAAAAAAA==",
                "hashIterations":27500,"algorithm":"pbkdf2-sha256"})"),
      {}, problems);
  EXPECT_TRUE(problems.empty()) << problems.describe();
  const auto hash =
      crypto::parse_keycloak_credential(read.credential.secret_data.reveal(), read.credential.credential_data);
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->algorithm, "pbkdf2-sha256");
  EXPECT_EQ(hash->iterations, 27500);
}

TEST(CredentialJson, old_one_time_passwords_become_otp) {
  RepresentationProblems problems;
  const auto read = parse_credential(
      parse(R"({"type":"totp","hashedSaltedValue":"raw","digits":8,"period":60,"algorithm":"HmacSHA256"})"), {},
      problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(read.credential.type, "otp");
  EXPECT_EQ(read.credential.secret_data.reveal(), R"({"value":"raw"})");
  EXPECT_EQ(read.credential.credential_data,
            R"({"subType":"totp","digits":8,"counter":0,"period":60,"algorithm":"HmacSHA256"})");
}

TEST(RoleJson, refuses_roles_without_name_and_composites_of_wrong_type) {
  RepresentationProblems problems;
  (void)parse_role(parse(R"({"composites":{"realm":"x","client":{"a":{}}}})"), {}, problems);
  EXPECT_EQ(problems.describe(),
            "composites.realm: expected a list of strings\n"
            "composites.client.a: expected a list of strings\n"
            "name: expected a name");
}

TEST(RoleJson, comes_out_as_it_went_in) {
  const std::string_view text =
      R"({"id":"r","name":"admin","description":"d","composite":true,"composites":{"realm":["a"],"client":{"c":["b"]}},)"
      R"("clientRole":true,"containerId":"c-1","attributes":{"k":["v"]}})";
  RepresentationProblems problems;
  auto role = parse_role(parse(text), {}, problems);
  role.role.client = ClientId("c-1");
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(json::serialize(to_json(role)), text);
  EXPECT_FALSE(to_json(role, false).contains("attributes"));
}

TEST(GroupJson, refuses_with_the_path_of_the_subgroup) {
  RepresentationProblems problems;
  (void)parse_group(parse(R"({"name":"a","subGroups":[{"name":"b","subGroups":[{"realmRoles":7}]}]})"), {}, problems);
  EXPECT_EQ(problems.describe(),
            "subGroups[0].subGroups[0].realmRoles: expected a list of strings\n"
            "subGroups[0].subGroups[0].name: expected a name");
}

TEST(GroupJson, comes_out_as_it_went_in) {
  const std::string_view text =
      R"({"id":"g","name":"staff","description":"d","subGroups":[{"name":"b","subGroups":[],"attributes":{}}],)"
      R"("attributes":{"k":["v"]},"realmRoles":["user"],"clientRoles":{"app":["editor"]},"later":[]})";
  RepresentationProblems problems;
  const auto group = parse_group(parse(text), {}, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(json::serialize(to_json(group)), text);
}

}  // namespace
}  // namespace cardea
