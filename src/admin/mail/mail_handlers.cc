#include "admin/mail/mail_handlers.h"

#include <algorithm>

#include "admin/realms/realm_view.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/mail/action_mail.h"
#include "core/mail/mime.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::size_t kActionsMax = 20;
constexpr std::int64_t kLinkLifeMax = 30LL * 24 * 3600;

Refusal mail_failed(std::string_view what) {
  return error_message(500, std::string("Failed to send ").append(what).append(" email"));
}

/// Where the last page of the link may lead back to: a client, and one of its redirect URIs.
Or<void> read_target(Call& call, ActionMailOrder& order) {
  order.client_id = call.query("client_id");
  order.redirect_uri = call.query("redirect_uri");
  if (order.client_id.empty()) {
    if (order.redirect_uri.empty()) return {};
    return refuse(error_message(400, "Client id missing"));
  }
  auto& clients = call.repositories().clients;
  CARDEA_TRY(client, clients.find_by_client_id(call.rows(), call.realm().id, order.client_id));
  if (!client) return refuse(error_message(404, "Client doesn't exist"));
  if (!client->enabled) return refuse(error_message(400, "Client is not enabled"));
  if (order.redirect_uri.empty()) return {};
  const auto& dependencies = call.dependencies();
  const auto base = dependencies.base_url.of_realm(call.request(), call.realm().name);
  const bool is_allowed =
      dependencies.is_redirect_allowed && dependencies.is_redirect_allowed(*client, order.redirect_uri, base);
  if (!is_allowed) return refuse(error_message(400, "Invalid redirect uri."));
  return {};
}

Or<std::optional<seconds>> read_life(const Call& call) {
  const auto text = call.query("lifespan");
  if (text.empty()) return std::optional<seconds>();
  const auto life = parse_integer<std::int64_t>(text);
  if (!life || *life <= 0 || *life > kLinkLifeMax) {
    return refuse(error(400, "invalid_request", "lifespan must be 1 to 2592000 seconds"));
  }
  return std::optional(seconds{*life});
}

/// The mail goes to the outbox in the transaction that found whom it is for.
Answer send_link(Call& call, ActionKind kind, std::vector<std::string> actions, std::string_view what) {
  CARDEA_TRY(user, load_user_to_change(call));
  if (user.email.empty()) return refuse(error_message(400, "User email missing"));
  if (!user.is_active()) return refuse(error_message(400, "User is disabled"));
  const auto& dependencies = call.dependencies();
  if (dependencies.mailer == nullptr || !dependencies.mail_base) return refuse(not_offered("There is no mail here."));
  ActionMailOrder order{.kind = kind, .user = &user, .base = {}, .actions = std::move(actions)};
  CARDEA_DO(read_target(call, order));
  CARDEA_TRY(life, read_life(call));
  order.life = life.value_or(admin_link_life(call.realm()));
  auto base = dependencies.mail_base(call.request(), call.realm().name);
  if (!base || !can_send_mail(call.realm())) return refuse(mail_failed(what));
  order.base = std::move(*base);
  CARDEA_TRY(realm, dependencies.settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  const auto mail = write_action_mail(*dependencies.mailer, *realm, order, draw_ids(call.random()), call.now());
  CARDEA_DO(call.repositories().mails.insert(call.tx(), mail));
  if (!call.has_note()) call.note_after(json::object{{"email", user.email}});
  return no_content();
}

/// Actions that the realm knows and has switched on.
Or<void> check_actions(const Call& call, const std::vector<std::string>& actions) {
  const auto* known = call.realm().extra.if_contains("requiredActions");
  for (const auto& action : actions) {
    const bool is_known =
        known != nullptr && known->is_array() && std::ranges::any_of(known->get_array(), [&](const json::value& item) {
          const auto* object = item.if_object();
          return object != nullptr && string_or(*object, "alias", "") == action && bool_or(*object, "enabled", false);
        });
    if (!is_known) return refuse(error_message(400, "Provided invalid required actions"));
  }
  return {};
}

}  // namespace

Answer execute_actions_email(Call& call) {
  CARDEA_TRY(body, call.body_array());
  std::vector<std::string> actions;
  for (const auto& item : *body) {
    if (!item.is_string()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    actions.emplace_back(item.get_string());
  }
  if (actions.empty() || actions.size() > kActionsMax) {
    return refuse(error_message(400, "Provided invalid required actions"));
  }
  CARDEA_DO(check_actions(call, actions));
  call.note_after(*body);
  return send_link(call, ActionKind::kExecuteActions, std::move(actions), "execute actions");
}

Answer send_verify_email(Call& call) { return send_link(call, ActionKind::kVerifyEmail, {}, "verify"); }

Answer reset_password_email(Call& call) {
  return send_link(call, ActionKind::kExecuteActions, {"UPDATE_PASSWORD"}, "execute actions");
}

Answer test_smtp(Call& call) {
  CARDEA_TRY(body, call.body_object());
  const auto& dependencies = call.dependencies();
  if (!dependencies.send_mail || dependencies.mailer == nullptr) return refuse(not_offered("There is no mail here."));
  const auto& to = call.caller().user.email;
  if (to.empty() || !is_mail_address(to)) {
    return refuse(error_message(500, "Please add an email address to your user first"));
  }
  // The settings of the body in place of the realm's: a password that nobody typed goes to its own server only.
  CARDEA_TRY(realm, read_realm(json::object{{"smtpServer", *body}}, call.realm(),
                               call.dependencies().settings.password_lists()));
  auto server = mail_server_of(realm);
  if (!server) return refuse(error_message(500, "The mail settings cannot be used: " + server.error()));
  const auto mail = dependencies.mailer->write({.kind = MailKind::kTest,
                                                .realm = realm,
                                                .to = to,
                                                .link = {},
                                                .life = {},
                                                .own_language = language_of(call.caller().user)},
                                               call.new_id(), call.now());
  auto content = mime_message({.from = server->from,
                               .from_name = server->from_name,
                               .reply_to = server->reply_to,
                               .reply_to_name = server->reply_to_name,
                               .to = to,
                               .subject = mail.subject,
                               .text = mail.text,
                               .html = mail.html,
                               .date = call.now(),
                               .id = mail.id});
  const auto problem = dependencies.send_mail(std::move(*server), to, std::move(content));
  if (problem.empty()) return no_content();
  return refuse(error_message(500, "Failed to send the test mail: " + problem));
}

}  // namespace cardea::admin
