#include "core/profile/check_profile.h"

#include <gmock/gmock.h>

#include "core/realm_defaults.h"

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

json::object parsed(std::string_view text) { return parse_json(text)->get_object(); }

class CheckProfileTest : public testing::Test {
 protected:
  CheckProfileTest() {
    realm_.id = RealmId("r");
    realm_.name = "demo";
    use(json::serialize(default_user_profile("demo")));
    ada_.id = UserId("u");
    ada_.username = "ada";
    ada_.email = "ada@example.com";
    ada_.email_verified = true;
    ada_.first_name = "Ada";
    ada_.last_name = "Lovelace";
  }
  void use(std::string_view document) {
    problems_.clear();
    profile_ = parse_user_profile(parsed(document), problems_);
  }
  std::vector<std::string> keys(const std::vector<ProfileProblem>& problems) {
    std::vector<std::string> out;
    for (const auto& problem : problems) out.push_back(problem.attribute + ":" + problem.key);
    return out;
  }
  CheckedProfile check(ProfileUse use, const ProfileValues& values, std::string_view scope = {}, bool is_new = false) {
    return check_profile(
        {.realm = realm_, .profile = profile_, .use = use, .scope = scope, .before = is_new ? nullptr : &ada_}, values);
  }

  Realm realm_;
  UserProfile profile_;
  std::vector<ProfileConfigProblem> problems_;
  User ada_;
};

TEST_F(CheckProfileTest, refuses_what_the_profile_of_new_realms_refuses) {
  const auto refused =
      check(ProfileUse::kRegistration,
            {{"username", {"a"}}, {"email", {"x"}}, {"firstName", {""}}, {"lastName", {"L<"}}}, {}, true);
  EXPECT_THAT(keys(refused.problems),
              ElementsAre("username:error-invalid-length", "email:error-invalid-email",
                          "firstName:error-user-attribute-required", "lastName:error-person-name-invalid-character"));
  EXPECT_THAT(refused.problems[0].args, ElementsAre("3", "255"));
  EXPECT_THAT(
      keys(check(ProfileUse::kRegistration,
                 {{"username", {"ad a"}}, {"email", {"a@b"}}, {"firstName", {"A"}}, {"lastName", {"L"}}}, {}, true)
               .problems),
      ElementsAre("username:error-username-invalid-character"));
}

TEST_F(CheckProfileTest, refuses_a_person_what_only_administrators_change) {
  use(R"({"attributes":[{"name":"username"},{"name":"email","permissions":{"view":["user"],"edit":["admin"]}},
      {"name":"badge","permissions":{"view":["user"],"edit":["admin"]}},
      {"name":"salary","permissions":{"view":["admin"],"edit":["admin"]}}]})");
  ada_.attributes = {{"badge", {"7"}}, {"salary", {"1"}}};
  const auto changed =
      check(ProfileUse::kLogin, {{"badge", {"8"}}, {"salary", {"9"}}, {"email", {"eve@evil.example"}}});
  EXPECT_THAT(changed.problems, IsEmpty());
  EXPECT_EQ(changed.user.attributes, ada_.attributes);
  EXPECT_EQ(changed.user.email, "ada@example.com");
  EXPECT_TRUE(changed.user.email_verified);
  std::vector<std::string> seen;
  for (const auto& field :
       fields_of({.realm = realm_, .profile = profile_, .use = ProfileUse::kLogin, .before = &ada_})) {
    seen.push_back(field.attribute->name + (field.is_read_only ? " (read only)" : ""));
  }
  EXPECT_THAT(seen, ElementsAre("email (read only)", "badge (read only)"));
}

TEST_F(CheckProfileTest, refuses_an_administrator_what_only_the_person_changes) {
  use(R"({"attributes":[{"name":"username","permissions":{"edit":["admin"]}},{"name":"email"},
      {"name":"motto","permissions":{"view":["admin"],"edit":["user"]}}]})");
  EXPECT_THAT(keys(check(ProfileUse::kAdmin, {{"username", {"ada"}}, {"motto", {"x"}}}).problems),
              ElementsAre("motto:error-user-attribute-read-only"));
}

TEST_F(CheckProfileTest, refuses_a_new_username_unless_the_realm_allows_it) {
  const ProfileValues values = {
      {"username", {"eve"}}, {"email", {"ada@example.com"}}, {"firstName", {"A"}}, {"lastName", {"L"}}};
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.username, "ada");
  realm_.edit_username_allowed = true;
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.username, "eve");
}

