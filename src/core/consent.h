// What a person must be asked before a client gets it (keycloak.md section 1.16; standards.md section 2.5): the client
// scopes that say so, unless they were allowed before. Decisions are pure functions of the records; granting and
// revoking are for the caller's transaction. Pages, the account API and the admin API use the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// The required action that stands for the consent page; always the last.
inline constexpr std::string_view kConsentAction = "OAUTH_GRANT";

/// One thing that is asked for.
struct ConsentItem {
  ScopeId scope;          // the id of the client itself where the client wants to be a line of its own
  std::string text;       // for people; "${key}" is a key of the message bundles
  std::string parameter;  // what of it, to be shown behind the text; empty: it has none
};

/// What is kept of a scope that was allowed is its id. Of "organization" each way of asking is allowed by itself:
/// "<id>:acme" and "<id>:*" are kept for the scopes "organization:acme" and "organization:*", the id for the plain one.
struct AllowedScope {
  const ClientScope* scope = nullptr;  // null: the realm has it no more
  std::string_view parameter;          // of `kept`
};
[[nodiscard]] AllowedScope allowed_scope(const RealmEntry& realm, const ScopeId& kept);
AllowedScope allowed_scope(const RealmEntry& realm, ScopeId&& kept) = delete;  // the answer looks into it
/// The same among scopes as they are stored.
[[nodiscard]] AllowedScope allowed_scope(const std::vector<ClientScope>& scopes, const ScopeId& kept);

/// Everything in `scope` (as granted, space separated) that a consent page shows, in the order of `gui.order`: what is
/// allowed where people are asked in any case, as about a device.
[[nodiscard]] std::vector<ConsentItem> shown_items(const ClientEntry& client, std::string_view scope);
/// Everything in `scope` (as granted, space separated) that the client may get with consent only, in the order of
/// `gui.order`. Empty when the client does not require consent.
[[nodiscard]] std::vector<ConsentItem> consent_items(const ClientEntry& client, std::string_view scope);

/// What must be asked now: what was not allowed before, or everything with prompt=consent.
[[nodiscard]] std::vector<ConsentItem> items_to_ask(const ClientEntry& client, const AuthorizationRequest& request,
                                                    const std::optional<Consent>& allowed);

/// Is something in `scope` not allowed, or not any more? Asked where something is paid out, in the transaction that
/// does: a consent may have been taken back since the page. Reads nothing for clients that need none.
[[nodiscard]] Stored<bool> lacks_consent(Rows& rows, const Repositories& repositories, const ClientEntry& client,
                                         const UserId& user, std::string_view scope);

/// Adds the items to what the person allowed the client.
[[nodiscard]] Stored<void> grant_consent(Tx& tx, const Repositories& repositories, const UserId& user,
                                         const ClientId& client, const std::vector<ConsentItem>& items, TimePoint now);

/// Takes back everything the person allowed the client, and with it the client's share in each of their sessions,
/// offline ones too: its refresh tokens end. False when there was nothing to take back.
[[nodiscard]] Stored<bool> revoke_consent(Tx& tx, const Repositories& repositories, const RealmId& realm,
                                          const UserId& user, const ClientId& client);

}  // namespace cardea
