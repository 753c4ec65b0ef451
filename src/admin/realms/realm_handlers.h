// The realm itself (keycloak.md section 6.3).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_realms(Call& call);
/// Makes a realm from a representation, which may be a whole export: on the admin lane.
Answer create_realm(Call& call);
Answer get_realm(Call& call);
Answer update_realm(Call& call);
/// Hides the realm at once, then removes it bit by bit: on the admin lane.
Answer delete_realm(Call& call);
/// The realm's keys, without private parts.
Answer get_realm_keys(Call& call);

Answer get_default_groups(Call& call);
Answer add_default_group(Call& call);
Answer remove_default_group(Call& call);

Answer get_client_session_stats(Call& call);
Answer logout_all(Call& call);
Answer delete_session(Call& call);
Answer get_credential_registrators(Call& call);
/// Raises the realm's version: every node drops what it has in memory and reads it anew.
Answer clear_realm_cache(Call& call);
/// Keys of clients, and of the realm's providers, that this node fetched.
Answer clear_keys_cache(Call& call);
/// Users are read from the database, and lists of revoked certificates are not read at all: nothing is kept.
Answer clear_nothing(Call& call);

}  // namespace cardea::admin
