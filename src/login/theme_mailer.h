// core's Mailer with the layout of web/theme/mail and the texts of web/theme/messages: in the person's language, with
// the realm's own words where it has some (`localizationTexts`), which go by Keycloak's keys and values. Of the two
// texts that Keycloak has for each mail only the plain one is looked at: HTML is made of it.
#pragma once

#include "core/mail/mailer.h"
#include "web/mail_templates.h"

namespace cardea::login {

class ThemeMailer final : public Mailer {
 public:
  [[nodiscard]] Mail write(const MailOrder& order, std::string id, TimePoint now) const override;

 private:
  web::MailTemplates templates_;
};

}  // namespace cardea::login
