#include "web/form.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::web {
namespace {

FormError error_of(std::string_view text) {
  const auto form = Form::parse(text);
  EXPECT_FALSE(form.has_value()) << text;
  return form ? FormError{} : form.error();
}

TEST(Form, refuses_incomplete_escapes) {
  for (const auto* text : {"a=%", "a=%2", "a=%zz", "%=1", "a=%2&b=0", "a=1%4"}) {
    EXPECT_EQ(error_of(text), FormError::kMalformed) << text;
  }
}

TEST(Form, refuses_nul_and_bad_utf8) {
  EXPECT_EQ(error_of("a=%00"), FormError::kMalformed);
  EXPECT_EQ(error_of(std::string_view("a=\0", 3)), FormError::kMalformed);
  EXPECT_EQ(error_of("a=%FF"), FormError::kMalformed);
  EXPECT_EQ(error_of("a=%C0%AF"), FormError::kMalformed);
  EXPECT_EQ(error_of("%ED%A0%80=1"), FormError::kMalformed);
}

TEST(Form, refuses_too_many_parameters) {
  std::string text;
  for (std::size_t i = 0; i < kFormParametersMax; ++i) text += "a=1&";
  EXPECT_TRUE(Form::parse(text));
  EXPECT_EQ(error_of(text + "b"), FormError::kTooManyParameters);
}

TEST(Form, refuses_long_names_and_values) {
  const std::string name(kParameterNameBytesMax, 'n');
  const std::string value(kParameterBytesMax, 'v');
  EXPECT_TRUE(Form::parse(name + "=" + value));
  EXPECT_EQ(error_of(name + "n=1"), FormError::kTooLong);
  EXPECT_EQ(error_of("a=" + value + "v"), FormError::kTooLong);
  std::string escaped = "a=";
  for (std::size_t i = 0; i <= kParameterBytesMax; ++i) escaped += "%41";
  EXPECT_EQ(error_of(escaped), FormError::kTooLong);
}

TEST(Form, treats_empty_value_as_absent) {
  const auto form = Form::parse("state=&scope&nonce=n");
  ASSERT_TRUE(form);
  EXPECT_FALSE(form->value("state"));
  EXPECT_FALSE(form->value("scope"));
  EXPECT_FALSE(form->value("missing"));
  EXPECT_EQ(form->raw("state"), "");
  EXPECT_EQ(form->raw("scope"), "");
  EXPECT_FALSE(form->raw("missing"));
  EXPECT_EQ(form->value_or("state", "other"), "other");
  EXPECT_EQ(form->value_or("nonce", "other"), "n");
}

TEST(Form, names_first_repeated_parameter) {
  EXPECT_EQ(Form::parse("a=1&b=2&b=3&a=4")->first_repeated(), "b");
  EXPECT_EQ(Form::parse("a=1&a=")->first_repeated(), "a");
  EXPECT_FALSE(Form::parse("a=1&A=2")->first_repeated());
}

TEST(Form, decodes_names_and_values) {
  const auto form = Form::parse("&&a%5Bb%5D=x+y%2Bz%26&e=%C3%A9&q=a=b&");
  ASSERT_TRUE(form);
  ASSERT_EQ(form->parameters().size(), 3U);
  EXPECT_EQ(form->value("a[b]"), "x y+z&");
  EXPECT_EQ(form->value("e"), "\xC3\xA9");
  EXPECT_EQ(form->value("q"), "a=b");
}

TEST(Form, writes_what_it_reads) {
  std::string text = "https://x/?";
  append_form(text, "a b", "1+2&3=4");
  append_form(text, "e", "\xC3\xA9~-._");
  EXPECT_EQ(text, "https://x/?a+b=1%2B2%263%3D4&e=%C3%A9~-._");
  const auto form = Form::parse(text.substr(text.find('?') + 1));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->value("a b"), "1+2&3=4");
}

}  // namespace
}  // namespace cardea::web
