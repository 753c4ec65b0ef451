// Authentication: flows, their executions and configs, and required actions (keycloak.md section 6.11).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer list_flows(Call& call);
Answer create_flow(Call& call);
Answer get_flow(Call& call);
Answer update_flow(Call& call);
Answer delete_flow(Call& call);
Answer copy_flow(Call& call);
Answer list_executions(Call& call);
Answer update_execution(Call& call);
Answer add_execution(Call& call);
Answer add_sub_flow(Call& call);
Answer get_execution(Call& call);
Answer delete_execution(Call& call);
Answer raise_execution(Call& call);
Answer lower_execution(Call& call);
Answer create_execution_config(Call& call);
Answer get_config(Call& call);
Answer update_config(Call& call);
Answer delete_config(Call& call);
Answer describe_config(Call& call);
template <int kind>
Answer list_flow_providers(Call& call);  // 0 authenticators, 1 forms, 2 form actions, 3 client authenticators
Answer describe_client_configs(Call& call);

Answer list_required_actions(Call& call);
Answer get_required_action(Call& call);
Answer update_required_action(Call& call);
Answer delete_required_action(Call& call);
Answer raise_required_action(Call& call);
Answer lower_required_action(Call& call);
Answer list_unregistered_actions(Call& call);
Answer register_action(Call& call);
/// The settings of an action: 400 for one that has none.
Answer get_action_config(Call& call);
Answer update_action_config(Call& call);
Answer remove_action_config(Call& call);
Answer describe_action_config(Call& call);

// For the console.
Answer list_required_actions_with_use(Call& call);

}  // namespace cardea::admin
