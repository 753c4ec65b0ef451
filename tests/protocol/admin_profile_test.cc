// The user profile over the admin API (keycloak.md section 3.9): one set of rules, however a user is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class AdminProfile : public testing::Test {
 protected:
  /// The configuration with one attribute more.
  json::object with(std::string_view attribute) {
    auto profile = world.get("/users/profile").object();
    profile["attributes"].as_array().push_back(parse_json(attribute).value());
    return profile;
  }
  AdminWorld::Sent put(const json::object& profile) { return world.put("/users/profile", json::serialize(profile)); }
  AdminWorld::Sent post_user(std::string_view username, std::string_view attributes) {
    return world.post("/users", json::serialize(json::object{{"username", username},
                                                             {"attributes", parse_json(attributes).value()}}));
  }
  AdminWorld world;
};

// An administrator who changes a name does not take a person's language away.
TEST_F(AdminProfile, the_language_of_people_is_part_of_the_profile_where_a_realm_speaks_several) {
  const auto shown = [&] {
    std::vector<std::string> names;
    for (const auto& each : world.get("/users/profile/metadata").object().at("attributes").as_array())
      names.push_back(string_or(each.as_object(), "name", ""));
    return names;
  };
  EXPECT_THAT(shown(), testing::Not(testing::Contains("locale")));
  ASSERT_EQ(world.put("", R"({"internationalizationEnabled":true,"supportedLocales":["en","de"]})").status, 204);
  EXPECT_EQ(shown().front(), "locale");
  const auto made = post_user("lena", R"({"locale":["de"],"other":["x"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto path = "/users/" + made.made_id();
  auto user = world.get(path).object();
  user["lastName"] = "Larsson";
  ASSERT_EQ(world.put(path, json::serialize(user)).status, 204);
  EXPECT_THAT(world.get(path).body, HasSubstr(R"("attributes":{"locale":["de"]})")) << "and nothing else";
  EXPECT_EQ(world.get(path + "/unmanagedAttributes").body, "{}");
  EXPECT_THAT(world.get("/users/profile").body, testing::Not(HasSubstr("locale"))) << "not of the document";
}

TEST_F(AdminProfile, refuses_configurations_that_nobody_could_enforce) {
  const std::pair<std::string_view, std::string_view> kBad[] = {
      {R"({"name":"x1","validations":{"nosuch":{}}})", "unknown validator nosuch"},
      {R"({"name":"x1","validations":{"length":{"min":"abc","max":5}}})", "min is no number"},
      {R"({"name":"x1","group":"nosuch"})", "Attribute 'x1' references unknown group 'nosuch'"},
      {R"({"name":"x1","permissions":{"view":["martian"],"edit":[]}})", "contains unsupported role 'martian'"},
      {R"({"name":"x1","required":{"roles":["martian"]}})", "contains unsupported role 'martian'"},
      {R"({"name":"x1","required":{"scopes":["nosuch"]}})", "contains unsupported scope 'nosuch'"},
      {R"({"name":"x1","selector":{"scopes":["nosuch"]}})", "contains unsupported scope 'nosuch'"},
      {R"({"name":"a b/c"})", "Invalid attribute name"},
      {R"({"name":"x1","bogus":1})", "Unrecognized field \\\"bogus\\\""},
      {R"({"name":"x1","permissions":{"edit":"admin"}})", "Cannot parse the JSON"},
      {R"({"name":"username"})", "there twice"},
  };
  for (const auto& [attribute, why] : kBad) {
    const auto sent = put(with(attribute));
    EXPECT_EQ(sent.status, 400) << attribute;
    EXPECT_THAT(sent.body, HasSubstr(std::string(why))) << attribute;
  }
  auto profile = world.get("/users/profile").object();
  profile["unmanagedAttributePolicy"] = "BOGUS";
  EXPECT_EQ(put(profile).status, 400);
  profile.erase("unmanagedAttributePolicy");
  profile["groups"] = 5;
  EXPECT_EQ(put(profile).status, 400);
  profile["groups"] = json::array{json::object{{"name", "g"}, {"bogus", 1}}};
  EXPECT_EQ(put(profile).status, 400);
  EXPECT_EQ(put(json::object{{"attributes", json::array()}}).status, 400) << "username and email stay";
  EXPECT_EQ(put(world.get("/users/profile").object()).status, 200) << "what is served is taken";
  EXPECT_EQ(
      put(with(R"({"name":"x1","selector":{"scopes":["profile"]},"validations":{"length":{"min":"","max":"5"}}})"))
          .status,
      200);
}

TEST_F(AdminProfile, refuses_values_that_a_validator_does_not_take) {
  auto profile = with(R"({"name":"tags","multivalued":true,"validations":{"multivalued":{"max":"2"}},
                          "permissions":{"view":["admin"],"edit":["admin"]}})");
  const std::pair<std::string_view, std::string_view> kRules[] = {{"site", R"({"uri":{}})"},
                                                                  {"born", R"({"local-date":{}})"},
                                                                  {"iso", R"({"iso-date":{}})"},
                                                                  {"score", R"({"double":{"min":"0","max":"10"}})"}};
  for (const auto& [name, rules] : kRules) {
    profile["attributes"].as_array().push_back(
        json::object{{"name", name},
                     {"validations", parse_json(rules).value()},
                     {"permissions", {{"view", json::array{"admin"}}, {"edit", json::array{"admin"}}}}});
  }
  ASSERT_EQ(put(profile).status, 200);
  const std::pair<std::string_view, std::string_view> kBad[] = {
      {R"({"site":["not a uri"]})",
       R"({"field":"site","errorMessage":"error-invalid-uri","params":["site","not a uri"]})"},
      {R"({"born":["99/99/9999"]})", R"({"field":"born","errorMessage":"error-invalid-date","params":["born"]})"},
      {R"({"iso":["2020-99-99"]})", R"({"field":"iso","errorMessage":"error-invalid-date","params":["iso"]})"},
      {R"({"score":["eleven"]})", R"({"field":"score","errorMessage":"error-invalid-number","params":["score"]})"},
      {R"({"score":["11.5"]})",
       R"({"field":"score","errorMessage":"error-number-out-of-range","params":["score",0,10]})"},
      {R"({"tags":["a","b","c"]})",
       R"({"field":"tags","errorMessage":"error-invalid-multivalued-size","params":["tags",0,2]})"},
  };
  const auto user = "/users/" + world.user_id("ada");
  for (const auto& [attributes, body] : kBad) {
    expect(post_user("somebody", attributes), 400, body);
    EXPECT_EQ(world.put(user, std::string(R"({"attributes":)").append(attributes).append("}")).status, 400);
  }
  EXPECT_EQ(post_user("a b c", "{}").status, 400) << "a space is no part of a name";
  EXPECT_EQ(post_user("fine", R"({"site":["https://a.example/"],"born":["2020-02-29"],"iso":["2020-02-29"],
                                  "score":["9.5"],"tags":["a","b"]})")
                .status,
            201);
}

TEST_F(AdminProfile, the_account_of_a_client_is_called_as_the_client_is) {
  const auto client = world.post("/clients", R"({"clientId":"my app","serviceAccountsEnabled":true})");
  ASSERT_EQ(client.status, 201) << client.body;
  const auto account = world.get("/clients/" + client.made_id() + "/service-account-user").object();
  const auto sent = world.put("/users/" + string_or(account, "id", ""), R"({"firstName":"Robot"})");
  EXPECT_EQ(sent.status, 204) << sent.body;
}

}  // namespace
}  // namespace cardea::protocol
