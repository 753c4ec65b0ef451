// ClientRepresentation as the admin API serves and takes it (keycloak.md sections 5.2 and 6.8).
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "admin/seam/call.h"
#include "domain/client.h"
#include "domain/representation/client_json.h"
#include "domain/scope.h"

namespace cardea::admin {

/// The secret of a confidential client shows to those who may change it (`may_hold`), and masked to all others: who may
/// only look must not become the client. Keycloak shows it to every viewer; reading a client back and writing it works
/// as there, since the mask changes nothing.
[[nodiscard]] Or<json::object> client_json(Call& call, const Client& client);
/// The same for many, with the statements of one.
[[nodiscard]] Or<json::array> client_rows(Call& call, std::span<const Client> clients);
/// The same for admin events and logs: the secret is masked.
[[nodiscard]] Or<json::object> masked_client_json(Call& call, const Client& client);
/// With the realm's scopes read already.
[[nodiscard]] json::object masked_client_json(const Call& call, const Client& client,
                                              const std::vector<ClientScope>& scopes);

/// The client of {clientUuid} or {id}, or 404 "Could not find client".
[[nodiscard]] Or<Client> load_client(Call& call);
/// The same for operations without a transaction of their own: they wait for others, or make keys first.
[[nodiscard]] Or<Client> read_client(Call& call);

/// Whether the caller may act as this client: manage-clients, and every admin role of its service account (attack class
/// 21). Secrets, ways to authenticate and the client itself are theirs alone.
[[nodiscard]] Or<bool> may_hold(Call& call, const Client& client);
/// load_client to be changed: 403 unless may_hold.
[[nodiscard]] Or<Client> load_client_to_change(Call& call);

/// What is wrong with a client, all of it: 400 invalid_input. New and changed clients are held to the same.
[[nodiscard]] Or<void> check_client(const Call& call, const Client& client);

/// Refuses members no client has, as Keycloak does.
[[nodiscard]] Or<void> refuse_unknown_client_members(const json::object& body);

/// A client that gets a service account gets its scope, before it is written.
void add_service_account_scope(Client& client, const std::vector<ClientScope>& scopes);
/// Gives the written client what its switch asks for: a service account, or none any more.
[[nodiscard]] Or<void> settle_service_account(Call& call, const Client& client, bool had_one);

}  // namespace cardea::admin
