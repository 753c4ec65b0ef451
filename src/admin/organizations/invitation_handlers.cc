// Invitations to organizations: a mail with a link, to an address that has an account or will have one.
#include <algorithm>

#include "admin/organizations/organization_handlers.h"
#include "admin/seam/body_form.h"
#include "base/text.h"
#include "core/action_token.h"
#include "core/changes/check_values.h"
#include "core/mail/action_mail.h"
#include "core/mail/mime.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

json::object invitation_json(const OrganizationInvitation& invitation, TimePoint now) {
  json::object out;
  out["id"] = invitation.id;
  out["organizationId"] = invitation.organization.str();
  out["email"] = invitation.email;
  set_unless_empty(out, "firstName", invitation.first_name);
  set_unless_empty(out, "lastName", invitation.last_name);
  out["sentDate"] = epoch_seconds(invitation.sent_at);
  out["expiresAt"] = epoch_seconds(invitation.expires_at);
  out["status"] = now < invitation.expires_at ? "PENDING" : "EXPIRED";
  return out;
}

Refusal not_sent() { return error_message(500, "Failed to send invite email"); }

/// Null: whoever has the address then. An account that only says it has the address may be another's.
const User* known(const std::optional<User>& user) { return user && user->email_verified ? &*user : nullptr; }

/// Who may send mails to any address sends them to one at a time, and nobody is buried in them.
Or<void> brake(Call& call, const std::string& email) {
  auto& limits = *call.dependencies().invitation_brake;
  const auto& inviter = call.caller().user.id.str();
  const auto invited = call.realm().id.str() + ' ' + ascii_lower(email);
  if (!limits.inviters.is_exhausted(inviter, call.now()) && limits.invited.take(invited, call.now())) {
    if (limits.inviters.take(inviter, call.now())) return {};
  }
  call.dependencies().log.info("invitation_refused", {{"reason", "too_many_invitations"},
                                                      {"realm", call.realm().name},
                                                      {"by_user", inviter},
                                                      {"correlation_id", call.request().correlation_id}});
  return refuse(error_message(429, "Too many invitations. Try again later."));
}

/// Keeps the invitation, and its mail in the outbox; an earlier one to the address is over.
Answer send_invitation(Call& call, const Organization& organization, const User* user,
                       OrganizationInvitation invitation) {
  const auto& dependencies = call.dependencies();
  if (dependencies.mailer == nullptr || !dependencies.mail_base) return refuse(not_offered("There is no mail here."));
  auto base = dependencies.mail_base(call.request(), call.realm().name);
  if (!base || !can_send_mail(call.realm())) return refuse(not_sent());
  CARDEA_TRY(kept, call.repositories().memberships.invitations(call.rows(), organization.id));
  if (kept.size() >= kInvitationsMax) return refuse(error_message(400, "Too many invitations"));
  CARDEA_DO(brake(call, invitation.email));
  const auto life = admin_link_life(call.realm());
  invitation.id = call.new_id();
  invitation.organization = organization.id;
  invitation.email = ascii_lower(invitation.email);
  invitation.sent_at = call.now();
  invitation.expires_at = call.now() + life;
  CARDEA_TRY(realm, dependencies.settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  const InvitationMail about{organization, invitation};
  const ActionMailOrder order{.kind = ActionKind::kJoinOrganization,
                              .user = user,
                              .base = std::move(*base),
                              .life = life,
                              .invitation = &about};
  const auto mail = write_action_mail(*dependencies.mailer, *realm, order, draw_ids(call.random()), call.now());
  CARDEA_DO(call.repositories().memberships.put_invitation(call.tx(), invitation));
  CARDEA_DO(call.repositories().mails.insert(call.tx(), mail));
  call.note_after(invitation_json(invitation, call.now()));
  return no_content();
}

Or<void> refuse_member(Call& call, const Organization& organization, const User& user) {
  CARDEA_TRY(membership, call.repositories().memberships.find(call.rows(), organization.id, user.id));
  if (membership) return refuse(error_message(409, "User already a member of the organization"));
  return {};
}

Or<OrganizationInvitation> load_invitation(Call& call, const Organization& organization) {
  CARDEA_TRY(found,
             call.repositories().memberships.find_invitation(call.rows(), organization.id, call.path("invitationId")));
  if (!found) return refuse(error_message(404, "Invitation not found"));
  return std::move(*found);
}

bool matches(const Call& call, const OrganizationInvitation& invitation) {
  const auto has = [&](std::string_view name, std::string_view value) {
    return ascii_lower(value).contains(ascii_lower(call.query(name)));
  };
  const auto search = call.query("search");
  const bool is_found = search.empty() || has("search", invitation.email) || has("search", invitation.first_name) ||
                        has("search", invitation.last_name);
  const auto status = call.query("status");
  const bool is_pending = call.now() < invitation.expires_at;
  const bool has_status = status.empty() || equal_ignoring_ascii_case(status, is_pending ? "PENDING" : "EXPIRED");
  return is_found && has_status && has("email", invitation.email) && has("firstName", invitation.first_name) &&
         has("lastName", invitation.last_name);
}

}  // namespace

