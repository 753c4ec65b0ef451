#include "web/messages.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace cardea::web {
namespace {

TEST(Messages, refuses_to_invent_texts) {
  EXPECT_EQ(Texts("de")("noSuchText"), "noSuchText");
  EXPECT_EQ(Texts("xx")("doLogIn"), "Sign In");
  EXPECT_EQ(Texts().resolve("${noSuchText}"), "noSuchText");
  EXPECT_EQ(Texts().resolve("plain {0}"), "plain {0}");
}

TEST(Messages, finds_the_realms_own_text_then_the_language_then_english) {
  const Texts own("de", [](std::string_view language, std::string_view key) -> std::optional<std::string> {
    if (key == "doLogIn" && language == "de") return "Hinein, {0}";
    if (key == "only" && language == "en") return "Only in English";
    return std::nullopt;
  });
  EXPECT_EQ(own("doLogIn", {"Ada"}), "Hinein, Ada");
  EXPECT_EQ(own("only"), "Only in English");
  EXPECT_EQ(own("doCancel"), "Abbrechen");
  EXPECT_EQ(own.resolve("${doCancel}"), "Abbrechen");
}

TEST(Messages, says_sentences_of_the_code_in_the_pages_language) {
  const Texts german("de");
  EXPECT_EQ(german.said("Nobody wrote this sentence."), "Nobody wrote this sentence.");
  EXPECT_EQ(german.said("Nobody: wrote this"), "Nobody: wrote this");
  EXPECT_EQ(german.said(""), "");
  EXPECT_EQ(german.said("Client disabled."), german("clientDisabledMessage"));
  EXPECT_NE(german("clientDisabledMessage"), "Client disabled.");
  EXPECT_EQ(german.said("Invalid parameter: redirect_uri"), german("invalidParameterMessage", {"redirect_uri"}));
  const Texts own("en", [](std::string_view, std::string_view key) -> std::optional<std::string> {
    if (key != "clientDisabledMessage") return std::nullopt;
    return "Closed for today.";
  });
  EXPECT_EQ(own.said("Client disabled."), "Closed for today.") << "the realm's own word counts";
}

TEST(Messages, fills_in_values_by_number_and_nothing_else) {
  EXPECT_EQ(fill_in("{1} of {0}, {2}!", {"a", "b"}), "b of a, !");
  EXPECT_EQ(fill_in("{x} {} { {0", {"a"}), "{x} {} { {0");
  EXPECT_EQ(fill_in("{0}", {"{1}"}), "{1}") << "a value is never looked into";
}

TEST(Messages, chooses_a_text_by_number) {
  const std::string_view pattern = "{0} {0,choice,0#minutes|1#minute|1<minutes}";
  EXPECT_EQ(fill_in(pattern, {"0"}), "0 minutes");
  EXPECT_EQ(fill_in(pattern, {"1"}), "1 minute");
  EXPECT_EQ(fill_in(pattern, {"5"}), "5 minutes");
  EXPECT_EQ(fill_in("{0,choice,0#a|1#b}", {"x"}), "a") << "no number";
  EXPECT_EQ(fill_in("{0,choice,}{0,choice,x}", {"1"}), "");
  EXPECT_EQ(fill_in("{0,date}", {"1"}), "{0,date}") << "another format is none of ours";
}

TEST(Messages, every_mail_has_its_texts_in_every_language) {
  for (const auto* language : {"de", "en", "es", "fr"}) {
    for (const std::string key :
         {"emailVerification", "passwordReset", "executeActions", "emailUpdateConfirmation", "orgInvite"}) {
      for (const auto* part : {"Subject", "Body", "Link"}) {
        const auto* text = Messages::embedded().find(language, key + part);
        ASSERT_NE(text, nullptr) << language << " " << key << part;
        if (std::string_view(part) == "Body") EXPECT_NE(text->find("\n\n{0}\n\n"), std::string::npos) << *text;
      }
    }
  }
}

TEST(Messages, chooses_a_language_by_weight_and_without_region) {
  const std::vector<std::string> supported = {"en", "de", "pt-BR"};
  EXPECT_EQ(choose_language("fr, de-CH;q=0.7, en;q=0.5", supported), "de");
  EXPECT_EQ(choose_language("en;q=0, de;q=0.1", supported), "de");
  EXPECT_EQ(choose_language("pt-br", supported), "pt-BR");
  EXPECT_EQ(choose_language("fr de", supported), "de");  // ui_locales
  for (const auto* odd : {"", ";q=1", "fr;q=x", ",,,", "de;q=2"}) EXPECT_EQ(choose_language(odd, supported), "") << odd;
}

TEST(Messages, a_language_says_its_own_name) {
  for (const auto& [language, name] :
       {std::pair{"de", "Deutsch"}, std::pair{"en", "English"}, std::pair{"fr", "Français"}, std::pair{"ar", "العربية"},
        std::pair{"xx", "xx"}}) {
    EXPECT_EQ(language_name(language), name);
  }
  for (const auto* language : {"ar", "he", "fa", "ur-PK"}) EXPECT_TRUE(is_right_to_left(language)) << language;
  for (const auto* language : {"de", "xx", "", "arn"}) EXPECT_FALSE(is_right_to_left(language)) << language;
}

TEST(Messages, every_language_fills_in_no_more_values_than_english) {
  for (const auto& asset : embedded_assets()) {
    if (!asset.path.starts_with("messages/") || !asset.path.ends_with(".json")) continue;
    const auto texts = parse_json(asset.bytes, {.bytes_max = 1 << 20, .depth_max = 2});
    ASSERT_TRUE(texts);
    for (const auto& [key, text] : texts->get_object()) {
      const auto* english = Messages::embedded().find("en", key);
      if (english == nullptr) continue;
      for (int number = 0; number < 5; ++number) {
        const auto mark = "{" + std::to_string(number) + "}";
        if (std::string_view(text.get_string()).find(mark) == std::string_view::npos) continue;
        EXPECT_NE(english->find(mark), std::string::npos) << asset.path << " " << key;
      }
    }
  }
}

}  // namespace
}  // namespace cardea::web
