#include "web/mail_templates.h"

#include <gmock/gmock.h>

namespace cardea::web {
namespace {

using testing::HasSubstr;
using testing::Not;

MailValues values() {
  return {.texts = {{"realm", "<b>Demo</b> & Co"},
                    {"name", "Ada"},
                    {"link", "https://id.example/x?key=a&b=\"c"},
                    {"life", "5 minutes"}},
          .items = {"Update <Password>"}};
}

TEST(MailTemplates, refuses_markup_in_values) {
  const MailTemplates mails;
  for (const auto* name : {"verify-email", "reset-password", "execute-actions", "join-organization", "test"}) {
    const auto mail = mails.render(name, values());
    EXPECT_THAT(mail.html, Not(HasSubstr("<b>Demo"))) << name;
    EXPECT_THAT(mail.html, HasSubstr("&lt;b&gt;Demo")) << name;
    EXPECT_THAT(mail.text, HasSubstr("<b>Demo</b> & Co")) << "text is text";
    EXPECT_THAT(mail.subject, Not(HasSubstr("\n")));
    EXPECT_FALSE(mail.subject.empty());
  }
}

TEST(MailTemplates, links_stand_in_both_parts) {
  const MailTemplates mails;
  for (const auto* name : {"verify-email", "reset-password", "execute-actions", "join-organization"}) {
    const auto mail = mails.render(name, values());
    EXPECT_THAT(mail.text, HasSubstr("\nhttps://id.example/x?key=a&b=\"c\n")) << name;
    EXPECT_THAT(mail.html, HasSubstr("href=\"https://id.example/x?key=a&amp;b=&quot;c\"")) << name;
    EXPECT_THAT(mail.html, HasSubstr("5 minutes")) << name;
  }
  EXPECT_THAT(mails.render("execute-actions", values()).text, HasSubstr("Update <Password>"));
}

}  // namespace
}  // namespace cardea::web
