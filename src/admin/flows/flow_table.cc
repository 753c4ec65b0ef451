// The rows of authentication (keycloak.md section 6.11).
#include "admin/flows/flow_handlers.h"
#include "admin/flows/flow_use.h"
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr auto kSeeFlows = needs({kViewRealm, kManageRealm, kViewClients, kManageClients, kQueryClients});
constexpr auto kSeeActions = needs({kViewRealm, kManageRealm, kViewUsers, kManageUsers, kQueryUsers});

#define AUTH "/admin/realms/{realm}/authentication"
#define FLOWS AUTH "/flows"
#define NAMED FLOWS "/{flowAlias}"
#define EXECUTION AUTH "/executions/{executionId}"
#define CONFIG AUTH "/config/{configId}"
#define ACTIONS AUTH "/required-actions"
#define ACTION ACTIONS "/{actionAlias}"
#define UI "/admin/realms/{realm}/ui-ext/authentication-management"

constexpr Operation kRows[] = {
    {kGet, FLOWS, "listFlows", kSeeFlows, kRead, &list_flows},
    {kPost, FLOWS, "createFlow", kChangeRealm, kWrite, &create_flow, "AUTH_FLOW"},
    {kGet, FLOWS "/{flowId}", "getFlow", kSeeRealm, kRead, &get_flow},
    {kPut, FLOWS "/{flowId}", "updateFlow", kChangeRealm, kWrite, &update_flow, "AUTH_FLOW"},
    {kDelete, FLOWS "/{flowId}", "deleteFlow", kChangeRealm, kWrite, &delete_flow, "AUTH_FLOW"},
    {kPost, NAMED "/copy", "copyFlow", kChangeRealm, kWrite, &copy_flow, "AUTH_FLOW"},
    {kGet, NAMED "/executions", "listExecutions", kSeeRealm, kRead, &list_executions},
    {kPut, NAMED "/executions", "updateExecution", kChangeRealm, kWrite, &update_execution, "AUTH_EXECUTION"},
    {kPost, NAMED "/executions/execution", "addExecution", kChangeRealm, kWrite, &add_execution, "AUTH_EXECUTION"},
    {kPost, NAMED "/executions/flow", "addSubFlow", kChangeRealm, kWrite, &add_sub_flow, "AUTH_EXECUTION_FLOW"},
    {kGet, EXECUTION, "getExecution", kSeeRealm, kRead, &get_execution},
    {kDelete, EXECUTION, "deleteExecution", kChangeRealm, kWrite, &delete_execution, "AUTH_EXECUTION"},
    {kPost, EXECUTION "/raise-priority", "raiseExecution", kChangeRealm, kWrite, &raise_execution, "AUTH_EXECUTION",
     "UPDATE"},
    {kPost, EXECUTION "/lower-priority", "lowerExecution", kChangeRealm, kWrite, &lower_execution, "AUTH_EXECUTION",
     "UPDATE"},
    {kPost, EXECUTION "/config", "createExecutionConfig", kChangeRealm, kWrite, &create_execution_config,
     "AUTHENTICATOR_CONFIG"},
    {kGet, CONFIG, "getAuthenticatorConfig", kSeeRealm, kRead, &get_config},
    {kPut, CONFIG, "updateAuthenticatorConfig", kChangeRealm, kWrite, &update_config, "AUTHENTICATOR_CONFIG"},
    {kDelete, CONFIG, "deleteAuthenticatorConfig", kChangeRealm, kWrite, &delete_config, "AUTHENTICATOR_CONFIG"},
    {kGet, AUTH "/config-description/{providerId}", "describeConfig", kSeeRealm, kRead, &describe_config},
    {kGet, AUTH "/per-client-config-description", "describeClientConfigs", kSeeRealm, kRead, &describe_client_configs},
    {kGet, AUTH "/authenticator-providers", "listAuthenticators", kSeeRealm, kRead, &list_flow_providers<0>},
    {kGet, AUTH "/form-providers", "listFormProviders", kSeeRealm, kRead, &list_flow_providers<1>},
    {kGet, AUTH "/form-action-providers", "listFormActions", kSeeRealm, kRead, &list_flow_providers<2>},
    {kGet, AUTH "/client-authenticator-providers", "listClientAuthenticators", kSeeFlows, kRead,
     &list_flow_providers<3>},

    {kGet, ACTIONS, "listRequiredActions", kSeeActions, kRead, &list_required_actions},
    {kGet, ACTION, "getRequiredAction", kSeeRealm, kRead, &get_required_action},
    {kPut, ACTION, "updateRequiredAction", kChangeRealm, kWrite, &update_required_action, "REQUIRED_ACTION"},
    {kDelete, ACTION, "deleteRequiredAction", kChangeRealm, kWrite, &delete_required_action, "REQUIRED_ACTION"},
    {kPost, ACTION "/raise-priority", "raiseRequiredAction", kChangeRealm, kWrite, &raise_required_action,
     "REQUIRED_ACTION", "UPDATE"},
    {kPost, ACTION "/lower-priority", "lowerRequiredAction", kChangeRealm, kWrite, &lower_required_action,
     "REQUIRED_ACTION", "UPDATE"},
    {kGet, ACTION "/config-description", "describeRequiredActionConfig", kSeeRealm, kRead, &describe_action_config},
    {kGet, ACTION "/config", "getRequiredActionConfig", kSeeRealm, kRead, &get_action_config},
    {kPut, ACTION "/config", "updateRequiredActionConfig", kChangeRealm, kWrite, &update_action_config,
     "REQUIRED_ACTION"},
    {kDelete, ACTION "/config", "deleteRequiredActionConfig", kChangeRealm, kWrite, &remove_action_config,
     "REQUIRED_ACTION", "UPDATE"},
    {kGet, AUTH "/unregistered-required-actions", "listUnregisteredActions", kSeeRealm, kRead,
     &list_unregistered_actions},
    {kPost, AUTH "/register-required-action", "registerRequiredAction", kChangeRealm, kWrite, &register_action,
     "REQUIRED_ACTION"},

    {kGet, UI "/flows", "listFlowsWithUse", kSeeFlows, kRead, &list_flows_with_use},
    {kGet, UI "/required-actions", "listRequiredActionsWithUse", kSeeRealm, kRead, &list_required_actions_with_use},
    {kGet, UI "/{type}/{flowId}", "listUsersOfFlow", kSeeRealm, kRead, &list_users_of_flow},
};

#undef AUTH
#undef FLOWS
#undef NAMED
#undef EXECUTION
#undef CONFIG
#undef ACTIONS
#undef ACTION
#undef UI

}  // namespace

std::span<const Operation> flow_operations() { return kRows; }

}  // namespace cardea::admin
