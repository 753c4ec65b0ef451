#include "admin/registration/access_token_handlers.h"

#include "admin/clients/client_view.h"
#include "domain/representation/object_reader.h"

namespace cardea::admin {
namespace {

constexpr int kInitialAccessMax = 1000;  // tokens that stand at once
constexpr std::int64_t kUsesMax = 1'000'000;
constexpr std::int64_t kLifeMax = 10LL * 366 * 24 * 3600;
constexpr TimePoint kNever = from_epoch_seconds(253'402'300'799);  // the year 9999

/// The id that people see stands for the ticket and is no secret: the token is signed.
json::object shown(const Ticket& ticket) {
  const auto expiration =
      ticket.expires_at == kNever ? 0 : epoch_seconds(ticket.expires_at) - epoch_seconds(ticket.created_at);
  return {{"id", ticket.hash},
          {"timestamp", epoch_seconds(ticket.created_at)},
          {"expiration", expiration},
          {"count", ticket.uses},
          {"remainingCount", ticket.uses_left}};
}

/// Signed for the address of this request, as registration will read it.
Or<std::string> sign(Call& call, const RegistrationTokenOrder& order) {
  const auto& dependencies = call.dependencies();
  if (!dependencies.make_registration_token) return refuse(not_offered("There is no client registration here."));
  CARDEA_TRY(realm, dependencies.settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  const auto issuer = dependencies.base_url.issuer(call.request(), call.realm().name);
  auto token = dependencies.make_registration_token(*realm, issuer, order, call.now());
  if (!token) return refuse(error(500, "unknown_error", "The realm has no key to sign with"));
  return std::move(*token);
}

}  // namespace

Answer list_initial_access(Call& call) {
  CARDEA_TRY(tickets, call.repositories().tickets.list(call.rows(), call.realm().id, TicketKind::kInitialAccess,
                                                       kInitialAccessMax));
  json::array list;
  for (const auto& ticket : tickets) {
    if (ticket.expires_at > call.now() && ticket.uses_left > 0) list.push_back(shown(ticket));
  }
  return ok(list);
}

Answer create_initial_access(Call& call) {
  CARDEA_TRY(body, call.body_object());
  RepresentationProblems problems;
  const JsonPath root;
  ObjectReader reader(*body, root, problems);
  std::int64_t life = 0;
  std::int64_t uses = 1;
  reader.number("expiration", life);
  reader.number("count", uses);
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  if (life < 0 || life > kLifeMax) return refuse(error_message(400, "The expiration is out of range"));
  if (uses < 1 || uses > kUsesMax) return refuse(error_message(400, "The count cannot be less than 1"));
  auto& tickets = call.repositories().tickets;
  CARDEA_TRY(standing, tickets.list(call.rows(), call.realm().id, TicketKind::kInitialAccess, kInitialAccessMax));
  if (std::ssize(standing) >= kInitialAccessMax) return refuse(error_message(400, "Too many initial access tokens"));
  const Ticket ticket{.hash = call.new_id(),
                      .realm = call.realm().id,
                      .kind = TicketKind::kInitialAccess,
                      .content = {},
                      .uses = static_cast<int>(uses),
                      .uses_left = static_cast<int>(uses),
                      .created_at = call.now(),
                      .expires_at = life == 0 ? kNever : call.now() + seconds{life}};
  CARDEA_TRY(token, sign(call, {.kind = TicketKind::kInitialAccess,
                                .ticket = ticket.hash,
                                .expires_at = life == 0 ? std::nullopt : std::optional(ticket.expires_at)}));
  CARDEA_DO(tickets.insert(call.tx(), ticket));
  call.note_after(shown(ticket));
  auto out = shown(ticket);
  out["token"] = token;
  auto response = call.created(ticket.hash);
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  response.body = json::serialize(out);
  return response;
}

Answer delete_initial_access(Call& call) {
  call.note_before(json::object{{"id", call.path("tokenId")}});
  auto& tickets = call.repositories().tickets;
  CARDEA_DO(tickets.remove(call.tx(), call.realm().id, TicketKind::kInitialAccess, call.path("tokenId")));
  return no_content();
}

/// A new token, and none of those that were handed out before: this is how a token that got lost is taken back.
Answer renew_registration_token(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  const Ticket ticket{.hash = call.new_id(),
                      .realm = call.realm().id,
                      .kind = TicketKind::kRegistration,
                      .content = client.id.str(),
                      .created_at = call.now(),
                      .expires_at = kNever};
  CARDEA_TRY(token, sign(call, {.kind = TicketKind::kRegistration, .ticket = ticket.hash}));
  auto& tickets = call.repositories().tickets;
  CARDEA_DO(tickets.remove_of(call.tx(), call.realm().id, TicketKind::kRegistration, client.id.str()));
  CARDEA_DO(tickets.insert(call.tx(), ticket));
  CARDEA_TRY(shown, masked_client_json(call, client));
  call.note_after(std::move(shown));
  CARDEA_TRY(out, client_json(call, client));
  out["registrationAccessToken"] = token;
  auto response = ok(out);
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace cardea::admin
