#include "gate/keep_domino/notes_name.h"

#include <gtest/gtest.h>

namespace cardea::gate {
namespace {

TEST(NotesName, RefusesWhatIsNotAFullName) {
  for (const auto* name :
       {"", "Ann Lee", "cn=Ann/O=Acme", "CN=", "CN=/O=Acme", "CN=Ann/", "CN=Ann//O=Acme", "CN=Ann/Acme",
        "O=Acme/CN=Ann", "CN=Ann/O =Acme", "CN=Ann\n/O=Acme", "CN=Ann\\x/O=Acme", "CN=Ann\\", "CN=\xFF/O=Acme"}) {
    EXPECT_FALSE(is_notes_name(name)) << name;
  }
  EXPECT_FALSE(is_notes_name("CN=" + std::string(kNameBytesMax, 'a')));
  std::string many = "CN=a";
  for (std::size_t i = 0; i < kNamePartsMax; ++i) many += "/OU=b";
  EXPECT_FALSE(is_notes_name(many));
}

TEST(NotesName, AcceptsFullNames) {
  for (const auto* name : {"CN=Doctor Notes/O=ProjectKeep", "CN=Ann", "CN=A\\/B/OU=R/O=Acme/C=DE"}) {
    EXPECT_TRUE(is_notes_name(name)) << name;
  }
}

TEST(NotesNameFromLdap, RefusesWhatIsNoName) {
  for (const auto* name :
       {"", "Ann", "o=Acme", "cn=", "cn=Ann,", "cn=Ann,o=", "cn=Ann,,o=Acme", "cn=A+sn=B,o=Acme", "cn=\"Ann,o=Acme",
        "cn=\"Ann\"x,o=Acme", "cn=Ann\\", "cn=Ann\\z,o=Acme", "cn=A\\0AB,o=Acme", "cn=A;o=Acme", "c n=Ann"}) {
    EXPECT_FALSE(notes_name_from_ldap(name).has_value()) << name;
  }
}

TEST(NotesNameFromLdap, name_forms) {
  EXPECT_EQ(notes_name_from_ldap("cn=Ann Lee,ou=R,o=Acme"), "CN=Ann Lee/OU=R/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=Ann Lee, ou=R , o=Acme"), "CN=Ann Lee/OU=R/O=Acme");
  // A separator inside a value stays inside it, in whichever way it was written.
  EXPECT_EQ(notes_name_from_ldap("cn=Ann/O=Other,o=Acme"), "CN=Ann\\/O=Other/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=Lee\\, Ann,o=Acme"), "CN=Lee, Ann/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=\"Lee, Ann\",o=Acme"), "CN=Lee, Ann/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=Ann\\2FO=Other,o=Acme"), "CN=Ann\\/O=Other/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=Ann \\\"Q\\\" Lee,o=Acme"), "CN=Ann \"Q\" Lee/O=Acme");
  EXPECT_EQ(notes_name_from_ldap("cn=a\\\\b,o=Acme"), "CN=a\\\\b/O=Acme");
}

TEST(NotesNameFromLdap, GivesOnlyNotesNames) {
  for (const auto* name : {"cn=Ann Lee,ou=R,o=Acme", "cn=Ann/O=Other,o=Acme", "cn=a\\\\b,o=Acme", "cn=\\ x\\ ,o=y"}) {
    const auto notes = notes_name_from_ldap(name);
    ASSERT_TRUE(notes.has_value()) << name;
    EXPECT_TRUE(is_notes_name(*notes)) << *notes;
  }
}

}  // namespace
}  // namespace cardea::gate
