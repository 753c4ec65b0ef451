#include "login/mail_limits.h"

#include "base/text.h"

namespace cardea::login {

bool MailLimits::take(const RealmId& realm, std::string_view name, std::string_view remote_address, TimePoint now) {
  auto name_key = realm.str() + '\n' + ascii_lower(name);
  auto source_key = address_key(remote_address);
  if (by_name_.is_exhausted(name_key, now) || by_address_.is_exhausted(source_key, now)) return false;
  by_name_.count(name_key, now);
  by_address_.count(source_key, now);
  return true;
}

bool MailLimits::take_row(const SessionId& session, TimePoint now) { return rows_.take(session.str(), now); }

std::shared_ptr<MailLimits> make_mail_limits() { return std::make_shared<MailLimits>(); }

}  // namespace cardea::login
