#include "core/mail/action_mail.h"

#include "base/uri.h"
#include "core/mail/mail_server.h"

namespace cardea {
namespace {

seconds life_of(const Realm& realm, const ActionMailOrder& order) {
  if (order.life) return *order.life;
  const bool is_admins = order.kind == ActionKind::kExecuteActions || order.kind == ActionKind::kJoinOrganization;
  return is_admins ? admin_link_life(realm) : user_link_life(realm, order.kind);
}

MailKind mail_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::kVerifyEmail:
      return MailKind::kVerifyEmail;
    case ActionKind::kResetCredentials:
      return MailKind::kResetPassword;
    case ActionKind::kUpdateEmail:
      return MailKind::kUpdateEmail;
    case ActionKind::kJoinOrganization:
      return MailKind::kJoinOrganization;
    case ActionKind::kExecuteActions:
      break;
  }
  return MailKind::kExecuteActions;
}

void say_who_is_invited(MailOrder& mail, const ActionMailOrder& order) {
  const auto& invitation = order.invitation->invitation;
  mail.organization = order.invitation->organization.name;
  mail.first_name = order.user != nullptr ? order.user->first_name : invitation.first_name;
  mail.last_name = order.user != nullptr ? order.user->last_name : invitation.last_name;
}

}  // namespace

ActionMailIds draw_ids(Random& random) { return {random_uuid(random), random_uuid(random)}; }

Mail write_action_mail(const Mailer& mailer, const RealmEntry& realm, const ActionMailOrder& order,
                       const ActionMailIds& ids, TimePoint now) {
  const auto life = life_of(realm.realm, order);
  const auto issuer = order.base + "/realms/" + percent_encode(realm.realm.name);
  ActionToken token{.kind = order.kind,
                    .user = order.user != nullptr ? order.user->id : UserId(ids.mail),
                    .id = ids.token,
                    .email = order.user != nullptr ? order.user->email : std::string(),
                    .client_id = order.client_id,
                    .redirect_uri = order.redirect_uri,
                    .actions = order.actions,
                    .new_email = order.new_email,
                    .expires_at = now + life,
                    .credential_stamp = order.credential_stamp};
  if (order.invitation != nullptr) {
    const auto& invitation = order.invitation->invitation;
    token.email = invitation.email;
    token.organization = invitation.organization;
    token.invitation = invitation.id;
  }
  MailOrder mail{.kind = mail_of(order.kind),
                 .realm = realm.realm,
                 .to = order.new_email.empty() ? token.email : order.new_email,
                 .link = action_link(order.base, realm.realm.name, write_action_token(realm, issuer, token, now)),
                 .life = life,
                 .actions = order.actions,
                 .new_email = order.new_email,
                 .own_language = order.user != nullptr ? language_of(*order.user) : std::string(),
                 .page_language = order.page_language};
  if (order.invitation != nullptr) say_who_is_invited(mail, order);
  return mailer.write(mail, ids.mail, now);
}

bool can_send_mail(const Realm& realm) { return mail_server_of(realm).has_value(); }

}  // namespace cardea
