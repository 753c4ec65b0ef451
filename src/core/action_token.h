// The signed text in a mailed link (keycloak.md section 1.16): whom it is for, what it lets them do, until when. Signed
// with the realm's own HMAC key, so that only this server makes and reads it; each works once (`used_id` goes into
// UsedIdRepo in the transaction that does what the link is for). It proves that somebody reads the person's mail, and
// nothing else: no link signs anybody in (attack class 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "domain/ids.h"

namespace cardea {

enum class ActionKind { kVerifyEmail, kResetCredentials, kExecuteActions, kUpdateEmail, kJoinOrganization };

struct ActionToken {
  ActionKind kind;
  UserId user;                       // kJoinOrganization: an id of nobody for who has no account yet
  std::string id;                    // jti, a UUID
  std::string email;                 // as it was when the mail was written: the link dies with a change of address
  std::string client_id;             // whom the last page may lead back to; empty: nobody
  std::string redirect_uri;          // checked against the client's by whoever made the token; empty: none
  std::vector<std::string> actions;  // aliases of required actions; for kExecuteActions
  std::string new_email = {};        // the address to come, which the mail went to; for kUpdateEmail
  TimePoint expires_at{};
  /// Of kResetCredentials and kUpdateEmail: the password as it was when the link was asked for (core/proof_holds.h).
  /// Another one since, and the link is over.
  std::optional<std::int64_t> credential_stamp = {};
  /// Of kJoinOrganization: whose invitation it is (domain/organization.h). The row decides whether it is still open.
  OrganizationId organization = {};
  std::string invitation = {};
};

enum class ActionTokenError {
  kMalformed,  // no token of ours: changed, cut off, of another realm, or of another kind
  kExpired,
};
[[nodiscard]] std::string_view describe(ActionTokenError error);

/// `issuer`: of the address the link begins with. The realm must have its HMAC key, which every realm has: without one
/// the text is empty.
[[nodiscard]] std::string write_action_token(const RealmEntry& realm, std::string_view issuer, const ActionToken& token,
                                             TimePoint now);

/// Checks signature, issuer, type and time. What it says about user, address and client must be compared with the
/// records by the caller.
[[nodiscard]] Result<ActionToken, ActionTokenError> read_action_token(const RealmEntry& realm, std::string_view issuer,
                                                                      std::string_view text, TimePoint now);

/// Of links to reset a password only the newest of a person works: what TicketRepo keeps its id under.
[[nodiscard]] std::string reset_ticket(const UserId& user);
/// The same for links to a new address.
[[nodiscard]] std::string email_ticket(const UserId& user);

/// What UsedIdRepo remembers of a token.
[[nodiscard]] std::string used_id(const ActionToken& token);

/// `B/realms/{realm}/login-actions/action-token?key=...`; `base` is the configured address (attack class 9).
[[nodiscard]] std::string action_link(std::string_view base, std::string_view realm_name, std::string_view token);

/// How long links live: the realm's `actionTokenGeneratedByUserLifespan` (300 s unless said) or, for those an
/// administrator sends, `actionTokenGeneratedByAdminLifespan` (12 hours). Of a user's links the realm attribute
/// `actionTokenGeneratedByUserLifespan.<kind>` decides where it is set. At most 30 days.
[[nodiscard]] seconds user_link_life(const Realm& realm, ActionKind kind);
[[nodiscard]] seconds admin_link_life(const Realm& realm);

}  // namespace cardea
