#include "scim/patch.h"

#include <gtest/gtest.h>

namespace cardea::scim {
namespace {

const json::object kUma{{"userName", "uma"},
                        {"active", true},
                        {"name", json::object{{"givenName", "Uma"}, {"familyName", "Udo"}}},
                        {"emails", json::array{json::object{{"value", "a@x"}, {"type", "work"}, {"primary", true}},
                                               json::object{{"value", "b@x"}, {"type", "home"}}}}};

Result<Patched, ScimError> patched(const json::array& operations, const ResourceType& type = user_type()) {
  return apply_patch(type, type.name == "User" ? kUma : json::object{{"displayName", "g"}},
                     {{"Operations", operations}});
}
json::object op(std::string_view name, std::string_view path, const json::value& value = {}) {
  return {{"op", name}, {"path", path}, {"value", value}};
}
std::string_view type_of(const json::array& operations) {
  const auto result = patched(operations);
  EXPECT_FALSE(result);
  return result ? std::string_view("none") : result.error().type;
}
json::value after(const json::object& operation, std::string_view name) {
  const auto result = patched({operation});
  EXPECT_TRUE(result) << result.error().detail;
  if (!result) return {};
  const auto* value = result->resource.if_contains(name);
  return value == nullptr ? json::value() : *value;
}

TEST(Patch, refuses_what_is_no_operation) {
  EXPECT_EQ(type_of({}), "invalidSyntax");
  EXPECT_EQ(type_of({1}), "invalidSyntax");
  EXPECT_EQ(type_of({op("move", "title", "x")}), "invalidSyntax");
  EXPECT_EQ(type_of({json::object{{"op", "add"}, {"value", "x"}}}), "invalidSyntax");
  EXPECT_EQ(type_of({json::object{{"op", "remove"}}}), "noTarget");
  EXPECT_EQ(type_of({op("add", "name..x", "x")}), "invalidPath");
  EXPECT_EQ(type_of({op("add", "emails[type]", "x")}), "invalidFilter");
  EXPECT_EQ(type_of({op("replace", "groups", json::array{})}), "mutability");
  EXPECT_EQ(type_of({op("replace", "meta.created", "x")}), "mutability");
  EXPECT_EQ(type_of({op("remove", "userName")}), "mutability");
  EXPECT_EQ(type_of({op("replace", "userName", nullptr)}), "invalidValue");
  EXPECT_EQ(type_of({op("replace", "active", "perhaps")}), "invalidValue");
  EXPECT_EQ(type_of({op("replace", R"(emails[type ne "home" and value co "zz"].value)", "c@x")}), "noTarget");
  EXPECT_EQ(type_of({op("add", "emails",
                        json::array{json::object{{"value", "c"}, {"primary", true}},
                                    json::object{{"value", "d"}, {"primary", true}}})}),
            "invalidValue");
}

TEST(Patch, changes_single_values) {
  EXPECT_EQ(after(op("Replace", "TITLE", "Boss"), "title"), "Boss");
  EXPECT_EQ(after(op("Add", "active", "False"), "active"), false);
  EXPECT_EQ(after(op("replace", "name", json::object{{"givenName", "U"}}), "name"),
            (json::value{{"givenName", "U"}, {"familyName", "Udo"}}));
  EXPECT_EQ(after(op("remove", "name.givenName"), "name"), (json::value{{"familyName", "Udo"}}));
  EXPECT_EQ(after(op("remove", "name"), "name"), json::value());
  EXPECT_EQ(after(op("add", "nobody", "x"), "nobody"), json::value());  // unknown names are passed over
  EXPECT_EQ(after(op("add", "password", "x"), "password"), json::value());
}

TEST(Patch, changes_lists) {
  EXPECT_EQ(after(op("add", "emails", json::object{{"value", "c@x"}, {"primary", true}}), "emails"),
            (json::value{{{"value", "a@x"}, {"type", "work"}},
                         {{"value", "b@x"}, {"type", "home"}},
                         {{"value", "c@x"}, {"primary", true}}}));
  EXPECT_EQ(after(op("add", "emails", json::array{json::object{{"value", "b@x"}, {"type", "home"}}}), "emails"),
            kUma.at("emails"));
  EXPECT_EQ(after(op("replace", "emails", json::array{json::object{{"value", "c@x"}}}), "emails"),
            (json::value{{{"value", "c@x"}}}));
  EXPECT_EQ(after(op("remove", R"(emails[type eq "work"])"), "emails"),
            (json::value{{{"value", "b@x"}, {"type", "home"}}}));
  EXPECT_EQ(after(op("Add", R"(addresses[type eq "work"].country)", "AT"), "addresses"),
            (json::value{{{"type", "work"}, {"country", "AT"}}}));
  EXPECT_EQ(after(op("remove", "emails"), "emails"), json::value());
}

TEST(Patch, keeps_members_as_a_change) {
  const auto member = [](std::string_view id) { return json::object{{"value", id}}; };
  const auto result = patched({op("Add", "members", json::array{member("a"), member("b")}),
                               op("Remove", "members", json::array{member("b"), member("c")}),
                               op("remove", R"(members[value eq "d" or value eq "e"])")},
                              group_type());
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->members.replaces);
  EXPECT_EQ(result->members.added, (std::set<std::string>{"a"}));
  EXPECT_EQ(result->members.removed, (std::set<std::string>{"b", "c", "d", "e"}));
  const auto replaced = patched({op("replace", "members", json::array{member("a")})}, group_type());
  EXPECT_TRUE(replaced->members.replaces);
  EXPECT_EQ(replaced->members.added, (std::set<std::string>{"a"}));
  EXPECT_TRUE(patched({op("remove", "members")}, group_type())->members.replaces);
  EXPECT_FALSE(patched({op("remove", R"(members[display eq "x"])")}, group_type()));
  EXPECT_FALSE(
      patched({op("add", "members", json::array{json::object{{"value", "g"}, {"type", "Group"}}})}, group_type()));
}

}  // namespace
}  // namespace cardea::scim
