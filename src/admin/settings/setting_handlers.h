// The smaller documents of a realm: texts, client policies, events' configuration (keycloak.md section 6.3).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_locales(Call& call);
Answer get_texts(Call& call);
Answer merge_texts(Call& call);
Answer delete_texts(Call& call);
Answer get_text(Call& call);
Answer set_text(Call& call);
Answer delete_text(Call& call);

Answer get_client_policies(Call& call);
Answer update_client_policies(Call& call);
Answer get_client_profiles(Call& call);
Answer update_client_profiles(Call& call);

Answer get_events_config(Call& call);
Answer update_events_config(Call& call);

/// Parts of Keycloak's surface that this server does not have: 501.
Answer refuse_feature(Call& call);

}  // namespace cardea::admin