TEST_F(CheckProfileTest, a_changed_address_is_not_verified_any_more) {
  const ProfileValues values = {{"email", {"Ada@New.example"}}, {"firstName", {"A"}}, {"lastName", {"L"}}};
  const auto changed = check(ProfileUse::kLogin, values);
  EXPECT_THAT(changed.problems, IsEmpty());
  EXPECT_EQ(changed.user.email, "ada@new.example");
  EXPECT_FALSE(changed.user.email_verified);
}

TEST_F(CheckProfileTest, drops_or_keeps_attributes_the_profile_does_not_name) {
  ada_.attributes = {{"old", {"1"}}};
  const ProfileValues values = {{"username", {"ada"}},
                                {"email", {"ada@example.com"}},
                                {"firstName", {"A"}},
                                {"lastName", {"L"}},
                                {"fresh", {"2"}}};
  EXPECT_THAT(check(ProfileUse::kAdmin, values).user.attributes, IsEmpty());
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.attributes, ada_.attributes);
  profile_.unmanaged = UnmanagedAttributes::kAdminEdit;
  EXPECT_EQ(check(ProfileUse::kAdmin, values).user.attributes.count("fresh"), 1U);
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.attributes, ada_.attributes);
  profile_.unmanaged = UnmanagedAttributes::kEnabled;
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.attributes.count("fresh"), 1U);
}

TEST_F(CheckProfileTest, rules_hang_on_what_the_client_asks_for) {
  use(R"({"attributes":[{"name":"username"},{"name":"email"},
      {"name":"phone","required":{"scopes":["phone"]},"permissions":{"edit":["user"]}},
      {"name":"house","selector":{"scopes":["address"]},"required":{},"permissions":{"edit":["user"]}}]})");
  EXPECT_THAT(check(ProfileUse::kLogin, {}, "openid").problems, IsEmpty());
  EXPECT_THAT(keys(check(ProfileUse::kLogin, {}, "openid phone address").problems),
              ElementsAre("phone:error-user-attribute-required", "house:error-user-attribute-required"));
}

TEST_F(CheckProfileTest, the_address_is_the_name_where_the_realm_says_so) {
  realm_.registration_email_as_username = true;
  const auto made = check(
      ProfileUse::kRegistration,
      {{"username", {"ignored"}}, {"email", {"New@Example.com"}}, {"firstName", {"A"}}, {"lastName", {"L"}}}, {}, true);
  EXPECT_THAT(made.problems, IsEmpty());
  EXPECT_EQ(made.user.username, "new@example.com");
}

TEST_F(CheckProfileTest, refuses_to_part_the_name_from_the_address_that_it_is) {
  realm_.registration_email_as_username = true;
  ada_.username = ada_.email;
  const auto address = ada_.email;
  const ProfileValues values = {{"email", {"new@example.com"}}, {"firstName", {"A"}}, {"lastName", {"L"}}};
  for (const auto use : {ProfileUse::kLogin, ProfileUse::kAccount}) {
    const auto kept = check(use, values).user;
    EXPECT_EQ(kept.email, address);
    EXPECT_EQ(kept.username, address);
    EXPECT_EQ(kept.first_name, "A");
  }
  const auto moved = check(ProfileUse::kAddress, values).user;
  EXPECT_EQ(moved.email, "new@example.com");
  EXPECT_EQ(moved.username, "new@example.com") << "the action moves both";
  const auto unsaid = check(ProfileUse::kAddress, {{"email", {""}}}).user;
  EXPECT_FALSE(unsaid.username.empty()) << "nobody is left without a name";
  realm_.edit_username_allowed = true;
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.username, "new@example.com");
}

TEST_F(CheckProfileTest, refuses_a_new_address_beside_the_action_that_asks_it_first) {
  realm_.extra["requiredActions"] = json::parse(R"([{"alias":"UPDATE_EMAIL","enabled":true}])");
  const ProfileValues values = {{"email", {"new@example.com"}}, {"firstName", {"A"}}, {"lastName", {"L"}}};
  const auto address = ada_.email;
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.email, address);
  EXPECT_EQ(check(ProfileUse::kAccount, values).user.email, address);
  EXPECT_EQ(check(ProfileUse::kAddress, values).user.email, "new@example.com");
  EXPECT_EQ(check(ProfileUse::kAdmin, values).user.email, "new@example.com");
  ada_.email.clear();
  EXPECT_EQ(check(ProfileUse::kLogin, values).user.email, "new@example.com") << "there is none to go around";
}

