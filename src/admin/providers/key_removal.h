// When the last key of an algorithm goes while clients are set to it (`*.signed.response.alg`), another takes its
// place, as Keycloak makes one when the next token is to be signed: without it, that client would get none any more.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// The realm itself signs with it, whatever clients are set to: its last key does not go at all.
[[nodiscard]] bool is_needed_by_realm(const Realm& realm, std::string_view algorithm);

/// Before the removal of the key {componentId}, on the hash lane: makes what takes its place, where that is needed. It
/// goes through the realm's clients a page at a time, which no transaction may wait for.
[[nodiscard]] Prepared prepare_key_removal(Call& call);

/// In the transaction, after `going` signs nothing any more: stores what was made. 409 when the realm was changed
/// since.
[[nodiscard]] Or<void> replace_key(Call& call, const RealmKey& going);

}  // namespace cardea::admin
