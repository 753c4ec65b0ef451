#include "web/mail_templates.h"

#include <gmock/gmock.h>

namespace cardea::web {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kLink = "https://id.example/x?key=a&b=\"c";

MailWords words() {
  return {.language = "de",
          .brand = "<b>Demo</b> & Co",
          .logo = "",
          .subject = "Hello\n",
          .body = "An account of {2}.\n\n{0}\n\nGood for {3}, not <i>longer</i>.",
          .values = {kLink, "", "<b>Demo</b> & Co", "{0} minutes"},
          .link = kLink,
          .link_label = "Follow <me>"};
}

TEST(MailTemplates, refuses_markup_in_values_and_texts) {
  const auto mail = MailTemplates().render(words());
  for (const auto* markup : {"<b>Demo", "<i>longer", "Follow <me>"}) EXPECT_THAT(mail.html, Not(HasSubstr(markup)));
  EXPECT_THAT(mail.html, HasSubstr("&lt;b&gt;Demo"));
  EXPECT_THAT(mail.html, HasSubstr("Follow &lt;me&gt;"));
  EXPECT_THAT(mail.text, HasSubstr("<b>Demo</b> & Co")) << "text is text";
  EXPECT_EQ(mail.subject, "Hello");
  EXPECT_THAT(mail.html, Not(HasSubstr("<img")));
}

TEST(MailTemplates, refuses_values_that_look_like_the_link) {
  const auto mail = MailTemplates().render(words());
  EXPECT_THAT(mail.html, HasSubstr("<p>Good for {0} minutes, not"));
  EXPECT_EQ(mail.html.find("<a "), mail.html.rfind("<a "));
}

TEST(MailTemplates, the_link_stands_in_both_parts) {
  const auto mail = MailTemplates().render(words());
  EXPECT_THAT(mail.text, HasSubstr("\n" + kLink + "\n"));
  EXPECT_THAT(mail.html, HasSubstr("<p><a href=\"https://id.example/x?key=a&amp;b=&quot;c\""));
  EXPECT_THAT(mail.html, HasSubstr("<html lang=\"de\" dir=\"ltr\">"));
  EXPECT_THAT(mail.html, HasSubstr("<p>An account of "));
}

TEST(MailTemplates, a_text_may_have_the_link_in_its_middle_or_none) {
  auto odd = words();
  odd.body = "Open {0} now.";
  EXPECT_THAT(MailTemplates().render(odd).html, HasSubstr("<p>Open <a href="));
  EXPECT_EQ(MailTemplates().render(odd).text, "Open " + kLink + " now.\n");
  odd.body = "Hello {0}";
  odd.link.clear();
  odd.values = {"Ada"};
  EXPECT_THAT(MailTemplates().render(odd).html, HasSubstr("<p>Hello Ada</p>"));
  odd.logo = "https://cdn.example/l.png";
  EXPECT_THAT(MailTemplates().render(odd).html, HasSubstr("src=\"https://cdn.example/l.png\""));
}

}  // namespace
}  // namespace cardea::web
