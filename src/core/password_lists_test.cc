#include "core/password_lists.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(PasswordLists, finds_lines_in_any_case_and_nothing_else) {
  const auto list = PasswordList::parse("letmein\r\nQwertz\n\n\xc3\x84rger\ntwo words\nletmein");
  EXPECT_EQ(list.size(), 4U);
  for (const auto* word : {"letmein", "LetMeIn", "QWERTZ", "\xc3\xa4rger", "\xc3\x84RGER", "two words"}) {
    EXPECT_TRUE(list.contains(word)) << word;
  }
  for (const auto* word : {"", "letmein1", "two", "two words ", "let", "\r"}) EXPECT_FALSE(list.contains(word)) << word;
}

TEST(PasswordLists, an_empty_file_lists_nothing) { EXPECT_FALSE(PasswordList::parse("").contains("")); }

}  // namespace
}  // namespace cardea
