#include "tool/preset/preset.h"

#include <gtest/gtest.h>

#include "tool/apply/apply_realm.h"

namespace cardea::tool {
namespace {

constexpr std::string_view kText = R"yaml(
about: an application
guide: docs/guides/app.md
parameters:
  - { name: domain, kind: host, about: its host }
  - { name: realm, kind: name, about: the realm, default: app-$(domain) }
realm: { realm: $(realm), clients: [ { clientId: c, redirectUris: [ "https://$(domain)/*" ] } ] }
output: [ { file: env, about: x, text: "A=$(secret:$(realm))" } ]
)yaml";

std::string problem_of(const std::vector<std::string>& given) {
  const auto values = values_of(parse_preset("app", kText).value(), given);
  return values ? "none" : values.error();
}

TEST(Preset, refuses_values_that_would_change_the_meaning_of_a_file) {
  for (const auto* bad : {"domain=", "domain=https://a.test", "domain=a.test/x", "domain=a.test\nB=1", "domain=a b",
                          "domain=u@a.test", "domain=a.test#x"})
    EXPECT_TRUE(problem_of({bad}).starts_with("domain must be a host name")) << bad;
  EXPECT_TRUE(problem_of({"domain=a.test", "realm=a/b"}).starts_with("realm may have"));
  EXPECT_TRUE(problem_of({"domain=a.test", "realm=$(x)"}).starts_with("realm may have"));
}

TEST(Preset, tells_everything_that_is_wrong_at_once) {
  EXPECT_EQ(problem_of({"domian=a.test", "x"}),
            "domian is no parameter of app; did you mean domain?; x: write NAME=VALUE; domain is missing (its host); "
            "realm is missing (the realm)");
  EXPECT_EQ(problem_of({"domain=a.test", "domain=b.test"}), "domain is given twice");
}

TEST(Preset, defaults_may_name_earlier_parameters) {
  const auto values = values_of(parse_preset("app", kText).value(), {"domain=a.test"});
  ASSERT_TRUE(values) << values.error();
  EXPECT_EQ(values->at("realm"), "app-a.test");
}

TEST(Preset, expands_names_within_names) {
  const Lookup lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "client") return "web";
    if (name == "secret:web") return "s3cret";
    return std::nullopt;
  };
  EXPECT_EQ(expand("(a) $(secret:$(client)) $x ${y} )", lookup).value(), "(a) s3cret $x ${y} )");
  EXPECT_FALSE(expand("$(nothing)", lookup));
  EXPECT_FALSE(expand("$(client", lookup));
}

TEST(Preset, every_one_that_is_shipped_can_be_read_and_applied) {
  const auto names = preset_names();
  ASSERT_GE(names.size(), 3u);
  for (const auto& name : names) {
    const auto preset = find_preset(name);
    ASSERT_TRUE(preset) << name;
    EXPECT_FALSE(preset->about.empty()) << name;
    EXPECT_TRUE(preset->guide.starts_with("docs/guides/")) << name;
    std::vector<std::string> given;
    for (const auto& parameter : preset->parameters) {
      if (parameter.fallback) continue;
      given.push_back(parameter.name + (parameter.kind == "url" ? "=https://app.example.test" : "=app.example.test"));
    }
    const auto values = values_of(*preset, given);
    ASSERT_TRUE(values) << name << ": " << values.error();
    const Lookup lookup = [&](std::string_view wanted) -> std::optional<std::string> {
      if (wanted == "server" || wanted == "issuer" || wanted.starts_with("secret:")) return "known";
      const auto found = values->find(wanted);
      return found == values->end() ? std::nullopt : std::optional(found->second);
    };
    const auto document = expand_document(preset->realm, lookup);
    ASSERT_TRUE(document) << name << ": " << document.error();
    EXPECT_EQ(refusal(*document), std::nullopt) << name;
    for (const auto& output : preset->outputs) EXPECT_TRUE(expand(output.text, lookup)) << name << " " << output.file;
  }
}

// A permission that needs an administrator's consent stops everybody's sign-in until it has it.
TEST(Preset, entra_source_asks_to_read_groups_only_when_told_so) {
  const auto preset = find_preset("entra-source");
  ASSERT_TRUE(preset);
  const auto scope_with = [&](std::vector<std::string> more) {
    std::vector<std::string> given{"realm=r", "tenant=t", "client=c", "secret=s"};
    given.insert(given.end(), more.begin(), more.end());
    const auto values = values_of(*preset, given);
    const Lookup lookup = [&](std::string_view wanted) -> std::optional<std::string> {
      const auto found = values->find(wanted);
      return found == values->end() ? std::optional<std::string>("known") : found->second;
    };
    const auto realm = expand_document(preset->realm, lookup);
    const auto& provider = realm->at("identityProviders").as_array().at(0).as_object();
    return std::string(provider.at("config").at("defaultScope").as_string());
  };
  EXPECT_EQ(scope_with({}), "");
  EXPECT_EQ(scope_with({"scope=https://graph.microsoft.com/GroupMember.Read.All"}),
            "https://graph.microsoft.com/GroupMember.Read.All");
}

TEST(Preset, find_preset_knows_no_path) {
  EXPECT_FALSE(find_preset("nothing"));
  EXPECT_FALSE(find_preset("../presets/netbird"));
}

}  // namespace
}  // namespace cardea::tool
