// core's Mailer with the templates of web/theme/mail.
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
