// Components of a realm: keys, client registration policies and what an import brought (keycloak.md section 6.12).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_components(Call& call);
/// Makes the key that a key provider asks for; on the hash lane, since RSA takes its time.
Prepared prepare_component(Call& call);
Answer create_component(Call& call);
Answer get_component(Call& call);
Answer update_component(Call& call);
Answer delete_component(Call& call);
Answer list_sub_component_types(Call& call);
Answer list_registration_policies(Call& call);

}  // namespace cardea::admin
