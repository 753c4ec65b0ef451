#include "gate/settings/changes.h"

#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"

namespace cardea::gate {
namespace {

json::object file(std::string_view text) { return without_secrets(parse_json(text)->get_object()); }

constexpr std::string_view kBefore = R"({
  "providers": {"id": {"issuer": "https://id.example"}},
  "introspection": {"id": {"client-secret": "old-secret"}},
  "applications": [
    {"name": "Wiki", "hosts": ["wiki.example"], "default-role": "reader", "sign-in": {"client-secret": "s3cret"},
     "requests": [{"path": "/**"}]},
    {"name": "Flows", "hosts": ["flows.example"]}]})";

TEST(GateChanges, refuses_to_keep_or_to_say_secrets) {
  const auto before = file(kBefore);
  EXPECT_EQ(json::serialize(before).find("s3cret"), std::string::npos);
  const auto after = file(R"({"introspection": {"id": {"client-secret": "new-secret"}}})");
  for (const auto& change : find_changes(before, after)) {
    EXPECT_EQ((change.before + change.after).find("digest"), std::string::npos) << change.path;
    EXPECT_EQ((change.before + change.after).find("secret\""), std::string::npos) << change.path;
  }
  const auto changed =
      find_changes(file(R"({"a": {"client-secret": "one"}})"), file(R"({"a": {"client-secret": "two"}})"));
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed.front().path, "a.client-secret");
  EXPECT_EQ(changed.front().before, "***");
}

TEST(GateChanges, refuses_to_keep_what_sounds_like_a_secret_in_the_files_of_others) {
  for (const auto* name : {"clientSecret", "password", "passwd", "passphrase", "keyPassPhrase", "TLS_PASSPHRASE",
                           "token", "credentials", "privateKey", "key"}) {
    const auto kept = without_likely_secrets(json::object{{"tls", json::object{{name, "open-sesame"}}}});
    EXPECT_EQ(json::serialize(kept).find("open-sesame"), std::string::npos) << name;
  }
  EXPECT_EQ(json::serialize(without_likely_secrets(json::object{{"passage", "free"}})), R"({"passage":"free"})");
}

TEST(GateChanges, refuses_to_say_more_than_a_line_holds) {
  json::object many;
  for (int i = 0; i < 1000; ++i) many.emplace("k" + std::to_string(i), std::string(1'000, 'x'));
  const auto changes = find_changes({}, many);
  EXPECT_EQ(changes.size(), kChangesMax);
  EXPECT_LT(changes.front().after.size(), kShownMax + 10);
}

TEST(GateChanges, are_told_by_path_and_by_name_whatever_the_order) {
  const auto after = file(R"({
    "providers": {"id": {"issuer": "https://id.example", "leeway": 10}},
    "introspection": {"id": {"client-secret": "old-secret"}},
    "applications": [
      {"name": "Flows", "hosts": ["flows.example"]},
      {"name": "New", "hosts": ["new.example"]},
      {"name": "Wiki", "hosts": ["wiki.example"], "default-role": "editor", "sign-in": {"client-secret": "s3cret"},
       "requests": [{"path": "/a/**"}]}]})");
  std::vector<std::string> told;
  for (const auto& change : find_changes(file(kBefore), after))
    told.push_back(change.path + ": " + change.before + " -> " + change.after);
  EXPECT_EQ(told,
            (std::vector<std::string>{"applications[Wiki].default-role: \"reader\" -> \"editor\"",
                                      "applications[Wiki].requests: [{\"path\":\"/**\"}] -> [{\"path\":\"/a/**\"}]",
                                      "applications[New]:  -> {\"name\":\"New\",\"hosts\":[\"new.example\"]}",
                                      "providers.id.leeway:  -> 10"}));
  EXPECT_TRUE(find_changes(after, after).empty());
}

GateFiles folder_with(std::string_view keep, std::string_view kestra) {
  auto files = no_files();
  files.list_json = [keep](const std::string&) {
    return std::optional(std::vector<ConfigFile>{{"10-a.json", std::string(keep)}});
  };
  files.read_yaml = [kestra](const std::string&) -> Result<json::value, std::string> { return *parse_json(kestra); };
  return files;
}

TEST(GateChanges, of_the_files_that_the_settings_name_are_told_too_and_secrets_in_them_are_not) {
  constexpr std::string_view kFile = R"({"keepconfig": "keepconfig.d", "applications": [
    {"name": "KEEP", "hosts": ["keep.example"], "answers": "keep-domino"},
    {"name": "Flows", "hosts": ["flows.example"], "tokens": false, "kestra": "application.yml"}]})";
  const auto read = [&](std::string_view keep, std::string_view kestra) {
    return read_gate(parse_json(kFile)->get_object(), folder_with(keep, kestra)).document;
  };
  const auto before =
      read(R"({"maxJwtDuration": 360, "oidc": {"a": {"clientSecret": "one-secret"}}})",
           R"({"datasources": {"url": "jdbc:of-nobody"}, "kestra": {"security": {"defaultRole": {"name": "r"}}}})");
  const auto after =
      read(R"({"maxJwtDuration": 60, "oidc": {"a": {"clientSecret": "two-secret"}}})",
           R"({"datasources": {"url": "jdbc:another"}, "kestra": {"security": {"defaultRole": {"name": "w"}}}})");
  EXPECT_EQ(json::serialize(before).find("one-secret"), std::string::npos);
  EXPECT_EQ(json::serialize(before).find("of-nobody"), std::string::npos);
  std::vector<std::string> told;
  for (const auto& change : find_changes(before, after))
    told.push_back(change.path + ": " + change.before + " -> " + change.after);
  EXPECT_EQ(told, (std::vector<std::string>{"files.application.yml.kestra.security.defaultRole.name: \"r\" -> \"w\"",
                                            "files.keepconfig.d/10-a.json.maxJwtDuration: 360 -> 60",
                                            "files.keepconfig.d/10-a.json.oidc.a.clientSecret: *** -> ***"}));
}

}  // namespace
}  // namespace cardea::gate