TEST_F(CheckProfileTest, refuses_too_many_and_too_long_values) {
  use(R"({"attributes":[{"name":"username"},{"name":"email"},
      {"name":"tags","multivalued":true,"validations":{"multivalued":{"max":2}},"permissions":{"edit":["user"]}},
      {"name":"one","permissions":{"edit":["user"]}}]})");
  EXPECT_THAT(keys(check(ProfileUse::kLogin, {{"tags", {"a", "b", "c"}}, {"one", {"a", "b"}}}).problems),
              ElementsAre("tags:error-invalid-multivalued-size", "one:error-invalid-value"));
  EXPECT_THAT(keys(check(ProfileUse::kLogin, {{"one", {std::string(3000, 'x')}}}).problems),
              ElementsAre("one:error-invalid-length-too-long"));
}

TEST_F(CheckProfileTest, a_profile_is_complete_when_the_person_has_nothing_to_mend) {
  EXPECT_TRUE(is_profile_complete(realm_, profile_, ada_));
  ada_.last_name.clear();
  EXPECT_FALSE(is_profile_complete(realm_, profile_, ada_));
  use(R"({"attributes":[{"name":"username"},{"name":"email"},
      {"name":"lastName","required":{},"permissions":{"view":["user"],"edit":["admin"]}}]})");
  EXPECT_TRUE(is_profile_complete(realm_, profile_, ada_)) << "they could not mend it";
}

TEST_F(CheckProfileTest, refuses_documents_that_cannot_be_run_and_says_why) {
  use(R"({"attributes":[{"name":"username"},{"name":"email"},{"name":"a","validations":{"pattern":{"pattern":"("},
      "own":{},"length":{}}},{"name":"a"},{},7],"unmanagedAttributePolicy":"SOME"})");
  EXPECT_EQ(problems_.size(), 7U);
  EXPECT_THAT(profile_.find("a")->validators, IsEmpty());
  use("{}");
  EXPECT_NE(profile_.find("username"), nullptr);
}

TEST(ProfileValidators, judge_values) {
  const auto refused = [](std::string_view id, std::string_view config, std::string_view value) {
    const auto validator = make_validator(id, parsed(config));
    const auto violation = check_value(*validator, value);
    return violation ? violation->key : std::string();
  };
  EXPECT_EQ(refused("integer", R"({"min":"1","max":"9"})", "0"), "error-number-out-of-range");
  EXPECT_EQ(refused("integer", R"({"max":9})", "10"), "error-number-out-of-range-too-big");
  EXPECT_EQ(refused("integer", "{}", "1.5"), "error-invalid-number");
  EXPECT_EQ(refused("double", "{}", "1.5"), "");
  EXPECT_EQ(refused("double", "{}", "inf"), "error-invalid-number");
  EXPECT_EQ(refused("options", R"({"options":["a"]})", "b"), "error-invalid-value");
  EXPECT_EQ(refused("uri", "{}", "javascript:alert(1)"), "error-invalid-uri-scheme");
  EXPECT_EQ(refused("uri", "{}", "https://example.com/x"), "");
  EXPECT_EQ(refused("iso-date", "{}", "2026-02-30"), "error-invalid-date");
  EXPECT_EQ(refused("iso-date", "{}", "2026-02-28"), "");
  EXPECT_EQ(refused("pattern", R"({"pattern":"[a-z]+","error-message":"own"})", "A"), "own");
  EXPECT_EQ(refused("up-username-not-idn-homograph", "{}", "p\xd0\xb0ypal"), "error-username-invalid-character");
  EXPECT_EQ(refused("person-name-prohibited-characters", "{}", "O'Neil \xc4\x90\xe1\xba\xb7ng"), "");
  for (const auto* good : {"a@b", "ada.l+x@example.co.uk", "\xc3\xa4@\xc3\xb6.example"})
    EXPECT_TRUE(is_email(good)) << good;
  for (const auto* bad : {"", "a", "a@", "@b", "a@b@c", "a b@c", "a@b..c", ".a@b", "a.@b", "a..b@c", "a@-b", "a@b\n"}) {
    EXPECT_FALSE(is_email(bad)) << bad;
  }
}

}  // namespace
}  // namespace cardea