Answer invite_new_member(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(form, body_form(call));
  OrganizationInvitation invitation;
  invitation.email = form.value_or("email", "");
  invitation.first_name = form.value_or("firstName", "");
  invitation.last_name = form.value_or("lastName", "");
  if (invitation.email.empty()) return refuse(error_message(400, "Email is required to invite a member"));
  if (!is_mail_address(invitation.email)) return refuse(error_message(400, "Invalid email format"));
  for (const auto* name : {&invitation.first_name, &invitation.last_name}) {
    if (!name->empty() && check_name(*name)) return refuse(error_message(400, "Bad name"));
  }
  CARDEA_TRY(user,
             call.repositories().users.find_by_email(call.rows(), call.realm().id, ascii_lower(invitation.email)));
  if (user) CARDEA_DO(refuse_member(call, organization, *user));
  return send_invitation(call, organization, known(user), std::move(invitation));
}

Answer invite_existing_member(Call& call) {
  CARDEA_DO(call.require({AdminRole::kViewUsers, AdminRole::kManageUsers}));  // the invitation shows name and address
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(form, body_form(call));
  const auto id = form.value_or("id", "");
  if (id.empty()) return refuse(error(400, "To invite a member you need to provide the user id"));
  CARDEA_TRY(user, call.repositories().users.find(call.rows(), call.realm().id, UserId(id)));
  if (!user || user->service_account_client) return refuse(error_message(400, "User does not exist"));
  if (user->email.empty()) return refuse(error_message(400, "User email missing"));
  CARDEA_DO(refuse_member(call, organization, *user));
  OrganizationInvitation invitation;
  invitation.email = user->email;
  invitation.first_name = user->first_name;
  invitation.last_name = user->last_name;
  return send_invitation(call, organization, known(user), std::move(invitation));
}

Answer list_invitations(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(page, call.page());
  CARDEA_TRY(found, call.repositories().memberships.invitations(call.rows(), organization.id));
  std::erase_if(found, [&](const OrganizationInvitation& invitation) { return !matches(call, invitation); });
  json::array list;
  for (std::size_t i = static_cast<std::size_t>(page.first); i < found.size() && std::ssize(list) < page.max; ++i) {
    list.push_back(invitation_json(found[i], call.now()));
  }
  return ok(list);
}

Answer get_invitation(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(invitation, load_invitation(call, organization));
  return ok(invitation_json(invitation, call.now()));
}

Answer resend_invitation(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(invitation, load_invitation(call, organization));
  CARDEA_TRY(user, call.repositories().users.find_by_email(call.rows(), call.realm().id, invitation.email));
  return send_invitation(call, organization, known(user), std::move(invitation));
}

Answer delete_invitation(Call& call) {
  CARDEA_TRY(organization, load_organization(call));
  CARDEA_TRY(invitation, load_invitation(call, organization));
  call.note_before(invitation_json(invitation, call.now()));
  CARDEA_DO(call.repositories().memberships.remove_invitation(call.tx(), organization.id, invitation.id));
  return no_content();
}

}  // namespace cardea::admin
